"""`manage.py bootstrap`: what a first start needs, made once."""

import os
import subprocess
import sys

import pytest
from django.contrib.auth.models import Group, User
from django.core.management import CommandError
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django.utils.translation import override
from rest_framework.test import APIClient

from attrition.models import Employee
from predictions.models import ApiKey, Prediction, Scope
from predictions.models.keys import ApiKeyManager
from predictions.roles import ROLES
from tests.factories import EmployeeFactory, make_user, seed_features
from tests.predictions.refusals import send
from tests.server import ROOT

pytestmark = pytest.mark.django_db

LOGINS = {"admin": "ADMIN", "auditor": "AUDITOR", "manager": "MANAGER"}


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
    assert "predictions.view_prediction" in found["HR auditor"]
    assert not any("add" in p or "change" in p for p in found["HR auditor"])
    for permissions in found.values():
        assert not any(".delete_" in name for name in permissions)
        assert not any("change_prediction" in name for name in permissions)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("fr", "Groupes\u00a0: Auditeur RH (HR auditor), Responsable RH (HR manager),"),
        ("en", "Groups: HR auditor, HR manager,"),
    ],
)
def test_bootstrap_names_the_groups_as_its_reader_does(run, language, said):
    with override(language):
        out = run("bootstrap")[0]

    assert out.startswith(said)
    assert set(Group.objects.values_list("name", flat=True)) == set(ROLES)


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


@pytest.mark.parametrize("weak", ["brief", "auditor1", "12345678901", "password123"])
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
        assert len(password) >= 16
        assert password.isalnum()
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


def test_bootstrap_shows_the_key_with_the_addresses_only(run, settings):
    settings.API_KEY = "TheKeyThatTheEnvironmentBrings0123456789"

    plain, _ = run("bootstrap")
    with_addresses, _ = run("bootstrap", "--address", "http://localhost:8000")

    assert settings.API_KEY not in plain
    assert settings.API_KEY in with_addresses
    assert "documentation\u00a0: http://localhost:8000/docs" in with_addresses
    assert "http://localhost:8000/admin/" in with_addresses


def test_a_broken_release_stops_nothing_of_a_first_start_but_the_score(
    run, passwords, broken_release
):
    out, err = run("bootstrap", "--demo", "--address", "http://localhost:8000")

    assert "scorecard.json" in err
    assert "http://localhost:8000/docs" in out
    assert User.objects.count() == 3
    assert Employee.objects.exists()
    assert not Prediction.objects.exists()
