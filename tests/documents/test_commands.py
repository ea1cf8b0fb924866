"""Every command of the documents works, or says why the tests don't run it."""

import re
from argparse import ArgumentParser
from itertools import pairwise

import pytest
from django.core.management import get_commands, load_command_class

from tests.documents.markdown import (
    DOCUMENTS,
    ROOT,
    Block,
    blocks,
    text_of,
)

LONG = {ROOT / "docs" / "RUNBOOK.md"}
# Documents whose every block another test runs.
RUN_ELSEWHERE = {
    "API.md": "tests/documents/test_api_document.py",
    "from-the-proof-of-concept.md": "tests/predictions/test_seed_guide_run.py",
}
KNOWN = {"bash", "python", "sql", "json", "ini", "text", "mermaid", "yaml", ""}
COMMAND = re.compile(
    r"^\s*(\$ |sudo |\.venv/|make |docker |curl |git |python3? |psql |pip )", re.M
)
# What a block that is run by another test has in common with that test.
SUBJECT = re.compile(
    r"make ([a-z]+)|manage\.py ([a-z_]+)|(test_\w+)|-m tests\.(?:\w+\.)*(\w+)"
    r"|^(pg_\w+)|(celery)|(entrypoint\.sh)",
    re.M,
)
MANAGE = re.compile(r"manage\.py ((?:[a-z_]+)(?: [^`|;&#>\n]*)?)")


def runnable(document) -> list[Block]:
    found = [b for b in blocks(document) if b.language in ("bash", "python")]
    found = [block for block in found if block.is_run_here]
    return sorted(found, key=lambda block: "run last" in block.mark)


def shown_output(document) -> dict[Block, Block]:
    """What a block is said to print, where the next one says so."""
    found = blocks(document)
    return {
        before: after
        for before, after in pairwise(found)
        if after.language == "text" and after.mark == "```" and before.is_run_here
    }


ALL = [block for document in DOCUMENTS for block in blocks(document)]
ELSEWHERE = [d for d in DOCUMENTS if d.name in RUN_ELSEWHERE and runnable(d)]
WITH_COMMANDS = [d for d in DOCUMENTS if d.name not in RUN_ELSEWHERE and runnable(d)]


@pytest.mark.parametrize(
    "document",
    [
        pytest.param(file, id=file.name, marks=[pytest.mark.long] * (file in LONG))
        for file in WITH_COMMANDS
    ],
)
def test_the_commands_of_a_document_work(place, document):
    language = "fr" if document.stem.endswith(".fr") else "en"
    examples = runnable(document)

    printed = dict(zip(examples, place.run(examples, language), strict=True))

    for block, expected in shown_output(document).items():
        for line in expected.text.splitlines():
            pieces = map(re.escape, line.split("…"))
            assert re.search(".*".join(pieces), printed[block]), f"{expected}: {line}"


@pytest.mark.parametrize("block", ALL, ids=str)
def test_a_block_says_what_it_is(block):
    assert block.language in KNOWN
    if block.language not in ("bash", "python"):
        assert not COMMAND.search(block.text), "commands stand in blocks of bash"


@pytest.mark.parametrize("block", [b for b in ALL if b.run_by], ids=str)
def test_what_another_test_runs_is_run_there(block):
    subjects = {next(filter(None, found)) for found in SUBJECT.findall(block.text)}
    assert subjects

    text = "".join((ROOT / name).read_text(encoding="utf-8") for name in block.run_by)
    reads_it = f"## {block.heading}" in text or f'"{block.heading}"' in text
    if not reads_it:
        assert [subject for subject in subjects if subject not in text] == []


@pytest.mark.parametrize("document", ELSEWHERE, ids=lambda file: file.name)
def test_what_a_test_of_its_own_runs_is_read_there(document):
    test = ROOT / RUN_ELSEWHERE[document.name]

    assert document.name in test.read_text(encoding="utf-8")


def test_what_needs_more_than_a_test_has_is_said_where_readers_see_it():
    hidden = [str(b) for b in ALL if b.needs_elsewhere and b.mark.startswith("<!--")]

    assert hidden == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda file: file.name)
def test_commands_within_sentences_exist(document):
    text = text_of(document)
    words = (ROOT / "Makefile").read_text(encoding="utf-8")

    for word in re.findall(r"`make ([a-z]+)", text):
        assert re.search(rf"^{word}:", words, re.M), word
    for found in MANAGE.findall(text):
        check_command(*found.split())


def check_command(name: str, *words: str) -> None:
    """Fail where there is no such command, or where it lacks an option."""
    assert name in get_commands(), name
    command = load_command_class(get_commands()[name], name)
    parser: ArgumentParser = command.create_parser("manage.py", name)
    known = {text for action in parser._actions for text in action.option_strings}
    for word in words:
        option = word.strip("[](),.\"'").partition("=")[0]
        assert not option.startswith("--") or option in known, f"{name} {word}"


@pytest.mark.parametrize(
    ("name", "words"), [("verify_logs", []), ("verify_log", ["--anchors"])]
)
def test_a_command_that_does_not_exist_is_noticed(name, words):
    with pytest.raises(AssertionError):
        check_command(name, *words)
