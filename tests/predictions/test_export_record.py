"""An export is on record before its first byte, with each piece, and at its end."""

import json
from hashlib import sha256

import pytest
from django.db import OperationalError
from django.urls import reverse
from django.utils import translation

from predictions import access
from predictions.exports import reading, recording, sheets
from predictions.models import Access, AccessedEmployee
from predictions.services import LogUnavailable
from tests.predictions.batches import employees, make_batch
from tests.predictions.exported import (
    ask,
    content,
    looks,
    named,
    table,
    words,
)

NO_END = "Aucune fin n'est enregistrée"
UNRECORDED = "L'export n'a pas pu être enregistré"


@pytest.fixture
def ana(browser):
    return browser("HR auditor", "ana")


@pytest.fixture
def people(log_row):
    """Nine rows about six people and somebody without a number."""
    numbers = [1, 2, 3, 4, 1, None, 5, 6, 1]
    return [log_row(employee_id=number).pk for number in numbers]


@pytest.fixture
def small_pieces(monkeypatch):
    """Rows read, recorded and sent by twos."""
    monkeypatch.setattr(reading, "AT_ONCE", 2)
    monkeypatch.setattr(access.each, "__defaults__", (2,))
    monkeypatch.setattr(recording, "PIECE", 1)


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ndjson"])
@pytest.mark.parametrize("values", [False, True], ids=["without values", "with"])
def test_the_beginning_says_what_for_and_the_end_says_what_was_given(
    ana, people, kind, values
):
    chosen = {"values": "on"} if values else {}

    answer = ask(ana, "source__exact=api", format=kind, purpose="complaint", **chosen)
    data = content(answer)

    [begun], [finished] = looks("export"), looks("exported")
    assert begun.details == {
        "filters": {"source__exact": "api"},
        "search": False,
        "format": kind,
        "values": values,
    }
    assert named(begun) == [1, 2, 3, 4, 5, 6]
    assert finished.details == {
        "rows": 9,
        "bytes": len(data),
        "sha256": sha256(data).hexdigest(),
        "begun": begun.pk,
    }
    assert finished.people == 7
    for look in (begun, finished):
        assert (look.user_name, look.source) == ("ana", "admin")
        assert (look.purpose, look.request_id) == ("complaint", answer["X-Request-ID"])
        assert look.page == "admin/predictions/prediction/export/"


def test_no_word_that_was_searched_for_is_kept(ana, people):
    content(ask(ana, "q=emp_c8b594649875c70a"))

    for values in Access.objects.filter(action__startswith="export").values():
        assert "emp_c8b5" not in json.dumps(values, default=str)
    assert looks("export")[0].details["search"] is True


def test_whom_a_search_was_for_is_named_even_if_there_is_nothing(ana, people):
    content(ask(ana, "q=7777"))

    assert named(looks("export")[0]) == [7777]


@pytest.mark.usefixtures("small_pieces")
def test_each_person_is_on_record_before_their_row_is_given(ana, people):
    answer = ask(ana)
    given = b""

    for piece in answer.streaming_content:
        given += piece
        [begun] = looks("export")
        shown = {int(line["Employé"]) for line in table(given) if line["Employé"]}
        assert shown <= set(named(begun))

    assert len(table(given)) == 9
    assert len(looks("exported")) == 1


@pytest.mark.usefixtures("small_pieces")
def test_the_language_lasts_as_long_as_the_file(ana, people):
    pieces = ask(ana, language="en").streaming_content

    lines = []
    for piece in pieces:
        translation.deactivate()  # a server may, between two pieces
        lines.append(piece)

    found = table(b"".join(lines), ",")
    assert {line["Class"] for line in found} == {"above the threshold"}


@pytest.mark.usefixtures("small_pieces")
def test_a_download_that_is_broken_off_has_a_beginning_and_no_end(ana, people):
    answer = ask(ana)
    pieces = iter(answer.streaming_content)
    for _ in range(3):  # the titles and two rows
        next(pieces)
    answer._iterator.close()  # what the server calls would close the test's connection

    [begun] = looks("export")
    assert named(begun) == [1, 6]
    assert looks("exported") == []
    page = reverse("admin:predictions_access_change", args=[begun.pk])
    assert NO_END in words(ana.get(page, headers={"accept-language": "fr"}))


def test_the_pages_of_a_beginning_and_an_end_lead_to_each_other(ana, people):
    data = content(ask(ana))
    [begun], [finished] = looks("export"), looks("exported")
    address = {
        look: reverse("admin:predictions_access_change", args=[look.pk])
        for look in (begun, finished)
    }

    first, last = (
        ana.get(address[look], headers={"accept-language": "fr"})
        for look in (begun, finished)
    )
    assert address[finished] in first.content.decode()
    assert address[begun] in last.content.decode()
    assert NO_END not in words(first)
    assert "contrôle périodique" in words(first)
    assert "Personnes affichées : 6" in words(first)
    assert "Personnes affichées : 7" in words(last)
    assert sha256(data).hexdigest() in words(last)


# Without a record there is no file


def fail(*args, **kwargs):
    raise OperationalError("disk full")


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ndjson"])
@pytest.mark.parametrize("model", [Access, AccessedEmployee])
def test_what_cannot_be_recorded_is_not_begun(ana, people, monkeypatch, kind, model):
    which = "create" if model is Access else "bulk_create"
    monkeypatch.setattr(model.objects, which, fail)

    answer = ask(ana, format=kind)

    assert answer.status_code == 503
    assert not answer.streaming
    assert UNRECORDED in words(answer)
    assert looks("exported") == []


@pytest.mark.usefixtures("small_pieces")
def test_when_recording_fails_in_the_middle_the_file_breaks_off(
    ana, people, monkeypatch
):
    pieces = iter(ask(ana).streaming_content)
    for _ in range(3):
        next(pieces)
    monkeypatch.setattr(AccessedEmployee.objects, "bulk_create", fail)

    with pytest.raises(LogUnavailable):
        list(pieces)

    assert named(looks("export")[0]) == [1, 6]
    assert looks("exported") == []


@pytest.mark.usefixtures("small_pieces")
def test_when_the_end_cannot_be_recorded_the_file_breaks_off(ana, people, monkeypatch):
    pieces = iter(ask(ana).streaming_content)
    monkeypatch.setattr(Access.objects, "create", fail)

    with pytest.raises(LogUnavailable):
        list(pieces)


def test_more_rows_than_a_workbook_has_are_refused_before_anything_is_written(
    ana, people, monkeypatch
):
    monkeypatch.setattr("predictions.admin.export_form.MOST_ROWS", 8)

    answer = ask(ana, format="xlsx")

    assert answer.status_code == 200
    assert "Un classeur est fourni pour 8 lignes au plus" in words(answer)
    assert "choisissez CSV" in words(answer)
    assert looks("export") == []
    assert len(table(content(ask(ana)))) == 9


def test_rows_that_came_since_they_were_counted_are_not_dropped_without_a_word(
    ana, people, monkeypatch
):
    monkeypatch.setattr(sheets, "MOST_ROWS", 8)

    answer = ask(ana, format="xlsx")

    assert "Un classeur est fourni pour" in words(answer)
    assert looks("exported") == []


# Results of batches


@pytest.mark.parametrize("kind", ["csv", "ndjson"])
def test_results_of_a_batch_through_the_api_are_on_record_by_its_key(api, kind):
    batch = make_batch([*employees(3), 99])

    answer = api.get(f"/batches/{batch.pk}/results?format={kind}")
    data = content(answer)

    [begun], [finished] = looks("export"), looks("exported")
    for look in (begun, finished):
        assert (look.source, look.user_name) == ("api", "")
        assert (look.key_prefix, look.key_owner) != ("", "")
        assert look.page == "batches/<str:id>/results"
    assert begun.details == {"format": kind, "batch": str(batch.pk), "values": False}
    assert named(begun) == [1, 2, 3, 99]
    assert finished.details["rows"] == 4
    assert finished.details["sha256"] == sha256(data).hexdigest()


def test_asking_for_the_head_of_results_shows_nobody(api):
    batch = make_batch(employees(3))

    api.head(f"/batches/{batch.pk}/results")

    assert looks("export") == []


def test_results_that_cannot_be_recorded_are_not_given(api, monkeypatch):
    batch = make_batch(employees(3))
    monkeypatch.setattr(Access.objects, "create", fail)

    refused = api.get(f"/batches/{batch.pk}/results")

    assert refused.status_code == 503
    assert refused.json()["errors"][0]["code"] == "log_unavailable"
    assert looks("export") == []
