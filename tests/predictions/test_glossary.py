"""The glossary: each word of the back-office is explained, and links to it arrive."""

import re
from html import unescape
from pathlib import Path

import pytest
from django.template import Context, Template
from django.urls import reverse
from django.utils.translation import override

from predictions.glossary import BY_SLUG, SECTIONS

PAGE = reverse("glossary")
TEMPLATES = Path(__file__).parent.parent.parent / "templates"
FRENCH = {
    "score": "score, probabilité",
    "threshold": "seuil",
    "above-the-threshold": "au-dessus du seuil",
    "not-enough-data": "données insuffisantes",
    "outside-the-values-seen": "hors des valeurs vues",
    "rare-value": "valeur rare",
    "replaced-value": "valeur remplacée",
    "points": "contribution, points",
    "usual-value": "valeur habituelle",
    "release": "version du modèle",
    "model-card": "fiche du modèle",
    "log": "journal",
    "seal": "scellé",
    "digest": "empreinte",
    "proof": "preuve",
    "replay": "recalcul",
    "refusal": "refus",
    "batch": "lot",
    "purpose": "motif de consultation",
    "access-log": "journal des consultations",
    "erasure": "effacement",
    "demonstration-model": "modèle de démonstration",
    "never-a-decision": "jamais une décision à elle seule",
}


def rendered(source: str, **words: str) -> str:
    return Template("{% load glossary %}" + source).render(Context(words))


@pytest.mark.parametrize("slug", FRENCH)
def test_each_word_has_its_french_name_and_keeps_its_address(slug):
    with override("fr"):
        assert str(BY_SLUG[slug].name) == FRENCH[slug]


def test_no_two_entries_have_one_address():
    slugs = [term.slug for _title, terms in SECTIONS for term in terms]

    assert len(set(slugs)) == len(slugs)
    assert all(re.fullmatch("[a-z-]+", slug) for slug in slugs)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("role", ["HR auditor", "HR manager", "API administrator"])
def test_everybody_in_the_back_office_reads_each_entry(browser, role, language):
    headers = {"accept-language": language}
    text = unescape(browser(role).get(PAGE, headers=headers).content.decode())

    with override(language):
        for slug, term in BY_SLUG.items():
            assert f'id="{slug}"' in text
            assert f'href="#{slug}"' in text
            assert str(term.meaning) in text
            assert str(term.where) in text


def test_who_is_not_logged_in_is_asked_to(client, db):
    assert client.get(PAGE)["Location"].startswith(reverse("admin:login"))


def test_every_page_leads_to_the_glossary(browser):
    home = browser("API administrator").get(reverse("admin:index")).content.decode()

    header, content = home.split('id="content-main"')
    assert f'href="{PAGE}"' in header
    assert f'href="{PAGE}"' in content


def test_a_word_leads_to_its_entry():
    with override("fr"):
        own = rendered('{% term "threshold" %}')
        other = rendered('{% term "seal" words %}', words="<Scellée>")

    assert own == f'<a class="term" href="{PAGE}#threshold">seuil</a>'
    assert f'href="{PAGE}#seal">&lt;Scellée&gt;</a>' in other


def test_a_word_that_is_no_term_is_an_error():
    with pytest.raises(KeyError):
        rendered('{% term "risk" %}')


def test_each_word_of_a_template_that_leads_to_an_entry_has_one():
    used = {
        slug
        for file in TEMPLATES.rglob("*.html")
        for slug in re.findall(r'{% term "([^"]+)"', file.read_text())
    }

    assert {"digest", "seal", "never-a-decision"} <= used
    assert used <= BY_SLUG.keys()


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_list_of_scores_says_that_none_is_a_decision(browser, language):
    words = {
        "fr": "Une prédiction n'est jamais une décision à elle seule.",
        "en": "A score is never a decision on its own.",
    }
    address = reverse("admin:predictions_prediction_changelist")
    headers = {"accept-language": language}
    text = browser("HR auditor").get(address, headers=headers).content.decode()

    assert f'href="{PAGE}#never-a-decision">{words[language]}</a>' in unescape(text)
