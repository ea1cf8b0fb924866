"""Whatever stands in the log, no spreadsheet runs it and nothing of it is lost."""

from datetime import UTC, datetime

import pytest

from predictions.exports.cells import COMMA, SEMICOLON, harmless
from tests.factories import seed_features
from tests.predictions.exported import ask, content, objects, table, workbook

FORMULAS = [
    "=1+1",
    "+1",
    "-1+1",
    "@SUM(A1)",
    "\t=1",
    "\r=1",
    "\n=1",
    "＝1+1",
    "＋1",
    "－1",
    "＠SUM(A1)",
    " =1+1",
    "\u00a0=1",
    "\u3000＝1",
    "\ufeff=1",
    '=HYPERLINK("http://x.example";"here")',
    "=cmd|' /C calc'!A0",
]
OTHERS = [
    'Ressources; humaines, "à l\'essai"',
    "two\r\nlines",
    "https://x.example/",
    "mailto:ana@x.example",
    "<r><t>markup</t></r>",
    "<b>&amp;</b>",
    "_x0041_",
    "\x01\x1f",
    "😀",
    "3 - 4",
    "00042",
    "12/03",
    " spaces ",
]


@pytest.fixture
def ana(browser):
    return browser("HR auditor", "ana")


@pytest.mark.parametrize("text", FORMULAS, ids=ascii)
def test_no_text_is_a_formula(text):
    assert harmless(text) == f"'{text}"


@pytest.mark.parametrize("text", OTHERS, ids=ascii)
def test_other_texts_stay_as_they_are(text):
    assert harmless(text) == text


@pytest.mark.parametrize(
    ("value", "french", "english"),
    [
        (-1, -1, -1),
        (-3.5, "-3,5", -3.5),
        (-0.30000000000000004, "-0,30000000000000004", -0.30000000000000004),
        (1e-7, "1e-07", 1e-7),
        (10**20, 10**20, 10**20),
        (True, "true", "true"),
        (None, "", ""),
        ("-3.5", "-3.5", "-3.5"),
        (["a", "b"], "a b", "a b"),
        ({"a": -1.5}, '{"a": -1.5}', '{"a": -1.5}'),
        (float("nan"), "NaN", "NaN"),
        ("\ud800", "\\ud800", "\\ud800"),
    ],
    ids=repr,
)
def test_numbers_stay_numbers_and_texts_become_harmless(value, french, english):
    assert SEMICOLON.cell(value) == french
    assert COMMA.cell(value) == english


@pytest.fixture
def hostile(log_row):
    """Each text where a caller, or somebody with SQL, can put it."""
    return [
        log_row(
            model_version=text,
            key_owner=text,
            user_name=text,
            missing_features=[text],
            warnings=[{"code": text, "fields": [text]}],
            input_payload=seed_features() | {"poste": text, "evolution_note": -2},
        ).pk
        for text in [*FORMULAS, *OTHERS]
    ]


@pytest.mark.parametrize("dialect", ["semicolon", "comma"])
def test_hostile_texts_come_back_from_csv(ana, hostile, dialect):
    data = content(ask(ana, dialect=dialect, values="on"))

    found = table(data, {"semicolon": ";", "comma": ","}[dialect])
    texts = [line["Poste"] for line in reversed(found)]
    assert texts == [*(f"'{text}" for text in FORMULAS), *OTHERS]
    assert {line["Évolution de la note"] for line in found} == {"-2"}
    for line in found:
        cells = {name: text for name, text in line.items() if "note" not in name}
        assert not [text for text in cells.values() if harmless(text) != text]


def test_hostile_texts_come_back_from_a_workbook_as_texts(ana, hostile):
    found = workbook(content(ask(ana, format="xlsx", values="on")))

    cells = [row["Poste"] for row in reversed(found)]
    markup = "<r><t>markup</t></r>"
    assert [text for _, text in cells] == [
        f"'{text}" if text == markup else text for text in [*FORMULAS, *OTHERS]
    ]
    assert {kind for kind, _ in cells} == {"inlineStr"}
    assert {row["Évolution de la note"] for row in found} == {("n", "-2")}


def test_hostile_texts_come_back_from_json_lines_as_they_are(ana, hostile):
    found = objects(content(ask(ana, format="ndjson", values="on")))

    texts = [item["features"]["poste"] for item in reversed(found)]
    assert texts == [*FORMULAS, *OTHERS]


def test_numbers_that_a_spreadsheet_would_round_are_texts_in_a_workbook(ana, log_row):
    log_row(input_payload={"eval_number_int": 10**20, "age": 10**14})

    [row] = workbook(content(ask(ana, format="xlsx", values="on")))

    assert row["Numéro d'évaluation (entier)"] == ("inlineStr", str(10**20))
    assert row["Âge"] == ("n", str(10**14))


def test_no_decimal_comma_is_in_json_lines_in_either_language(ana, log_row):
    log_row(input_payload={"revenu_mensuel": 3447.5}, proba_depart=0.25, prediction=0)

    for language in ("fr", "en"):
        answer = ask(ana, language=language, format="ndjson", values="on")
        [item] = objects(content(answer))
        assert item["proba_depart"] == 0.25
        assert item["features"]["revenu_mensuel"] == 3447.5


def test_a_time_before_spreadsheets_is_a_text_in_a_workbook(ana, log_row):
    log_row(created_at=datetime(1899, 12, 31, tzinfo=UTC))

    [row] = workbook(content(ask(ana, format="xlsx")))

    kind, text = row["Demandée le (Europe/Paris)"]
    assert kind == "inlineStr"
    assert text.startswith("1899-12-31T")


@pytest.mark.parametrize(
    "text", ["-11 %", "-11\u00a0%", "-5", "-0,5", "-0.5 %", "11 %"]
)
def test_a_negative_number_that_was_sent_as_text_stays_one(text):
    assert harmless(text) == text


@pytest.mark.parametrize(
    "text", ["-5+cmd", "+3", "-1 -1", "-", "+", "-5\n", "=-5", "-٣"]
)
def test_what_only_begins_as_a_number_is_neutralised(text):
    assert harmless(text) == f"'{text}"
