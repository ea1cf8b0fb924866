"""One row added to the feature table alone is found everywhere.

A copy of the project gets the row; what follows runs there, in processes of its own.
"""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.attrition import generated

ROOT = Path(__file__).parents[2]
SOURCE = "attrition", "predictions", "technova", "templates", "locale", "ml_artifacts"
TABLE = "FIELDS: tuple[Field, ...] = (\n"
ROW = """
    Field(
        "pratique_teletravail",
        NUMBER,
        SONDAGE,
        Text("Jours de télétravail", "Days from home"),
        2,
        low=0,
        high=7,
        whole=True,
        unit=Text("jours par semaine", "days a week"),
    ),
"""
NAME = "pratique_teletravail"
SETUP = """
import json
import django
django.setup()
from attrition.errors import InvalidFeatures
from attrition.validation import STORABLE
"""
WEB = """
from django.contrib.auth.models import User
from django.test import Client
from attrition.models import Employee
from predictions.models import ApiKey, Scope
_, secret = ApiKey.objects.issue(owner="ana", scopes=Scope.values)
api = Client(SERVER_NAME="localhost", headers={"X-API-Key": secret})
office = Client(SERVER_NAME="localhost")
office.force_login(User.objects.create_superuser(secret))
def predict(language="fr", **features):
    return api.post(
        "/predict?explain=true",
        {"features": features},
        content_type="application/json",
        headers={"Accept-Language": language},
    ).json()
"""
TRAIN = f"""
from pathlib import Path
from attrition import evaluation, features, recipe
from django.core.management import call_command
from generated import WEIGHTS, generate
weights = WEIGHTS | {{"{NAME}": 0.5}}
folder = generate(600, weights=weights).write(Path("extracts"))
evaluation.SPLITS, evaluation.REPEATS = 2, 1
recipe.TRANSFORMS, recipe.STRENGTHS = ("none",), (0.2,)
decided = [
    word
    for field in features.SCORABLE
    if field.care
    for word in ("--leave-out", field.name)
]
options = ["--data", str(folder), "--version", "2.0.0", "--yes", *decided]
call_command("train_model", *options)
call_command("migrate", verbosity=0)
"""


class Project:
    """The copy whose table has one row more."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        for name in SOURCE:
            unwanted = shutil.ignore_patterns("__pycache__")
            shutil.copytree(ROOT / name, folder / name, ignore=unwanted)
        shutil.copy(generated.__file__, folder)
        table = folder / "attrition" / "features.py"
        text = table.read_text(encoding="utf-8")
        assert text.count(TABLE) == 1
        table.write_text(text.replace(TABLE, TABLE + ROW), encoding="utf-8")

    def run(self, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
        settings = {
            "DJANGO_SETTINGS_MODULE": "technova.settings",
            "DOTENV": "false",
            "SECRET_KEY": "a-key-for-this-test-only-and-fifty-characters-long",
            "DATABASE_URL": f"sqlite:///{self.folder / 'test.sqlite3'}",
            "PYTHONPATH": str(self.folder),
        }
        done = subprocess.run(
            [sys.executable, "-c", SETUP + script],
            cwd=self.folder,
            env=os.environ | settings | environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stderr
        return done

    def ask(self, expression: str, before: str = "", **environment: str) -> Any:
        """The value of an expression in the copy, through JSON."""
        script = f"{before}\nprint(json.dumps({expression}))"
        return json.loads(self.run(script, **environment).stdout.split("\n")[-2])


@pytest.fixture(scope="module")
def project(tmp_path_factory) -> Project:
    """The copy, with a release trained on extracts that carry the new column."""
    project = Project(tmp_path_factory.mktemp("copy") / "project")
    project.run(TRAIN)
    return project


def test_validation_knows_the_field_and_its_range(project):
    codes = project.ask(
        "[code(sent) for sent in (0, 7, 3.0, None, -1, 8, 2.5, '2', True)]",
        f"""
def code(sent):
    try:
        return STORABLE.validate({{"age": 30, "{NAME}": sent}})["{NAME}"]
    except InvalidFeatures as error:
        return [problem.code for problem in error.problems]
""",
    )

    accepted, refused = codes[:4], codes[4:]
    assert accepted == [0, 7, 3, None]
    assert refused == [
        ["out_of_range"],
        ["out_of_range"],
        ["not_whole"],
        ["not_a_number"],
        ["not_a_number"],
    ]


def test_openapi_describes_the_field(project):
    found = project.ask(
        f"""api.get("/openapi.json").json()
        ["components"]["schemas"]["Features"]["properties"]["{NAME}"]""",
        WEB,
    )

    assert found["title"] == "Jours de télétravail"
    assert found["type"] == ["number", "null"]
    assert (found["minimum"], found["maximum"], found["multipleOf"]) == (0, 7, 1)
    assert found["examples"] == [2]
    assert "Jours de télétravail" in found["description"]
    assert "jours par semaine" in found["description"]


def test_training_takes_the_column(project):
    columns, numbers = project.ask(
        "[features.TRAINING_COLUMNS, numbers]",
        """
from attrition import features, recipe
columns = features.TRAINING_COLUMNS
made = recipe.Recipe(columns, {}, dict.fromkeys(columns, (0, 1)))
pipeline = recipe.new_pipeline(made)
blocks = pipeline.named_steps["columns"].transformers
numbers = dict((name, columns) for name, _, columns in blocks)["numbers"]
""",
    )

    assert NAME in columns
    assert NAME in numbers


def test_the_release_trained_on_it_lists_it(project):
    folder = project.folder / "ml_artifacts" / "2.0.0"

    assert NAME in json.loads((folder / "expected_features.json").read_text())


def test_the_explanation_of_a_score_names_it_in_the_readers_language(project):
    french, english = project.ask(
        f"[predict('fr', {NAME}=7), predict('en', {NAME}=7)]",
        WEB,
        MODEL_VERSION="2.0.0",
    )

    for answer, label in [
        (french, "Jours de télétravail"),
        (english, "Days from home"),
    ]:
        [item] = [
            item
            for item in answer["explanation"]["contributions"]
            if item["field"] == NAME
        ]
        assert item["label"] == label
        assert item["value"] == 7
        assert item["points"] > 0.5


def test_a_score_without_it_names_it_as_missing(project):
    answer = project.ask("predict(revenu_mensuel=3000)", WEB, MODEL_VERSION="2.0.0")

    assert NAME in answer["missing_features"]


def test_a_release_that_does_not_know_it_still_serves(project):
    version = (project.folder / "ml_artifacts" / "CURRENT").read_text().strip()

    answer = project.ask(f"predict(revenu_mensuel=3000, {NAME}=7)", WEB)

    assert answer["model_version"] == version
    assert NAME not in answer["missing_features"]
    fields = [item["field"] for item in answer["explanation"]["contributions"]]
    assert NAME not in fields


def test_the_admins_form_has_it_and_stores_it(project):
    page, refused, stored = project.ask(
        "[page, refused, stored]",
        WEB
        + f"""
add = "/admin/attrition/employee/add/"
page = office.get(add, headers={{"Accept-Language": "fr"}}).content.decode()
form = {{"employee_id": "5", "age": "30", "{NAME}": "8"}}
refused = office.post(add, form).status_code
form["{NAME}"] = "6"
office.post(add, form)
stored = list(Employee.objects.values_list("features__{NAME}", flat=True))
""",
    )

    assert f'name="{NAME}"' in page
    assert "Jours de télétravail" in page
    assert refused == 200
    assert stored == [6]


def test_importing_people_stores_it(project):
    stored = project.ask(
        "[min(stored), max(stored)]",
        f"""
from attrition import extracts
from pathlib import Path
people = extracts.read(Path("extracts"), with_outcome=False).people
stored = [person.features["{NAME}"] for person in people]
""",
    )

    assert stored == [0, 7]
