"""Values stay masked until somebody says what they look at them for."""

from datetime import timedelta
from html import unescape

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from django.utils import timezone

from attrition.features import FIELDS
from predictions import access
from predictions.models import Access
from predictions.sight import MASK, is_survey
from tests.factories import EmployeeFactory, make_user
from tests.predictions.test_access_log import page_of, post

PAY = "3\u00a0447\u00a0€ par mois"
OVERTIME = "Heures supplémentaires"


def text_of(client, row, language: str = "fr") -> str:
    answer = client.get(page_of(row), headers={"accept-language": language})
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def reveal(client, row, purpose: str = "contest", language: str = "fr"):
    address = reverse("admin:reveal_prediction", args=[row.pk])
    client.defaults["HTTP_ACCEPT_LANGUAGE"] = language
    return post(client, address, purpose=purpose)


@pytest.fixture
def ana(browser):
    return browser("HR auditor", "ana")


@pytest.fixture
def row(make_prediction):
    return make_prediction(669, heure_supplementaires="Oui")


def test_no_value_is_on_the_page_before_a_purpose_is_given(ana, row):
    text = text_of(ana, row)

    assert PAY not in text
    assert "Consultant" not in text
    assert "E_669" not in text
    assert f"<td>{MASK}</td>" in text
    reasons = text.partition("Contributions")[2].partition("</fieldset>")[0]
    assert "sont masquées avec elles" in reasons
    assert [field.label.fr for field in FIELDS if field.label.fr in reasons] == []


def test_a_purpose_shows_the_values_of_that_person_alone(ana, row, make_prediction):
    earlier, of_another = make_prediction(669), make_prediction(670)

    answer = reveal(ana, row)

    assert answer["Location"] == page_of(row)
    assert PAY in text_of(ana, row)
    assert "(d'habitude Non)" in text_of(ana, row)
    assert PAY in text_of(ana, earlier)
    assert PAY not in text_of(ana, of_another)


def test_a_purpose_holds_for_half_an_hour_and_for_whoever_gave_it(
    ana, row, browser, monkeypatch
):
    reveal(ana, row)

    assert PAY not in text_of(browser("HR auditor", "eve"), row)
    later = timezone.now() + timedelta(minutes=29)
    monkeypatch.setattr(access.timezone, "now", lambda: later)
    assert PAY in text_of(ana, row)
    later += timedelta(minutes=2)
    assert PAY not in text_of(ana, row)


def test_a_row_that_names_nobody_is_revealed_by_itself(ana, make_prediction):
    row, other = make_prediction(), make_prediction()

    reveal(ana, row)

    assert PAY in text_of(ana, row)
    assert PAY not in text_of(ana, other)


@pytest.mark.parametrize(
    ("language", "purpose", "sentence"),
    [
        ("fr", "", "Choisissez un motif."),
        ("en", "", "Choose what it is for."),
        ("fr", "curiosity", "Choisissez un des motifs de la liste."),
        ("en", "curiosity", "Choose one of the purposes in the list."),
    ],
)
def test_without_a_purpose_the_field_says_so_and_nothing_is_shown(
    ana, row, language, purpose, sentence
):
    answer = reveal(ana, row, purpose, language)

    assert answer.status_code == 200
    assert sentence in unescape(answer.content.decode())
    assert not Access.objects.filter(action="reveal").exists()
    assert PAY not in text_of(ana, row)


@pytest.mark.parametrize("role", ["ML engineer", "API administrator"])
def test_who_may_not_read_the_log_reveals_nothing(browser, row, role):
    client = browser(role)

    assert reveal(client, row).status_code == 403
    assert not Access.objects.filter(action="reveal").exists()


def test_who_may_read_and_not_reveal_is_offered_no_form(client, row):
    user = make_user("carl", "ML engineer")
    user.user_permissions.add(Permission.objects.get(codename="view_prediction"))
    client.force_login(user)

    text = text_of(client, row)

    assert "/reveal/" not in text
    assert (
        client.post(
            reverse("admin:reveal_prediction", args=[row.pk]), {"purpose": "audit"}
        ).status_code
        == 403
    )


def test_an_erased_row_offers_nothing_to_reveal(ana, log_row):
    row = log_row(input_payload=None)

    text = text_of(ana, row)

    assert "/reveal/" not in text
    assert "Les données ont été effacées" in text


def test_what_sql_wrote_instead_of_a_payload_is_masked_whole(ana, log_row):
    row = log_row(input_payload=["revenu_mensuel", 3447], employee_id=669)

    found = ana.get("/history", headers={"accept": "application/json"}).json()

    assert found[0]["input_payload"] == MASK
    assert "3447" not in text_of(ana, row)


# The survey


@pytest.fixture
def bob(browser):
    return browser("HR manager", "bob")


SURVEY = [f.label.fr for f in FIELDS if is_survey(f.name)]


def test_a_manager_sees_no_single_answer_to_the_survey(bob, make_prediction):
    row = make_prediction(669, satisfaction_employee_equipe=1)

    reveal(bob, row, "review")
    text = text_of(bob, row)

    assert PAY in text
    reasons = text.partition('<table class="why">')[2].partition("</table>")[0]
    assert "Réponses au sondage, ensemble" in reasons
    assert [label for label in SURVEY if label in reasons] == []
    usual = text.partition("Comme d'habitude")[2].partition("</p>")[0]
    assert [label for label in SURVEY if label in usual] == []


def test_the_points_of_the_survey_together_are_the_sum_of_its_points(
    ana, bob, make_prediction
):
    row = make_prediction(669, satisfaction_employee_equipe=1)
    reveal(ana, row)
    reveal(bob, row, "review")

    found = {}
    for name, client in (("ana", ana), ("bob", bob)):
        answer = client.get(
            f"/predictions/{row.pk}?explain=true",
            headers={"accept": "application/json", "accept-language": "en"},
        )
        found[name] = answer.json()["explanation"]["contributions"]

    answers = {f.name for f in FIELDS if is_survey(f.name)}
    single = sum(i["points"] for i in found["ana"] if i["field"] in answers)
    [together] = [i for i in found["bob"] if i["field"] == "survey"]
    assert together["points"] == pytest.approx(single, abs=1e-12)
    assert not answers & {item["field"] for item in found["bob"]}
    assert sum(i["points"] for i in found["ana"]) == pytest.approx(
        sum(i["points"] for i in found["bob"]), abs=1e-9
    )


def test_a_manager_who_scores_through_the_api_gets_no_single_answer_explained(bob):
    EmployeeFactory(pk=669)
    bob.get("/predict")
    token = bob.cookies["csrftoken"].value

    answer = bob.post(
        "/predict_by_id/669?explain=true",
        "{}",
        content_type="application/json",
        headers={"accept": "application/json", "x-csrftoken": token},
    )

    assert answer.status_code == 200, answer.json()
    fields = {i["field"] for i in answer.json()["explanation"]["contributions"]}
    assert "survey" in fields
    assert "satisfaction_employee_equipe" not in fields


# The API's browsable pages


def test_a_person_reads_masked_values_through_the_api_before_a_purpose(ana, row):
    as_json = {"accept": "application/json"}

    masked = ana.get("/history", headers=as_json).json()[0]["input_payload"]
    refused = ana.get(f"/predictions/{row.pk}?explain=true", headers=as_json)
    reveal(ana, row)
    shown = ana.get("/history", headers=as_json).json()[0]["input_payload"]

    assert set(masked.values()) <= {MASK, None}
    assert refused.json()["errors"][0]["code"] == "values_masked"
    assert shown == row.input_payload


def test_a_program_with_a_key_reads_what_its_scope_says(api, row):
    assert api.get("/history").json()[0]["input_payload"] == row.input_payload
