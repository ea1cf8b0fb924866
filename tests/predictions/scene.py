"""One record of each kind, in the database of a server that runs: made by
`manage.py shell`, so that pages have something to show."""

import io
import json

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from attrition import imports
from attrition.models import Employee, EmployeeImport
from attrition.waiting_files import Sent
from predictions import access, replays
from predictions.logins import recovery
from predictions.models import (
    Action,
    ApiKey,
    Erasure,
    LogCheck,
    LoginRecovery,
    Prediction,
    Refusal,
    Seal,
    Source,
    UnknownCallers,
)
from predictions.proof import sealing, signing
from predictions.services import Caller, Record, predict
from tests import shipped
from tests.factories import seed_features
from tests.predictions.batches import make_batch
from tests.predictions.uploads import contents, first

COUNTS = ("inserted", "updated", "unchanged", "archived", "brought_back")
CALLER = Caller(source=Source.API, key_prefix="abcdefgh", key_owner="HR analytics")


def as_json() -> str:
    return json.dumps(make())


def make() -> dict[str, object]:
    """What each kind's record is called in an address."""
    person = Employee.objects.get(pk=669)
    told = seed_features() | {"heure_supplementaires": 1, "revenu_mensuel": 250_000}
    told_first, last, erased = predict(
        [
            Record(told, person.pk),
            Record(person.features, person.pk),
            Record(told, 671),
        ],
        caller=CALLER,
    )
    sealing.seal_once(signing.signing_key())
    _erase(erased)
    _, replay = replays.replay_one(told_first.pk, CALLER)
    refusal = Refusal.objects.create(route="predict", status=422, code="missing")
    callers = UnknownCallers.objects.create(
        day=timezone.localdate(), route="predict", status=401, count=3
    )
    check = LogCheck.objects.create(
        rows=2, seals=1, waiting=0, findings=0, has_keys=True, has_anchor=False
    )
    call_command("summarise_log", verbosity=0, stdout=io.StringIO())
    look = access.record(CALLER, Action.READ, page="history", employees=[person.pk])
    admin = User.objects.get(username="admin")
    sent = {e: Sent(f"{e}.csv", content) for e, content in contents(first(3)).items()}
    waiting, _ = imports.wait(sent, user_id=admin.pk, complete=True)
    auditor = User.objects.get(username="auditor")
    recovery.unlock(auditor, caller=CALLER, reason="on holiday, forgot it")
    nobody = dict.fromkeys(COUNTS, 0)
    stored = EmployeeImport.objects.create(way="admin", complete=False, **nobody)
    return {
        "access": look.pk,
        "batch": str(make_batch([669, 670]).pk),
        "check": check.pk,
        "employee": person.pk,
        "erased": erased.pk,
        "erasure": erased.pk,
        "group": Group.objects.get(name="HR auditor").pk,
        "import": stored.pk,
        "key": ApiKey.objects.get().pk,
        "open batch": str(make_batch([669, 670], chunks=0).pk),
        "prediction": last.pk,
        "recovery": LoginRecovery.objects.get().pk,
        "refusal": refusal.pk,
        "release": shipped.SERVES,
        "replay": replay.pk,
        "seal": Seal.objects.get().pk,
        "unknown callers": callers.pk,
        "waiting import": str(waiting.pk),
        "user": auditor.pk,
        "nothing": 999_999,
    }


def _erase(row: Prediction) -> None:
    Erasure.objects.create(prediction_id=row.pk, user_name="ana", reason="art. 17")
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE predictions SET input_payload = NULL, payload_salt = NULL, "
            "employee_id = NULL WHERE id = %s",
            [row.pk],
        )
