"""Where two-step login is obligatory, nothing opens before it is set up."""

import pytest
from django.test import Client

from predictions.logins import second_step
from tests.factories import make_user
from tests.predictions.codes import code_of

PAGE = "/admin/two-step/"
RIGHT = "correct horse"
EN = {"accept-language": "en"}


@pytest.fixture(autouse=True)
def _required(settings):
    settings.ADMIN_TOTP_REQUIRED = True


@pytest.fixture
def ana(db):
    return make_user("ana", "HR auditor")


@pytest.fixture
def without(ana):
    """She has logged in with her password, and has nothing else."""
    client = Client(headers=EN)
    form = {"username": "ana", "password": RIGHT, "next": "/admin/"}
    client.post("/admin/login/", form)
    return client


def set_up(client, user):
    client.get(PAGE)
    return client.post(
        PAGE, {"otp_token": code_of(second_step.waiting_device(user), later=-1)}
    )


def test_a_login_without_it_leads_to_where_it_is_set_up(without):
    answer = without.get("/admin/predictions/prediction/", follow=True)

    assert answer.redirect_chain[-1] == (PAGE, 302)
    assert "The back-office opens once you have set up two-step login." in answer.text


def test_once_it_is_set_up_everything_opens(ana, without):
    set_up(without, ana)

    assert without.get("/admin/").status_code == 200
    assert without.get("/history").status_code == 200


def test_the_page_offers_nothing_that_does_not_open(without):
    page = without.get(PAGE).text

    assert 'href="/admin/' not in page.replace('href="/admin/"', "")
    assert 'action="/admin/logout/"' in page


@pytest.mark.parametrize("page", ["/admin/logout/", "/session/logout/"])
def test_one_may_log_out(without, page):
    without.post(page)

    assert without.get(PAGE)["Location"] == f"/admin/login/?next={PAGE}"


def test_the_language_may_be_chosen(without):
    without.post("/i18n/setlang/", {"language": "fr", "next": PAGE})

    assert "deux étapes" in without.get(PAGE).text


def test_a_password_alone_is_no_caller_of_the_api(without):
    assert without.get("/history").status_code == 401
    assert without.post("/predict", {}, "application/json").status_code == 401


def test_a_key_needs_no_second_step(api):
    assert api.get("/history").status_code == 200


def test_a_login_with_a_code_opens_everything(ana, without):
    set_up(without, ana)
    client = Client()
    code = code_of(second_step.TOTPDevice.objects.get())

    form = {"username": "ana", "password": RIGHT, "otp_token": code}
    client.post("/admin/login/", form)

    assert client.get("/admin/").status_code == 200


def test_who_came_in_by_a_recovery_code_stays_in_with_new_ones(ana, without):
    set_up(without, ana)
    first, second, *_ = second_step.new_recovery_codes(ana)
    client = Client()
    form = {"username": "ana", "password": RIGHT, "otp_token": first}
    client.post("/admin/login/", form)

    client.post(PAGE, {"otp_token": second, "do": "codes"})

    assert client.get("/admin/").status_code == 200
    assert second_step.recovery_codes_left(ana) == second_step.RECOVERY_CODES


def test_who_ends_it_is_held_back_again(ana, without):
    set_up(without, ana)
    code = code_of(second_step.TOTPDevice.objects.get())

    without.post(PAGE, {"otp_token": code, "do": "off"})

    assert without.get("/admin/", follow=True).redirect_chain[-1] == (PAGE, 302)


def test_a_session_of_before_cannot_end_it_nor_set_up_another(ana, without):
    device = second_step.waiting_device(ana)
    second_step.confirm(device, code_of(device, later=-1))

    page = without.get(PAGE).text
    without.post(PAGE, {"otp_token": "000000", "do": "off"})

    assert "You have logged in without a code" in page
    assert "<svg" not in page.split('id="content-main"')[1].split("<footer")[0]
    assert second_step.is_set_up(ana)


def test_a_device_that_was_removed_opens_nothing(ana, without):
    set_up(without, ana)
    second_step.remove(ana)

    assert without.get("/admin/").status_code == 302
