"""The releases of the model and their cards, as the back-office shows them."""

import json
import re
import shutil
from html import unescape
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from attrition import releases
from attrition.card_texts import FAIRNESS
from attrition.fairness import by_group
from attrition.releases import CARD, CURRENT, FEATURES, REFERENCE, SCORECARD
from attrition.training_set import TrainingSet
from predictions.roles import ROLES
from tests import shipped
from tests.attrition.release_folder import ReleaseFolder

HOME = reverse("admin:index")
LIST = reverse("releases")
OLDER = shipped.VERSIONS[0]
DAMAGED = {
    "fr": "Cette version est endommagée",
    "en": "This release is damaged",
}

IN_A_CARD = {
    "fr": [
        "Finalité",
        "Limites",
        "Seuil",
        "Équité par groupe",
        "Motifs prohibés",
        "À ce seuil, sur 10 personnes signalées, environ %(of_ten)s sont parties.",
        "ce n'est pas une cause",
        ">0,%(brier)s<",
    ],
    "en": [
        "Purpose",
        "Limits",
        "Threshold",
        "Fairness by group",
        "Prohibited grounds",
        "At that threshold, of 10 people flagged about %(of_ten)s left.",
        "it is not a cause",
        ">0.%(brier)s<",
    ],
}


def card(version: str) -> str:
    return reverse("release", args=[version])


def linked(version: str) -> str:
    return f'href="{card(version)}"'


@pytest.fixture
def page(client, auditor):
    """The text of a page as the auditor sees it, in French unless said."""
    client.force_login(auditor)

    def get(url: str, language: str = "fr") -> str:
        answer = client.get(url, headers={"accept-language": language})
        assert answer.status_code == 200
        return unescape(answer.content.decode())

    return get


@pytest.fixture
def trained(release_folder) -> ReleaseFolder:
    """The release that serves, whose card a trainer may write in."""
    return ReleaseFolder(release_folder)


# Who may read them


@pytest.mark.parametrize("role", [*ROLES, None], ids=str)
@pytest.mark.parametrize("url", [LIST, *map(card, shipped.VERSIONS)])
def test_everybody_in_the_back_office_may_read_a_card(browser, role, url):
    assert browser(role).get(url).status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("url", [LIST, card(shipped.SERVES), card("9.9.9")])
def test_who_is_not_logged_in_is_asked_to(client, url):
    answer = client.get(url)

    assert answer.status_code == 302
    assert answer["Location"] == f"{reverse('admin:login')}?next={url}"


@pytest.mark.django_db
@pytest.mark.parametrize("url", [LIST, card(shipped.SERVES)])
def test_somebody_who_is_no_staff_may_not_read_them(client, url):
    client.force_login(User.objects.create_user("eve"))

    answer = client.get(url)

    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


# The list


def test_the_list_names_every_release_and_the_one_that_serves(page):
    text = page(LIST)

    rows = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    [serves] = [row for row in rows if "en service" in row]
    assert linked(shipped.SERVES) in serves
    assert all(linked(version) in text for version in shipped.VERSIONS)


@pytest.mark.parametrize(
    ("language", "comma", "words"),
    [
        ("fr", ",", ["Versions du modèle", "en service", "données fictives"]),
        ("en", ".", ["Releases of the model", "serves now", "fictional data"]),
    ],
)
def test_the_list_is_in_its_readers_language(page, language, comma, words):
    text = page(LIST, language)

    threshold = f"{shipped.THRESHOLD:.2f}".replace(".", comma)
    assert all(word in text for word in words)
    assert f'<td class="number">{threshold}</td>' in text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "MODEL_THRESHOLD=0.5 signale environ"),
        ("en", "MODEL_THRESHOLD=0.5 flags about"),
    ],
)
def test_the_list_tells_what_a_threshold_of_the_operator_changes(
    page, settings, language, sentence
):
    without = page(LIST, language)
    settings.MODEL_THRESHOLD = 0.5

    assert sentence in page(LIST, language)
    assert "MODEL_THRESHOLD" not in without


def test_a_release_that_uses_a_prohibited_ground_is_marked(page, release_folder):
    put_age_in(release_folder)

    listed, text = page(LIST), page(card(shipped.SERVES), "en")

    assert "en service</strong>, données fictives, utilise un motif prohibé" in listed
    warning = "uses a prohibited ground (Code du travail, art. L. 1132-1): Age."
    assert warning in text.partition("<h2>")[0]


def test_a_release_without_one_is_not(page):
    assert "motif prohibé" not in page(LIST)
    assert "utilise un motif prohibé" not in page(card(shipped.SERVES))


def put_age_in(folder: Path) -> None:
    """As if the release had been trained with it: where nobody said their age."""
    release = ReleaseFolder(folder)
    scorecard = release.document(SCORECARD)
    number = {"low": 18, "high": 60, "weight": -0.01, "usual": 40, "null": 40}
    rest = {"scale": 1.0, "offset": 0.0, "transform": "none"}
    scorecard["fields"].insert(0, {"field": "age", **number, **rest})
    names = ["age", *release.document(FEATURES)]
    cases = [
        case | {"features": case["features"] | {"age": None}}
        for case in release.document(REFERENCE)
    ]
    release.rewrite(SCORECARD, scorecard)
    release.rewrite(FEATURES, names)
    release.rewrite(REFERENCE, cases)
    told = release.document(CARD)
    told["model"]["columns"] = names
    release.rewrite(CARD, told)


# A card


def test_a_card_says_whose_data_it_is_from_and_what_leaving_means(page, trained):
    document = trained.document(CARD)
    document["data"]["origin"] = "une enquête <b>publique</b>"
    document["trained_on"] = "2026-03-14"
    trained.rewrite(CARD, document)

    text = page(card(trained.version))

    for file in ("extrait_sirh.csv", "extrait_eval.csv", "extrait_sondage.csv"):
        assert file in text
    assert "Oui dans a_quitte_l_entreprise de extrait_sondage.csv" in text
    assert "Entraînée le 14 mars 2026." in text
    assert "Origine\u00a0: une enquête <b>publique</b>." in text


@pytest.mark.parametrize("language", IN_A_CARD)
def test_a_card_is_in_its_readers_language(page, language):
    found = releases.load(shipped.SERVES).card
    figures = {
        "of_ten": found["threshold"]["of_ten_flagged_left"],
        "brier": f"{found['metrics']['brier']['mean']:.3f}".partition(".")[2],
    }

    text = page(card(shipped.SERVES), language)

    words = [word % figures for word in IN_A_CARD[language]]
    assert [word for word in words if word not in text] == []


COSTS = {
    "fr": "précision moyenne perdue\u00a0: +0,0072\u00a0±\u00a00,0165",
    "en": "average precision lost: +0.0072\u00a0±\u00a00.0165",
}


@pytest.mark.parametrize("language", COSTS)
def test_each_cost_stands_under_the_name_of_its_measure(page, language):
    text = page(card(shipped.SERVES), language)

    care = re.search(r'<td class="costs">(.*?)</td>', text, re.DOTALL)[1]
    assert f"<li>{COSTS[language]}</li>" in text
    assert [line.count("±") for line in re.findall("<div>(.*?)</div>", care)] == [
        *[1, 1, 1],
        0,  # not to be told from 0
    ]


@pytest.mark.parametrize("version", shipped.VERSIONS)
def test_a_prohibited_ground_has_one_name_and_its_article_one_spelling(page, version):
    text = page(card(version))

    assert "Motifs prohibés" in text
    assert "ritère" not in text
    assert "L.\u00a01132-1" in text
    assert "L.1132" not in text


@pytest.mark.parametrize(
    ("version", "language", "marked"),
    [
        ("1.0.0", "fr", '<p lang="en">Estimates how likely'),
        ("1.0.0", "fr", '<span lang="en">the threshold '),
        (shipped.SERVES, "en", '<span lang="fr">Représentant Commercial</span>: 6%'),
        (shipped.SERVES, "en", 'lang="fr">Représentant Commercial</text>'),
    ],
    ids=["purpose", "threshold", "value", "chart"],
)
def test_words_of_the_other_language_say_which(page, version, language, marked):
    other = {"fr": "en", "en": "fr"}[language]

    assert marked in page(card(version), language)
    assert marked not in page(card(version), other)


def test_the_words_of_the_page_itself_name_no_language(page):
    _, content = page(card(shipped.SERVES)).split('id="content-main"')

    assert "lang=" not in content
    assert "le jeu de données public et fictif" in content


def test_a_card_of_format_1_shows_what_it_has_and_claims_no_more(page):
    text = page(card("1.0.0"), "en")

    assert "Average precision" in text
    assert releases.load("1.0.0").artifact_sha256 in text
    assert "of 10 people flagged" not in text
    assert "None" not in text
    for heading in ("Limits", "Fairness by group", "Fields that need care"):
        assert f"<h2>{heading}</h2>" not in text


@pytest.mark.parametrize("version", shipped.VERSIONS)
def test_a_card_has_one_picture_a_scored_field_and_no_id_twice(page, version):
    text = page(card(version))

    ids = re.findall(r' id="([^"]+)"', text)
    for name in releases.load(version).scorecard.names:
        assert f"{name}-title" in ids
    assert len(ids) == len(set(ids))


def test_a_share_of_few_people_is_hidden(page, trained):
    document = trained.document(CARD)
    group = document["fairness"]["genre"][0]
    group.update(precision=None, precision_interval=None)
    trained.rewrite(CARD, document)

    text = page(card(trained.version))

    row = text.partition("<h3>Genre</h3>")[2].partition("</tbody>")[0]
    assert row.count('<td class="number">–</td>') == 1


def test_a_group_of_few_people_is_hidden_from_card_and_page_and_both_say_so(
    page, trained
):
    rng = np.random.default_rng(0)
    genders = [0.0] * 9 + [1.0] * 300 + [np.nan] * 40
    X = pd.DataFrame({"genre": genders, "age": 35.0})
    people = TrainingSet(X, rng.integers(0, 2, len(X)))
    document = trained.document(CARD)
    document["fairness"] = by_group(people, rng.random((2, len(X))), 0.5)
    document["fairness_measured"] = {"fr": FAIRNESS.fr, "en": FAIRNESS.en}
    trained.rewrite(CARD, document)

    text = page(card(trained.version))

    table = text.partition("<h3>Genre</h3>")[2].partition("</table>")[0]
    # 40 of unknown gender stay: a subtraction would show the nine with anybody fewer.
    assert "Femme" not in table
    assert '<td class="number">9</td>' not in table
    assert "Homme" in table
    assert "Un groupe de moins de 10 personnes est masqué" in text


def test_markup_that_a_trainer_writes_stays_text(client, auditor, trained):
    script = "<script>alert(1)</script>"
    document = trained.document(CARD)
    document["allowed_grounds"] = {
        "age": {"ground": {"fr": "âge", "en": "age"}, "because": script}
    }
    document["care"][0]["reason"] = {"fr": f"0{script}", "en": f"0{script}"}
    document["purpose"] = f"1{script}"
    trained.rewrite(CARD, document)
    client.force_login(auditor)

    text = client.get(card(trained.version)).content.decode()

    escaped = "&lt;script&gt;alert(1)&lt;/script&gt;"
    assert script not in text
    assert text.count(escaped) == 3
    assert f"Utilisé\u00a0: Âge (âge), parce que\u00a0: {escaped}" in text


# A release that is not there, or not whole


@pytest.mark.parametrize("version", ["9.9.9", "..", "CURRENT", "x" * 300, "a b", "é"])
def test_a_release_that_is_not_there_is_not_found(browser, version):
    assert browser(None).get(f"{LIST}{version}/").status_code == 404


@pytest.mark.parametrize("language", DAMAGED)
def test_a_release_that_is_not_whole_is_listed_as_such_and_has_no_card(
    page, client, trained, language
):
    older = trained.folder.parent / OLDER
    (older / SCORECARD).unlink()

    text = page(LIST, language)

    assert DAMAGED[language] in text
    assert linked(OLDER) not in text
    assert linked(trained.version) in text
    assert client.get(card(OLDER)).status_code == 404
    assert client.get(card(trained.version)).status_code == 200


@pytest.mark.parametrize("threshold", [None, 0.5])
def test_while_the_serving_release_is_broken_the_others_can_still_be_read(
    page, client, broken_release, settings, threshold
):
    settings.MODEL_THRESHOLD = threshold

    text = page(LIST)

    assert DAMAGED["fr"] in text
    assert "en service" not in text
    assert "Aucun modèle ne peut répondre" in text
    assert client.get(card(shipped.SERVES)).status_code == 404
    assert "1.0.0" in page(card(OLDER))
    assert f'href="{LIST}"' in page(HOME)
    assert linked(shipped.SERVES) not in page(HOME)


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "Après un redémarrage, plus aucun score ne pourra être calculé"),
        ("en", "After a restart nothing could be scored"),
    ],
)
def test_what_is_damaged_while_it_serves_is_said_to_stop_at_a_restart(
    page, trained, language, sentence
):
    whole = page(LIST, language)
    trained.change_one_byte(SCORECARD)

    text = page(LIST, language)

    assert sentence in text
    assert sentence not in whole
    assert DAMAGED[language] in text
    assert {"fr": "en service", "en": "serves now"}[language] in text


def test_what_a_restart_would_let_serve_is_told(page, trained):
    page(LIST)
    (trained.folder.parent / CURRENT).write_text(OLDER)

    text = page(LIST, "en")

    rows = re.findall(r"<tr>(.*?)</tr>", text, re.DOTALL)
    [serves] = [row for row in rows if "serves now" in row]
    assert linked(shipped.SERVES) in serves
    assert f"After a restart, what the folder of release {OLDER} holds serves." in text


def test_without_any_release_the_list_is_empty(page, settings, tmp_path):
    settings.MODEL_DIR = tmp_path

    text = page(LIST)

    assert "<tbody></tbody>" in text


def test_a_page_of_a_release_shows_no_path(page, broken_release, settings):
    assert str(settings.MODEL_DIR) not in page(LIST)


# The ways to them


@pytest.mark.parametrize("role", [*ROLES, None], ids=str)
def test_the_home_page_leads_to_the_releases_and_to_the_serving_card(browser, role):
    text = browser(role).get(HOME).content.decode()

    assert f'href="{LIST}"' in text
    assert linked(shipped.SERVES) in text


def test_a_prediction_leads_to_the_card_of_the_release_that_gave_it(
    page, make_prediction, settings
):
    settings.MODEL_VERSION = OLDER
    row = make_prediction(669)
    settings.MODEL_VERSION = ""

    text = page(reverse("admin:predictions_prediction_change", args=[row.pk]))

    assert f"<a {linked(OLDER)}>{OLDER}</a>" in text


def test_a_prediction_whose_release_is_gone_leads_nowhere(
    page, make_prediction, release_folder
):
    row = make_prediction(669)
    shutil.rmtree(release_folder)

    text = page(reverse("admin:predictions_prediction_change", args=[row.pk]))

    assert row.model_version in text
    assert linked(row.model_version) not in text


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("fr", "Cette fiche ne dit rien sous : purpose."),
        ("en", "This card says nothing under: purpose."),
    ],
)
def test_a_card_with_an_empty_heading_says_so_on_its_page(
    page, trained, language, sentence
):
    without = page(card(trained.version), language)
    document = trained.document(CARD)
    document["purpose"] = {"fr": "", "en": ""}
    trained.rewrite(CARD, document)
    releases._load.cache_clear()

    text = page(card(trained.version), language)

    assert sentence in text.replace("\u00a0", " ")
    assert sentence not in without.replace("\u00a0", " ")


@pytest.mark.parametrize("heading", [("metrics",), ("data", "employees")])
def test_a_release_whose_card_says_too_little_is_listed_and_has_no_page(
    browser, release_folder, heading
):
    card_file = release_folder / CARD
    card = json.loads(card_file.read_text(encoding="utf-8"))
    *above, last = heading
    within = card
    for name in above:
        within = within[name]
    del within[last]
    card_file.write_text(json.dumps(card), encoding="utf-8")
    staff = browser("HR auditor")

    assert staff.get("/admin/releases/").status_code == 200
    assert staff.get(f"/admin/releases/{shipped.SERVES}/").status_code == 404
