"""What a reader sees of the values behind a prediction: all, some, or none.

Points are masked with the values: the model card says which value has which points.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from attrition.features import BY_NAME
from attrition.field import Extract

MASK = "•••"
SURVEY_TOGETHER = "survey"
"""The contribution that stands for all survey answers together; no field's name."""


@dataclass(frozen=True)
class Sight:
    """`values`: any at all. `survey`: single answers to the survey too."""

    values: bool
    survey: bool

    def sees(self, name: str) -> bool:
        """Whether the value of this field is shown; `name` may have left the table."""
        return self.values and (self.survey or not is_survey(name))


EVERYTHING = Sight(values=True, survey=True)


def is_survey(name: str) -> bool:
    """Marks of satisfaction stand in another extract than the survey's other answers.

    What has left the table may have been one.
    """
    field = BY_NAME.get(name)
    return field is None or field.survey or field.source is Extract.SONDAGE


def payload(sent: Any, sight: Sight) -> Any:
    """The features as sent, with a mask for each value that is not for this reader."""
    if sight == EVERYTHING or sent is None:
        return sent
    if not isinstance(sent, Mapping):  # SQL can have written it
        return MASK
    return {
        name: value if value is None or sight.sees(name) else MASK
        for name, value in sent.items()
    }


def grouped(found: Sequence[dict[str, Any]], sight: Sight) -> list[dict[str, Any]]:
    """An explanation's contributions; the survey's as one, where single answers are
    not for this reader."""
    answers = [item for item in found if is_survey(item["field"])]
    if sight.survey or not answers:
        return list(found)
    together = {
        "field": SURVEY_TOGETHER,
        "label": _("Survey answers, together"),
        "value": MASK,
        "usual": MASK,
        "points": sum(item["points"] for item in answers),
    }
    others = [item for item in found if item not in answers]
    return sorted([*others, together], key=lambda item: -abs(item["points"]))
