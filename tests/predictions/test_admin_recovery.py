"""What a superuser does in the list of logins for who cannot log in."""

import re

import pytest
from axes.models import AccessAttempt
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission, User
from django.test import Client

from predictions.logins import second_step
from predictions.models import LoginRecovery
from tests.factories import make_user
from tests.predictions.codes import code_of

LIST = "/admin/auth/user/"
WHY = "called back"
EN = {"accept-language": "en"}


@pytest.fixture
def ana(db):
    return make_user("ana", "HR auditor")


@pytest.fixture
def admin(client, ana):
    client.force_login(make_user("bob"))
    return client


def act(client, action, *users, **answers):
    form = {"action": action, "_selected_action": [user.pk for user in users]}
    return client.post(LIST, form | answers, follow=True, headers=EN)


def fail(name):
    for _ in range(5):
        Client().post("/admin/login/", {"username": name, "password": "wrong"})


@pytest.mark.parametrize(
    "action", ["unlock_selected", "reset_selected", "remove_two_step_selected"]
)
def test_each_asks_why_first(admin, ana, action):
    fail("ana")
    password = ana.password

    asked = act(admin, action, ana)
    empty = act(admin, action, ana, reason=" ")

    ana.refresh_from_db()
    assert "<li>ana</li>" in asked.text
    assert "Nothing has changed." in empty.text
    assert ana.password == password
    assert AccessAttempt.objects.exists()
    assert not LoginRecovery.objects.exists()


def test_several_may_try_again(admin, ana):
    carl = make_user("carl", "HR manager")
    fail("ana")
    fail("carl")

    act(admin, "unlock_selected", ana, carl, reason=WHY)

    assert not AccessAttempt.objects.exists()
    found = LoginRecovery.objects.order_by("login")
    assert [(r.login, r.user_name, r.source, r.reason) for r in found] == [
        ("ana", "bob", "admin", WHY),
        ("carl", "bob", "admin", WHY),
    ]
    assert all(row.request_id for row in found)


def test_the_history_of_the_login_has_it_too(admin, ana):
    act(admin, "unlock_selected", ana, reason=WHY)

    page = admin.get(f"{LIST}{ana.pk}/history/", headers=EN)

    assert "Let back in (lock-out ended): called back" in page.text
    assert LogEntry.objects.count() == 1


def test_a_new_password_is_shown_once_and_works(admin, ana):
    page = act(admin, "reset_selected", ana, reason=WHY)

    [password] = re.findall(r'<code class="secret">([^<]+)<', page.text)
    assert password.isalnum()
    again = admin.get(page.redirect_chain[-1][0])
    assert again.status_code == 410
    assert password not in again.text
    form = {"username": "ana", "password": password}
    assert Client().post("/admin/login/", form).status_code == 302


def test_new_passwords_are_given_one_by_one(admin, ana):
    page = act(admin, "reset_selected", ana, make_user("carl"), reason=WHY)

    assert "One login at a time" in page.text
    assert not LoginRecovery.objects.exists()


def test_two_step_login_is_removed(admin, ana):
    device = second_step.waiting_device(ana)
    second_step.confirm(device, code_of(device))

    act(admin, "remove_two_step_selected", ana, reason=WHY)

    assert not second_step.is_set_up(ana)
    assert LoginRecovery.objects.get().remedy == "two_step"


@pytest.mark.parametrize("action", ["reset_selected", "remove_two_step_selected"])
def test_nobody_logs_themselves_out_by_letting_themselves_in(admin, ana, action):
    """They would lose the page that shows their new password."""
    bob = User.objects.get(username="bob")

    page = act(admin, action, ana, bob, reason=WHY)
    alone = act(admin, action, bob, reason=WHY)

    assert page.status_code == alone.status_code == 200
    assert "your own login" in alone.text
    assert User.objects.get(username="bob").password == bob.password
    assert not LoginRecovery.objects.exists()
    assert admin.get("/admin/").status_code == 200


def test_who_may_change_logins_takes_over_no_superuser(client, ana):
    may = Permission.objects.filter(
        content_type__app_label="auth", codename__in=["view_user", "change_user"]
    )
    ana.user_permissions.set(may)
    client.force_login(ana)
    bob = make_user("bob")

    act(client, "reset_selected", bob, reason=WHY)

    assert User.objects.get(pk=bob.pk).password == bob.password
    assert client.get(f"{LIST}{bob.pk}/new-password/").status_code == 403
    form = {"password1": "battery staple 9", "password2": "battery staple 9"}
    assert client.post(f"{LIST}{bob.pk}/password/", form).status_code == 403
    client.post(f"{LIST}{ana.pk}/change/", {"username": "ana", "is_superuser": "on"})
    assert User.objects.get(pk=bob.pk).password == bob.password
    assert not User.objects.get(pk=ana.pk).is_superuser
    assert client.get(f"{LIST}{bob.pk}/change/").status_code == 200


@pytest.mark.parametrize("page", ["", "add/", "1/change/"])
@pytest.mark.parametrize("kind", ["axes/accessattempt", "otp_totp/totpdevice"])
def test_no_page_shows_attempts_or_keys(admin, kind, page):
    assert admin.get(f"/admin/{kind}/{page}").status_code == 404


def test_a_login_is_deleted_with_its_second_step_and_that_is_not_listed(admin, ana):
    device = second_step.waiting_device(ana)
    second_step.confirm(device, code_of(device))
    second_step.new_recovery_codes(ana)

    page = admin.get(f"{LIST}{ana.pk}/delete/", headers={"accept-language": "fr"})
    admin.post(f"{LIST}{ana.pk}/delete/", {"post": "yes"})

    assert "TOTP" not in page.text
    assert "(ana)" not in page.text
    assert "StaticToken" not in page.text
    assert not User.objects.filter(pk=ana.pk).exists()
