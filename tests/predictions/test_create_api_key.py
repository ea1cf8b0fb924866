"""`manage.py create_api_key`: a secret that is shown once."""

import re
from datetime import UTC, datetime, timedelta
from getpass import getuser

import pytest
from django.core.management import CommandError
from django.utils import timezone
from rest_framework.test import APIClient

from predictions.models import ApiKey
from tests.predictions.refusals import send

pytestmark = pytest.mark.django_db


def test_a_key_is_made_of_letters_and_digits_and_works(run):
    out, err = run("create_api_key", "--owner", "Paie", "--scopes", "history")

    secret = out.rstrip("\n")
    assert re.fullmatch(r"[A-Za-z0-9]{48}", secret)
    assert secret not in err
    assert secret[:8] in err
    answer = send(APIClient(), "GET", "/history", X_API_Key=secret)
    assert answer.status_code == 200
    key = ApiKey.objects.get()
    assert (key.owner, key.created_by) == ("Paie", getuser())


def test_no_two_keys_are_alike(run):
    made = {
        run("create_api_key", "--owner", "a", "--scopes", "audit")[0] for _ in "123"
    }

    assert len(made) == 3


@pytest.mark.parametrize(
    "sent",
    [
        ["predict", "history"],
        ["predict,history"],
        ["predict, history"],
        ["predict", "history", "predict"],
    ],
    ids=repr,
)
def test_scopes_are_taken_with_spaces_or_commas_and_each_once(run, sent):
    run("create_api_key", "--owner", "Paie", "--scopes", *sent)

    assert ApiKey.objects.get().scopes == ["predict", "history"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--owner", "Paie", "--scopes", "predict", "all"], ["all", "employees:read"]),
        (["--owner", "Paie", "--scopes", "Predict"], ["Predict", "predict"]),
        (["--owner", "Paie", "--scopes", ","], []),
        (["--owner", "  ", "--scopes", "predict"], []),
        (["--scopes", "predict"], ["owner"]),
        (["--owner", "Paie"], ["scopes"]),
        (["--owner", "a", "--scopes", "audit", "--expires", "2020-01-01"], ["expires"]),
        (["--owner", "a", "--scopes", "audit", "--expires", "soon"], ["soon"]),
        (["--owner", "a", "--scopes", "audit", "--expires", "2030-02-30"], ["expires"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_a_key_that_makes_no_sense_is_not_made(run, arguments, words):
    with pytest.raises(CommandError) as caught:
        run("create_api_key", *arguments)

    assert all(word in str(caught.value) for word in words)
    assert not ApiKey.objects.exists()
    assert run.out == ""


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2035-07-01", datetime(2035, 6, 30, 22, tzinfo=UTC)),
        ("2035-01-01T12:00", datetime(2035, 1, 1, 11, tzinfo=UTC)),
        ("2035-01-01T12:00Z", datetime(2035, 1, 1, 12, tzinfo=UTC)),
        ("2035-01-01T12:00+05:00", datetime(2035, 1, 1, 7, tzinfo=UTC)),
    ],
)
def test_an_expiry_without_a_zone_is_in_the_projects(run, text, moment):
    run("create_api_key", "--owner", "a", "--scopes", "audit", "--expires", text)

    assert ApiKey.objects.get().expires_at == moment


def test_an_expiry_that_is_no_date_is_refused_with_one_that_is(run):
    with pytest.raises(CommandError, match=r"«\u00a0demain\u00a0».*2027-12-31"):
        run("create_api_key", "--owner", "a", "--scopes", "audit", "--expires=demain")


def test_an_expiry_of_a_minute_ago_is_refused(run):
    past = (timezone.now() - timedelta(minutes=1)).isoformat()

    with pytest.raises(CommandError):
        run("create_api_key", "--owner", "a", "--scopes", "audit", "--expires", past)
