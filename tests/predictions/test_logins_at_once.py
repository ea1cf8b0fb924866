"""Passwords and codes that come at the same moment: the database keeps them apart.

SQLite lets one write at a time: only PostgreSQL shows that a lock is missing.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from axes.models import AccessAttempt
from django.db import connection
from django.db.models import Sum
from django.test import Client

from predictions.logins import second_step
from tests.factories import make_user
from tests.predictions.codes import code_of

GUESSERS = 8


def test_failures_at_the_same_moment_are_all_counted(committing, settings):
    settings.AXES_FAILURE_LIMIT = 50
    make_user("bob")
    begin = threading.Barrier(GUESSERS)

    def guess(number: int) -> int:
        client = Client(REMOTE_ADDR=f"192.0.2.{number % 2}")
        begin.wait(20)
        form = {"username": "bob", "password": "wrong"}
        try:
            return client.post("/admin/login/", form).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(GUESSERS) as pool:
        found = list(pool.map(guess, range(GUESSERS)))

    counted = AccessAttempt.objects.aggregate(sum=Sum("failures_since_start"))["sum"]
    assert found == [200] * GUESSERS
    assert counted == GUESSERS


@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_a_code_that_is_sent_at_the_same_moment_is_taken_once(committing, kind):
    bob = make_user("bob")
    device = second_step.waiting_device(bob)
    second_step.confirm(device, code_of(device, later=-1))
    [recovery, *_] = second_step.new_recovery_codes(bob)
    code = code_of(device) if kind == "app" else recovery
    begin = threading.Barrier(GUESSERS)

    def use(number: int) -> bool:
        begin.wait(20)
        try:
            return second_step.check(bob, code) is not None
        finally:
            connection.close()

    with ThreadPoolExecutor(GUESSERS) as pool:
        found = list(pool.map(use, range(GUESSERS)))

    assert found.count(True) == 1


def test_new_recovery_codes_that_are_asked_for_twice_are_the_last_alone(committing):
    bob = make_user("bob")
    begin = threading.Barrier(GUESSERS)

    def renew(number: int) -> None:
        begin.wait(20)
        try:
            second_step.new_recovery_codes(bob)
        finally:
            connection.close()

    with ThreadPoolExecutor(GUESSERS) as pool:
        list(pool.map(renew, range(GUESSERS)))

    assert second_step.recovery_codes_left(bob) == second_step.RECOVERY_CODES
