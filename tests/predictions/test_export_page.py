"""The page that asks how to export: for whom it is, and what nonsense gets."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from attrition.features import FIELDS
from attrition.field import Extract
from predictions.admin import lists
from predictions.models import Access
from tests.factories import make_user, seed_features
from tests.predictions.exported import ADDRESS, ask, content, objects, table, words

LIST = reverse("admin:predictions_prediction_changelist")
FRENCH = {"accept-language": "fr"}


@pytest.fixture
def ana(browser):
    return browser("HR auditor", "ana")


def somebody(client, *permissions: str):
    """Logged in, with these permissions alone."""
    user = make_user("carl", "ML engineer")
    user.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    client.force_login(user)
    return client


def test_the_list_leads_to_the_export_of_what_it_shows(ana, make_prediction):
    make_prediction(669)

    page = ana.get(LIST, {"source__exact": "api", "q": "669", "p": "1", "o": "1"})

    assert f'href="{ADDRESS}?q=669&amp;source__exact=api"' in page.content.decode()


def test_the_page_says_how_many_rows_and_what_is_in_them(ana, make_prediction):
    for number in (669, 670):
        make_prediction(number)

    whole = words(ana.get(ADDRESS, headers=FRENCH))
    narrowed = words(ana.get(ADDRESS, {"q": "670"}, headers=FRENCH))

    assert "Prédictions : 2 , le journal entier." in whole
    assert "Prédictions : 1 , selon les filtres et la recherche" in narrowed
    assert "empreinte des données" in whole
    assert "Une prédiction n'est jamais une décision à elle seule." in whole
    assert not Access.objects.filter(action="export").exists()


def test_many_rows_are_counted_no_further_than_the_list_does(
    ana, make_prediction, monkeypatch
):
    monkeypatch.setattr(lists, "MOST_LISTED", 1)
    for number in (669, 670):
        make_prediction(number)

    assert "Plus de 1 prédictions" in words(ana.get(ADDRESS, headers=FRENCH))


@pytest.mark.parametrize(
    ("chosen", "language", "sentence"),
    [
        ({"purpose": ""}, "fr", "Choisissez un motif."),
        ({"purpose": ""}, "en", "Choose what it is for."),
        ({"purpose": "curiosity"}, "fr", "Choisissez un des motifs de la liste."),
        ({"format": "pdf"}, "fr", "Choisissez dans la liste."),
        ({"format": ""}, "en", "Choose one of the list."),
        ({"dialect": "tabs"}, "fr", "Choisissez dans la liste."),
    ],
)
def test_a_wrong_choice_is_told_at_its_field_and_begins_nothing(
    ana, make_prediction, chosen, language, sentence
):
    make_prediction(669)

    answer = ask(ana, language=language, **chosen)

    assert answer.status_code == 200
    [field] = chosen
    assert answer.context["form"].errors.keys() == {field}
    assert sentence in words(answer)
    assert not Access.objects.filter(action="export").exists()


@pytest.mark.parametrize(
    "query",
    [
        "created_at__gte=yesterday",
        "prediction__exact=maybe",
        "close=perhaps",
        "warning=x",
        "batch_id=x",
        "no_such_field=1",
        "p=abc",
        "o=99",
        "q=%00",
    ],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_filters_with_nonsense_get_what_the_list_says_of_them(
    ana, make_prediction, query, method
):
    make_prediction(669)
    token = str(ana.get(ADDRESS).context["csrf_token"])
    sent = {"csrfmiddlewaretoken": token, "purpose": "audit", "format": "csv"}

    if method == "get":
        answer = ana.get(f"{ADDRESS}?{query}", follow=True)
    else:
        answer = ana.post(f"{ADDRESS}?{query}", sent, follow=True)

    of_list = ana.get(f"{LIST}?{query}", follow=True).status_code
    assert answer.status_code == of_list
    assert of_list < 500


@pytest.mark.parametrize("query", ["q=%00", "created_at__gte=yesterday"])
def test_a_search_that_makes_no_sense_is_not_taken_for_none(
    ana, make_prediction, query
):
    make_prediction(669)
    token = str(ana.get(ADDRESS).context["csrf_token"])
    sent = {"csrfmiddlewaretoken": token, "purpose": "audit", "format": "csv"}

    answer = ana.post(f"{ADDRESS}?{query}", sent)

    assert answer["Location"].startswith(f"{LIST}?")
    assert not Access.objects.filter(action="export").exists()


# For whom


@pytest.mark.parametrize("role", ["HR manager", "ML engineer", "API administrator"])
def test_an_export_is_for_auditors(browser, make_prediction, role):
    make_prediction(669)
    client = browser(role)
    token = str(client.get(reverse("admin:index")).context["csrf_token"])

    page = client.get(ADDRESS)
    answer = client.post(
        ADDRESS, {"csrfmiddlewaretoken": token, "purpose": "audit", "format": "csv"}
    )

    assert (page.status_code, answer.status_code) == (403, 403)
    listed = client.get(LIST)
    assert ADDRESS not in listed.content.decode()


def test_nobody_is_led_to_the_login(client, db):
    for method in (client.get, client.post):
        answer = method(ADDRESS)
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]


def test_only_a_form_of_ours_starts_a_download(ana, make_prediction):
    make_prediction(669)
    chosen = {"purpose": "audit", "format": "csv"}

    by_address = ana.get(ADDRESS, chosen, follow=True)
    from_elsewhere = ana.post(ADDRESS, chosen)

    assert not by_address.streaming
    assert from_elsewhere.status_code == 403
    assert ana.put(ADDRESS).status_code in (403, 405)
    assert not Access.objects.filter(action="export").exists()


def test_who_may_not_read_the_log_exports_none_of_it(client, make_prediction):
    make_prediction(669)

    assert somebody(client, "export_prediction").get(ADDRESS).status_code == 403


def test_who_may_not_reveal_values_gets_none(client, make_prediction):
    make_prediction(669)
    carl = somebody(client, "export_prediction", "view_prediction")

    page = words(carl.get(ADDRESS, headers=FRENCH))
    [line] = table(content(ask(carl, values="on")))

    assert "Avec les valeurs" not in page
    assert "Revenu mensuel" not in line


def test_who_may_not_see_survey_answers_gets_none(client, make_prediction):
    make_prediction(669)
    carl = somebody(client, "export_prediction", "view_prediction", "reveal_values")

    page = words(carl.get(ADDRESS, headers=FRENCH))
    [line] = table(content(ask(carl, values="on")))
    [item] = objects(content(ask(carl, format="ndjson", values="on")))

    survey = {f.name: str(f.label) for f in FIELDS if f.source is Extract.SONDAGE}
    assert "Sans le détail des réponses à l'enquête" in page
    assert line["Revenu mensuel"] == str(seed_features()["revenu_mensuel"])
    assert not set(survey.values()) & set(line)
    assert item["features"]["revenu_mensuel"] == seed_features()["revenu_mensuel"]
    assert not set(survey) & set(item["features"])


def test_a_file_is_kept_by_no_cache_and_has_a_name(ana, make_prediction):
    make_prediction(669)

    answer = ask(ana, format="xlsx", language="en")

    assert "no-store" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith(
        'attachment; filename="predictions-'
    )
    assert answer["Content-Disposition"].endswith('.xlsx"')
