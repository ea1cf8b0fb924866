"""No link of a document leads nowhere."""

import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from attrition.typography import french
from tests.documents.markdown import (
    DOCUMENTS,
    READ_BY_PEOPLE,
    ROOT,
    anchors,
    text_of,
    without_blocks,
)

LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"`[^`\n]*`")
# Documents that others are reached from: whatever is in docs/ is listed in one.
INDEXES = (ROOT / "README.md", ROOT / "README.fr.md")


def links(file: Path) -> list[str]:
    return LINK.findall(CODE.sub("", without_blocks(text_of(file))))


def problem(file: Path, link: str) -> str:
    """What is wrong with a link, empty where nothing is."""
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        is_sound = parts.scheme in ("http", "https", "mailto") and "." in link
        return "" if is_sound else f"{link} is no address"
    target = (file.parent / parts.path).resolve() if parts.path else file
    if not target.exists():
        return f"there is no {link}"
    if ROOT not in target.parents:
        return f"{link} is outside the project"
    if parts.fragment and parts.fragment not in anchors(target):
        return f"{link}: there is no such heading"
    return ""


@pytest.mark.parametrize("file", READ_BY_PEOPLE, ids=lambda file: file.name)
def test_links_lead_somewhere(file):
    assert [p for link in links(file) if (p := problem(file, link))] == []


@pytest.mark.parametrize(
    "link",
    ["docs/NONE.md", "#none", "docs/API.md#none", "ftp:somewhere", "../outside.md"],
)
def test_a_link_that_leads_nowhere_is_noticed(link):
    assert problem(ROOT / "README.md", link)


def test_the_french_readme_has_the_spaces_that_french_wants():
    prose = CODE.sub("`", without_blocks(text_of(ROOT / "README.fr.md")))

    assert french(prose) == prose


@pytest.mark.parametrize("index", INDEXES, ids=lambda file: file.name)
def test_every_document_is_reached_from_the_readmes(index):
    reached = {(index.parent / urlsplit(link).path).resolve() for link in links(index)}

    assert {file for file in DOCUMENTS if file.parent != ROOT} <= reached


@pytest.mark.parametrize("file", READ_BY_PEOPLE, ids=lambda file: file.name)
def test_headings_are_told_apart(file):
    titles = re.findall(r"^#+ .+$", without_blocks(text_of(file)), re.M)

    assert len(titles) == len(anchors(file))
