"""What `import_poc` does not copy, and which databases it does not read."""

from pathlib import Path

import pytest
from django.core.management import CommandError
from django.db import connection
from django.utils.translation import override

from attrition.models import Employee
from predictions.models import Prediction
from tests import own_database, seed_database
from tests.factories import seed_features
from tests.seed_database import answer, person


@pytest.fixture(autouse=True)
def _english():
    with override("en"):
        yield


@pytest.fixture
def loose(old):
    """Without the NOT NULLs, as somebody's old schema may be."""
    if connection.vendor == "postgresql":
        old.run(seed_database.LOOSE)
    return old


BAD = [
    (answer(-3), "its number is not a whole number from 1 to 9007199254740992"),
    (answer(2**53 + 1), "its number is not a whole number from 1 to 9007199254740992"),
    (answer(2, created_at=None), "created_at is no time"),
    (answer(3, created_at="1969-12-31 00:00:00+00"), "created_at is before 1970"),
    (answer(4, created_at="2999-01-01 00:00:00+00"), "or in the future"),
    (answer(5, input_payload=None), "input_payload is no JSON object that can be kept"),
    (answer(6, input_payload="[1, 2]"), "input_payload is no JSON object that can be"),
    (answer(7, input_payload="null"), "input_payload is no JSON object that can be"),
    (
        answer(8, input_payload={"eval_number": "x" * 3000}),
        "eval_number of input_payload has more than 500 characters",
    ),
    (answer(9, proba_depart=None), "proba_depart is not a number from 0 to 1"),
    (answer(10, proba_depart=1.5), "proba_depart is not a number from 0 to 1"),
    (answer(11, proba_depart=-0.1), "proba_depart is not a number from 0 to 1"),
    (answer(12, threshold=50), "threshold is not a number from 0 to 1"),
    (answer(13, prediction=2), "prediction is neither 0 nor 1"),
    (answer(14, prediction=0), "prediction is not the side of threshold that"),
    (answer(15, model_version=None), "model_version is no text of at most 200"),
    (answer(16, model_version="v" * 3000), "model_version is no text of at most 200"),
]


def test_each_row_that_does_not_fit_is_named_with_its_reason(loose, copy):
    loose.fill([], [row for row, _ in BAD] + [answer(20)])

    code, out = copy()

    assert code == 1
    for row, why in BAD:
        [line] = [one for one in out.split("\n") if f"prediction {row[0]}:" in one]
        assert "not copied: " in line
        assert why in line
    assert f"Predictions: 1 copied, 0 here already, {len(BAD)} did not fit." in out
    assert [row.pk for row in Prediction.objects.all()] == [20]


POSTGRESQL_KNOWS = [
    ("created_at", "'infinity'", "created_at is no time"),
    ("created_at", "'0044-03-15 BC'", "created_at is no time"),
    ("proba_depart", "'NaN'", "proba_depart is not a number from 0 to 1"),
    ("proba_depart", "'Infinity'", "proba_depart is not a number from 0 to 1"),
    (
        "input_payload",
        """('{"age": 1' || repeat('0', 5000) || '}')::jsonb""",
        "input_payload is no JSON object that can be kept",
    ),
]


def test_values_that_only_postgresql_knows_are_named(loose, copy):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite holds none of them")
    loose.fill([], [answer(number) for number in range(1, 7)])
    for number, (column, value, _why) in enumerate(POSTGRESQL_KNOWS, start=1):
        loose.run(f"UPDATE predictions SET {column} = {value} WHERE id = {number}")

    code, out = copy()

    assert code == 1
    for number, (_column, _value, why) in enumerate(POSTGRESQL_KNOWS, start=1):
        assert f"prediction {number}: not copied: {why}." in out
    assert [row.pk for row in Prediction.objects.all()] == [6]


SQLITE_HOLDS = [
    ("input_payload", "{'age': 30}"),
    ("input_payload", '{"age": 30, "age": 31}'),
    ("input_payload", '{"age": NaN}'),
    ("input_payload", '{"note": "\\ud800"}'),
    ("input_payload", '{"note": "\\u0000"}'),
    ("input_payload", "[" * 5000),
    ("employee_id", "abc"),
    ("employee_id", 0),
    ("prediction", "1.5"),
    ("proba_depart", "high"),
]


def test_what_only_a_file_can_hold_is_named(loose, copy):
    if connection.vendor != "sqlite":
        pytest.skip("PostgreSQL refuses them itself")
    rows = [
        answer(number, **{column: value})
        for number, (column, value) in enumerate(SQLITE_HOLDS, start=1)
    ]
    loose.fill([], rows)

    code, out = copy()

    assert code == 1
    for row in rows:
        assert f"prediction {row[0]}: not copied: " in out
    assert not Prediction.objects.exists()


def test_people_whom_the_table_refuses_are_named_by_field_and_not_by_value(old, copy):
    old.fill(
        [
            person(1, age=1234321),
            person(2, poste="x" * 70, departement=77),
            person(3, salaire_secret=98765),
            person(-4),
            (5, "[98765]", seed_database.WHEN),
            (6, '{"age": null}', seed_database.WHEN),
            person(7),
        ],
        [answer(1, employee_id=1, input_payload=seed_features() | {"age": 1234321})],
    )

    code, out = copy()

    assert code == 1
    assert "employee 1: not copied: age must be from 16 to 100" in out
    assert "employee 2: not copied: " in out
    assert "poste must be a text" in out
    assert "departement must be a text" in out
    assert "employee 3: not copied: salaire_secret: no such field." in out
    assert "employee -4: not copied: its number is not a whole number from 1." in out
    assert "employee 5: not copied: features is no JSON object" in out
    assert "employee 6: not copied: features holds no value" in out
    assert "Employees: 1 copied" in out
    for value in ("1234321", "98765", "xxxx", "77"):
        assert value not in out
    # What was answered about somebody is on record, whether they are stored or not.
    assert Prediction.objects.get().input_payload["age"] == 1234321
    assert [one.pk for one in Employee.objects.all()] == [7]


def test_a_word_that_no_release_knows_is_a_fact_and_is_stored(old, copy):
    old.fill([person(1, poste="Astronaute")], [])

    assert copy()[0] == 0

    assert Employee.objects.get().features["poste"] == "Astronaute"


def test_of_very_many_the_first_hundred_are_named(old, copy):
    old.fill([], [answer(number, proba_depart=2) for number in range(1, 1203)])

    _, out = copy()

    assert out.count("not copied") == 100
    assert "… and more of them, see the count below." in out
    assert "1202 did not fit." in out


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("mysql://u:hunter2@db/x", "--from must start with sqlite:///, postgresql://"),
        ("postgresql://u:hunter2@db", "--from does not name a database."),
        ("postgresql://u:hunter2@db:port/x", "--from is not a database URL"),
        ("hunter2", "--from is neither a database's URL nor the name of an"),
        ("u:hunter2@db/x", "--from is neither a database's URL nor the name of an"),
        ("", "--from is neither a database's URL nor the name of an"),
        ("postgresql://u:hunter2@127.0.0.1:1/x", "--from can't be read: connection"),
        ("sqlite:///nowhere/old.sqlite3", "There is no file "),
        ("sqlite:///:memory:", "There is no file "),
    ],
)
def test_an_address_without_a_database_is_one_line_without_the_password(
    run, db, url, said
):
    with pytest.raises(CommandError) as refused:
        run("import_poc", "--from", url)

    assert said in str(refused.value)
    assert "\n" not in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_a_variable_that_holds_no_url_is_one_line_too(run, db, monkeypatch):
    monkeypatch.setenv("OLD_DATABASE_URL", "u:hunter2@db/x")

    with pytest.raises(CommandError) as refused:
        run("import_poc", "--from", "OLD_DATABASE_URL")

    assert str(refused.value).startswith("--from must start with sqlite:///")
    assert "hunter2" not in str(refused.value)


def test_nothing_is_made_where_there_is_no_file(run, db, tmp_path):
    with pytest.raises(CommandError):
        run("import_poc", "--from", f"sqlite:///{tmp_path}/none.sqlite3")

    assert not list(tmp_path.iterdir())


def own_url(name: str) -> str:
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    return own_database.url(name)


def test_its_own_database_is_refused(run, committing):
    with pytest.raises(CommandError, match="this service's own database"):
        run("import_poc", "--from", own_url(committing))


def test_another_database_of_this_service_is_refused(run, committing, tmp_path):
    vendor, folder = connection.vendor, tmp_path / "other"
    folder.mkdir()
    with (
        own_database.copied(vendor, committing, folder) as other,
        pytest.raises(CommandError, match="of this service, not of the proof"),
    ):
        run("import_poc", "--from", own_url(other))


def test_a_database_without_the_tables_is_refused(run, old):
    old.run("DROP TABLE predictions")

    with pytest.raises(CommandError, match="proof of concept's predictions"):
        run("import_poc", "--from", old.url)


def test_the_old_database_is_only_read(old, copy):
    old.fill(*seed_database.the_usual())
    file = Path(old.url.removeprefix("sqlite:///"))
    before = file.read_bytes() if file.exists() else b""

    copy()

    assert before == (file.read_bytes() if file.exists() else b"")
