"""What a person fills in where docs/permissions.md says that something is done."""

from django.contrib.auth.models import User

from attrition import imports, waiting_files
from attrition.models import Employee, WaitingImport
from predictions.admin.employee_stored import digest_of
from predictions.logins.second_step import waiting_device
from tests.predictions.codes import code_of
from tests.predictions.uploads import UPLOAD, contents, first, uploaded

PASSWORD = "correct horse"
NEW_PASSWORD = "battery staple 9"
NEW_KEY = {"owner": "Payroll", "scopes": ["history"], "never_expires": "on"}
CONFIRMED = {"post": "yes"}
PURPOSE = {"purpose": "audit"}
EMPLOYEE = "/admin/attrition/employee/{employee}/change/"
WHY = {"reason": "no longer used"}
WITH_A_REASON = {
    "revoke_selected",
    "unlock_selected",
    "reset_selected",
    "remove_two_step_selected",
}


def form_of(address: str, action: str, records: dict[str, object]) -> dict[str, object]:
    """What a person fills in where something is done."""
    if action:
        return _of_action(address, action, records)
    if address == UPLOAD:
        return uploaded(contents(first(3)))
    if address.endswith("/confirm/"):
        waiting = WaitingImport.objects.get(pk=records["waiting import"])
        plan = imports.preview(waiting_files.people_of(waiting), waiting)
        return {"digest": plan.digest, "force": "on"}
    if address == EMPLOYEE:
        shown = Employee.objects.get(pk=records["employee"]).features
        return {"age": "31", "digest": digest_of(shown)}
    if address == "/admin/two-step/":
        return first_code()
    return FORMS.get(address, {})


def first_code() -> dict[str, object]:
    """What the app of whoever sets up two-step login shows."""
    user = User.objects.filter(username="eve").first()
    return {"otp_token": code_of(waiting_device(user))} if user else {}


def _of_action(address: str, action: str, records: dict) -> dict[str, object]:
    record = (
        address.split("?")[0].rstrip("/").rsplit("/", 1)[-1].replace("apikey", "key")
    )
    about = records["archived"] if action == "bring_back" else records[record]
    answers = PURPOSE | WHY | CONFIRMED | {"confirmed": "1"}
    if action in WITH_A_REASON:
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
    "/admin/predictions/prediction/export/": PURPOSE | {"format": "csv"},
    "/admin/attrition/employee/add/": {"employee_id": "4242", "age": "30"},
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
