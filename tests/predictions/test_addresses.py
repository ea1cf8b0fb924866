"""A list whose address makes no sense: shown without that, and it says what it was."""

import io
import re
from html import unescape

import pytest
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.core.management import call_command
from django.test import RequestFactory
from django.urls import reverse

from attrition.models import Employee
from predictions.models import Access, Prediction, Refusal
from tests.factories import EmployeeFactory, make_user

MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
LOG = reverse("admin:predictions_prediction_changelist")
LONG = "x" * 1000
ODD = {
    "a page that is no number": {"p": "abc"},
    "a page of nothing": {"p": ""},
    "no page": {"p": "0"},
    "a page far away": {"p": "999999999"},
    "a page below the first": {"p": "-1"},
    "a column that is not there": {"o": "99"},
    "an order that is none": {"o": "abc"},
    "an unknown lookup": {"nothing": "1"},
    "a lookup into what is masked": {"input_payload__age": "44"},
    "another list's way": {"_to_field": "nothing"},
    "a search for NUL": {"q": "a\0b"},
    "a very long search": {"q": LONG},
    "a NUL in the name": {"a\0b": "1"},
}
VALUES = {
    "text": "nonsense",
    "NUL": "\0",
    "very long": LONG,
    "the year 1": "0001-01-01T00:00",
    "a 31st of February": "2026-02-31",
    "a huge number": "9" * 60,
    "half a UUID": "7a2b5a53-489f",
}


FEW = {
    Prediction: {"source__exact": "admin"},
    Employee: {"department": "Antenne"},
    Refusal: {"code": "rare"},
    Access: {"action__exact": "export"},
}
"""A filter of each list that leaves three of its six rows."""


def list_of(model) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def parameters(of: ModelAdmin) -> list[str]:
    """What its filters put into an address."""
    request = RequestFactory().get("/")
    request.user = make_user("eve")
    names = []
    for declared in of.get_list_filter(request):
        field = declared[0] if isinstance(declared, tuple) else declared
        if isinstance(field, str):
            names += [f"{field}{end}" for end in ("", "__exact", "__gte", "__isnull")]
        else:
            names.append(field.parameter_name)
    return names


@pytest.fixture
def six(monkeypatch, log_row):
    """Rows of each list, two to a page; three of them are in `FEW`."""
    for model in FEW:
        monkeypatch.setattr(admin.site.get_model_admin(model), "list_per_page", 2)
    for i in range(6):
        is_one = i % 2 == 0
        log_row(source="admin" if is_one else "api")
        code = "rare" if is_one else "missing"
        Refusal.objects.create(route="predict", status=422, code=code)
        Access.objects.create(action="export" if is_one else "list", page="/")
        where = "Antenne" if is_one else "Commercial"
        EmployeeFactory(pk=900 + i, features={"age": 30, "departement": where})


def messages_in(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("sent", ODD.values(), ids=ODD)
def test_nonsense_is_left_out_and_named(browser, model, sent):
    answer = browser(None).get(list_of(model), sent)

    assert answer.status_code == 200
    assert len(messages_in(answer)) == 1


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
@pytest.mark.parametrize("value", VALUES.values(), ids=VALUES)
def test_a_filter_with_nonsense_is_no_error(browser, model, value):
    client = browser(None)

    for name in parameters(admin.site.get_model_admin(model)):
        answer = client.get(list_of(model), {name: value})

        assert answer.status_code == 200, name


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"created_at__gte": "demain"}, "« demain » n'a pas de sens ici"),
        ({"created_at__gte": "demain"}, "(Filtre : date de la demande)"),
        ({"prediction__exact": "2"}, "(Filtre : classe)"),
        ({"source__exact": "ailleurs"}, "(Filtre : origine)"),
        ({"batch_id": "7a2b"}, "« 7a2b »"),
        ({"p": "abc"}, "n'a pas de page « abc »"),
        ({"o": "99"}, "ne peut pas être triée par « 99 »"),
        ({"q": "a\0b"}, "« a\ufffdb »"),
        ({"q": "a\0b"}, "(Recherche)"),
        ({"employee_id__gt": "5"}, "(Filtre : employee_id__gt)"),
        ({"created_at__gte": LONG}, f"« {LONG[:40]}… »"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_the_message_says_what_was_wrong_and_where(browser, sent, said):
    answer = browser(None).get(LOG, sent)

    [message] = messages_in(answer)
    assert said in message.replace("\u00a0", " ")
    assert message in unescape(answer.content.decode())


def test_what_makes_sense_still_narrows_the_list(browser, log_row):
    row = log_row(source="admin")
    log_row(source="api")

    sent = {"source__exact": "admin", "created_at__gte": "demain", "o": "99"}
    answer = browser(None).get(LOG, sent)

    assert [found.pk for found in answer.context["cl"].result_list] == [row.pk]
    assert len(messages_in(answer)) == 2
    assert "demain" not in answer.context["cl"].get_query_string()


@pytest.mark.usefixtures("six")
@pytest.mark.parametrize("model", FEW, ids=lambda model: model.__name__)
@pytest.mark.parametrize(
    "more",
    [
        {"foo": "bar"},
        {"foo": "bar", "input_payload__age": "44"},
        {"foo": "bar", "o": "99"},
        {},
    ],
    ids=["an unknown name", "two of them", "a column that is not there", "nothing"],
)
def test_a_page_that_only_the_whole_list_has_is_left_out_with_all_else_that_is_wrong(
    browser, model, more
):
    answer = browser(None).get(list_of(model), {"p": "3"} | FEW[model] | more)

    assert answer.status_code == 200
    assert answer.context["cl"].result_count == 3
    assert len(messages_in(answer)) == 1 + len(more)


def test_a_value_that_no_row_has_yet_is_no_nonsense(browser):
    answer = browser(None).get(LOG, {"model_version": "7.0.0", "source__exact": "api"})

    assert answer.context["cl"].result_count == 0
    assert messages_in(answer) == []


def test_masked_values_cannot_be_guessed_through_the_address(browser, make_prediction):
    make_prediction(age=44)
    make_prediction(age=45)

    answer = browser("HR auditor").get(LOG, {"input_payload__age": "44"})

    assert answer.context["cl"].result_count == 2


def test_the_access_log_has_the_filters_that_were_applied_and_no_others(browser):
    browser("HR auditor").get(
        LOG, {"source__exact": "api", "created_at__gte": "demain"}
    )

    assert Access.objects.get().details["filters"] == {"source__exact": "api"}


def test_an_old_address_with_an_error_mark_is_just_the_list(browser):
    assert messages_in(browser(None).get(LOG, {"e": "1"})) == []


def test_each_figure_of_the_home_page_leads_to_a_list_that_takes_its_address(
    browser, make_prediction
):
    make_prediction(669)
    Refusal.objects.create(route="predict", status=422, code="missing")
    call_command("summarise_log", stdout=io.StringIO())
    client = browser(None)

    home = unescape(client.get(reverse("admin:index")).content.decode())
    links = set(re.findall(r'href="(/admin/[^"]*\?[^"]*)"', home))
    complaints = {link: messages_in(client.get(link)) for link in links}

    assert any("proba_depart__gte" in link for link in links)
    assert {link: said for link, said in complaints.items() if said} == {}
