"""The list of API keys: how each is in words, and found by state, scope and owner."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from predictions.key_words import state_in_words, use_in_words
from predictions.models import ApiKey
from tests.factories import make_key, make_user

LIST = reverse("admin:predictions_apikey_changelist")
NOW = timezone.now()
DAY = timedelta(days=1)
STATES = {
    "never ends": {},
    "ends late": {"expires_at": NOW + 31 * DAY},
    "ends soon": {"expires_at": NOW + 12.5 * DAY},
    "ended": {"expires_at": NOW - 3 * DAY},
    "revoked": {"revoked_at": NOW - 3 * DAY, "expires_at": NOW - 4 * DAY},
    "unused": {"last_used_at": NOW - 91 * DAY},
    "used": {"last_used_at": NOW - 89 * DAY},
    "never used": {"created_at": NOW - 91 * DAY},
    "unused and ended": {"last_used_at": NOW - 91 * DAY, "expires_at": NOW - DAY},
}
VALID = {"never ends", "ends late", "ends soon", "unused", "used", "never used"}


@pytest.fixture
def keys(db) -> dict[str, ApiKey]:
    """One of each state, whose owner is called like it."""
    for owner, fields in STATES.items():
        key, _ = make_key("history", owner=owner)
        ApiKey.objects.filter(pk=key.pk).update(**fields)
    return {key.owner: key for key in ApiKey.objects.all()}


@pytest.fixture
def listed(client, db):
    """The owners of the keys that a list shows."""
    client.force_login(make_user("dora", "API administrator"))

    def get(**query: str) -> set[str]:
        answer = client.get(LIST, query)
        assert answer.status_code == 200
        found = re.findall(r'field-owner">([^<]*)', answer.content.decode())
        return {unescape(owner) for owner in found}

    return get


@pytest.mark.parametrize(
    ("state", "owners"),
    [
        ("valid", VALID),
        ("expiring", {"ends soon"}),
        ("expired", {"ended", "unused and ended"}),
        ("revoked", {"revoked"}),
        ("unused", {"unused", "never used"}),
        ("nonsense", set(STATES)),  # the whole list, which says so
    ],
)
def test_keys_are_found_by_their_state(keys, listed, state, owners):
    assert listed(state=state) == owners


def test_keys_are_found_by_a_whole_scope(listed):
    make_key("employees:read", owner="reads")
    make_key("employees:read", "employees:write", owner="writes")
    make_key("predict", owner="asks")

    assert listed(scope="employees:read") == {"reads", "writes"}
    assert listed(scope="employees:write") == {"writes"}
    everybody = {"reads", "writes", "asks"}
    assert listed(scope="employees") == everybody  # half a scope is none
    assert listed(scope='"%_') == everybody


def test_keys_are_found_by_owner_and_by_prefix(listed):
    key, _ = make_key("predict", owner="Paie")
    make_key("predict", owner="Audit")

    assert listed(q="pai") == {"Paie"}
    assert listed(q=key.prefix) == {"Paie"}


@pytest.mark.parametrize(
    ("owner", "french", "english"),
    [
        ("never ends", "valide", "valid"),
        ("ends late", "valide", "valid"),
        ("ends soon", "valide, expire dans 12 jours", "valid, expires in 12 days"),
        ("ended", "expirée depuis le ", "expired since "),
        ("revoked", "révoquée depuis le ", "revoked since "),
    ],
)
def test_how_a_key_is_stands_in_words(keys, owner, french, english):
    for language, words in (("fr", french), ("en", english)):
        with translation.override(language):
            said = state_in_words(keys[owner])
        assert said.startswith(words)
        assert (said == words) == (not words.endswith(" "))


@pytest.mark.parametrize("left", [timedelta(hours=1), timedelta(hours=47)])
def test_the_last_two_days_of_a_key_are_said_by_their_moment(db, left):
    key, _ = make_key("history", expires_at=timezone.now() + left)

    said = state_in_words(key)

    assert f"{timezone.localtime(key.expires_at):%H:%M}" in said
    assert "jours" not in said


@pytest.mark.parametrize(
    ("owner", "marked"),
    [("unused", True), ("never used", True), ("used", False), ("never ends", False)],
)
def test_a_key_that_nobody_uses_is_marked(keys, owner, marked):
    assert ("90 jours" in use_in_words(keys[owner])) == marked


def test_a_list_of_many_keys_costs_no_more_queries(
    listed, keys, django_assert_max_num_queries
):
    with django_assert_max_num_queries(8):
        listed()
