"""One record of each kind, so that each address of the table is about something."""

from django.apps import apps
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from attrition.models import WaitingImport
from predictions import shown_once
from predictions.admin.two_step import CODES
from predictions.batches.making import Asker, of_employees
from predictions.models import Prediction, Source
from predictions.services import Caller
from tests.factories import EmployeeFactory, make_key, make_user
from tests.predictions import scene
from tests.predictions.permission_table import NOBODY, SUPERUSER


def make() -> dict[str, object]:
    """What stands in the addresses of the table for each name in braces."""
    EmployeeFactory(employee_id=669)
    EmployeeFactory(employee_id=670)
    EmployeeFactory(employee_id=671, archived_at=timezone.now())
    make_key()
    make_user("admin")
    make_user("auditor", "HR auditor")
    records = scene.make()
    return records | {
        "anything": "no/such/page",
        "archived": 671,
        "content type": ContentType.objects.get_for_model(Prediction).pk,
        "own batch": records["open batch"],
    }


def log_in(role: str, records: dict[str, object]) -> Client:
    """Somebody of this role, whose forms have the token that each form needs."""
    client = Client(enforce_csrf_checks=True)
    if role == NOBODY:
        client.get("/admin/login/")
        return client
    user = make_user("eve", None if role == SUPERUSER else role)
    client.force_login(user)
    client.get("/admin/")
    _leave_waiting(user, client, records)
    return client


def _leave_waiting(user: User, client: Client, records: dict[str, object]) -> None:
    """What is for whoever has begun it: an import, a batch, the secret of a new key."""
    asker = Asker(Caller(Source.ADMIN, user_name=user.username), f"user:{user.pk}")
    records["own batch"] = str(of_employees([669, 670], asker).pk)
    WaitingImport.objects.filter(pk=records["waiting import"]).update(user=user)
    session = client.session
    for name in (str(records["key"]), f"password {records['user']}", CODES):
        shown_once.keep(session, name, "a secret that waits")
    session.save()


def rows_of_all_tables() -> dict[str, list[tuple]]:
    return {
        table._meta.label: sorted(table._base_manager.values_list(), key=repr)
        for app in ("attrition", "predictions", "auth", "admin")
        for table in apps.get_app_config(app).get_models(include_auto_created=True)
    }


def opened(client: Client, path: str) -> HttpResponse:
    answer = client.get(path, follow=True)
    assert answer.status_code in (200, 403, 404), f"{path}: {answer.status_code}"
    return answer
