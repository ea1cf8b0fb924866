"""A release that is written proves itself: no change of its points goes unnoticed."""

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from attrition import release_writer, releases
from attrition.errors import ReleaseRejected
from attrition.features import BY_NAME
from attrition.field import Kind
from attrition.releases import REFERENCE, SCORECARD
from attrition.scorecard import ChoicePoints, NumberPoints, Scorecard
from attrition.training import Model
from tests.attrition.release_folder import ReleaseFolder, rejection

VERSION = "2.0.0"


def card_for(scorecard: Scorecard) -> dict:
    """What serving reads; every category of the points, and one that few people had."""
    return {
        "threshold": {"value": 0.5},
        "data": {"fictional": True},
        "categories": {
            item.field: [*item.table, "Rare"]
            for item in scorecard.fields
            if BY_NAME[item.field].kind is Kind.CATEGORY
        },
    }


def write(folder, scorecard: Scorecard) -> list[dict]:
    model = Model(recipe=None, pipeline=None, scorecard=scorecard, difference=0.0)
    release_writer.write(folder, model, card_for(scorecard))
    return json.loads((folder / REFERENCE).read_bytes())


@pytest.fixture
def written(settings, tmp_path, fitted) -> ReleaseFolder:
    settings.MODEL_DIR = tmp_path / "ml_artifacts"
    write(settings.MODEL_DIR / VERSION, fitted.scorecard)
    return ReleaseFolder(settings.MODEL_DIR / VERSION)


@pytest.fixture
def cases(written) -> list[dict]:
    return written.document(REFERENCE)


def test_a_release_that_is_written_loads(written):
    assert releases.load(VERSION).version == VERSION


def test_every_field_is_null_in_a_case_and_beyond_what_was_seen_in_another(
    cases, fitted
):
    for item in fitted.scorecard.fields:
        sent = [case["features"].get(item.field) for case in cases]
        values = [value for value in sent if value is not None]

        assert None in sent
        if isinstance(item, NumberPoints):
            field = BY_NAME[item.field]
            assert min(values) == field.low <= item.low
            assert max(values) == field.high > item.high
            assert {item.low, item.high} <= set(values)
        else:
            reachable = BY_NAME[item.field].choices
            assert item.table.keys() <= set(values)
            assert set(reachable) <= set(values)


def test_a_rare_category_and_a_count_between_the_others_are_in_a_case(cases):
    jobs = {case["features"].get("poste") for case in cases}
    counts = {case["features"].get("nombre_participation_pee") for case in cases}

    assert "Rare" in jobs
    assert {0, 4, 9, 10, 11, 100} <= counts


def test_no_case_holds_nothing_but_nulls(cases):
    assert all(
        any(value is not None for value in case["features"].values()) for case in cases
    )


@pytest.mark.parametrize("place", range(24))
def test_a_scorecard_of_one_field_proves_itself_too(settings, tmp_path, fitted, place):
    settings.MODEL_DIR = tmp_path / "ml_artifacts"
    scorecard = Scorecard(-1.0, fitted.scorecard.fields[place : place + 1])

    cases = write(settings.MODEL_DIR / VERSION, scorecard)

    assert cases
    assert releases.load(VERSION).scorecard.names == scorecard.names


def test_the_cases_are_the_same_each_time(tmp_path, fitted):
    assert write(tmp_path / "1", fitted.scorecard) == write(
        tmp_path / "2", fitted.scorecard
    )


def changes(scorecard: Scorecard) -> Iterator[tuple[str, Callable[[dict], Any]]]:
    """Every number of it a little off, by the name of its place."""
    yield "base", lambda document: document.update(base=document["base"] + 1e-6)
    for i, item in enumerate(scorecard.fields):
        if isinstance(item, NumberPoints):
            for name in ("low", "high", "scale", "weight", "usual", "null"):
                yield f"{item.field}.{name}", moved(i, name)
            continue
        for place in range(len(item.table)):
            yield f"{item.field}.table.{place}", moved_points(i, place)
            yield f"{item.field}.table.{place} gone", without(i, place)
        if may_be_unseen(item):
            yield f"{item.field}.unseen", moved(i, "unseen")
        yield f"{item.field}.null", another_null(i)
        if item.clip:
            yield (
                f"{item.field}.clip",
                lambda d, i=i: d["fields"][i].update(clip=[0, 9]),
            )


def may_be_unseen(item: ChoicePoints) -> bool:
    choices = BY_NAME[item.field].choices
    return not choices or not set(choices) <= item.table.keys()


def moved(i: int, name: str) -> Callable[[dict], Any]:
    def change(document: dict) -> None:
        item = document["fields"][i]
        step = 1e-6 if name in ("scale", "weight", "unseen") else 0.5
        item[name] += -step if name == "high" else step

    return change


def moved_points(i: int, place: int) -> Callable[[dict], Any]:
    def change(document: dict) -> None:
        document["fields"][i]["table"][place][1] += 1e-6

    return change


def without(i: int, place: int) -> Callable[[dict], Any]:
    def change(document: dict) -> None:
        del document["fields"][i]["table"][place]

    return change


def another_clip(i: int) -> Callable[[dict], Any]:
    return lambda document: document["fields"][i].update(clip=[0, 9])


def another_null(i: int) -> Callable[[dict], Any]:
    def change(document: dict) -> None:
        item = document["fields"][i]
        item["null"] = next(v for v, points in item["table"] if points != 0)

    return change


def test_whatever_number_of_a_scorecard_is_changed_a_case_does_not_reproduce(
    written, fitted
):
    document = written.document(SCORECARD)
    unnoticed = []
    for place, change in changes(fitted.scorecard):
        changed = json.loads(json.dumps(document))
        change(changed)
        written.rewrite(SCORECARD, changed)
        try:
            releases.load_anew(VERSION)
        except ReleaseRejected:
            continue
        unnoticed.append(place)

    assert unnoticed == []


def test_a_change_that_no_heading_of_the_card_contradicts_is_found_by_a_case(written):
    scorecard = written.document(SCORECARD)
    [job] = [item for item in scorecard["fields"] if item["field"] == "poste"]
    job["unseen"] += 1e-6
    written.rewrite(SCORECARD, scorecard)

    assert re.search(rf"{REFERENCE} does not reproduce: case \d+", rejection(VERSION))
