"""Every page of the back-office, opened as each role and as nobody."""

from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from attrition.models import Employee, EmployeeImport
from predictions.batches.making import of_employees
from predictions.models import ApiKey, Batch, Prediction, Refusal, UnknownCallers
from predictions.roles import ROLES
from tests.factories import EmployeeFactory, make_key, make_user
from tests.predictions.batches import ASKER

SUPERUSER = "superuser"
IMPORTED = dict.fromkeys(
    ("inserted", "updated", "unchanged", "archived", "brought_back"), 0
)

REFUSALS = {
    SUPERUSER: {"view"},
    "HR auditor": {"view"},
    "API administrator": {"view"},
}
# Who may (view, add, change, delete), by model.
MAY = {
    Prediction: {
        SUPERUSER: {"view"},
        "HR auditor": {"view"},
        "HR manager": {"view"},
    },
    Batch: {
        SUPERUSER: {"view"},
        "HR auditor": {"view"},
        "HR manager": {"view"},
    },
    Employee: {
        SUPERUSER: {"view", "add", "change", "delete"},
        "HR manager": {"view", "add", "change"},
    },
    EmployeeImport: {
        SUPERUSER: {"view"},
        "HR auditor": {"view"},
        "HR manager": {"view"},
    },
    ApiKey: {
        SUPERUSER: {"view", "add", "change"},
        "API administrator": {"view", "add", "change"},
    },
    Refusal: REFUSALS,
    UnknownCallers: REFUSALS,
}
CASES = [(model, role) for model in MAY for role in (SUPERUSER, *ROLES, "nobody")]
IDS = [f"{model.__name__} as {role}" for model, role in CASES]


@pytest.fixture
def log_in(client, db):
    def as_role(role: str) -> Client:
        if role != "nobody":
            user = make_user("eve", None if role == SUPERUSER else role)
            client.force_login(user)
        return client

    return as_role


@pytest.fixture
def rows(make_prediction):
    key, _ = make_key()
    return {
        Prediction: make_prediction(669),
        Employee: EmployeeFactory(employee_id=669),
        Batch: of_employees([669], ASKER),
        EmployeeImport: EmployeeImport.objects.create(
            way="command", complete=True, **IMPORTED
        ),
        ApiKey: key,
        Refusal: Refusal.objects.create(route="predict", status=422, code="empty"),
        UnknownCallers: UnknownCallers.objects.create(
            day=date(2026, 3, 1), route="predict", status=401, count=3
        ),
    }


def url(model, page: str, *args) -> str:
    return reverse(
        f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args
    )


@pytest.mark.parametrize(("model", "role"), CASES, ids=IDS)
def test_each_role_sees_what_it_may_and_is_offered_no_more(log_in, rows, model, role):
    client = log_in(role)
    may = MAY[model].get(role, set())
    refused = 302 if role == "nobody" else 403
    pk = rows[model].pk

    found = {
        "list": client.get(url(model, "changelist"), {"q": "669"}).status_code,
        "one": client.get(url(model, "change", pk)).status_code,
        "add": client.get(url(model, "add")).status_code,
        "delete": client.get(url(model, "delete", pk)).status_code,
    }

    assert found == {
        "list": 200 if "view" in may else refused,
        "one": 200 if "view" in may else refused,
        "add": 200 if "add" in may else refused,
        "delete": 200 if "delete" in may else refused,
    }
    if "view" in may:
        page = client.get(url(model, "change", pk)).content.decode()
        assert ('name="_save"' in page) == ("change" in may)
        assert ("deletelink" in page) == ("delete" in may)
        listed = client.get(url(model, "changelist")).content.decode()
        assert ("addlink" in listed) == ("add" in may)


@pytest.mark.parametrize("role", [SUPERUSER, *ROLES])
def test_the_home_page_lists_only_what_the_role_may_see(log_in, role):
    page = log_in(role).get(reverse("admin:index")).content.decode()

    for model, who in MAY.items():
        assert (url(model, "changelist") in page) == (role in who)


@pytest.mark.parametrize("role", [SUPERUSER, *ROLES])
def test_nobody_can_post_a_change_to_a_prediction(log_in, rows, role):
    row = rows[Prediction]

    answer = log_in(role).post(url(Prediction, "change", row.pk), {"proba_depart": "0"})

    assert answer.status_code == 403
    assert Prediction.objects.get().proba_depart == row.proba_depart


def test_the_log_has_no_actions(log_in, rows):
    page = log_in(SUPERUSER).get(url(Prediction, "changelist")).content.decode()

    assert 'name="action"' not in page
