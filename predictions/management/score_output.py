"""Writes scored employees: for a person, for a program, for a spreadsheet."""

import csv
import io
import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from attrition.scorecard import probability_of
from predictions.words import class_in_words, percent, reason_in_words, signed

Answer = dict[str, Any]
BAR = 20  # characters of the longest bar
CSV_COLUMNS = (
    "employee_id",
    "proba_depart",
    "prediction",
    "threshold",
    "model_version",
    "db_id",
)


def as_table(answers: Iterable[Answer]) -> Iterator[str]:
    warnings: dict[str, str] = {}
    count = 0
    titles = _("employee"), _("probability"), _("class")
    yield "{:>10}  {:>11}  {}".format(*titles)
    for item in answers:
        count += 1
        chance = percent(item["proba_depart"], item["threshold"])
        side = class_in_words(item["prediction"], item["warnings"])
        yield f"{item['employee_id']:>10}  {chance:>11}  {side}"
        warnings |= {w["code"]: w["message"] for w in item["warnings"]}
        if "explanation" in item:
            yield from _bars(item)
    yield _("%(count)s employee(s) scored and logged.") % {"count": count}
    yield from warnings.values()
    yield _("A score is never a decision on its own.")


def _bars(answer: Answer) -> Iterator[str]:
    """Where it starts, then one line a field that moves it, longest bar first."""
    usual = probability_of(answer["explanation"]["base"])
    start = {"usual": percent(usual, answer["threshold"])}
    yield "    " + _("usual value everywhere: %(usual)s") % start
    contributions = answer["explanation"]["contributions"]
    largest = max(abs(item["points"]) for item in contributions)
    for item in contributions:
        if not item["points"]:
            continue
        bar = "█" * max(1, round(abs(item["points"]) / largest * BAR))
        yield f"    {signed(item['points']):>6} {bar:<{BAR}} {reason_in_words(item)}"
    yield "    " + _("These are associations: it is not a cause.")


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


FORMATS: dict[str, Callable[[Iterable[Answer]], Iterator[str]]] = {
    "table": as_table,
    "json": as_json,
    "csv": as_csv,
}
