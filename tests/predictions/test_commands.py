"""What an operator runs: bootstrap, create_api_key and score_employee."""

import csv
import io
import json
import os
import re
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from getpass import getuser

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from attrition.models import Employee
from predictions.management.commands import score_employee
from predictions.models import ApiKey, Prediction, Scope
from predictions.models.keys import ApiKeyManager
from predictions.models.log import PredictionQuerySet
from predictions.roles import ROLES
from tests.factories import EmployeeFactory, make_key, make_user, seed_features
from tests.predictions.refusals import send
from tests.server import ROOT

pytestmark = pytest.mark.django_db

LOGINS = {"admin": "ADMIN", "auditor": "AUDITOR", "manager": "MANAGER"}


@pytest.fixture
def run():
    """Run a command; returns what it wrote to standard output and to the other."""

    def call(name: str, *arguments: str | int) -> tuple[str, str]:
        out, err = io.StringIO(), io.StringIO()
        try:
            call_command(name, *map(str, arguments), stdout=out, stderr=err)
        finally:
            call.out, call.err = out.getvalue(), err.getvalue()
        return call.out, call.err

    return call


def snapshot() -> list:
    """All that bootstrap could touch."""
    return [
        list(User.objects.order_by("pk").values()),
        [
            (group.name, set(group.permissions.values_list("codename", flat=True)))
            for group in Group.objects.order_by("pk")
        ],
        list(ApiKey.objects.order_by("pk").values()),
        list(Employee.objects.values()),
        list(Prediction.objects.order_by("pk").values()),
    ]


@pytest.fixture
def passwords(monkeypatch) -> dict[str, str]:
    found = {name: f"phrase-de-{name}" for name in LOGINS}
    for name, variable in LOGINS.items():
        monkeypatch.setenv(f"{variable}_PASSWORD", found[name])
    return found


@pytest.fixture
def no_passwords(monkeypatch) -> None:
    for variable in LOGINS.values():
        monkeypatch.delenv(f"{variable}_PASSWORD", raising=False)


# bootstrap


def test_bootstrap_makes_each_group_with_the_least_it_needs(run):
    run("bootstrap")

    found = {
        group.name: {
            f"{permission.content_type.app_label}.{permission.codename}"
            for permission in group.permissions.select_related("content_type")
        }
        for group in Group.objects.all()
    }
    assert found == {name: set(wanted) for name, wanted in ROLES.items()}
    assert found["HR auditor"] == {"predictions.view_prediction"}
    for permissions in found.values():
        assert not any(".delete_" in name for name in permissions)
        assert not any("change_prediction" in name for name in permissions)


def test_bootstrap_takes_the_first_passwords_from_the_environment(run, passwords):
    out, err = run("bootstrap")

    for name, password in passwords.items():
        user = User.objects.get(username=name)
        assert user.check_password(password)
        assert user.is_staff
        assert user.is_superuser == (name == "admin")
        assert password not in out + err
    groups = dict(User.objects.values_list("username", "groups__name"))
    assert groups == {"admin": None, "auditor": "HR auditor", "manager": "HR manager"}


def test_bootstrap_without_passwords_or_a_terminal_lets_nobody_in_and_says_so(
    run, no_passwords
):
    out, _ = run("bootstrap")

    assert not any(user.has_usable_password() for user in User.objects.all())
    assert all(f"{variable}_PASSWORD" in out for variable in LOGINS.values())


def test_a_login_that_had_no_password_gets_it_at_a_later_run(
    run, no_passwords, monkeypatch
):
    monkeypatch.setenv("AUDITOR_PASSWORD", "phrase-de-auditor")
    run("bootstrap")
    monkeypatch.setenv("ADMIN_PASSWORD", "phrase-de-admin")
    monkeypatch.setenv("AUDITOR_PASSWORD", "another phrase")

    run("bootstrap")

    found = {user.username: user for user in User.objects.all()}
    assert found["admin"].check_password("phrase-de-admin")
    assert found["admin"].is_superuser
    assert found["auditor"].check_password("phrase-de-auditor")
    assert not found["manager"].has_usable_password()


@pytest.mark.parametrize("name", LOGINS)
def test_a_login_that_somebody_deleted_does_not_come_back(run, passwords, name):
    run("bootstrap")
    User.objects.get(username=name).delete()

    run("bootstrap")

    assert set(User.objects.values_list("username", flat=True)) == set(LOGINS) - {name}


def test_a_login_that_somebody_turned_off_stays_off(run, passwords):
    run("bootstrap")
    admin = User.objects.get(username="admin")
    admin.set_unusable_password()
    admin.save()

    run("bootstrap")

    assert not User.objects.get(username="admin").has_usable_password()


def test_who_has_a_superuser_of_their_own_gets_no_other(run, passwords):
    make_user("marie")

    run("bootstrap")

    assert User.objects.get().username == "marie"


@pytest.mark.parametrize("weak", ["short", "auditor1", "12345678901", "password123"])
def test_a_weak_password_is_refused_and_nothing_is_left(
    run, passwords, monkeypatch, weak
):
    monkeypatch.setenv("AUDITOR_PASSWORD", weak)

    with pytest.raises(CommandError, match="AUDITOR_PASSWORD") as caught:
        run("bootstrap")

    assert weak not in str(caught.value)
    assert snapshot() == [[]] * 5


def test_a_first_run_that_ends_half_way_leaves_nothing(
    run, passwords, settings, monkeypatch
):
    def fail(*args, **kwargs):
        raise OperationalError

    settings.API_KEY = "TheKeyThatTheEnvironmentBrings0123456789"
    monkeypatch.setattr(ApiKeyManager, "issue", fail)

    with pytest.raises(OperationalError):
        run("bootstrap")

    assert snapshot() == [[]] * 5


def test_several_bootstraps_at_once_make_everything_once(tmp_path):
    environment = {
        **os.environ,
        "DOTENV": "false",
        "DATABASE_URL": f"sqlite:///{tmp_path / 'shared.sqlite3'}",
        "API_KEY": "TheKeyThatTheEnvironmentBrings0123456789",
        **{f"{name}_PASSWORD": f"phrase-de-{name}" for name in LOGINS.values()},
    }

    def start(*arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    start("migrate", "--verbosity", "0").communicate()

    said = [run.communicate() for run in [start("bootstrap") for _ in range(3)]]

    assert [err for _, err in said] == [""] * 3
    assert sorted(len(out.splitlines()) for out, _ in said) == [0, 0, 5]


def test_on_postgresql_a_bootstrap_waits_for_another(run):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite's transactions wait for each other by themselves")

    with CaptureQueriesContext(connection) as queries:
        run("bootstrap")

    said = [query["sql"] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert "pg_advisory_xact_lock" in said[0]


def test_bootstrap_on_a_terminal_shows_each_made_up_password_once(
    run, no_passwords, monkeypatch
):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)

    _, *logins = run("bootstrap")[0].splitlines()  # the groups come first
    second, _ = run("bootstrap")

    for name, line in zip(LOGINS, logins, strict=True):
        assert f" {name}," in line
        password = line.split()[-1]
        assert len(password) >= 12
        assert User.objects.get(username=name).check_password(password)
        assert name not in second


def test_bootstrap_makes_the_first_key_from_the_environment(run, settings):
    settings.API_KEY = "TheKeyThatTheEnvironmentBrings0123456789"

    out, _ = run("bootstrap")

    key = ApiKey.objects.get()
    assert key.scopes == list(Scope.values)
    assert settings.API_KEY not in out
    answer = send(APIClient(), "GET", "/history", X_API_Key=settings.API_KEY)
    assert answer.status_code == 200


def test_bootstrap_makes_no_key_when_the_environment_brings_none(run, settings):
    settings.API_KEY = ""

    run("bootstrap")

    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("demo", [[], ["--demo"]], ids=["plain", "demo"])
def test_bootstrap_run_again_changes_nothing(run, passwords, settings, demo):
    settings.API_KEY = "TheKeyThatTheEnvironmentBrings0123456789"
    run("bootstrap", *demo)
    before = snapshot()

    again = [run("bootstrap", *demo) for _ in range(2)]

    assert snapshot() == before
    assert again == [("", "")] * 2


def test_bootstrap_leaves_what_people_changed_since(run, passwords, monkeypatch):
    run("bootstrap", "--demo")
    Group.objects.get(name="HR manager").permissions.clear()
    admin = User.objects.get(username="admin")
    admin.set_password("another phrase")
    admin.is_superuser = False
    admin.save()
    Employee.objects.filter(pk=669).update(features={"age": 50})
    Employee.objects.filter(pk=670).delete()
    before = snapshot()

    run("bootstrap", "--demo")

    assert snapshot() == before


@pytest.mark.parametrize(
    "state",
    [{"revoked_at": timezone.now()}, {"expires_at": timezone.now()}],
    ids=["revoked", "expired"],
)
def test_bootstrap_never_revives_a_key(run, settings, state):
    settings.API_KEY = "TheKeyThatTheEnvironmentBrings0123456789"
    run("bootstrap")
    ApiKey.objects.update(**state)

    out, _ = run("bootstrap")

    answer = send(APIClient(), "GET", "/history", X_API_Key=settings.API_KEY)
    assert answer.status_code == 401
    assert ApiKey.objects.count() == 1
    assert settings.API_KEY[:8] in out
    assert settings.API_KEY not in out


def test_bootstrap_leaves_the_scopes_that_an_administrator_chose(run, settings):
    settings.API_KEY = "TheKeyThatTheEnvironmentBrings0123456789"
    run("bootstrap")
    ApiKey.objects.update(scopes=["predict"])

    run("bootstrap")

    assert ApiKey.objects.get().scopes == ["predict"]


def test_bootstrap_with_demo_brings_invented_people_and_one_score_as_proof(run):
    out, _ = run("bootstrap", "--demo")

    assert 1 <= Employee.objects.count() <= 10
    assert Employee.objects.get(pk=669).features == seed_features()
    row = Prediction.objects.get()
    assert (row.employee_id, row.source) == (669, "command")
    assert "669" in out


def test_bootstrap_without_demo_brings_nobody(run):
    run("bootstrap")

    assert not Employee.objects.exists()
    assert not Prediction.objects.exists()


def test_bootstrap_with_demo_mixes_no_invented_people_into_real_ones(run):
    EmployeeFactory(pk=1)

    run("bootstrap", "--demo")

    assert list(Employee.objects.values_list("pk", flat=True)) == [1]


def test_bootstrap_shows_the_key_on_a_terminal_only(run, settings, monkeypatch):
    settings.API_KEY = "TheKeyThatTheEnvironmentBrings0123456789"

    to_a_file, _ = run("bootstrap", "--address", "http://localhost:8000")
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True)
    to_a_terminal, _ = run("bootstrap", "--address", "http://localhost:8000")

    assert settings.API_KEY not in to_a_file
    assert ".env.local" in to_a_file
    assert settings.API_KEY in to_a_terminal


def test_a_broken_release_stops_nothing_of_a_first_start_but_the_score(
    run, passwords, broken_release
):
    out, err = run("bootstrap", "--demo", "--address", "http://localhost:8000")

    assert "scorecard.json" in err
    assert "http://localhost:8000/docs" in out
    assert User.objects.count() == 3
    assert Employee.objects.exists()
    assert not Prediction.objects.exists()


# create_api_key


def test_a_key_is_made_of_letters_and_digits_and_works(run):
    out, err = run("create_api_key", "--owner", "Paie", "--scopes", "history")

    secret = out.rstrip("\n")
    assert re.fullmatch(r"[A-Za-z0-9]{48}", secret)
    assert secret not in err
    assert secret[:8] in err
    answer = send(APIClient(), "GET", "/history", X_API_Key=secret)
    assert answer.status_code == 200
    assert ApiKey.objects.get().owner == "Paie"


def test_no_two_keys_are_alike(run):
    made = {
        run("create_api_key", "--owner", "a", "--scopes", "audit")[0] for _ in "123"
    }

    assert len(made) == 3


@pytest.mark.parametrize(
    "sent",
    [
        ["predict", "history"],
        ["predict,history"],
        ["predict, history"],
        ["predict", "history", "predict"],
    ],
    ids=repr,
)
def test_scopes_are_taken_with_spaces_or_commas_and_each_once(run, sent):
    run("create_api_key", "--owner", "Paie", "--scopes", *sent)

    assert ApiKey.objects.get().scopes == ["predict", "history"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--owner", "Paie", "--scopes", "predict", "all"], ["all", "employees:read"]),
        (["--owner", "Paie", "--scopes", "Predict"], ["Predict", "predict"]),
        (["--owner", "Paie", "--scopes", ","], []),
        (["--owner", "  ", "--scopes", "predict"], []),
        (["--scopes", "predict"], ["owner"]),
        (["--owner", "Paie"], ["scopes"]),
        (["--owner", "a", "--scopes", "audit", "--expires", "2020-01-01"], ["expires"]),
        (["--owner", "a", "--scopes", "audit", "--expires", "soon"], ["soon"]),
        (["--owner", "a", "--scopes", "audit", "--expires", "2030-02-30"], ["expires"]),
    ],
    ids=lambda value: " ".join(value),
)
def test_a_key_that_makes_no_sense_is_not_made(run, arguments, words):
    with pytest.raises(CommandError) as caught:
        run("create_api_key", *arguments)

    assert all(word in str(caught.value) for word in words)
    assert not ApiKey.objects.exists()
    assert run.out == ""


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2035-07-01", datetime(2035, 6, 30, 22, tzinfo=UTC)),
        ("2035-01-01T12:00", datetime(2035, 1, 1, 11, tzinfo=UTC)),
        ("2035-01-01T12:00Z", datetime(2035, 1, 1, 12, tzinfo=UTC)),
        ("2035-01-01T12:00+05:00", datetime(2035, 1, 1, 7, tzinfo=UTC)),
    ],
)
def test_an_expiry_without_a_zone_is_in_the_projects(run, text, moment):
    run("create_api_key", "--owner", "a", "--scopes", "audit", "--expires", text)

    assert ApiKey.objects.get().expires_at == moment


def test_an_expiry_of_a_minute_ago_is_refused(run):
    past = (timezone.now() - timedelta(minutes=1)).isoformat()

    with pytest.raises(CommandError):
        run("create_api_key", "--owner", "a", "--scopes", "audit", "--expires", past)


# score_employee


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
    assert [line.split()[0] for line in lines[1:6]] == [
        "669",
        "670",
        "671",
        "672",
        "1000",
    ]
    assert all("%" in line for line in lines[1:6])
    assert " 5 " in f" {lines[6]} " or lines[6].startswith("5 ")
    assert len(lines) > 7  # the model's warnings, and that a score is no decision


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


@pytest.mark.parametrize("kind", ["table", "json", "csv"])
@pytest.mark.parametrize("named", [[670_000], [669, 670_000], [670_000, 669, 670_001]])
def test_an_unknown_number_exits_with_1_and_nobody_is_logged(run, staff, kind, named):
    with pytest.raises(CommandError) as caught:
        run("score_employee", *named, "--format", kind)

    assert caught.value.returncode == 1
    assert "670000" in str(caught.value)
    assert "669" not in str(caught.value)
    assert not Prediction.objects.exists()
    assert "0.4" not in run.out


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
    about = [line.split(":")[0] for line in run.err.splitlines()]
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


def test_a_log_that_cannot_be_written_shows_no_score(run, staff, monkeypatch):
    def fail(queryset, rows, *args, **kwargs):
        raise OperationalError(f"({rows[0].proba_depart!r})")

    monkeypatch.setattr(PredictionQuerySet, "bulk_create", fail)

    with pytest.raises(CommandError) as caught:
        run("score_employee", "--all", "--format", "json")

    assert "0.43" not in run.out + run.err + str(caught.value)


def test_a_container_whose_user_has_no_name_can_score(run, staff, monkeypatch):
    def unnamed() -> str:
        raise KeyError("getpwuid(): uid not found: 1234")

    monkeypatch.setattr(score_employee, "getuser", unnamed)

    run("score_employee", 669)

    assert Prediction.objects.get().user_name == f"uid {os.getuid()}"
