"""docs/RUNBOOK.md: the messages that it explains are the product's own."""

import re

from babel.messages.pofile import read_po

from tests.documents.markdown import ROOT, text_of

RUNBOOK = ROOT / "docs" / "RUNBOOK.md"
CATALOGUE = ROOT / "locale" / "fr" / "LC_MESSAGES" / "django.po"
PLACEHOLDER = re.compile(r"%\(\w+\)s|%s|…")


def messages() -> set[str]:
    """Every English text of the product, cut at its placeholders and its brackets."""
    with CATALOGUE.open("rb") as file:
        texts = [message.id for message in read_po(file, locale="fr")]
    return {begin(text) for text in texts if isinstance(text, str)}


def begin(text: str) -> str:
    return PLACEHOLDER.split(text.partition(" (")[0])[0].strip(" :,")


def test_each_finding_of_a_verification_is_one_that_is_reported():
    table = text_of(RUNBOOK).split("| finding | it means |")[1].split("\n\n")[0]

    found = [
        text
        for row in table.splitlines()[2:]
        for text in re.findall(r"`([^`]+)`", row.split(" | ")[0])
    ]
    assert len(found) > 15
    assert [text for text in found if begin(text) not in messages()] == []
