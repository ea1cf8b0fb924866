"""`score_employee --all` and `--file`: many people, resumed after an interruption."""

import csv
import io
import json

import pytest
from django.core.management import CommandError
from django.utils import timezone

from attrition.features import BY_NAME
from attrition.models import Employee
from predictions.batches import making, working
from predictions.management import score_output
from predictions.models import Batch, BatchChunk, Prediction
from tests.factories import EmployeeFactory, seed_features

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch) -> None:
    monkeypatch.setattr(making, "CHUNK", 5)


def staff(count: int) -> None:
    for number in range(1, count + 1):
        EmployeeFactory(
            employee_id=number, features=seed_features() | {"age": 20 + number}
        )


def people(count: int, **odd: dict) -> str:
    """A CSV of people of 20 and more; `odd` changes cells of a line, by its number."""
    text = io.StringIO()
    table = csv.DictWriter(text, ["employee_id", "age", "revenu_mensuel"])
    table.writeheader()
    for number in range(1, count + 1):
        row = {"employee_id": number, "age": 20 + number, "revenu_mensuel": 3000.5}
        table.writerow(row | odd.get(f"line_{number + 1}", {}))
    return text.getvalue()


def asked() -> list[int]:
    return list(
        Prediction.objects.order_by("batch_row").values_list("employee_id", flat=True)
    )


@pytest.fixture
def interrupted(monkeypatch):
    """A run that is stopped in its third chunk, as by Ctrl-C."""
    scored = []
    score = working.score

    def stop(*args, **kwargs):
        found = score(*args, **kwargs)
        scored.append(found)
        if len(scored) == 3:
            raise KeyboardInterrupt
        return found

    def interrupt(run, *arguments):
        monkeypatch.setattr(working, "score", stop)
        with pytest.raises(CommandError) as stopped:
            run("score_employee", *arguments)
        monkeypatch.setattr(working, "score", score)
        return stopped.value

    return interrupt


def test_an_interrupted_run_goes_on_where_it_ended(run, interrupted, settings):
    settings.LANGUAGE_CODE = "en"
    staff(23)

    stopped = interrupted(run, "--all", "--summary")
    assert stopped.returncode == 130
    assert "run the same command again" in str(stopped)
    assert len(asked()) == 10

    out, err = run("score_employee", "--all", "--summary")

    assert asked() == list(range(1, 24))
    assert Batch.objects.get().state == "done"
    assert "10 of 23 are done" in err
    assert "23 scored and logged, 0 refused" in out


def test_what_is_begun_anew_leaves_what_was_logged(run, interrupted):
    staff(23)
    interrupted(run, "--all", "--summary")

    run("score_employee", "--all", "--summary", "--restart")

    assert Prediction.objects.count() == 10 + 23
    states = Batch.objects.order_by("created_at").values_list("state", flat=True)
    assert list(states) == ["cancelled", "done"]


def test_a_run_that_was_finished_begins_anew(run):
    staff(3)

    run("score_employee", "--all", "--summary")
    run("score_employee", "--all", "--summary")

    assert Prediction.objects.count() == 6


def test_the_output_of_a_resumed_run_is_whole(run, interrupted, tmp_path):
    staff(23)
    output = tmp_path / "scores.csv"
    interrupted(run, "--all", "--output", str(output))
    assert list(tmp_path.iterdir()) == []

    run("score_employee", "--all", "--output", str(output))

    with output.open() as file:
        rows = list(csv.DictReader(file))
    assert [int(row["employee_id"]) for row in rows] == list(range(1, 24))
    logged = Prediction.objects.order_by("batch_row").values_list("proba_depart")
    assert [(float(row["proba_depart"]),) for row in rows] == list(logged)


def test_an_output_that_is_there_is_kept_and_nobody_is_scored(run, tmp_path):
    staff(1)
    output = tmp_path / "scores.csv"
    output.write_text("mine")

    with pytest.raises(CommandError, match="--overwrite"):
        run("score_employee", "--all", "--output", str(output))

    assert output.read_text() == "mine"
    assert not Prediction.objects.exists()
    run("score_employee", "--all", "--output", str(output), "--overwrite")
    assert output.read_text() != "mine"


def test_only_changed_people_are_scored_again(run):
    staff(7)
    run("score_employee", "--all", "--summary")
    Employee.objects.filter(pk=4).update(features=seed_features() | {"age": 61})

    run("score_employee", "--all", "--changed-only", "--summary")

    assert Prediction.objects.count() == 8
    assert Prediction.objects.latest("pk").employee_id == 4


@pytest.mark.parametrize("ending", [".csv", ".ndjson"])
def test_people_of_a_file_are_scored_and_written_out(run, tmp_path, ending):
    file = tmp_path / f"people{ending}"
    rows = list(csv.DictReader(io.StringIO(people(12))))
    if ending == ".csv":
        file.write_text(people(12))
    else:
        lines = [
            {
                "employee_id": int(row["employee_id"]),
                "features": {"age": int(row["age"]), "revenu_mensuel": 3000.5},
            }
            for row in rows
        ]
        file.write_text("".join(json.dumps(line) + "\n" for line in lines))
    output = tmp_path / "scores.ndjson"

    run("score_employee", "--file", str(file), "--output", str(output))

    found = [json.loads(line) for line in output.read_text().splitlines()]
    assert [item["employee_id"] for item in found] == list(range(1, 13))
    assert Prediction.objects.get(employee_id=7).input_payload == {
        "age": 27,
        "revenu_mensuel": 3000.5,
    }
    assert not BatchChunk.objects.exclude(people=None).exists()


def test_a_bad_line_is_named_and_nobody_is_scored(run, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(people(12, line_8={"age": "300"}, line_10={"revenu_mensuel": "x"}))

    with pytest.raises(CommandError):
        run("score_employee", "--file", str(file))

    named = [line.partition(" ")[0] for line in run.err.splitlines()]
    assert [name.rstrip("\u00a0:") for name in named] == [
        "people.csv:8",
        "people.csv:10",
    ]
    assert not Prediction.objects.exists()
    assert not Batch.objects.exists()


def test_who_keeps_going_gets_the_refused_in_a_file(run, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(people(12, line_8={"age": "300"}, line_10={"employee_id": "=1"}))

    with pytest.raises(CommandError, match="2 "):
        run("score_employee", "--file", str(file), "--keep-going", "--summary")

    with (tmp_path / "people.csv.errors.csv").open() as errors:
        rows = [
            (row["line"], row["field"], row["code"]) for row in csv.DictReader(errors)
        ]
    assert rows == [
        ("8", "age", "out_of_range"),
        ("10", "employee_id", "not_an_employee_id"),
    ]
    assert asked() == [n for n in range(1, 13) if n not in (7, 9)]


def test_a_file_of_too_many_people_is_refused_whole(run, tmp_path, monkeypatch):
    monkeypatch.setattr(making, "MOST_ROWS", 11)
    file = tmp_path / "people.csv"
    file.write_text(people(12))

    with pytest.raises(CommandError, match="11"):
        run("score_employee", "--file", str(file))

    assert not Batch.objects.exists()


def test_a_file_with_other_contents_is_other_work(run, interrupted, tmp_path):
    file = tmp_path / "people.csv"
    file.write_text(people(23))
    interrupted(run, "--file", str(file), "--summary")
    file.write_text(people(7))

    run("score_employee", "--file", str(file), "--summary")

    assert Prediction.objects.count() == 10 + 7


@pytest.mark.parametrize(
    "arguments",
    [
        ["--changed-only", "--file", "people.csv"],
        ["669", "--changed-only"],
        ["--all", "--keep-going"],
        ["--all", "--file", "people.csv"],
        ["--file", "people.xlsx"],
        ["--file", "nowhere.csv"],
        ["--all", "--output", "nowhere/scores.csv"],
        ["--all", "--output", "scores.xlsx"],
        ["--all", "--output", "scores.csv", "--format", "json"],
        ["--all", "--output", "scores.csv", "--summary"],
        ["--batch", "00000000-0000-0000-0000-000000000000"],
    ],
)
def test_what_makes_no_sense_is_refused(run, arguments):
    with pytest.raises(CommandError):
        run("score_employee", *arguments)

    assert not Batch.objects.exists()


def test_run_batches_finishes_what_others_left(run, interrupted):
    staff(23)
    interrupted(run, "--all", "--summary")

    out, _ = run("run_batches")

    assert asked() == list(range(1, 24))
    assert str(Batch.objects.get().pk) in out
    assert run("run_batches") == ("", "")


def test_the_table_of_fields_is_the_header_of_a_file(run, tmp_path):
    file = tmp_path / "people.csv"
    features = seed_features()
    file.write_text(
        ";".join(features)
        + "\n"
        + ";".join(str(value).replace(".", ",") for value in features.values())
        + "\n",
        encoding="utf-8-sig",
    )
    assert set(features) <= set(BY_NAME)

    run("score_employee", "--file", str(file), "--summary")

    EmployeeFactory(employee_id=1, features=features)
    run("score_employee", "1")
    of_file, by_number = Prediction.objects.order_by("pk")
    assert of_file.proba_depart.hex() == by_number.proba_depart.hex()


@pytest.mark.parametrize("changed_only", [[], ["--changed-only"]])
def test_whoever_is_archived_is_left_out(run, changed_only):
    staff(3)
    Employee.objects.filter(pk=2).update(archived_at=timezone.now())

    run("score_employee", "--all", "--summary", *changed_only)

    assert asked() == [1, 3]


def test_the_answers_of_a_batch_can_be_written_again(run, interrupted, tmp_path):
    staff(23)
    interrupted(run, "--all", "--summary")
    batch = str(Batch.objects.get().pk)
    output = tmp_path / "scores.ndjson"

    run("score_employee", "--batch", batch, "--output", str(output))
    run("score_employee", "--batch", batch, "--summary")

    assert len(output.read_text().splitlines()) == 23
    assert Prediction.objects.count() == 23


def test_an_output_that_fails_says_how_to_get_it_without_scoring_again(
    run, monkeypatch, tmp_path
):
    staff(3)

    def fail(*args):
        raise OSError("disk full")

    monkeypatch.setattr(score_output, "write", fail)

    with pytest.raises(CommandError, match="--batch"):
        run("score_employee", "--all", "--output", str(tmp_path / "scores.csv"))

    assert Prediction.objects.count() == 3


def test_an_unfinished_run_of_another_file_is_named_and_can_be_given_up(
    run, interrupted, tmp_path
):
    file = tmp_path / "people.csv"
    file.write_text(people(23))
    interrupted(run, "--file", str(file), "--summary")
    file.write_text(people(7))
    old = Batch.objects.get()

    _, err = run("score_employee", "--file", str(file), "--summary")
    assert str(old.pk) in err
    run("score_employee", "--file", str(file), "--summary", "--restart")

    old.refresh_from_db()
    assert old.state == "cancelled"


def test_the_file_that_is_read_is_not_replaced_by_its_answers(run, tmp_path):
    file = tmp_path / "people.csv"
    file.write_bytes(people(3).encode())

    with pytest.raises(CommandError):
        run("score_employee", "--file", file, "--output", file, "--overwrite")

    assert file.read_bytes().decode() == people(3)
    assert not Prediction.objects.exists()


def test_whoever_is_archived_before_their_turn_is_left_out(run, interrupted):
    staff(23)
    interrupted(run, "--all", "--summary")
    Employee.objects.filter(pk=20).update(archived_at=timezone.now())

    with pytest.raises(CommandError):
        run("score_employee", "--all", "--summary")

    assert asked() == [n for n in range(1, 24) if n != 20]
