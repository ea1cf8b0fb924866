"""Which values each role sees, on any page, in any answer and through any side door."""

import io
import re
import zipfile
from html import unescape
from itertools import product
from urllib.parse import quote

import pytest
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client
from django.utils.translation import override

from predictions import access
from predictions.models import Action, Prediction, Purpose, Refusal, Source
from predictions.proof import sealing, signing
from predictions.services import Caller, Record, predict
from predictions.words import percent
from tests.factories import EmployeeFactory, make_key, seed_features
from tests.predictions import permission_records as given
from tests.predictions.batches import make_batch
from tests.predictions.permission_table import PEOPLE, Row, calls, pages, seen

PERSON, UNKNOWN = 690412377, 690412378
PSEUDONYM = "emp_feedc0ffee123456"
SENT = {
    "revenu_mensuel": 48_613,
    "distance_domicile_travail": 17_431,
    "employee_id_anon": PSEUDONYM,
}
STORED = {"revenu_mensuel": 51_907, "distance_domicile_travail": 16_203}
LOOKED = "zelda who looked"
ADDRESS = "ana@people.example"
SIDE_DOORS = [
    f"q={PERSON}",
    f"q={PSEUDONYM}",
    "_to_field=employee_id",
    "_to_field=id&_popup=1",
    "input_payload__revenu_mensuel=48613",
    f"employee_id={PERSON}",
    f"employees__employee_id={PERSON}",
    "explain=true",
]


def number(value: int) -> str:
    """Written in any language, and no part of a digest."""
    thousands, rest = divmod(value, 1000)
    return rf"(?<![0-9a-z]){thousands}\W?{rest:03}(?![0-9a-z])"


@pytest.fixture
def records(db) -> dict[str, object]:
    """As for the other tests of the table; what is about people is about one person."""
    records = given.make()
    key, secret = make_key("history", owner="Payroll of the north")
    EmployeeFactory(employee_id=PERSON, features=seed_features() | STORED)
    caller = Caller(Source.API, key_prefix=key.prefix, key_owner=key.owner)
    [row] = predict([Record(seed_features() | SENT, PERSON)], caller=caller)
    sealing.seal_once(signing.signing_key())
    Refusal.objects.create(
        route="predict_by_id/<str:employee_id>",
        status=404,
        code="unknown_employee",
        key_prefix=key.prefix,
        key_owner=key.owner,
    )
    looker = Caller(Source.ADMIN, user_name=LOOKED)
    look = access.record(looker, Action.VIEW, page="a page", employees=[PERSON])
    User.objects.filter(username="auditor").update(email=ADDRESS)
    about = {"prediction": row.pk, "employee": PERSON, "access": look.pk}
    batch = {"batch": str(make_batch([670, UNKNOWN]).pk)}
    return records | about | batch | {"new key": key, "secret": secret}


def texts(
    client: Client, records: dict[str, object], doors: list[str]
) -> dict[str, str]:
    """All that this person gets to read, whatever they ask for, by what they ask."""
    rows = [row for row in (*pages(), *calls()) if row.method == "GET"]
    found = {}
    for row, door in product(rows, ["", *doors]):
        if door and not _has_doors(row):
            continue
        path = row.path(records)
        path += f"{'&' if '?' in path else '?'}{door}" if door else ""
        as_json = ["application/json"] if _is_call(row) else []
        # What the API answers to a door, its pages would only dress up.
        as_page = ["text/html"] if not (door and as_json) else []
        for kind in (*as_page, *as_json):
            answer = client.get(path, headers={"accept": kind}, follow=True)
            assert answer.status_code < 500, path
            # What somebody has asked for comes back to them.
            said = _text(answer).replace(row.path(records), "")
            for value in re.findall(r"=([^&]*)", door):
                said = said.replace(value, "").replace(quote(value), "")
            found[f"{path} as {kind}"] = said
    return found


def _is_call(row: Row) -> bool:
    return not row.address.startswith(("/admin/", "/session/"))


def _has_doors(row: Row) -> bool:
    """Lists and records; what else an address asks for is ignored there."""
    listed = row.address.count("/") == 4 and row.address.endswith("/")
    return listed or row.address.endswith("/change/") or _is_call(row)


def _text(answer: HttpResponse) -> str:
    content = answer.getvalue()
    if answer.get("Content-Type") == "application/zip":
        with zipfile.ZipFile(io.BytesIO(content)) as folder:
            content = b"".join(map(folder.read, folder.namelist()))
    return unescape(content.decode())


@pytest.mark.parametrize("role", PEOPLE)
def test_each_role_sees_what_the_table_says_and_nothing_else(records, role):
    client = given.log_in(role, records)
    row = Prediction.objects.get(pk=records["prediction"])
    eve = User.objects.get(username="eve")
    # She kept the employees once, and has another role by now.
    LogEntry.objects.log_actions(eve.pk, [row.employee], CHANGE, "Archived.")

    # Nothing is kept from a superuser that a page has to show.
    doors = [] if role == "Superuser" else SIDE_DOORS
    masked = texts(client, records, doors)
    access.record(
        Caller(Source.ADMIN, user_name="eve"),
        Action.REVEAL,
        page="a page",
        employees=[PERSON],
        prediction_id=row.pk,
        purpose=Purpose.AUDIT,
    )
    revealed = texts(client, records, doors)

    found = {
        what: [place for place, text in said.items() if re.search(mark, text)]
        for what, (mark, said) in marks(records, masked, revealed).items()
    }
    may = {what for what, line in seen().items() if line[role] == "yes"}
    assert {what: found[what] for what in found.keys() - may if found[what]} == {}
    assert {what for what in found if found[what]} == may
    assert found.keys() == seen().keys()


Said = dict[str, str]


def marks(records, masked: Said, revealed: Said) -> dict[str, tuple[str, Said]]:
    """How each line of the table would be recognised, and where it is looked for."""
    row = Prediction.objects.get(pk=records["prediction"])
    key = records["new key"]
    with override("fr"):
        chance = re.escape(percent(row.proba_depart, row.threshold))
    sent = rf"{number(SENT['revenu_mensuel'])}|{PSEUDONYM}"
    answered = number(SENT["distance_domicile_travail"])
    stored = "|".join(map(number, STORED.values()))
    both = {f"{place}, masked": text for place, text in masked.items()} | revealed
    before, after = "before a purpose is given", "after a purpose is given"
    return {
        "Employee numbers": (f"{PERSON}|{UNKNOWN}", both),
        "Probabilities": (f"{chance}|{row.proba_depart!r}", both),
        f"Values and identifiers behind a prediction, {before}": (sent, masked),
        f"Values and identifiers behind a prediction, {after}": (sent, revealed),
        f"Single survey answers behind a prediction, {before}": (answered, masked),
        f"Single survey answers behind a prediction, {after}": (answered, revealed),
        "What is stored of an employee, survey answers included": (stored, both),
        "Prefixes and owners of API keys": (f"{key.prefix}|{key.owner}", both),
        "Secret or hash of an API key that others created": (
            f"{records['secret']}|{key.secret_sha256}",
            both,
        ),
        "Who looked at somebody": (LOOKED, both),
        "Reasons of erasures": ("art. 17", both),
        "Names and addresses of those who log in": (re.escape(ADDRESS), both),
    }
