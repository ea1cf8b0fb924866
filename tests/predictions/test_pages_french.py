"""Whoever reads French reads no English: every page, and the API's refusals."""

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils.translation import override

from attrition.sentences import SENTENCES
from predictions.api import sentences  # noqa: F401  (the codes of the API join)
from tests.predictions import permission_records as given
from tests.predictions.pages import BACK_OFFICE, ERRORS, OTHERS, Page

ENGLISH = re.compile(
    r"\b(the|and|of|this|with|for|is|are|not|Add|Select|Change|Delete|History|Save"
    r"|True|False|Can|object)\b"
)
# A status of HTTP has one name in every language.
STATUS = re.compile(r"HTTP \d{3} [\w ]+")
SPOKEN = ("title", "aria-label", "placeholder", "alt")
UNSEEN = ("script", "style")


class Texts(HTMLParser):
    """What is read on a page, or said of it by a screen reader."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.unseen = False
        self.feed(page)

    def handle_starttag(self, tag, attributes):
        self.unseen = tag in UNSEEN
        named = dict(attributes)
        spoken = [named.get(name) for name in SPOKEN]
        if tag == "input" and named.get("type") == "submit":
            spoken.append(named.get("value"))
        self.found += filter(None, spoken)

    def handle_endtag(self, tag):
        self.unseen = False

    def handle_data(self, data):
        if not self.unseen and data.strip():
            self.found.append(" ".join(data.split()))


def english(page: str) -> list[str]:
    texts = Texts(page).found
    return [text for text in texts if ENGLISH.search(STATUS.sub("", text))]


def test_every_page_is_french_throughout(db):
    records = given.make()
    pages = [*BACK_OFFICE, *ERRORS, *(Page(path) for path in OTHERS)]

    found = {str(page): english(opened(page, records)) for page in pages}

    assert {page: texts for page, texts in found.items() if texts} == {}


def opened(page: Page, records: dict[str, object]) -> str:
    client = Client(headers={"accept-language": "fr", "accept": "text/html"})
    if page.who:
        client.force_login(User.objects.get(username=page.who))
    is_path = page.route.startswith("/")
    text = client.get(page.route if is_path else page.path(records)).text
    assert '<html lang="fr"' in text
    return text


def test_every_refusal_of_the_api_is_french_throughout():
    with override("fr"):
        texts = [str(sentence) for sentence in SENTENCES.values()]

    assert [text for text in texts if ENGLISH.search(text)] == []


@pytest.mark.parametrize(
    "page",
    [
        "<p>Score of the day</p>",
        "<h1>Add group</h1>",
        '<a title="History">x</a>',
        '<img alt="True">',
        '<input type="submit" value="Save">',
        "<li>auth | group | Can view group</li>",
    ],
)
def test_english_would_be_seen(page):
    assert english(page)


def test_a_wrong_method_in_the_back_office_gets_a_page(browser):
    client = browser("HR auditor")

    answer = client.get(
        "/admin/predictions/prediction/1/replay/", headers={"accept-language": "fr"}
    )

    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "Cette adresse ne s'ouvre pas ainsi" in unescape(answer.text)
