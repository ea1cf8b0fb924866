"""The filtered list as a file: its rows and columns, in each format and language."""

import json
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest

from attrition.features import FIELDS
from predictions.exports import reading
from predictions.models import Prediction
from predictions.models.newest import NEWEST
from predictions.proof import sealing
from tests import shipped
from tests.factories import EmployeeFactory, seed_features
from tests.predictions.batches import employees, make_batch
from tests.predictions.exported import (
    ask,
    content,
    objects,
    sheet,
    table,
    workbook,
)

NOON = datetime(2026, 3, 1, 12, 30, 15, 250_000, tzinfo=UTC)
ALONE = "Une prédiction n'est jamais une décision à elle seule."
LABELS = {field.name: str(field.label) for field in FIELDS}


@pytest.fixture
def ana(browser):
    return browser("HR auditor", "ana")


@pytest.fixture
def row(log_row):
    """Somebody stored, scored at a known time, with what a row can say."""
    EmployeeFactory(pk=669, features=seed_features() | {"departement": "Consulting"})
    found = log_row(
        employee_id=669,
        created_at=NOON,
        proba_depart=0.30000000000000004,
        threshold=0.3,
        key_owner="HR analytics",
        key_prefix="abcdefgh",
        request_id="4bee8698",
        missing_features=["age", "poste"],
        warnings=[
            {"code": "demonstration_model", "fields": []},
            {"code": "out_of_range", "fields": ["revenu_mensuel"]},
        ],
        input_payload=seed_features() | {"evolution_note": -1},
    )
    sealing.seal_once(None)
    return found


def test_a_row_for_a_french_spreadsheet(ana, row):
    data = content(ask(ana, values="on"))

    [found] = table(data)
    assert data.startswith(b"\xef\xbb\xbf")
    assert found["Numéro"] == str(row.pk)
    assert found["Demandée le"] == "2026-03-01T13:30:15.250000+01:00"
    assert found["Employé"] == "669"
    assert found["Département (fiche actuelle)"] == "Consulting"
    assert found["Probabilité"] == "0,30000000000000004"
    assert found["Classe"] == "au-dessus du seuil"
    assert found["Seuil"] == "0,3"
    assert found["Version du modèle"] == row.model_version
    assert found["Origine"] == "API"
    assert found["Demandée par"] == "HR analytics (abcdefgh…)"
    assert found["Requête"] == "4bee8698"
    assert found["Lot"] == ""
    assert "données fictives" in found["Avertissements"]
    assert found["Avertissements"].endswith("(Revenu mensuel)")
    assert found["Valeurs remplacées"] == f"{LABELS['age']} {LABELS['poste']}"
    assert found["Scellé"] == "1"
    assert found["Empreinte des données"] == row.payload_digest
    assert found["Revenu mensuel"] == "3447"
    assert found["Évolution de la note"] == "-1"
    assert list(found)[-1] == "À savoir"
    assert found["À savoir"].startswith(ALONE)
    assert row.model_version in found["À savoir"]


def test_a_row_for_an_english_reader(ana, row):
    data = content(ask(ana, language="en", values="on"))

    [found] = table(data, ",")
    assert data.startswith(b"Number,Asked,")
    assert float(found["Probability"]) == row.proba_depart
    assert found["Class"] == "above the threshold"
    assert found["Monthly pay"] == "3447"
    assert found["To know"].startswith("A score is never a decision on its own.")


@pytest.mark.parametrize(
    ("language", "dialect", "begins", "probability"),
    [
        ("fr", "comma", "Numéro,", "0.30000000000000004"),
        ("en", "semicolon", "\ufeffNumber;", "0,30000000000000004"),
    ],
)
def test_either_dialect_can_be_chosen(ana, row, language, dialect, begins, probability):
    text = content(ask(ana, language=language, dialect=dialect)).decode()

    assert text.startswith(begins)
    assert probability in text


def test_a_row_for_programs_has_the_api_s_names_and_json_s_numbers(ana, row):
    [found] = objects(content(ask(ana, format="ndjson", values="on")))

    assert found["id"] == row.pk
    assert found["created_at"] == "2026-03-01T13:30:15.250000+01:00"
    assert found["employee_id"] == 669
    assert found["proba_depart"] == 0.30000000000000004
    assert found["class"] == "above_threshold"
    assert found["source"] == row.source
    assert found["warnings"] == row.warnings
    assert found["seal"] == 1
    assert found["batch_id"] is None
    assert found["missing_features"] == ["age", "poste"]
    assert found["features"] == row.input_payload
    assert found["remark"].startswith(ALONE)


def test_a_row_of_a_workbook_has_numbers_and_a_date(ana, row):
    data = content(ask(ana, format="xlsx", values="on"))

    [found] = workbook(data)
    number, probability = found["Numéro"], found["Probabilité"]
    assert number == ("n", str(row.pk))
    assert probability == ("n", "0.30000000000000004")
    kind, days = found["Demandée le (Europe/Paris)"]
    local = datetime(1899, 12, 30) + timedelta(days=float(days))
    assert kind == "n"
    assert abs(local - datetime(2026, 3, 1, 13, 30, 15, 250_000)) < timedelta(0, 0.01)
    assert found["Classe"] == ("inlineStr", "au-dessus du seuil")
    assert found["Revenu mensuel"] == ("n", "3447")
    assert found["Évolution de la note"] == ("n", "-1")
    assert "Lot" not in found
    about = [text for line in sheet(data, 2) for _, text in line.values()]
    assert about[0] == ALONE
    assert "ana" in about[1]
    assert row.model_version in about[-1]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "ndjson"])
def test_values_are_in_the_file_only_when_asked_for(ana, row, kind):
    data = content(ask(ana, format=kind))

    read = {"csv": table, "xlsx": workbook, "ndjson": objects}[kind]
    [found] = read(data)
    assert not {"features", *LABELS.values()} & set(found)
    assert "3447" not in json.dumps(found)


def test_every_column_has_a_title_of_its_own(ana, row):
    data = content(ask(ana, format="xlsx", values="on"))

    [titles, _] = sheet(data, 1)
    texts = [text for _, text in titles.values()]
    assert len(texts) == len(set(texts))
    assert set(LABELS.values()) <= set(texts)


def test_whatever_belonged_to_an_erased_person_is_empty(ana, log_row):
    log_row(input_payload=None)

    [line] = table(content(ask(ana, values="on")))
    [item] = objects(content(ask(ana, format="ndjson", values="on")))
    [cells] = workbook(content(ask(ana, format="xlsx", values="on")))

    personal = {"Employé", "Département (fiche actuelle)", *LABELS.values()}
    assert {line[title] for title in personal} == {""}
    assert not personal & set(cells)
    assert (item["employee_id"], item["features"]) == (None, None)
    assert line["Probabilité"] == "0,4"


def test_on_thin_evidence_there_is_no_class(ana, log_row):
    log_row(warnings=[{"code": "thin_evidence", "fields": ["age"]}])

    [line] = table(content(ask(ana)))
    [item] = objects(content(ask(ana, format="ndjson")))

    assert (line["Classe"], item["class"]) == ("données insuffisantes", "thin_evidence")
    assert "prediction" not in item


def test_other_spellings_and_fields_that_are_gone_are_not_lost(ana, log_row):
    sent = {"augmentation_salaire_precedente": "11 %", "shoe_size": 43}
    log_row(input_payload=sent)

    [line] = table(content(ask(ana, values="on")))

    assert line["Dernière augmentation de salaire"] == "11 %"
    assert line["Champs que cette version ne connaît plus"] == '{"shoe_size": 43}'


# Which rows


@pytest.fixture
def small_pages(monkeypatch):
    monkeypatch.setattr(reading, "AT_ONCE", 3)


@pytest.mark.usefixtures("small_pages")
@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, range(10)),
        ({"source__exact": "api"}, range(0, 10, 2)),
        ({"source__exact": "admin"}, range(1, 10, 2)),
        ({"created_at__gte": (NOON + timedelta(hours=4)).isoformat()}, range(4, 10)),
        ({"proba_depart__gte": "0.25", "proba_depart__lt": "0.75"}, range(3, 8)),
        ({"department": "Consulting"}, [1, 2, 4, 5, 7, 8]),
        ({"department": "Consulting", "source__exact": "api"}, [2, 4, 8]),
        ({"q": "3"}, [3]),
        ({"q": "nobody"}, []),
        ({"p": "2", "o": "1"}, range(10)),
    ],
    ids=[
        "all",
        "half",
        "other half",
        "period",
        "probability",
        "department",
        "department and half",
        "search",
        "nobody",
        "page and order",
    ],
)
def test_the_file_has_the_rows_of_the_list_newest_first(ana, log_row, query, expected):
    for i in range(1, 10):
        where = "Consulting" if i % 3 else "Commercial"
        EmployeeFactory(pk=i, features=seed_features() | {"departement": where})
    rows = [
        log_row(
            employee_id=i or None,
            proba_depart=i / 10,
            prediction=int(i / 10 >= shipped.THRESHOLD),
            source="admin" if i % 2 else "api",
            created_at=NOON + timedelta(hours=i),
        ).pk
        for i in range(10)
    ]

    found = table(content(ask(ana, urlencode(query))))

    assert [int(line["Numéro"]) for line in found] == [
        rows[i] for i in reversed(expected)
    ]


@pytest.mark.usefixtures("small_pages")
def test_rows_of_one_moment_are_each_there_once(ana, log_row):
    rows = [log_row(created_at=NOON).pk for _ in range(8)]

    found = table(content(ask(ana)))

    assert [int(line["Numéro"]) for line in found] == rows[::-1]


@pytest.mark.usefixtures("small_pages")
def test_a_batch_is_exported_in_the_order_of_its_rows(ana):
    batch = make_batch(employees(8))

    found = table(content(ask(ana, f"batch_id={batch.pk}")))

    assert [line["Employé"] for line in found] == list("12345678")
    assert {line["Lot"] for line in found} == {str(batch.pk)}


@pytest.mark.usefixtures("small_pages")
def test_the_file_ends_where_the_log_ended_when_it_began(log_row):
    rows = [log_row(created_at=NOON + timedelta(hours=i)).pk for i in range(5)]
    found = reading.in_order(reading.written_so_far(Prediction.objects.all()), NEWEST)

    first = next(found).pk
    log_row(created_at=NOON - timedelta(hours=1))  # it would be the last

    assert [first, *(row.pk for row in found)] == rows[::-1]


def test_a_page_of_rows_costs_three_queries(
    ana, log_row, small_pages, django_assert_num_queries
):
    for i in range(1, 10):
        log_row(employee_id=i)
    rows = reading.in_order(Prediction.objects.all(), NEWEST)

    # The rows, their departments and their seals; at the end one more without any.
    with django_assert_num_queries(3 * 3 + 1):
        assert len(list(rows)) == 9
