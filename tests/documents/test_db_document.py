"""docs/DB.md: the tables as they are, and queries that run on either database."""

import re

import pytest
from django.apps import apps
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL
from django.db.models import Field, Model

from predictions.database import triggers
from predictions.models import Access, AccessedEmployee, Erasure, Prediction, Refusal
from predictions.proof import sealing
from predictions.proof.verifying import Verification
from tests.documents.markdown import ROOT, Block, blocks, text_of

DB = ROOT / "docs" / "DB.md"
SHORT = {"timestamp with time zone": "timestamptz", "double precision": "float8"}
WHOLE = ("employees", "predictions")
ERASING = "Erase a person"


def tables() -> dict[str, type[Model]]:
    return {
        model._meta.db_table: model
        for app in ("attrition", "predictions")
        for model in apps.get_app_config(app).get_models()
    }


def columns(model: type[Model]) -> dict[str, str]:
    """Type by column, as PostgreSQL has it, without a length."""
    return {f.column: kind(f) for f in model._meta.local_concrete_fields}


def kind(field: Field) -> str:
    field = field.target_field if field.is_relation else field
    named = PostgreSQL.data_types[field.get_internal_type()]
    named = named(field.__dict__) if callable(named) else named
    return SHORT.get(named, named.partition("(")[0])


def diagram() -> dict[str, dict[str, str]]:
    [block] = [block for block in blocks(DB) if block.language == "mermaid"]
    found = re.findall(r"^  (\w+) \{\n(.*?)\n  \}", block.text, re.M | re.S)
    words = {name: [line.split() for line in body.splitlines()] for name, body in found}
    return {name: {line[1]: line[0] for line in rows} for name, rows in words.items()}


def queries(heading: str | None = None) -> list[Block]:
    found = [block for block in blocks(DB) if block.language == "sql"]
    return [block for block in found if heading in (None, block.heading)]


@pytest.mark.parametrize("table", diagram())
def test_the_diagram_has_columns_of_the_tables_with_their_types(table):
    assert diagram()[table].items() <= columns(tables()[table]).items()


@pytest.mark.parametrize("table", WHOLE)
def test_the_diagram_has_every_column_of_the_main_tables(table):
    assert diagram()[table] == columns(tables()[table])


def test_relations_of_the_diagram_are_between_its_tables():
    [block] = [block for block in blocks(DB) if block.language == "mermaid"]

    named = re.findall(r"^  (\w+) [|o}]+(?:--|\.\.)[|o{]+ (\w+) :", block.text, re.M)
    assert len(named) == block.text.count(" : ")
    assert {table for pair in named for table in pair} <= diagram().keys()


def test_every_table_of_ours_is_named():
    named = set(re.findall(r"`(\w+)`", text_of(DB))) | diagram().keys()

    assert tables().keys() <= named


def test_the_append_only_tables_are_those_with_triggers():
    section = text_of(DB).split("## What nobody can change")[1].split("\n\n")[1]

    named = set(re.findall(r"`([a-z_]+)`", section))
    assert named == {m._meta.db_table for m in triggers.append_only_models()}


@pytest.fixture
def recorded(employee, make_prediction) -> Prediction:
    """Something for each query to find."""
    make_prediction(669)
    # A probability of 0.356, close to the threshold of 0.33.
    row = make_prediction(669, satisfaction_employee_nature_travail=4)
    sealing.seal_once(None)
    make_prediction(669, age=22)
    Refusal.objects.create(route="predict", status=422, code="x", request_id="r")
    look = Access.objects.create(action="view", source="admin", page="a page")
    AccessedEmployee.objects.create(access=look, employee_id=669)
    return row


def run(block: Block) -> list[list[tuple]]:
    """What each statement of a block finds."""
    found = []
    with connection.cursor() as cursor:
        for statement in filter(str.strip, block.text.split(";\n")):
            cursor.execute(statement)
            found.append(cursor.fetchall() if cursor.description else [])
    return found


@pytest.mark.parametrize(
    "query", queries("Queries"), ids=lambda block: f"line {block.line}"
)
def test_a_query_runs_and_finds_something(recorded, query):
    [found] = run(query)

    assert found


def test_a_person_is_erased_and_nothing_is_wrong_with_the_log(recorded):
    for block in queries(ERASING):
        run(block)

    assert Erasure.objects.count() == Prediction.objects.count() == 3
    assert not Prediction.objects.exclude(input_payload=None).exists()
    assert not AccessedEmployee.objects.filter(employee_id=669).exists()
    assert list(Verification().run()) == []


def test_each_query_is_run():
    assert len(queries("Queries")) + len(queries(ERASING)) == len(queries())
