"""The log itself: what the database refuses, what the model refuses, what is found."""

import copy

import pytest
from django.db import DatabaseError, connection, transaction

from attrition.models import Employee
from predictions.models import AppendOnlyError, Prediction

SEED_QUERY = (
    "SELECT id, created_at, employee_id, proba_depart, prediction, threshold, "
    "model_version FROM predictions ORDER BY created_at DESC LIMIT 5;"
)


@pytest.fixture
def row(make_prediction) -> Prediction:
    return make_prediction(employee_id=669)


def insert_copy(row: Prediction, **changes: str) -> None:
    """INSERT the row once more by SQL, with some columns as other literals."""
    columns = [f.column for f in Prediction._meta.concrete_fields if f.column != "id"]
    values = [changes.get(column, column) for column in columns]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO predictions ({', '.join(columns)}) "
            f"SELECT {', '.join(values)} FROM predictions WHERE id = {row.pk}"
        )


def test_a_sound_row_can_be_inserted_by_sql(row):
    insert_copy(row, proba_depart="0.5", threshold="0.5", prediction="1")
    insert_copy(row, proba_depart="0", threshold="1", prediction="0")
    insert_copy(row, proba_depart="1", threshold="0", prediction="1")

    assert Prediction.objects.count() == 4


@pytest.mark.parametrize(
    "values",
    [
        {"proba_depart": "1.0000001"},
        {"proba_depart": "-0.0000001", "threshold": "0", "prediction": "0"},
        {"proba_depart": "9e999", "threshold": "0.5", "prediction": "1"},
        {"proba_depart": "NULL"},
        {"threshold": "1.5", "prediction": "0"},
        {"threshold": "-0.1", "prediction": "1"},
        {"threshold": "NULL"},
        {"proba_depart": "0.5", "threshold": "0.4", "prediction": "0"},
        {"proba_depart": "0.5", "threshold": "0.5", "prediction": "0"},
        {"proba_depart": "0.5", "threshold": "0.6", "prediction": "1"},
        {"prediction": "2"},
        {"prediction": "-1"},
        {"prediction": "NULL"},
        {"model_version": "NULL"},
        {"created_at": "NULL"},
    ],
    ids=str,
)
def test_the_database_refuses_a_row_that_makes_no_sense(row, values):
    if connection.vendor == "postgresql" and values.get("proba_depart") == "9e999":
        values = values | {"proba_depart": "'Infinity'::float8"}

    with pytest.raises(DatabaseError):
        insert_copy(row, **values)

    assert Prediction.objects.count() == 1


TAMPERING = {
    "save": lambda row: row.save(),
    "save some fields": lambda row: row.save(update_fields=["proba_depart"]),
    "force an update": lambda row: row.save(force_update=True),
    "save as new under the same id": lambda row: Prediction(
        **{f.attname: getattr(row, f.attname) for f in row._meta.fields}
    ).save(),
    "delete": lambda row: row.delete(),
    "update": lambda row: Prediction.objects.update(proba_depart=0.9),
    "update one": lambda row: Prediction.objects.filter(pk=row.pk).update(threshold=0),
    "update or create": lambda row: Prediction.objects.update_or_create(
        pk=row.pk, defaults={"proba_depart": 0.9}
    ),
    "bulk update": lambda row: Prediction.objects.bulk_update([row], ["proba_depart"]),
    "bulk create over it, by position": lambda row: Prediction.objects.bulk_create(
        [row], None, False, True, ["proba_depart"], ["id"]
    ),
    "bulk create that drops it": lambda row: Prediction.objects.bulk_create(
        [row], ignore_conflicts=True
    ),
    "bulk create over it": lambda row: Prediction.objects.bulk_create(
        [row],
        update_conflicts=True,
        update_fields=["proba_depart"],
        unique_fields=["id"],
    ),
    "delete all": lambda row: Prediction.objects.all().delete(),
    "delete one": lambda row: Prediction.objects.filter(pk=row.pk).delete(),
    "update what is about an employee": lambda row: row.employee.predictions.update(
        proba_depart=0.9
    ),
    "clear what is about an employee": lambda row: row.employee.predictions.clear(),
}


@pytest.mark.parametrize("tamper", TAMPERING.values(), ids=TAMPERING)
def test_a_row_is_neither_changed_nor_removed(employee, row, tamper):
    before = Prediction.objects.values().get()
    row.proba_depart = 0.9

    with pytest.raises((AppendOnlyError, DatabaseError)), transaction.atomic():
        tamper(row)

    assert Prediction.objects.values().get() == before


@pytest.mark.parametrize("name", ["save", "delete", "update", "bulk update"])
def test_the_refusal_says_what_the_log_is(row, name):
    with pytest.raises(AppendOnlyError, match="never changed or removed"):
        TAMPERING[name](row)


def test_a_copy_of_a_row_is_a_new_row(row):
    again = copy.copy(row)
    again.pk, again._state.adding = None, True

    again.save()

    assert Prediction.objects.count() == 2


# What the seed promises


def test_the_seeds_query_finds_the_seeds_columns(row):
    with connection.cursor() as cursor:
        cursor.execute(SEED_QUERY)
        [found] = cursor.fetchall()

    assert found[0] == row.pk
    assert found[2:] == (
        669,
        row.proba_depart,
        row.prediction,
        row.threshold,
        row.model_version,
    )


def test_the_seeds_other_columns_are_there(row, employee):
    with connection.cursor() as cursor:
        cursor.execute("SELECT input_payload FROM predictions")
        assert "E_669" in str(cursor.fetchall())
        cursor.execute("SELECT employee_id, features, created_at FROM employees")
        assert cursor.fetchone()[0] == 669


def test_the_seeds_way_of_storing_an_employee_still_works(api):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO employees (employee_id, features) VALUES (%s, %s)",
            [700, '{"age": 30, "poste": "Manager"}'],
        )

    assert api.post("/predict_by_id/700").status_code == 200
    assert api.get("/employees/700").json()["created_at"].endswith("Z")


# Finding a person


@pytest.mark.parametrize(
    "term",
    ["669", "E_669", "emp_c8b594649875c70a"],
    ids=["number", "text", "pseudonym"],
)
def test_a_persons_rows_are_found_by_number_and_by_identifier(make_prediction, term):
    wanted = [
        make_prediction(employee_id=669),
        make_prediction(employee_id=None),
        make_prediction(employee_id=1),
    ]
    nobody = dict.fromkeys(
        ("eval_number", "eval_number_int", "code_sondage", "employee_id_anon")
    )
    make_prediction(employee_id=1, **nobody)

    assert set(Prediction.objects.about(term)) == set(wanted)


@pytest.mark.parametrize(
    "name", ["eval_number", "eval_number_int", "code_sondage", "employee_id_anon"]
)
@pytest.mark.parametrize(
    ("value", "term"),
    [
        ("AB-7", "AB-7"),
        (7_000, "7000"),
        ("7000", "7000"),
        (10**17, str(10**17)),
        (4711.0, "4711"),
        ("é ü", "é ü"),
        ("it's 100 %", "it's 100 %"),
        ("x" * 64, "x" * 64),
    ],
)
def test_each_identifier_is_found_as_a_text_and_as_a_number(
    make_prediction, name, value, term
):
    wanted = make_prediction(**{name: value})
    make_prediction(**{name: None})

    assert list(Prediction.objects.about(term)) == [wanted]


def test_the_rows_of_an_employee_are_found_without_identifiers(log_row):
    wanted = log_row(employee_id=2**63 - 1, input_payload={"age": 30})
    log_row(employee_id=None, input_payload=None)

    assert list(Prediction.objects.about(str(2**63 - 1))) == [wanted]


@pytest.mark.parametrize(
    "term",
    [
        "",
        "66",
        "6699",
        "e_669",
        "E_66%",
        "E%669",
        "21",
        "null",
        "9" * 30,
        "٦٦٩",
        "' OR 1=1",
    ],
)
def test_what_only_looks_alike_finds_nobody(row, term):
    assert not Prediction.objects.about(term).exists()


def test_finding_a_person_chains_with_other_filters(make_prediction, log_row):
    make_prediction(employee_id=669)
    old = log_row(employee_id=669, model_version="0.9")

    found = Prediction.objects.filter(model_version="0.9").about("669")

    assert list(found) == [old]


@pytest.mark.parametrize(
    "delete", [lambda e: e.delete(), lambda e: Employee.objects.all().delete()]
)
def test_the_rows_outlive_the_employee(employee, row, delete):
    delete(employee)

    kept = Prediction.objects.get()
    assert kept.employee_id == 669
    assert kept.input_payload == row.input_payload
    assert list(Prediction.objects.about("669")) == [kept]


def test_rows_may_be_about_nobody_we_store(make_prediction):
    row = make_prediction(employee_id=123_456_789)

    assert Prediction.objects.get().employee_id == 123_456_789
    assert str(row) == str(row.pk)
