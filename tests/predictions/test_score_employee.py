"""`manage.py score_employee`: scored and logged as the API does."""

import csv
import io
import json
import os
import re
from getpass import getuser

import pytest
from django.core.management import CommandError
from django.db import OperationalError
from django.utils.translation import override
from rest_framework.test import APIClient

from attrition import releases
from attrition.models import Employee
from predictions.database.bulk_insert import ReadyRows
from predictions.management import arguments, score_output
from predictions.management.commands import score_employee
from predictions.models import Prediction
from tests.factories import EmployeeFactory, make_key, seed_features
from tests.predictions.explained import assert_explains
from tests.predictions.refusals import send

REASONS = {
    "fr": (
        "Heures supplémentaires\u00a0: Oui (d'habitude Non)\u00a0: "
        "associé à un risque plus élevé que d'habitude",
        "ce n'est pas une cause",
    ),
    "en": (
        "Overtime: Yes (usually No): associated with a higher risk than usual",
        "it is not a cause",
    ),
}

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> list[Employee]:
    return [
        EmployeeFactory(pk=pk, features=seed_features() | {"revenu_mensuel": pay})
        for pk, pay in ((669, 3_447), (670, 7_280.5), (671, 2_000), (1_000, 19_000))
    ]


def by_api(*numbers: int) -> list[dict]:
    _, secret = make_key()
    return [
        send(APIClient(), "POST", f"/predict_by_id/{number}", X_API_Key=secret).json()
        for number in numbers
    ]


def test_json_is_a_list_with_the_keys_of_the_apis_answer(run, staff):
    out, err = run("score_employee", 669, 671, "--format", "json")

    found = json.loads(out)
    answers = by_api(669, 671)
    assert err == ""
    assert [item["employee_id"] for item in found] == [669, 671]
    for item, answer in zip(found, answers, strict=True):
        assert item.keys() == {"employee_id"} | answer.keys()
        for key in answer.keys() - {"db_id", "warnings"}:
            assert repr(item[key]) == repr(answer[key])


@pytest.mark.parametrize("kind", ["json", "csv"])
def test_a_command_scores_as_the_api_does_to_the_last_bit(run, staff, kind):
    out, _ = run("score_employee", "--all", "--format", kind)

    rows = json.loads(out) if kind == "json" else list(csv.DictReader(io.StringIO(out)))
    answers = by_api(669, 670, 671, 1_000)
    assert [float(row["proba_depart"]).hex() for row in rows] == [
        answer["proba_depart"].hex() for answer in answers
    ]
    assert [int(row["employee_id"]) for row in rows] == [669, 670, 671, 1_000]


def test_what_a_command_shows_is_in_the_log(run, staff):
    out, _ = run("score_employee", "--all", "--format", "json")

    for item in json.loads(out):
        row = Prediction.objects.get(pk=item["db_id"])
        assert row.employee_id == item["employee_id"]
        assert row.proba_depart == item["proba_depart"]
        assert (row.source, row.user_name) == ("command", getuser())
        assert (row.key_prefix, row.key_owner, row.request_id) == ("", "", "")
        assert row.input_payload == Employee.objects.get(pk=row.employee_id).features


def test_employees_come_in_the_order_they_were_named_and_each_once(run, staff):
    out, _ = run("score_employee", 1_000, 669, 1_000, "--format", "json")

    assert [item["employee_id"] for item in json.loads(out)] == [1_000, 669]
    assert Prediction.objects.count() == 2


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_table_is_for_people(run, staff, settings, language):
    settings.LANGUAGE_CODE = language
    EmployeeFactory(pk=672, features={"poste": "Manager"})

    out, _ = run("score_employee", "--all")

    lines = out.splitlines()
    people = [line for line in lines[1:] if re.match(r" {,9}\d+  .*%", line)]
    assert [line.split()[0] for line in people] == ["669", "670", "671", "672", "1000"]
    [counted] = [place for place, line in enumerate(lines) if line.startswith("5 ")]
    # What holds of every score, and that a score is no decision.
    assert len(lines) - counted == 3


NOTES = {
    "fr": (
        "Manquants, et remplacés par la valeur habituelle\u00a0: Revenu mensuel",
        "et compté comme la valeur la plus proche\u00a0: Distance domicile-travail",
        "Plus d'un tiers des champs manquaient",
    ),
    "en": (
        "Missing, and replaced by the usual value: Monthly pay",
        "and counted as its nearest value: Distance from home",
        "More than a third of the fields were missing",
    ),
}


@pytest.mark.parametrize("language", NOTES)
def test_what_to_know_of_a_person_stands_below_them_and_names_the_fields(run, language):
    usual = seed_features()
    EmployeeFactory(pk=669, features=usual | {"revenu_mensuel": None})
    EmployeeFactory(pk=670, features=usual | {"distance_domicile_travail": 19_000})
    EmployeeFactory(pk=671, features={"poste": "Manager"})
    EmployeeFactory(pk=672, features=usual)

    with override(language):
        out, _ = run("score_employee", "--all")

    missing, outside, thin = NOTES[language]
    about, person = {}, None
    for line in out.splitlines():
        if found := re.match(r" {,9}(\d+)  .*%", line):
            person = found[1]
        elif line.startswith(" " * 12):
            about.setdefault(person, []).append(line.strip())
    assert about.keys() == {"669", "670", "671"}
    assert about["669"] == [missing]
    assert [line.endswith(outside) for line in about["670"]] == [True]
    assert [line.startswith(thin) for line in about["671"]] == [True]
    label = missing.rpartition(":")[2].strip()
    assert label in about["671"][0]
    assert out.count(thin) == 1


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("columns", [60, 80, 100])
def test_the_table_fits_the_terminal_and_keeps_every_word(
    run, monkeypatch, columns, language
):
    features = {"poste": "Manager", "heure_supplementaires": 1}
    EmployeeFactory(pk=669, features=features | {"distance_domicile_travail": 19_000})
    EmployeeFactory(pk=670, features=seed_features())
    with override(language):
        monkeypatch.setenv("COLUMNS", "10000")
        wide, _ = run("score_employee", "--all", "--explain")
        monkeypatch.setenv("COLUMNS", str(columns))
        narrow, _ = run("score_employee", "--all", "--explain")

    assert max(map(len, wide.splitlines())) > 100
    assert max(map(len, narrow.splitlines())) <= columns
    assert sorted(narrow.split()) == sorted(wide.split())
    assert " ".join(REASONS[language][0].split()) in " ".join(narrow.split())


@pytest.mark.parametrize("columns", [80, 200])
def test_bars_begin_in_one_column_and_tell_plus_from_minus_without_colour(
    run, monkeypatch, columns
):
    monkeypatch.setenv("COLUMNS", str(columns))
    EmployeeFactory(pk=669, features=seed_features() | {"heure_supplementaires": 1})

    out, _ = run("score_employee", 669, "--explain")

    found = [re.match(r" +([+−])[\d,]+ (█*)(░*)", line) for line in out.splitlines()]
    signs = {(m[1], bool(m[2]), bool(m[3])) for m in found if m}
    assert signs == {("+", True, False), ("−", False, True)}
    assert {m.start(2) for m in found if m} == {11}


def test_a_csv_is_one_table_that_a_spreadsheet_reads(run, staff):
    EmployeeFactory(pk=672, features={"poste": "Manager"})

    out, _ = run("score_employee", "--all", "--format", "csv")

    rows = list(csv.DictReader(io.StringIO(out)))
    assert len(rows) == 5
    assert all(None not in row and None not in row.values() for row in rows)
    thin = next(row for row in rows if row["employee_id"] == "672")
    assert "thin_evidence" in thin["warnings"].split()
    assert "revenu_mensuel" in thin["missing_features"].split()


def test_a_csv_is_refused_an_explanation_that_it_could_not_show(run, staff):
    with pytest.raises(CommandError, match="json"):
        run("score_employee", 669, "--explain", "--format", "csv")

    assert not Prediction.objects.exists()


def test_an_explanation_is_given_on_demand(run, staff):
    plain, _ = run("score_employee", 669, "--format", "json")
    explained, _ = run("score_employee", 669, "--explain", "--format", "json")
    table, _ = run("score_employee", 669, "--explain")

    assert "explanation" not in json.loads(plain)[0]
    assert json.loads(explained)[0]["explanation"]["contributions"]
    assert "█" in table
    assert len(table.splitlines()) > 10


@pytest.mark.parametrize("language", REASONS)
def test_a_terminal_shows_each_reason_as_a_sentence_with_its_bar(run, language):
    EmployeeFactory(pk=669, features=seed_features() | {"heure_supplementaires": 1})

    with override(language):
        out, _ = run("score_employee", 669, "--explain")

    overtime, no_cause = REASONS[language]
    lines = out.splitlines()
    reasons = [line for line in lines if re.search("[█░]", line)]
    lengths = [len(re.findall("[█░]", line)) for line in reasons]
    assert any(line.endswith(overtime) for line in reasons)
    assert lengths == sorted(lengths, reverse=True)
    assert (lengths[0], lengths[-1] >= 1) == (score_output.BAR, True)
    assert no_cause in lines[lines.index(reasons[-1]) + 1]
    assert len(lines[0]) < len(reasons[0])


def test_a_terminal_gives_no_reason_for_somebody_as_usual_as_can_be(run):
    scorecard = releases.current().scorecard
    usual = {item.field: item.usual for item in scorecard.fields}
    EmployeeFactory(pk=669, features=usual)

    out, _ = run("score_employee", 669, "--explain")

    assert "█" not in out


def test_an_explanation_in_json_sums_to_the_logit_and_has_these_keys(run, staff):
    out, _ = run("score_employee", "--all", "--explain", "--format", "json")

    for item in json.loads(out):
        assert_explains(item["explanation"], item["proba_depart"])


@pytest.mark.parametrize("kind", ["table", "json", "csv"])
@pytest.mark.parametrize("named", [[670_000], [669, 670_000], [670_000, 669, 670_001]])
def test_an_unknown_number_exits_with_1_and_nobody_is_logged(run, staff, kind, named):
    with pytest.raises(CommandError) as caught:
        run("score_employee", *named, "--format", kind)

    assert caught.value.returncode == 1
    assert "670000" in str(caught.value)
    assert "669" not in str(caught.value)
    assert not Prediction.objects.exists()
    assert run.out == ""


@pytest.mark.parametrize("named", ["0", "-5", "abc", "669a", str(2**63), "6.69", ""])
def test_a_number_that_is_none_is_refused(run, staff, named):
    with pytest.raises(CommandError):
        run("score_employee", named)

    assert not Prediction.objects.exists()


@pytest.mark.parametrize("arguments", [[], [669, "--all"], [669, "--format", "xml"]])
def test_a_call_that_says_not_whom_is_refused(run, staff, arguments):
    with pytest.raises(CommandError):
        run("score_employee", *arguments)

    assert not Prediction.objects.exists()


@pytest.mark.parametrize("kind", ["table", "json", "csv"])
@pytest.mark.parametrize("chunk", [1, 2, 3, 500])
def test_an_employee_who_fits_no_more_is_named_and_the_others_are_scored(
    run, staff, monkeypatch, kind, chunk
):
    monkeypatch.setattr(score_employee, "CHUNK", chunk)
    EmployeeFactory(pk=700, features=seed_features() | {"age": 300, "zzz": 1})
    EmployeeFactory(pk=701, features=[])

    with pytest.raises(CommandError) as caught:
        run("score_employee", "--all", "--format", kind)

    assert caught.value.returncode == 1
    assert "2" in str(caught.value)
    about = [line.split(":")[0].strip() for line in run.err.splitlines()]
    assert about == ["700", "700", "701"]
    assert "age" in run.err
    assert "zzz" in run.err
    logged = list(
        Prediction.objects.order_by("pk").values_list("employee_id", flat=True)
    )
    assert logged == [669, 670, 671, 1_000]
    if kind == "json":
        assert [item["employee_id"] for item in json.loads(run.out)] == logged
    assert all(str(number) in run.out for number in logged)


def test_when_nobody_fits_the_list_is_empty_and_still_a_list(run):
    EmployeeFactory(pk=700, features={"age": 300})

    with pytest.raises(CommandError):
        run("score_employee", "--all", "--format", "json")

    assert json.loads(run.out) == []


def test_nobody_stored_is_an_empty_list(run):
    out, _ = run("score_employee", "--all", "--format", "json")

    assert json.loads(out) == []


def test_a_damaged_release_scores_nobody(run, staff, broken_release):
    with pytest.raises(CommandError, match=r"scorecard\.json"):
        run("score_employee", "--all")

    assert not Prediction.objects.exists()
    assert run.out == ""


def test_a_log_that_cannot_be_written_shows_no_score(
    run, staff, monkeypatch, seed_score
):
    def fail(self: ReadyRows) -> None:
        raise OperationalError(f"({[row['proba_depart'] for row in self._rows]})")

    monkeypatch.setattr(ReadyRows, "insert", fail)

    with pytest.raises(CommandError) as caught:
        run("score_employee", "--all", "--format", "json")

    assert seed_score not in run.out + run.err + str(caught.value)


def test_a_container_whose_user_has_no_name_can_score(run, staff, monkeypatch):
    def unnamed() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr(arguments, "getuser", unnamed)

    run("score_employee", 669)

    assert Prediction.objects.get().user_name == f"uid {os.getuid()}"
