"""Everything a person reads is there in French, and compiled."""

import io
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation import override

from attrition.sentences import SENTENCES
from predictions.api import sentences  # noqa: F401  (the codes of the API join)

ROOT = Path(__file__).parent.parent
FRENCH = ROOT / "locale" / "fr" / "LC_MESSAGES"


@pytest.fixture(scope="module")
def catalogue():
    with (FRENCH / "django.po").open("rb") as file:
        return read_po(file, locale="fr")


def used_strings() -> set[str]:
    with (ROOT / "locale" / "babel.cfg").open() as file:
        methods, options = parse_mapping_cfg(file)
    found: set[str] = set()
    for part in ("attrition", "predictions", "technova", "templates"):
        # babel.cfg names folders from the root.
        patterns = [(pattern.removeprefix(f"{part}/"), how) for pattern, how in methods]
        for row in extract_from_dir(ROOT / part, patterns, options):
            found.add(row[2] if isinstance(row[2], str) else row[2][0])
    return found


def test_every_string_has_its_french_text_and_none_is_left_over(catalogue):
    translated = {m.id for m in catalogue if m.id and m.string and not m.fuzzy}

    assert translated == used_strings(), "run `make messages`, then fill in django.po"


def test_placeholders_survive_translation(catalogue):
    broken = [m.id for m in catalogue if m.id and list(m.check())]

    assert broken == []


def test_the_compiled_catalogue_is_the_one_that_is_committed(catalogue):
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)

    assert (FRENCH / "django.mo").read_bytes() == compiled.getvalue()


@pytest.mark.parametrize("code", SENTENCES)
def test_each_sentence_differs_between_the_languages(code):
    with override("fr"):
        french = str(SENTENCES[code])
    with override("en"):
        english = str(SENTENCES[code])

    assert french != english
