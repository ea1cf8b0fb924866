"""Who is not let in learns nothing of what there is: neither by words nor by time."""

import re
from typing import ClassVar

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client
from django.urls import reverse

from predictions.api.authentication import ApiKeyAuthentication
from predictions.models import ApiKey, Scope
from predictions.models.keys import hashed
from tests.factories import make_key, make_user
from tests.predictions.refusals import problems

pytestmark = pytest.mark.django_db
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="\w+"')
LOGIN = reverse("admin:login")


@pytest.fixture
def hashed_passwords(settings) -> list[str]:
    """Each password that was hashed: the hash is what a log-in takes its time for."""
    settings.PASSWORD_HASHERS = [f"{__name__}.Counting"]
    Counting.hashed.clear()
    return Counting.hashed


class Counting(MD5PasswordHasher):
    algorithm = "counting"
    hashed: ClassVar[list[str]] = []

    def encode(self, password, salt):
        self.hashed.append(password)
        return super().encode(password, salt)


def log_in(name: str) -> tuple[int, str]:
    client = Client(headers={"Accept-Language": "en"})
    answer = client.post(LOGIN, {"username": name, "password": "guessed-wrong"})
    return answer.status_code, answer.content.decode()


def test_a_wrong_password_and_an_unknown_name_are_told_the_same():
    make_user("ana")
    make_user("gone").__class__.objects.filter(username="gone").update(is_active=False)

    pages = {
        (status, TOKEN.sub("", page.replace(f'value="{name}"', "")))
        for name in ("ana", "nobody", "gone")
        for status, page in [log_in(name)]
    }

    [(status, page)] = pages
    assert status == 200
    assert "User, password or code is wrong" in page


@pytest.mark.parametrize("name", ["ana", "nobody"])
def test_an_unknown_name_is_hashed_for_as_a_wrong_password_is(hashed_passwords, name):
    make_user("ana")
    hashed_passwords.clear()

    log_in(name)

    assert hashed_passwords == ["guessed-wrong"]


@pytest.mark.parametrize("path", ["/employees/{}", "/history/{}", "/predict_by_id/{}"])
@pytest.mark.parametrize("scopes", [None, (Scope.AUDIT,)], ids=["no key", "no scope"])
def test_without_a_scope_nobody_learns_who_is_stored(
    employee, anonymous, api_with, path, scopes
):
    client = api_with(*scopes) if scopes else anonymous
    method = client.post if "predict" in path else client.get

    known, unknown = (method(path.format(pk)) for pk in (669, 424242))

    assert known.status_code == unknown.status_code in (401, 403)
    assert known.json() == unknown.json()


def test_a_key_that_is_almost_right_is_told_what_any_other_is(anonymous):
    _, secret = make_key()
    guesses = [secret[:-1] + "!", "!" + secret[1:], secret[:8], "x" * 48, secret * 2]

    answers = [anonymous.get("/history", headers={"X-API-Key": g}) for g in guesses]

    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    assert problems(answers[0]) == [(None, "invalid_key")]


def test_a_key_is_compared_by_its_hash_alone(django_assert_num_queries, rf):
    """What is compared letter by letter is the hash, by the database's index.

    A guess that shares its first letters with a key shares none of its hash's: how long
    the comparison takes says nothing of the key.
    """
    key, secret = make_key()
    almost = secret[:-1] + ("a" if secret[-1] != "a" else "b")

    assert key.secret_sha256 == hashed(secret)
    assert hashed(almost)[:8] != key.secret_sha256[:8]
    assert ApiKey.objects.holding(almost) is None
    with django_assert_num_queries(1) as queries:
        ApiKey.objects.holding(almost)
    [query] = queries.captured_queries
    assert hashed(almost) in query["sql"]
    assert almost not in query["sql"]
    assert ApiKeyAuthentication().authenticate_header(rf.get("/")) == "Api-Key"
