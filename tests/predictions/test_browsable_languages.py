"""The browsable pages in the language of whoever has logged in."""

import re

import pytest

PAGES = [
    "/health",
    "/history",
    "/predict",
    "/predict/batch",
    "/employees/669",
    "/batches",
    "/ready",
]


def read(browser, path: str, language: str) -> str:
    return browser(None).get(path, headers={"accept-language": language}).text


@pytest.mark.parametrize(
    ("path", "french", "english"),
    [
        ("/health", "État du service", "State of the service"),
        ("/history", "Journal des prédictions", "Log of predictions"),
        ("/employees/669", "Employé", "Employee"),
        ("/batches", "Lots", "Batches"),
        (
            "/ready",
            "Prêt à répondre et à enregistrer",
            "Ready to answer and to record",
        ),
    ],
)
def test_a_page_and_its_path_are_called_in_words(
    browser, employee, path, french, english
):
    for name, language, title in ((1, "fr", french), (2, "en", english)):
        page = browser(None, f"user{name}").get(
            path, headers={"accept-language": language}
        )

        assert f"<h1>{title}</h1>" in page.text
        assert re.search(rf'<li class="active"><a href="{path}">{title}</a>', page.text)


@pytest.mark.parametrize("path", PAGES)
def test_no_english_is_left_of_drf(browser, employee, path):
    page = read(browser, path, "fr")

    for words in (
        "Make a",
        "Media type",
        "Instance",
        "View",
        "A call of",
        'aria-label="navbar',
    ):
        assert words not in page


def test_the_way_in_is_in_the_language_of_the_page(client, db):
    for language, said in (("fr", "Connexion"), ("en", "Log in")):
        headers = {"accept": "text/html", "accept-language": language}
        page = client.get("/ready", headers=headers).text

        assert f'<a href="/session/login/?next=/ready">{said}</a>' in page


def test_a_form_has_its_labels_in_french(browser):
    page = read(browser, "/predict", "fr")

    assert "Type de média" in page
    assert "Contenu" in page
