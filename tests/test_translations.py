"""Everything a person reads is there in French, and compiled."""

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_mapping_cfg
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from django.utils.translation import override

from attrition import card_texts
from attrition.features import FIELDS
from attrition.field import Field, Text
from attrition.sentences import SENTENCES
from attrition.typography import french, titled
from predictions.api import sentences  # noqa: F401  (the codes of the API join)

ROOT = Path(__file__).parent.parent
SETTINGS = "technova.settings"
FRENCH = ROOT / "locale" / "fr" / "LC_MESSAGES"


@pytest.fixture(scope="module")
def catalogue():
    with (FRENCH / "django.po").open("rb") as file:
        return read_po(file, locale="fr")


def translated(catalogue) -> set[str]:
    return {m.id for m in catalogue if m.id and m.string and not m.fuzzy}


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
    assert translated(catalogue) == used_strings(), (
        "run `make messages`, then fill in django.po"
    )


def test_no_text_is_kept_for_a_string_that_is_gone(catalogue):
    assert list(catalogue.obsolete) == []


@pytest.mark.parametrize(
    "spoil",
    [
        lambda catalogue, one: catalogue.delete(one.id),
        lambda catalogue, one: setattr(one, "string", ""),
        lambda catalogue, one: one.flags.add("fuzzy"),
        lambda catalogue, one: setattr(one, "id", f"{one.id} as it was"),
    ],
    ids=["no entry", "no text", "doubtful", "of an earlier sentence"],
)
def test_a_text_that_is_missing_or_stale_is_seen(spoil):
    with (FRENCH / "django.po").open("rb") as file:
        catalogue = read_po(file, locale="fr")
    before = translated(catalogue)

    spoil(catalogue, next(message for message in catalogue if message.id))

    assert translated(catalogue) != before


def test_the_catalogue_needs_no_gettext_on_the_machine():
    said = "import django; django.setup()\nfrom django.utils.translation import *\n"
    said += "activate('fr'); print(gettext('threshold'))"
    environment = os.environ | {"PATH": "", "DJANGO_SETTINGS_MODULE": SETTINGS}
    done = subprocess.run(
        [sys.executable, "-c", said], env=environment, cwd=ROOT, capture_output=True
    )

    assert done.stdout.decode().strip() == "seuil"


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


# Where French wants a space, no line may break: U+00A0, as in Django's own numbers.
BREAKABLE = re.compile(
    r" (?=[:;?!»±]|%(?![(sr]))"  # before a sign; %(name)s and %s are none
    r"|(?<=[«±]) "
    r"|(?<=\d) (?=€|km\b|ans?\b)"
)
OTHER_SPACES = "\u202f\u2009\u2007"
NO_SPACE = re.compile(r"(?<=[^\W\d]): |(?<=\)s): |\w[»?!;]|«\w")
HEADERS = re.compile(r"[A-Z][A-Za-z-]+: (?:application/json|true|Api-Key)\b")


def french_texts(catalogue) -> Iterator[str]:
    yield from (message.string for message in catalogue if message.id)
    for value in (*vars(card_texts).values(), FIELDS):
        yield from (text.fr for text in texts_in(value))


def texts_in(value) -> Iterator[Text]:
    if isinstance(value, Text):
        yield value
    elif isinstance(value, Field):
        yield from texts_in(tuple(vars(value).values()))
    elif isinstance(value, tuple):
        for item in value:
            yield from texts_in(item)


def test_no_line_breaks_before_a_sign_in_french(catalogue):
    texts = list(french_texts(catalogue))

    assert len(texts) > 350
    assert [text for text in texts if BREAKABLE.search(text)] == []
    assert [text for text in texts if set(text) & set(OTHER_SPACES)] == []


def test_a_sign_has_its_space_in_french(catalogue):
    texts = [HEADERS.sub("", text) for text in french_texts(catalogue)]

    assert [text for text in texts if NO_SPACE.search(text)] == []


@pytest.mark.parametrize(
    ("typed", "set_"),
    [
        ("Vide : jamais ; ou ? non !", "Vide~: jamais~; ou~? non~!"),
        ("« CSV UTF-8 »", "«~CSV UTF-8~»"),
        ("de 11 % ± 2 km", "de 11~%~±~2~km"),
        ("%(count)s %(what)s, 5 %% de %s", "%(count)s %(what)s, 5~%% de %s"),
        ("30 ans, 3 annexes, art. 15, n° 4", "30~ans, 3 annexes, art.~15, n°~4"),
        ("Accept: application/json, à 10:30", "Accept: application/json, à 10:30"),
    ],
)
def test_plain_spaces_become_no_break_spaces_where_french_has_them(typed, set_):
    assert french(typed) == Text(typed, "").fr == set_.replace("~", "\u00a0")


def test_a_title_has_its_colon_as_the_language_puts_it():
    with override("fr"):
        assert titled("pipeline.joblib", "8f9a") == "pipeline.joblib\u00a0: 8f9a"
    with override("en"):
        assert titled("pipeline.joblib", "8f9a") == "pipeline.joblib: 8f9a"
