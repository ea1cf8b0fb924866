"""What waits to be confirmed: read while others write, and forgotten in time."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from attrition import extracts, imports, waiting_files
from attrition.field import Extract
from attrition.imports import Caller, NothingWaits
from attrition.models import Employee, EmployeeImport, ImportWay, WaitingImport
from attrition.waiting_files import Sent
from tests.factories import EmployeeFactory, make_user
from tests.predictions.uploads import contents, first

BOB = Caller(ImportWay.ADMIN, "bob")


@pytest.fixture
def bob(committing) -> int:
    return make_user("bob").pk


def sent(count: int) -> dict[Extract, Sent]:
    found = contents(first(count))
    return {extract: Sent(f"{extract}.csv", held) for extract, held in found.items()}


def digest_of(waiting: WaitingImport) -> str:
    return imports.preview(waiting_files.people_of(waiting), waiting).digest


def write_elsewhere() -> None:
    """On a connection of another thread, as another request would."""

    def write() -> None:
        try:
            EmployeeFactory(pk=500, features={"age": 30})
        finally:
            connection.close()

    thread = threading.Thread(target=write)
    thread.start()
    thread.join()


def before(function: Callable, act: Callable[[], None]) -> Callable:
    def done(*args, **kwargs):
        act()
        return function(*args, **kwargs)

    return done


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
@pytest.mark.parametrize(
    ("module", "name"),
    [(extracts, "read_each"), (waiting_files, "people_of")],
    ids=["reading the files", "unpacking what waits"],
)
def test_others_write_while_large_files_are_worked_on(bob, monkeypatch, module, name):
    function = getattr(module, name)
    waiting, _ = imports.wait(sent(5), user_id=bob, complete=False)
    digest = digest_of(waiting)
    monkeypatch.setattr(module, name, before(function, write_elsewhere))

    if module is extracts:
        imports.wait(sent(5), user_id=bob, complete=False)
    else:
        imports.confirm(waiting.pk, user_id=bob, caller=BOB, digest=digest, force=False)

    assert Employee.objects.filter(pk=500).exists()


def test_of_two_confirmations_at_once_one_stores(bob, monkeypatch):
    waiting, _ = imports.wait(sent(5), user_id=bob, complete=False)
    digest = digest_of(waiting)
    unpack = waiting_files.people_of

    def confirm() -> None:
        imports.confirm(waiting.pk, user_id=bob, caller=BOB, digest=digest, force=False)

    def the_other() -> None:
        monkeypatch.setattr(waiting_files, "people_of", unpack)
        confirm()

    monkeypatch.setattr(waiting_files, "people_of", before(unpack, the_other))
    with pytest.raises(NothingWaits):
        confirm()

    assert EmployeeImport.objects.count() == 1


@pytest.fixture
def expired(db) -> WaitingImport:
    """Of somebody who went home."""
    eve = make_user("eve").pk
    waiting, _ = imports.wait(sent(5), user_id=eve, complete=False)
    long_ago = timezone.now() - timedelta(minutes=61)
    WaitingImport.objects.update(created_at=long_ago)
    return waiting


def is_stored(waiting: WaitingImport) -> bool:
    return WaitingImport.objects.filter(pk=waiting.pk).exists()


def test_what_has_waited_too_long_is_deleted_by_the_command_of_every_minute(expired):
    bob = make_user("bob").pk
    waiting = WaitingImport.objects.create(user_id=bob, complete=False)

    call_command("summarise_log", verbosity=0)

    assert not is_stored(expired)
    assert is_stored(waiting)


def test_what_has_waited_too_long_is_deleted_when_it_is_asked_for(expired):
    with pytest.raises(NothingWaits):
        imports.waiting_of(expired.user_id, expired.pk)

    assert not is_stored(expired)
