"""Calls of the API that are refused, as they happen to whoever writes a program."""

import random

from rest_framework.test import APIClient

from predictions.refusals import unknown_callers
from tests.factories import seed_features

WRONG = [
    {"revenue_mensuel": 3100},
    {"poste": "Consultante"},
    {"age": 210},
    {"note_evaluation_actuelle": 9},
    {"annees_dans_l_entreprise": "trois"},
]


def mistakes(secret: str, chance: random.Random) -> None:
    """One to three refused calls, and one without a key that exists."""
    for _ in range(chance.randint(1, 3)):
        features = seed_features() | chance.choice(WRONG)
        _post({"features": features}, secret)
    _post({"features": {}}, "UneCleQuiNExistePas")
    unknown_callers.flush()


def history(secret: str, employee: int) -> None:
    """A program reads what the log has of somebody."""
    answer = _client(secret).get(f"/history/{employee}")
    if answer.status_code != 200:
        raise RuntimeError(f"It was to be answered, not {answer.status_code}.")


def _post(body: object, secret: str) -> None:
    answer = _client(secret).post("/predict", body, format="json")
    if answer.status_code not in (401, 422):
        raise RuntimeError(f"It was to be refused, not {answer.status_code}.")


def _client(secret: str) -> APIClient:
    return APIClient(SERVER_NAME="localhost", headers={"X-API-Key": secret})
