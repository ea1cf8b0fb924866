"""Letting somebody back in: what each remedy does, and that it stays on record."""

import pytest
from axes.models import AccessAttempt
from django.core.management.base import CommandError
from django.test import Client

from predictions.logins import second_step
from predictions.models import LoginRecovery
from tests.factories import make_user
from tests.predictions.codes import code_of

RIGHT, WHY = "correct horse", "phone lost, called back"
COMMANDS = ["reset_login", "unlock_login", "reset_totp"]


@pytest.fixture
def bob(db):
    """A superuser who has locked himself out, from two addresses."""
    bob = make_user("bob")
    for address in ("192.0.2.1", "192.0.2.2"):
        for _ in range(5):
            log_in("wrong", address)
    return bob


@pytest.fixture
def device(bob):
    device = second_step.waiting_device(bob)
    second_step.confirm(device, code_of(device, later=-1))
    second_step.new_recovery_codes(bob)
    return device


def log_in(password, address="192.0.2.1", code="") -> bool:
    client = Client(REMOTE_ADDR=address)
    form = {"username": "bob", "password": password, "otp_token": code}
    return client.post("/admin/login/", form).status_code == 302


def recorded() -> list[tuple[str, ...]]:
    return list(LoginRecovery.objects.values_list("remedy", "login", "reason"))


def test_a_new_password_is_alone_on_standard_output_and_unlocks(bob, run):
    assert not log_in(RIGHT)

    out, err = run("reset_login", "bob", "--reason", WHY)

    [password] = out.split()
    assert password not in err
    assert log_in(password)
    assert not log_in(RIGHT)
    assert recorded() == [("password", "bob", WHY)]


def test_a_new_password_logs_out_everywhere(bob, run, client):
    client.force_login(bob)

    run("reset_login", "bob", "--reason", WHY)

    assert client.get("/admin/").status_code == 302


def test_a_password_may_be_asked_for(bob, run, monkeypatch):
    monkeypatch.setattr("getpass.getpass", lambda prompt: "battery staple 9")

    out, _ = run("reset_login", "bob", "--reason", WHY, "--ask")

    assert "battery" not in out
    assert log_in("battery staple 9")


@pytest.mark.parametrize(
    ("answers", "said"),
    [(["1234", "1234"], "8"), (["battery staple 9", "battery staple 8"], "différents")],
    ids=["weak", "two different ones"],
)
def test_a_password_that_will_not_do_changes_nothing(
    bob, run, monkeypatch, answers, said
):
    monkeypatch.setattr("getpass.getpass", lambda prompt: answers.pop(0))

    with pytest.raises(CommandError, match=said):
        run("reset_login", "bob", "--reason", WHY, "--ask")

    assert AccessAttempt.objects.exists()
    assert recorded() == []


def test_the_wait_is_ended_and_the_password_stays(bob, run):
    out, _ = run("unlock_login", "bob", "--reason", WHY)

    assert "10" in out
    assert log_in(RIGHT)
    assert recorded() == [("unlock", "bob", WHY)]


def test_the_wait_is_ended_at_one_address(bob, run):
    run("unlock_login", "bob", "--reason", WHY, "--address", "192.0.2.2")

    assert not log_in(RIGHT, "192.0.2.1")
    assert log_in(RIGHT, "192.0.2.2")


def test_the_wait_after_wrong_codes_is_ended_too(bob, device, run):
    run("unlock_login", "bob", "--reason", WHY)
    assert not log_in(RIGHT, code="000000")
    assert not log_in(RIGHT, code=code_of(device))

    run("unlock_login", "bob", "--reason", WHY)

    assert log_in(RIGHT, code=code_of(device))


def test_two_step_login_is_removed_with_its_recovery_codes(bob, device, run, client):
    client.force_login(bob)
    run("unlock_login", "bob", "--reason", WHY)

    run("reset_totp", "bob", "--reason", WHY)

    assert log_in(RIGHT)
    assert second_step.recovery_codes_left(bob) == 0
    assert client.get("/admin/").status_code == 302
    assert recorded()[0] == ("two_step", "bob", WHY)


def test_nothing_to_remove_is_said_and_not_recorded(bob, run):
    with pytest.raises(CommandError, match="bob"):
        run("reset_totp", "bob", "--reason", WHY)

    assert recorded() == []


def test_the_record_says_who_at_a_terminal(bob, run, monkeypatch):
    monkeypatch.setenv("LOGNAME", "operator7")

    run("unlock_login", "bob", "--reason", WHY)

    row = LoginRecovery.objects.get()
    assert (row.source, row.user_name) == ("command", "operator7")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize(
    ("login", "reason", "said"),
    [("nobody", WHY, "nobody"), ("Bob", WHY, "« bob »"), ("bob", " ", "--reason")],
    ids=["unknown", "almost", "no reason"],
)
def test_what_cannot_be_done_is_said(bob, run, command, login, reason, said):
    with pytest.raises(CommandError) as caught:
        run(command, login, "--reason", reason)

    assert said in str(caught.value).replace("\N{NO-BREAK SPACE}", " ")
    assert recorded() == []


def test_a_login_that_is_not_active_is_said_to_stay_out(bob, run):
    bob.is_active = False
    bob.save()

    _, err = run("reset_login", "bob", "--reason", WHY)

    assert "bob ne peut toujours pas se connecter" in err


def test_a_record_that_fails_undoes_the_remedy(bob, run, monkeypatch):
    def away(**fields):
        raise OSError

    monkeypatch.setattr(LoginRecovery.objects, "create", away)

    with pytest.raises(OSError):  # noqa: PT011
        run("unlock_login", "bob", "--reason", WHY)

    assert AccessAttempt.objects.count() == 2
