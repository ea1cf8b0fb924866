"""What a file of predictions says of each row."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from attrition.features import FIELDS, SPELLINGS
from attrition.field import Field
from predictions.answers import warnings_in_words
from predictions.models import Prediction
from predictions.sight import Sight
from predictions.words import asker, class_code, class_in_words, label_of


@dataclass(frozen=True)
class Column:
    """`key` for programs, `title` for people; `of` is for people too, and for programs
    where they have no `code`."""

    key: str
    title: str
    of: Callable[[Any], Any]
    is_time: bool = False
    code: Callable[[Any], Any] | None = None

    @property
    def heading(self) -> str:
        return str(capfirst(self.title))

    def for_programs(self, row: Any) -> Any:
        """The same in every language."""
        return (self.code or self.of)(row)


def of_answer() -> list[Column]:
    """What was answered, and what makes it believable."""
    return [
        Column("id", _("number"), lambda row: row.pk),
        Column("created_at", _("asked"), asked_at, is_time=True),
        Column("employee_id", _("employee"), lambda row: row.employee_id),
        Column("department", _("department (as stored today)"), _department),
        Column("proba_depart", _("probability"), lambda row: row.proba_depart),
        Column("class", _("class"), _class, code=_class_code),
        Column("threshold", _("threshold"), lambda row: row.threshold),
        Column("model_version", _("model version"), lambda row: row.model_version),
        Column("source", _("source"), _source, code=lambda row: row.source),
        Column("asked_by", _("asked by"), asker),
        Column("request_id", _("request"), lambda row: row.request_id),
        Column("batch_id", _("batch"), lambda row: row.batch_id and str(row.batch_id)),
        Column("warnings", _("warnings"), _warnings, code=lambda row: row.warnings),
        Column(
            "missing_features",
            _("imputed fields"),
            _imputed,
            code=lambda row: row.missing_features,
        ),
        Column("seal", _("seal"), lambda row: row.seal),
        Column("payload_digest", _("digest of the payload"), _digest),
    ]


def of_values(seen: Sight) -> list[Column]:
    """One for each field that this reader may see, then what has left the table."""
    columns = [
        Column(field.name, str(field.label), _value_of(field))
        for field in FIELDS
        if seen.sees(field.name)
    ]
    if seen.survey:
        title = _("Fields that this version no longer knows")
        columns.append(Column("others", title, _unknown))
    return columns


def to_know() -> Column:
    return Column("remark", _("to know"), remark)


def features(row: Prediction, seen: Sight) -> dict[str, Any] | None:
    """What was sent, without what is not for this reader; None once it is erased."""
    sent: dict[str, Any] | None = row.input_payload
    if not isinstance(sent, dict):
        return None
    return {
        name: value
        for name, value in sent.items()
        if seen.sees(SPELLINGS.get(name, name))
    }


def remark(row: Prediction) -> str:
    """What the page of a prediction and the banner above it say."""
    never_alone = _("A score is never a decision on its own.")
    if not is_demonstration(row):
        return never_alone
    return f"{never_alone} {demonstration(row.model_version)}"


def is_demonstration(row: Prediction) -> bool:
    return any(w["code"] == "demonstration_model" for w in row.warnings)


def demonstration(version: str) -> str:
    return _(
        "Demonstration: release %(version)s was trained on fictional data. Its scores "
        "say nothing about people."
    ) % {"version": version}


def asked_at(row: Prediction) -> Any:
    return localtime(row.created_at)


def _department(row: Any) -> str | None:
    found: str | None = row.department
    return found


def _class(row: Prediction) -> str:
    return class_in_words(row.prediction, row.warnings)


def _class_code(row: Prediction) -> str:
    return class_code(row.prediction, row.warnings)


def _source(row: Prediction) -> str:
    return str(row.get_source_display())


def _warnings(row: Prediction) -> list[str]:
    return [
        f"{warning['message']} ({', '.join(map(label_of, warning['fields']))})"
        if warning["fields"]
        else warning["message"]
        for warning in warnings_in_words(row.warnings)
    ]


def _imputed(row: Prediction) -> list[str]:
    return [label_of(name) for name in row.missing_features]


def _digest(row: Prediction) -> str:
    return row.payload_digest


def _sent(row: Prediction) -> Mapping[str, Any]:
    return row.input_payload if isinstance(row.input_payload, dict) else {}


def _value_of(field: Field) -> Callable[[Prediction], Any]:
    def value(row: Prediction) -> Any:
        sent = _sent(row)
        return sent.get(field.name, sent.get(field.spelling or ""))

    return value


KNOWN = {field.name for field in FIELDS} | set(SPELLINGS)


def _unknown(row: Prediction) -> dict[str, Any] | None:
    return {n: v for n, v in _sent(row).items() if n not in KNOWN} or None
