"""A clock that is set back: rows keep their order, and nothing is found wrong."""

from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from predictions.models import Prediction, Seal, Source
from predictions.proof import sealing
from predictions.proof.verifying import Verification
from predictions.services import Caller, Record, predict
from tests.factories import seed_features

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def turn_to(monkeypatch):
    return lambda moment: monkeypatch.setattr(timezone, "now", lambda: moment)


def ask() -> Prediction:
    [row] = predict([Record(seed_features(), 669)], caller=Caller(Source.API))
    return row


def test_rows_and_seals_go_on_by_their_numbers(committing, turn_to):
    turn_to(NOON)
    before = ask()
    sealing.seal_once(None)

    turn_to(NOON - timedelta(hours=3))
    after = ask()
    sealing.seal_once(None)

    assert after.pk == before.pk + 1
    assert after.created_at < before.created_at  # as the clock said: nothing is mended
    first, second = Seal.objects.order_by("number")
    assert (second.number, second.previous_hash) == (2, first.seal_hash)
    assert second.created_at < first.created_at
    assert list(Verification().run()) == []


def test_a_row_of_a_past_that_is_sealed_is_sealed_as_well(committing, turn_to, capsys):
    turn_to(NOON)
    ask()
    call_command("seal_log")
    turn_to(NOON - timedelta(days=2))
    ask()
    capsys.readouterr()

    call_command("seal_log")

    assert ": 1." in capsys.readouterr().out  # one row, one seal
    assert sealing.seal_once(None) is None


def test_the_history_shows_the_times_as_they_were_noted(api, make_prediction, turn_to):
    turn_to(NOON)
    before = make_prediction(669).pk
    turn_to(NOON - timedelta(hours=3))
    after = make_prediction(669).pk
    turn_to(NOON + timedelta(minutes=1))

    found = api.get("/history/669").json()

    # By time, as documented: who wants the order of the answers reads their numbers.
    assert [row["id"] for row in found] == [before, after]
