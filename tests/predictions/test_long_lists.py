"""Lists of the back-office that are longer than anybody reads."""

import re
from datetime import UTC, datetime, timedelta
from html import unescape
from urllib.parse import parse_qs, urlsplit

import pytest
from django.apps import apps
from django.contrib import admin
from django.urls import reverse

from attrition.models import Employee, EmployeeImport
from predictions.admin import lists
from predictions.models import (
    Access,
    Batch,
    Erasure,
    LogCheck,
    LoginRecovery,
    Prediction,
    Refusal,
    Replay,
    Seal,
    UnknownCallers,
)
from tests.factories import EmployeeFactory

LIST = reverse("admin:predictions_prediction_changelist")
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
LONG = [
    Access,
    Batch,
    Employee,
    EmployeeImport,
    Erasure,
    LogCheck,
    LoginRecovery,
    Prediction,
    Refusal,
    Replay,
    Seal,
    UnknownCallers,
]
FOLLOWING = {"fr": "Afficher la suite", "en": "Show what follows"}


@pytest.fixture
def short_pages(monkeypatch):
    monkeypatch.setattr(lists, "MOST_LISTED", 4)
    monkeypatch.setattr(admin.site.get_model_admin(Prediction), "list_per_page", 2)
    monkeypatch.setattr(admin.site.get_model_admin(Employee), "list_per_page", 2)


@pytest.fixture
def page(browser):
    """The text of a page in a language; the superuser reads it."""
    client = browser(None)

    def get(address: str, language: str = "fr", **query) -> str:
        headers = {"accept-language": language}
        answer = client.get(address, query, headers=headers)
        assert answer.status_code == 200
        return unescape(answer.content.decode())

    return get


@pytest.fixture
def hours(log_row):
    """The numbers of seven rows, an hour between each, oldest first."""
    return [
        log_row(created_at=NOON + timedelta(hours=i, microseconds=1234)).pk
        for i in range(7)
    ]


def listed(text: str) -> list[int]:
    return [int(n) for n in re.findall(r"/prediction/(\d+)/change/", text)]


def following(text: str) -> str | None:
    """Where the list goes on."""
    found = re.search(rf'href="(\?[^"]*)">{FOLLOWING["fr"]}<', text)
    return found and found[1]


@pytest.mark.parametrize("model", LONG, ids=lambda model: model.__name__)
def test_no_list_counts_its_whole_table(model, browser, django_assert_max_num_queries):
    client = browser(None)
    address = reverse(f"admin:{model._meta.label_lower.replace('.', '_')}_changelist")

    with django_assert_max_num_queries(20) as queries:
        client.get(address, {"_facets": "True"})

    counts = [q["sql"] for q in queries.captured_queries if "COUNT(" in q["sql"]]
    assert len(counts) == 1
    assert f"LIMIT {lists.MOST_LISTED + 1})" in counts[0]


def test_every_log_with_a_page_is_among_the_long_lists():
    read_only = {model for model, of in admin.site._registry.items() if not of.actions}

    ours = {*apps.get_app_config("predictions").get_models(), EmployeeImport}
    assert read_only & ours <= set(LONG)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Plus de 4 prédictions\u00a0: les pages en montrent 4."),
        ("en", "More than 4 predictions: the pages show 4 of them."),
    ],
)
def test_a_long_list_says_that_there_is_more(page, short_pages, hours, language, said):
    text = page(LIST, language)

    assert said in text
    assert FOLLOWING[language] in text
    assert "?p=2" in text
    assert "?p=3" not in text


def test_a_list_that_is_not_longer_says_how_many_there_are(page, short_pages, hours):
    text = page(LIST, created_at__gte=(NOON + timedelta(hours=3)).isoformat())

    assert "4 prédictions" in text
    assert "Plus de" not in text
    assert following(text) is None


@pytest.mark.parametrize("order", ["", "1"], ids=["newest first", "oldest first"])
def test_every_row_is_reached_in_order_by_pages_and_by_what_follows(
    page, short_pages, hours, order
):
    found: list[int] = []
    query = {"o": order} if order else {}
    for _ in range(5):
        text = page(LIST, **query)
        found += listed(text)
        if "p=2" in text:
            found += listed(page(LIST, **query, p=2))
        address = following(text)
        if address is None:
            break
        query = {k: v[0] for k, v in parse_qs(urlsplit(address).query).items()}

    # The row at the border is in both.
    assert list(dict.fromkeys(found)) == (hours if order else hours[::-1])
    assert len(found) < 2 * len(hours)


def test_a_page_beyond_the_last_one_is_no_server_error(browser, short_pages, hours):
    answer = browser(None).get(LIST, {"p": 4}, follow=True)

    assert answer.status_code == 200


def test_people_beyond_the_bound_are_found_by_narrowing(page, short_pages):
    for number in range(1, 8):
        EmployeeFactory(employee_id=number)

    address = reverse("admin:attrition_employee_changelist")
    text = page(address)

    assert "Plus de 4 employés\u00a0: les pages en montrent 4." in text
    assert "Affinez la liste pour voir le reste." in text
    assert "/employee/7/change/" in page(address, q="7")


def test_nobody_selects_people_that_were_not_counted(page, short_pages):
    for number in (1, 2, 3):
        EmployeeFactory(employee_id=number)
    address = reverse("admin:attrition_employee_changelist")
    all_three = "Sélectionner tous les 3 employés"

    assert all_three in page(address)
    for number in (4, 5):
        EmployeeFactory(employee_id=number)
    assert "tous les 4 employés" not in page(address)


@pytest.mark.parametrize(
    ("period", "expected"),
    [
        # Paris is an hour ahead in March.
        ({"created_at__gte": "2026-03-01T16:00"}, [3, 4, 5, 6]),
        ({"created_at__lt": "2026-03-01T15:00"}, [0, 1]),
        ({"created_at__gte": "2026-03-01T14:00", "created_at__lt": ""}, range(1, 7)),
        ({"created_at__gte": "2026-03-01T14:00:00Z"}, range(2, 7)),
        ({"created_at__gte": "2026-03-01", "created_at__lt": "2026-03-02"}, range(7)),
        ({"created_at__gte": "", "created_at__lt": ""}, range(7)),
    ],
    ids=["from", "before", "one end empty", "with its zone", "a day", "both empty"],
)
def test_a_period_is_what_was_asked_between_its_ends(page, hours, period, expected):
    text = page(LIST, **period)

    assert listed(text) == [hours[i] for i in reversed(expected)]


def test_the_form_shows_the_period_and_keeps_the_other_filters(page, hours):
    text = page(LIST, created_at__lt="2026-03-01T15:00", source__exact="api", q="")

    assert 'name="created_at__lt" value="2026-03-01T15:00:00"' in text
    assert 'type="hidden" name="source__exact" value="api"' in text


@pytest.mark.parametrize(
    "text", ["yesterday", "0001-01-01T00:00", "9999-12-31T23:59:59-23:00", "\0"]
)
def test_a_moment_that_is_none_is_no_server_error(browser, hours, text):
    answer = browser(None).get(LIST, {"created_at__gte": text}, follow=True)

    assert answer.status_code == 200


@pytest.mark.parametrize("column", range(10))
def test_the_list_is_sorted_by_time_whatever_is_asked(page, hours, column):
    by_time = column == 1

    assert listed(page(LIST, o=f"-{column}")) == hours[::-1]
    assert listed(page(LIST, o=column)) == (hours if by_time else hours[::-1])


def test_releases_that_are_gone_can_be_filtered_by(page, log_row):
    rows = {version: log_row(model_version=version).pk for version in ("0.9", "2.0")}

    text = page(LIST)

    assert "?model_version=0.9" in text
    assert "?model_version=2.0" in text
    assert "?model_version=1.1.0" not in text
    assert listed(page(LIST, model_version="0.9")) == [rows["0.9"]]


def test_a_prediction_is_found_by_its_request(page, log_row):
    wanted = log_row(request_id="4bee869846904d84b1ecafe0c3fce2c9")
    log_row(request_id="4bee869846904d84b1ecafe0c3fce2c8")

    assert listed(page(LIST, q=f" {wanted.request_id} ")) == [wanted.pk]
    assert listed(page(LIST, q="4bee8698")) == []


def test_a_request_that_is_called_like_a_person_hides_nobody(page, log_row):
    about = log_row(employee_id=669, created_at=NOON)
    asked = log_row(request_id="669", created_at=NOON + timedelta(hours=1))

    assert listed(page(LIST, q="669")) == [asked.pk, about.pk]


def test_a_refusal_is_found_by_its_request_and_by_its_reason(page, db):
    for i, code in enumerate(("too_large", "missing")):
        Refusal.objects.create(route="predict", status=422, code=code, request_id=i)
    address = reverse("admin:predictions_refusal_changelist")

    assert "?code=missing" in page(address)
    for query in ({"q": "1"}, {"code": "missing"}):
        text = page(address, **query)
        assert 'class="field-code">missing' in text
        assert 'class="field-code">too_large' not in text
