"""docs/API.md: every call, with examples that work and answers that are still so."""

import json
import re
import subprocess
import sys
from typing import Any

import pytest

from predictions.api.errors import sentences
from predictions.api.schema import ERRORS
from tests.documents.markdown import ROOT, Block, blocks, text_of
from tests.documents.place import ADDRESS, BETWEEN
from tests.predictions.routes import ROUTES

API = ROOT / "docs" / "API.md"
# The same whenever and wherever release 1.1.0 answers.
CONSTANT = {"proba_depart", "prediction", "threshold", "model_version", "base", "code"}
MORE = "…"  # as a key: there are further ones


def written(language: str) -> list[Block]:
    return [block for block in blocks(API) if block.language == language]


@pytest.fixture(scope="module")
def curl(place) -> dict[str, str]:
    """What the first example of each heading printed."""
    found = place.run(written("bash"), "fr", errors=subprocess.PIPE)
    return first_of_each(written("bash"), found)


@pytest.fixture(scope="module")
def python(place) -> dict[str, str]:
    pieces = [
        f"answer = None\n{block.text}\nprint(json.dumps(answer), end={BETWEEN!r})"
        for block in written("python")
    ]
    script = "\n".join(["import json", *pieces]).replace(ADDRESS, place.address)
    done = subprocess.run(
        [sys.executable, "-c", script],
        cwd=ROOT / "docs",
        env={**place.clean, "API_KEY": place.key},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    found = done.stdout.split(BETWEEN)[:-1]
    return first_of_each(written("python"), found)


def first_of_each(examples: list[Block], found: list[str]) -> dict[str, str]:
    pairs = zip(examples, found, strict=True)
    return {block.heading: printed for block, printed in reversed(list(pairs))}


def example(heading: str, language: str) -> Block | None:
    found = [block for block in written(language) if block.heading == heading]
    return found[0] if found else None


def test_every_call_has_its_heading_and_no_other():
    headings = re.findall(r"^### ((?:GET|POST|PUT|PATCH) .+)$", text_of(API), re.M)

    assert sorted(headings) == sorted(f"{method} {path}" for method, path in ROUTES)


@pytest.mark.parametrize("route", ROUTES, ids=" ".join)
def test_a_call_says_its_scope_and_shows_curl_python_and_the_answer(route):
    heading = " ".join(route)
    section = text_of(API).split(f"### {heading}\n")[1].split("\n#")[0]

    scope = re.search(r"Scope `([a-z:]+)`", section)
    assert (scope and scope[1]) == ROUTES[route]
    for language in ("bash", "python", "json"):
        assert example(heading, language), f"{heading} shows no {language}"


@pytest.mark.parametrize("shown", written("json"), ids=lambda block: block.heading)
@pytest.mark.parametrize("way", ["curl", "python"])
def test_the_answer_is_as_shown(request, way, shown):
    printed = request.getfixturevalue(way)[shown.heading]

    assert differences(json.loads(shown.text), first_document(printed)) == []


def first_document(printed: str) -> Any:
    found, _ = json.JSONDecoder().raw_decode(printed.lstrip())
    return found


def differences(shown: Any, found: Any, place: str = "answer") -> list[str]:
    """Where two answers differ in their keys, or in what never changes."""
    if isinstance(found, list) and not isinstance(shown, list) and place == "answer":
        return differences(shown, found[0])  # of lines that one is shown of
    if isinstance(shown, list) and isinstance(found, list):
        pairs = zip(shown, found, strict=False)
        return [one for a, b in pairs for one in differences(a, b, f"{place}[]")]
    if isinstance(shown, dict) and isinstance(found, dict):
        wrong = [f"{place} has no {key}" for key in shown.keys() - found - {MORE}]
        if MORE not in shown:
            wrong += [f"{place} has {key} too" for key in found.keys() - shown.keys()]
        for key in shown.keys() & found.keys():
            wrong += differences(shown[key], found[key], f"{place}.{key}")
        return wrong
    is_constant = place.rpartition(".")[2] in CONSTANT
    is_other = is_constant and shown != found
    is_of_another_kind = None not in (shown, found) and (
        isinstance(shown, dict | list) or isinstance(found, dict | list)
    )
    return [f"{place} is {found!r}"] if is_other or is_of_another_kind else []


@pytest.mark.parametrize(
    ("shown", "found"),
    [
        ({"a": 1}, {"a": 1, "b": 2}),
        ({"a": 1}, {}),
        ({"threshold": 0.5}, {"threshold": 0.33}),
        ([{"a": 1}], [{"b": 1}]),
        ({"a": []}, {"a": 1}),
    ],
    ids=["one more", "one less", "another value", "in a list", "another kind"],
)
def test_an_answer_that_is_not_as_shown_is_noticed(shown, found):
    assert differences(shown, found)


def test_the_codes_of_errors_exist():
    section = text_of(API).split("### Errors")[1]
    rows = re.findall(r"^\| .+ \|$", section, re.MULTILINE)

    codes = set(re.findall(r"`([a-z_0-9]+_[a-z_0-9]+|missing|throttled)`", str(rows)))
    assert len(codes) > 60
    assert codes <= sentences.SENTENCES.keys()


def test_each_status_of_an_error_is_explained():
    section = text_of(API).split("### Errors")[1]

    listed = {int(row) for row in re.findall(r"^\| (\d{3}) \|", section, re.MULTILINE)}
    # A host that is not allowed is refused before any call is looked at.
    assert listed == {*ERRORS, 400, 429}
