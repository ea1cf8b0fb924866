"""Twelve invented weeks of a company that asks, seals, refuses, erases and looks.

Told by `manage.py shell`, in the database of a server that runs.
"""

import json
import random
from datetime import datetime, timedelta

from django.contrib.auth.models import Group, User
from django.core.management import call_command
from django.db import connection
from django.test import override_settings

from attrition.models import Employee
from predictions.models import ApiKey, Erasure, Prediction, Seal, Source
from predictions.proof import sealing, signing
from predictions.services import Caller, Record, predict
from tests.screenshots import calls, clock, extracts, looks, people
from tests.server import PASSWORD
from tests.shipped import VERSIONS

WEEKS = 12
OLD_WEEKS = 6  # of the first release
ROLES = {
    "c.martin": "HR auditor",
    "r.petit": "HR manager",
    "a.dubois": "API administrator",
}
SUBJECT = 695  # whose predictions the pictures show
WATCHED = 717  # who contests
ERASED = 719
KEY = "OutilRHdemonstrationDesImagesDuGuide1234567890ab"


def as_json() -> str:
    return json.dumps(tell())


def tell() -> dict[str, int | str]:
    """What the pictures are of, by name."""
    chance = random.Random(2026)
    key, _secret = ApiKey.objects.issue(
        owner="Outil RH", scopes=["predict", "history"], secret=KEY
    )
    for name, role in ROLES.items():
        user = User.objects.create_user(name, password=PASSWORD, is_staff=True)
        user.groups.add(Group.objects.get(name=role))
    people.invent(chance)
    caller = Caller(Source.API, key_prefix=key.prefix, key_owner=key.owner)
    for week in range(WEEKS):
        monday = clock.FIRST_DAY + timedelta(weeks=week)
        with override_settings(MODEL_VERSION=VERSIONS[week >= OLD_WEEKS]):
            _week(monday, caller, chance)
        if week == OLD_WEEKS:
            _erase()
    with override_settings(MODEL_VERSION=VERSIONS[-1]):
        return _last_morning(caller)


def _week(monday: datetime, caller: Caller, chance: random.Random) -> None:
    """Everybody on Monday; refusals and looks until Friday, and a seal after each."""
    clock.turn_to(monday + timedelta(minutes=30))
    people.change_some(chance)
    everybody = Employee.objects.active().order_by("pk")
    predict([Record(one.features, one.pk) for one in everybody], caller=caller)
    _seal()
    for day in sorted(chance.sample(range(1, 5), 2)):
        clock.turn_to(monday + timedelta(days=day, hours=chance.randint(1, 8)))
        calls.mistakes(KEY, chance)
        looks.of_auditor("c.martin", chance.choice([SUBJECT, 690, 707]))
    clock.turn_to(monday + timedelta(days=4, hours=1))
    looks.of_manager("r.petit", chance.choice([SUBJECT, 671, 713]))
    _seal()


def _seal() -> None:
    sealing.seal_once(signing.signing_key())


def _erase() -> None:
    """Somebody who has left asks for it: their rows stay, without them."""
    rows = Prediction.objects.filter(employee=ERASED)
    for number in rows.values_list("pk", flat=True):
        Erasure.objects.create(
            prediction_id=number, user_name="dpo", reason="RGPD, article 17"
        )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE predictions SET input_payload = NULL, payload_salt = NULL, "
            "employee_id = NULL WHERE employee_id = %s",
            [ERASED],
        )
    Employee.objects.filter(pk=ERASED).delete()


def _last_morning(caller: Caller) -> dict[str, int | str]:
    """What is special, and the figures of the home page as of ten minutes ago."""
    clock.turn_to(clock.TODAY - timedelta(days=3, hours=1))
    looks.of_manager("r.petit", WATCHED)
    extracts.store()
    clock.turn_to(clock.TODAY - timedelta(days=2))
    calls.history(KEY, WATCHED)
    _seal()
    clock.turn_to(clock.TODAY - timedelta(hours=1))
    looks.of_contested("c.martin", WATCHED)
    exported = looks.of_exported("c.martin")
    clock.turn_to(clock.TODAY - timedelta(minutes=40))
    person = Employee.objects.get(pk=SUBJECT)
    thin, yearly = predict(
        [
            Record({"poste": "Consultant", "revenu_mensuel": 2900}),
            Record(person.features | {"revenu_mensuel": 41_400}, SUBJECT),
        ],
        caller=caller,
    )
    _seal()
    predict([Record(person.features, SUBJECT)], caller=caller)
    clock.turn_to(clock.TODAY - timedelta(minutes=12))
    _verify()
    call_command("summarise_log")
    earlier = Prediction.objects.filter(created_at__lt=yearly.created_at)
    erasure = Erasure.objects.order_by("prediction_id").last()
    return {
        "employee": SUBJECT,
        "erased": erasure.pk,
        "exported": exported,
        "extracts": extracts.prepare(),
        "prediction": earlier.filter(employee=SUBJECT).latest("created_at").pk,
        "seal": Seal.objects.latest("number").pk,
        "thin": thin.pk,
        "watched": WATCHED,
        "yearly": yearly.pk,
    }


def _verify() -> None:
    """It ends with the process's exit code."""
    try:
        call_command("verify_log", processes=1)
    except SystemExit as end:
        if end.code:
            raise RuntimeError("The invented log does not verify.") from end
