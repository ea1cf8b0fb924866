"""Writes scored employees: for a person, for a program, for a spreadsheet."""

import csv
import io
import json
import shutil
import textwrap
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from attrition.scorecard import probability_of
from attrition.typography import signed, titled
from predictions.words import class_in_words, label_of, percent, reason_in_words

Answer = dict[str, Any]
BAR = 20  # characters of the longest bar
# Tells the two apart on a screen or a print without colour, beside their signs.
RAISES, LOWERS = "█", "░"
NARROWEST = 40
UNWRAPPED = 1000  # into a file or a pipe, a reason is one line
CSV_COLUMNS = (
    "employee_id",
    "proba_depart",
    "prediction",
    "threshold",
    "model_version",
    "db_id",
)


def as_table(answers: Iterable[Answer]) -> Iterator[str]:
    """One line a person, and below it what to know of that person's score."""
    width = max(NARROWEST, shutil.get_terminal_size((UNWRAPPED, 24)).columns)
    about_all: dict[str, str] = {}
    count = 0
    for item in answers:
        if not count:  # a release or a log that fails leaves no empty table behind
            titles = _("employee"), _("probability"), _("class")
            yield "{:>10}  {:>11}  {}".format(*titles)
        count += 1
        chance = percent(item["proba_depart"], item["threshold"])
        side = class_in_words(item["prediction"], item["warnings"])
        yield f"{item['employee_id']:>10}  {chance:>11}  {side}"
        for note in _notes(item):
            yield _wrapped(note, width, " " * 12)
        if "explanation" in item:
            yield from _reasons(item, width)
        about_all |= {w["code"]: w["message"] for w in _about(item, fields=False)}
    yield _("%(count)s employee(s) scored and logged.") % {"count": count}
    for message in about_all.values():
        yield _wrapped(message, width)
    yield _("A score is never a decision on its own.")


def _wrapped(text: str, width: int, indent: str = "") -> str:
    return textwrap.fill(
        text,
        width,
        initial_indent=indent,
        subsequent_indent=indent,
        break_on_hyphens=False,
    )


def _about(answer: Answer, *, fields: bool) -> list[dict[str, Any]]:
    """The warnings about some fields of this person, or those about every score."""
    return [w for w in answer["warnings"] if bool(w["fields"]) == fields]


def _notes(answer: Answer) -> Iterator[str]:
    """What was imputed and what the model has not seen, with the fields."""
    named = {
        w["code"]: (w["message"], w["fields"]) for w in _about(answer, fields=True)
    }
    if answer["missing_features"] and "thin_evidence" not in named:
        said = _("Missing, and replaced by the usual value.")
        named["missing"] = (said, answer["missing_features"])
    for message, fields in named.values():
        yield titled(message.rstrip("."), ", ".join(map(label_of, fields)))


def _reasons(answer: Answer, width: int) -> Iterator[str]:
    """Where it starts, then each field that moves it, longest bar first.

    The words stand beside the bar where the terminal is wide enough for all of them.
    """
    usual = probability_of(answer["explanation"]["base"])
    start = {"usual": percent(usual, answer["threshold"])}
    yield "    " + _("usual value everywhere: %(usual)s") % start
    moves = [c for c in answer["explanation"]["contributions"] if c["points"]]
    largest = max((abs(item["points"]) for item in moves), default=1.0)
    beside = 4 + 6 + 1 + BAR + 1
    words = [reason_in_words(item) for item in moves]
    is_wide = all(beside + len(text) <= width for text in words)
    for item, text in zip(moves, words, strict=True):
        length = max(1, round(abs(item["points"]) / largest * BAR))
        bar = (RAISES if item["points"] > 0 else LOWERS) * length
        line = f"    {signed(item['points']):>6} {bar}"
        if is_wide:
            yield f"{line:<{beside}}{text}"
        else:
            yield line
            yield _wrapped(text, width, " " * 11)
    yield _wrapped(_("Each is an association: it is not a cause."), width, "    ")


def as_json(answers: Iterable[Answer]) -> Iterator[str]:
    """A list, one object a line, written as it goes."""
    opening = "["
    for item in answers:
        yield opening + json.dumps(item, ensure_ascii=False)
        opening = ","
    yield "[]" if opening == "[" else "]"


def as_csv(answers: Iterable[Answer]) -> Iterator[str]:
    yield ",".join((*CSV_COLUMNS, "missing_features", "warnings"))
    for item in answers:
        cells = [item[column] for column in CSV_COLUMNS]
        cells += [" ".join(item["missing_features"])]
        cells += [" ".join(warning["code"] for warning in item["warnings"])]
        line = io.StringIO()
        csv.writer(line, lineterminator="").writerow(cells)
        yield line.getvalue()


def as_ndjson(answers: Iterable[Answer]) -> Iterator[str]:
    """An object a line."""
    return (json.dumps(item, ensure_ascii=False) for item in answers)


def write(path: Path, lines: Iterable[str]) -> None:
    """A file that is whole or not there: written beside it, then put in its place."""
    draft = path.with_name(f"{path.name}.part")
    with draft.open("w", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)
    draft.replace(path)


FORMATS: dict[str, Callable[[Iterable[Answer]], Iterator[str]]] = {
    "table": as_table,
    "json": as_json,
    "ndjson": as_ndjson,
    "csv": as_csv,
}
FILE_FORMATS = ("csv", "json", "ndjson")
"""What a file's name may end in."""
