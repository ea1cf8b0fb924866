"""The log as an auditor reads it."""

import re
from html import unescape

import pytest
from django.conf import settings
from django.urls import reverse

from attrition import releases
from predictions.proof import sealing, signing
from predictions.words import percent
from tests import shipped
from tests.factories import EmployeeFactory, seed_features

LIST = reverse("admin:predictions_prediction_changelist")


@pytest.fixture
def page(client, auditor):
    """The text of a page as the auditor sees it, in French unless said."""
    client.force_login(auditor)

    def get(url: str, language: str = "fr", **query) -> str:
        answer = client.get(url, query, headers={"accept-language": language})
        assert answer.status_code == 200
        return answer.content.decode()

    return get


def detail(row) -> str:
    return reverse("admin:predictions_prediction_change", args=[row.pk])


@pytest.mark.parametrize(
    "term",
    ["669", "E_669", "emp_c8b594649875c70a", "  669 "],
    ids=["employee", "evaluation number", "pseudonym", "with white space"],
)
def test_a_prediction_is_found_by_employee_and_by_identifier(
    page, make_prediction, term
):
    wanted = make_prediction(669)
    other = make_prediction(
        670,
        eval_number="E_670",
        eval_number_int=670,
        code_sondage=670,
        employee_id_anon="emp_other",
    )

    found = page(LIST, q=term)

    assert detail(wanted) in found
    assert detail(other) not in found


def test_the_name_of_a_key_is_in_one_piece(page, make_prediction):
    row = make_prediction(669)

    for text in (page(LIST), page(detail(row))):
        assert 'ana <span class="key">(abcdefgh…)</span>' in text


def test_no_crumb_stands_twice(page):
    def crumbs(address: str) -> list[str]:
        found = re.search(r'<div class="breadcrumbs">(.*?)</div>', page(address), re.S)
        words = re.sub(r"<[^>]+>", "", unescape(found[1])).split("›")
        return [" ".join(word.split()) for word in words]

    assert crumbs(LIST) == ["Accueil", "Prédictions"]
    seals = reverse("admin:predictions_seal_changelist")
    assert crumbs(seals) == ["Accueil", "Prédictions", "Scellés"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"prediction__exact": 1}, True),
        ({"prediction__exact": 0}, False),
        ({"model_version": shipped.SERVES}, True),
        ({"model_version": "0.9"}, False),
        ({"source__exact": "api"}, True),
        ({"source__exact": "batch"}, False),
        ({"created_at__gte": "2020-01-01 00:00:00+00:00"}, True),
        ({"created_at__lt": "2020-01-01 00:00:00+00:00"}, False),
    ],
)
def test_filters_narrow_the_list(page, make_prediction, query, expected):
    row = make_prediction(669, heure_supplementaires="Oui")

    assert (detail(row) in page(LIST, **query)) == expected


def test_not_enough_data_is_a_class_of_its_own_in_the_filter(page, log_row):
    thin = log_row(warnings=[{"code": "thin_evidence", "fields": []}])
    other = log_row()

    assert detail(thin) not in page(LIST, prediction__exact="1")
    assert detail(other) in page(LIST, prediction__exact="1")
    assert detail(thin) in page(LIST, prediction__exact="none")
    assert detail(other) not in page(LIST, prediction__exact="none")


@pytest.mark.parametrize(
    ("probability", "threshold", "is_close"),
    [
        (0.35, 0.33, True),
        (0.4, 0.35, True),
        (0.3, 0.35, True),
        (0.55, 0.5, True),
        (0.45, 0.5, True),
        (0.39, 0.33, False),
        (0.27, 0.33, False),
    ],
)
def test_five_points_from_the_threshold_are_close_on_either_side(
    page, log_row, probability, threshold, is_close
):
    side = int(probability >= threshold)
    row = log_row(proba_depart=probability, threshold=threshold, prediction=side)

    assert (detail(row) in page(LIST, close="yes")) == is_close


@pytest.mark.parametrize("code", ["out_of_range", "rare_value", "thin_evidence"])
def test_rows_are_found_by_their_warning(page, log_row, code):
    warned = log_row(warnings=[{"code": code, "fields": ["age"]}])
    other = {"code": "demonstration_model", "fields": [code]}
    also = log_row(warnings=[other, {"code": code, "fields": []}])
    without = log_row(warnings=[{"code": "demonstration_model", "fields": []}])

    found = page(LIST, warning=code)

    assert detail(warned) in found
    assert detail(also) in found
    assert detail(without) not in found


def test_rows_are_found_by_the_owner_of_the_key_and_by_department(page, log_row):
    EmployeeFactory(pk=669, features=seed_features() | {"departement": "Consulting"})
    EmployeeFactory(pk=670)
    paid, other = (
        log_row(employee_id=number, key_owner=owner)
        for number, owner in ((669, "Paie"), (670, "Audit"))
    )

    for query in ({"key_owner": "Paie"}, {"department": "Consulting"}):
        found = page(LIST, **query)
        assert detail(paid) in found
        assert detail(other) not in found


def test_nonsense_in_the_address_is_no_server_error(client, auditor, make_prediction):
    make_prediction(669)
    client.force_login(auditor)

    for query in ({"prediction__exact": "x"}, {"o": "99"}, {"p": "zz"}, {"q": "\0"}):
        assert client.get(LIST, query).status_code in (200, 302)


def test_the_list_costs_the_same_queries_for_one_row_as_for_three(
    page, make_prediction, django_assert_max_num_queries
):
    make_prediction(669)
    with django_assert_max_num_queries(20) as one:
        page(LIST)
    make_prediction(670)
    make_prediction(671)

    with django_assert_max_num_queries(len(one)):
        page(LIST)


def test_a_page_says_what_was_asked_what_was_answered_and_why(
    page, reveal, make_prediction
):
    row = make_prediction(669, poste=None)

    text = page(detail(reveal(row)))

    assert percent(row.proba_depart, row.threshold).replace(".", ",") in text
    assert "au-dessus du seuil" in text or "sous le seuil" in text
    assert "va partir" not in text
    assert "Revenu mensuel" in text
    assert "remplacé par la valeur habituelle" in text
    assert "ce n'est pas une cause" in text
    assert "à elle seule" in text
    assert row.artifact_sha256 in text


@pytest.mark.parametrize(
    ("language", "title", "alone"),
    [
        ("fr", "Prédiction %s, employé 669", "Prédiction %s"),
        ("en", "Prediction %s, employee 669", "Prediction %s"),
    ],
)
def test_a_page_is_called_after_the_prediction_and_the_employee(
    page, make_prediction, language, title, alone
):
    about, about_nobody = make_prediction(669), make_prediction()

    text = page(detail(about), language)
    other = page(detail(about_nobody), language)

    assert f"<title>{title % about.pk} |" in text
    assert f"<h1>{title % about.pk}</h1>" in text
    assert f"<h1>{alone % about_nobody.pk}</h1>" in other
    assert "<h2>" not in text.partition("<h1>")[2].partition("<form")[0]


def asked(text: str) -> dict[str, str]:
    """Of the table of what was sent: label and what stands beside it, its title too."""
    table = (
        unescape(text).partition('<table class="asked">')[2].partition("</table>")[0]
    )
    rows = re.findall(r'<th scope="row"[^>]*>(.*?)</th>\s*<td(.*?)</td>', table)
    return {label: cell.removeprefix(">") for label, cell in rows}


@pytest.mark.parametrize(
    ("sent", "french", "english"),
    [
        (1, "Oui (envoyé\u00a0: 1)", "Yes (sent: 1)"),
        (True, "Oui (envoyé\u00a0: true)", "Yes (sent: true)"),
        ("Oui", "Oui", "Yes (sent: Oui)"),
        ("non", "Non", "No (sent: non)"),
        (None, "–", "–"),
    ],
)
def test_a_code_is_shown_as_the_words_it_stands_for(
    page, reveal, make_prediction, sent, french, english
):
    row = make_prediction(669, heure_supplementaires=sent)

    assert asked(page(detail(reveal(row))))["Heures supplémentaires"] == french
    assert asked(page(detail(reveal(row)), "en"))["Overtime"] == english


def test_a_quantity_is_shown_with_its_unit_and_not_with_ten_decimals(
    page, reveal, make_prediction
):
    row = make_prediction(
        669,
        augementation_salaire_precedente=0.115,
        revenu_mensuel=3447,
        eval_number_int=1669,
        proba_chgt_experience_par_an=0.3333333333,
    )

    shown = asked(page(detail(reveal(row))))

    rise = "11,5\u00a0% (envoyé\u00a0: 0.115)"
    assert shown["Dernière augmentation de salaire"] == rise
    assert shown["Revenu mensuel"] == "3\u00a0447\u00a0€ par mois"
    assert shown["Numéro d'évaluation (entier)"] == "1669"
    changes = shown["Changements par année d'expérience"]
    assert changes == ' title="0.3333333333">≈ 0,3333'


def test_a_code_that_sql_wrote_is_shown_as_it_is(page, reveal, log_row):
    row = log_row(input_payload={"genre": "x", "augementation_salaire_precedente": []})

    shown = asked(page(detail(reveal(row))))

    assert shown["Genre"] == "x"
    assert shown["Dernière augmentation de salaire"] == "[]"


def test_the_filter_by_date_is_called_by_a_noun(page, make_prediction):
    make_prediction(669)

    assert "date de la demande" in page(LIST)
    assert "Par demandée le" not in page(LIST)


def test_a_page_is_in_english_for_who_reads_english(page, reveal, make_prediction):
    text = page(detail(reveal(make_prediction(669))), language="en")

    assert "Monthly pay" in text
    assert "not a cause" in text


def test_thin_evidence_shows_no_class(page, make_prediction, features):
    scored = [name for name in features if name not in ("age", "poste")]
    row = make_prediction(669, **dict.fromkeys(scored))

    text = page(detail(row))

    assert "données insuffisantes" in text
    assert "au-dessus du seuil" not in text
    assert "sous le seuil" not in text


def test_the_demonstration_model_is_announced_on_every_page(page, make_prediction):
    row = make_prediction(669)

    for url in (reverse("admin:index"), LIST, detail(row)):
        assert "données fictives" in page(url)


def test_markup_in_a_payload_stays_text(page, reveal, make_prediction):
    row = make_prediction(669, eval_number="<script>alert(1)</script>")

    text = page(detail(reveal(row)))

    assert "<script>alert(1)</script>" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


GONE = {
    "fr": "La version qui a donné cette réponse n'est plus disponible",
    "en": "The release that gave this answer is no longer available",
}


@pytest.mark.parametrize("language", GONE)
def test_a_row_whose_release_is_gone_says_so_without_a_path(
    page, make_prediction, settings, tmp_path, language
):
    row = make_prediction(669)
    settings.MODEL_DIR = tmp_path

    text = unescape(page(detail(row), language=language))

    assert row.model_version in text
    assert GONE[language] in text
    assert str(tmp_path) not in text


REPLACED = {
    "fr": "Ce qui porte maintenant le nom de cette version",
    "en": "What has that release's name now is not what gave this answer",
}
DAMAGED = {
    "fr": "La version qui a donné cette réponse est endommagée",
    "en": "The release that gave this answer is damaged",
}


@pytest.mark.parametrize("language", REPLACED)
def test_other_bytes_than_those_that_answered_explain_nothing(page, log_row, language):
    row = log_row(artifact_sha256="f" * 64)

    text = unescape(page(detail(row), language=language))

    assert REPLACED[language] in text
    assert GONE[language] not in text
    assert str(settings.MODEL_DIR) not in text


@pytest.mark.parametrize("language", DAMAGED)
def test_a_row_whose_release_is_damaged_names_the_remedy_and_no_path(
    page, log_row, broken_release, settings, language
):
    row = log_row()

    text = unescape(page(detail(row), language=language))

    assert DAMAGED[language] in text
    assert f"manage.py check_release {row.model_version}" in text
    assert GONE[language] not in text
    assert str(settings.MODEL_DIR) not in text


@pytest.mark.parametrize(
    "payload",
    [{"departement": "Nowhere"}, {"gone": 1}, ["age", 30]],
    ids=["value", "field", "list"],
)
def test_a_payload_that_the_release_cannot_read_still_opens(page, log_row, payload):
    release = releases.current()
    row = log_row(input_payload=payload, artifact_sha256=release.artifact_sha256)

    french = unescape(page(detail(row)))
    english = unescape(page(detail(row), language="en"))

    assert "ne peut pas lire les données enregistrées" in french
    assert "cannot read the data on record" in english


def test_the_page_of_an_erased_row_does_not_blame_the_release(page, log_row):
    row = log_row(input_payload=None)

    french = unescape(page(detail(row)))
    english = unescape(page(detail(row), language="en"))

    assert "ne sont plus enregistrées" in french
    assert "The payload is gone" in english
    assert "cannot read the data on record" not in english


def test_the_list_says_what_waits_for_a_seal_and_the_threshold_in_percent(
    page, make_prediction
):
    make_prediction()
    waits = page(LIST)
    sealing.seal_once(signing.signing_key())
    sealed = page(LIST)

    assert '<td class="field-is_sealed">en attente</td>' in waits
    assert '<td class="field-is_sealed">scellée</td>' in sealed
    assert '<td class="field-limit">33\u00a0%</td>' in waits


def test_the_list_says_that_no_score_is_a_decision_and_offers_the_export(
    page, make_prediction
):
    make_prediction()

    text = unescape(page(LIST))

    assert "Une prédiction n'est jamais une décision à elle seule" in text
    assert "Exporter…" in text


def test_a_field_that_has_left_the_table_is_shown_by_its_name(page, reveal, log_row):
    row = log_row(
        input_payload={"age": 30, "anciennete_badge": "bleu"},
        warnings=[{"code": "out_of_range", "fields": ["anciennete_badge", "age"]}],
        missing_features=["anciennete_badge"],
    )

    text = page(detail(reveal(row)))

    assert "Champs\u00a0: anciennete_badge, Âge." in text
    assert '<th scope="row" title="anciennete_badge">anciennete_badge</th>' in text
    assert "<td>bleu</td>" in text


@pytest.mark.parametrize(
    ("probability", "threshold", "shown"),
    [
        (0.4996, 0.5, "49,96\u00a0%"),
        (0.5, 0.5, "50,0\u00a0%"),
        (0.123, 0.37, "12,3\u00a0%"),
        (0.36999999, 0.37, "36,999999\u00a0%"),
        (0.0, 0.0, "0,0\u00a0%"),
        (1.0, 1.0, "100,0\u00a0%"),
    ],
)
def test_a_percentage_never_rounds_across_the_threshold(probability, threshold, shown):
    assert percent(probability, threshold) == shown
