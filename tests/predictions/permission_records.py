"""One record of each kind, so that each address of the table is about something."""

from django.contrib.contenttypes.models import ContentType
from django.test import Client
from django.utils import timezone

from predictions import shown_once
from predictions.models import ApiKey, LogCheck, Prediction
from tests.factories import EmployeeFactory, make_key, make_user
from tests.predictions import scene
from tests.predictions.permission_table import NOBODY, SUPERUSER

PASSWORD = "correct horse"
NEW_PASSWORD = "battery staple 9"
NEW_KEY = {"owner": "Payroll", "scopes": ["history"], "never_expires": "on"}
CONFIRMED = {"post": "yes"}
PURPOSE = {"purpose": "audit"}
WHY = {"reason": "no longer used"}


def make() -> dict[str, object]:
    """What stands in the addresses of the table for each name in braces."""
    EmployeeFactory(employee_id=669)
    EmployeeFactory(employee_id=670)
    EmployeeFactory(employee_id=671, archived_at=timezone.now())
    make_key()
    make_user("auditor", "HR auditor")
    check = LogCheck.objects.create(
        rows=3, seals=1, waiting=0, findings=0, has_keys=True, has_anchor=False
    )
    return scene.make() | {
        "anything": "no/such/page",
        "archived": 671,
        "content type": ContentType.objects.get_for_model(Prediction).pk,
        "verification": check.pk,
    }


def log_in(role: str) -> Client:
    """Somebody of this role, whose forms have the token that each form needs."""
    client = Client(enforce_csrf_checks=True)
    if role != NOBODY:
        client.force_login(make_user("eve", None if role == SUPERUSER else role))
    client.get("/admin/" if role != NOBODY else "/admin/login/")
    # A key that eve has just created: its secret waits for her.
    session = client.session
    shown_once.keep(session, str(ApiKey.objects.get().pk), "a secret that waits")
    session.save()
    client.cookies["sessionid"] = session.session_key
    return client


def form_of(address: str, action: str, records: dict[str, object]) -> dict[str, object]:
    """What a person fills in where something is done."""
    if action:
        return _of_action(address, action, records)
    return FORMS.get(address, {})


def _of_action(address: str, action: str, records: dict) -> dict[str, object]:
    record = address.split("?")[0].rstrip("/").rsplit("/", 1)[-1].replace("apikey", "key")
    about = records["archived"] if action == "bring_back" else records[record]
    answers = PURPOSE | WHY | CONFIRMED | {"confirmed": "1"}
    if action == "revoke_selected":
        answers = WHY
    return {"action": action, "_selected_action": [about], **answers}


FORMS: dict[str, dict[str, object]] = {
    "/admin/login/": {"username": "auditor", "password": PASSWORD},
    "/session/login/": {"username": "auditor", "password": PASSWORD},
    "/i18n/setlang/": {"language": "en"},
    "/admin/password_change/": {
        "old_password": PASSWORD,
        "new_password1": NEW_PASSWORD,
        "new_password2": NEW_PASSWORD,
    },
    "/admin/predictions/prediction/{prediction}/reveal/": PURPOSE,
    "/admin/attrition/employee/add/": {"employee_id": "4242", "age": "30"},
    "/admin/attrition/employee/{employee}/change/": {"age": "31"},
    "/admin/attrition/employee/{employee}/delete/": CONFIRMED,
    "/admin/attrition/employee/{employee}/score/": PURPOSE,
    "/admin/predictions/apikey/add/": NEW_KEY,
    "/admin/predictions/apikey/{key}/change/": NEW_KEY,
    "/admin/predictions/apikey/{key}/revoke/": WHY,
    "/admin/auth/user/add/": {
        "username": "new",
        "usable_password": "true",
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    },
    "/admin/auth/user/{user}/change/": {
        "username": "auditor",
        "first_name": "Ana",
        "date_joined_0": "2026-03-01",
        "date_joined_1": "12:00:00",
    },
    "/admin/auth/user/{user}/password/": {
        "usable_password": "true",
        "password1": NEW_PASSWORD,
        "password2": NEW_PASSWORD,
    },
    "/admin/auth/user/{user}/delete/": CONFIRMED,
    "/admin/auth/group/add/": {"name": "Works council"},
    "/admin/auth/group/{group}/change/": {"name": "Internal audit"},
    "/admin/auth/group/{group}/delete/": CONFIRMED,
}
"""By address; none, where pressing the button is all."""
