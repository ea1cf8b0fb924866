"""The auditor's guide says what the product shows: its words and its pictures."""

import re
from functools import cache
from pathlib import Path

import django
import pytest
from babel.messages.pofile import read_po

from attrition.features import FIELDS
from attrition.typography import french
from tests.screenshots.pictures import PICTURES

ROOT = Path(__file__).parent.parent
GUIDE = ROOT / "docs" / "guide-auditeur.md"
FOLDER = ROOT / "docs" / "guide"
MOST_BYTES = 1_500_000
CATALOGUE = "locale/fr/LC_MESSAGES/django.po"
DJANGO = Path(django.__file__).parent
CATALOGUES = [
    ROOT / CATALOGUE,
    *(DJANGO / "contrib" / app / CATALOGUE for app in ("admin", "auth")),
]
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%s")
FRAGMENT = 2  # spaces in it: fewer words could stand in any sentence


@cache
def guide() -> str:
    return GUIDE.read_text(encoding="utf-8")


def quoted() -> list[str]:
    return list(dict.fromkeys(re.findall("«\u00a0(.+?)\u00a0»", guide(), re.DOTALL)))


@cache
def shown() -> frozenset[str]:
    """Every text of the product, each bit of it between two placeholders alone."""
    texts = [field.label.fr for field in FIELDS]
    for path in CATALOGUES:
        with path.open("rb") as file:
            for message in read_po(file, locale="fr"):
                plural = isinstance(message.string, tuple)
                texts += message.string if plural else [message.string]
    bits = (plain(bit) for text in texts for bit in PLACEHOLDER.split(text))
    return frozenset(bit for bit in bits if bit)


def plain(text: str) -> str:
    """As words alone: no tags, one kind of space and of apostrophe, no last sign."""
    text = re.sub("<.*?>", "", text).replace("’", "'")
    return " ".join(text.split()).strip(" .:;,()").casefold()


def is_shown(words: str) -> bool:
    wanted = plain(words)
    if wanted in shown():
        return True
    if wanted.count(" ") < FRAGMENT:
        return False
    whole = re.compile(rf"(?<!\w){re.escape(wanted)}(?!\w)")
    return any(whole.search(text) for text in shown())


@pytest.mark.parametrize("words", quoted())
def test_words_between_quotation_marks_are_the_products_own(words):
    assert is_shown(words)


@pytest.mark.parametrize(
    "words", ["Effacer cette personne", "Recalcule", "va partir", "a été"]
)
def test_words_that_the_product_does_not_show_are_noticed(words):
    assert not is_shown(words)


def test_the_guide_has_each_picture_that_is_taken_once():
    found = re.findall(r"!\[[^\]]+\]\(guide/([^)]+)\)", guide())

    taken = [picture.file for picture in PICTURES]
    assert sorted(found) == sorted(taken)
    assert len(found) == guide().count("](guide/")


def test_each_picture_is_there_and_none_is_left_over():
    assert {file.name for file in FOLDER.iterdir()} == {p.file for p in PICTURES}


def test_the_pictures_are_small_enough_to_be_read_over_a_slow_line():
    assert sum(file.stat().st_size for file in FOLDER.iterdir()) < MOST_BYTES


def test_the_guide_has_the_spaces_that_french_wants():
    assert french(guide()) == guide()


def test_the_links_of_the_guide_lead_to_its_headings():
    titles = re.findall(r"^#+ (.+)$", guide(), re.MULTILINE)
    anchors = {anchor(title) for title in titles}

    links = re.findall(r"\]\(#([^)]+)\)", guide())
    assert links
    assert set(links) <= anchors


def anchor(title: str) -> str:
    """As the usual readers of Markdown make one of a heading."""
    kept = re.sub(r"[^\w\s-]", "", title.lower())
    return re.sub(r" ", "-", kept)
