"""/openapi.json and /docs: one description, in the language of whoever reads it."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.test import Client

TEXTS = {"description", "summary", "title"}
SAME_IN_BOTH = {"", "UTC", "TechNova Attrition", "Code sondage"}


def document(client: Client, language: str) -> dict[str, Any]:
    return client.get("/openapi.json", headers={"accept-language": language}).json()


def texts(part: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Each text for people, with its place."""
    if isinstance(part, dict):
        for name, inner in part.items():
            if name in TEXTS and isinstance(inner, str):
                yield f"{where}/{name}", inner
            else:
                yield from texts(inner, f"{where}/{name}")
    elif isinstance(part, list):
        for number, inner in enumerate(part):
            yield from texts(inner, f"{where}/{number}")


def without_texts(part: Any) -> Any:
    if isinstance(part, dict):
        return {
            name: without_texts(inner)
            for name, inner in part.items()
            if not (name in TEXTS and isinstance(inner, str))
        }
    if isinstance(part, list):
        return [without_texts(inner) for inner in part]
    return part


def test_both_languages_describe_the_same(client):
    french, english = document(client, "fr"), document(client, "en")

    assert without_texts(french) == without_texts(english)
    assert dict(texts(french)).keys() == dict(texts(english)).keys()


def test_no_text_is_left_in_the_other_language(client):
    french, english = (dict(texts(document(client, name))) for name in ("fr", "en"))

    same = {text for place, text in french.items() if english[place] == text}

    assert len(french) > 200
    assert {text for text in same if not text.startswith("= `")} <= SAME_IN_BOTH


def test_a_choice_outweighs_the_browser(client):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "fr"

    found = document(client, "en")

    assert found["paths"]["/predict"]["post"]["summary"].startswith("Calculer le score")


@pytest.mark.parametrize(
    ("language", "title"),
    [("fr", "Documentation de l'API"), ("en", "API documentation")],
)
def test_the_page_says_its_language_and_offers_the_other(client, language, title):
    answer = client.get("/docs", headers={"accept-language": language})

    assert f'<html lang="{language}">' in answer.text
    assert f"<strong>{title}</strong>" in answer.text
    assert (
        f'name="language" value="{"en" if language == "fr" else "fr"}"' in answer.text
    )
