"""What can be wrong, in the words of the domain; HTTP gives each its status."""

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from attrition.sentences import SENTENCES


@dataclass(frozen=True)
class Problem:
    """One thing wrong with one field: a code of `SENTENCES` and its parameters.

    Among many records, `index` is the place of one of them from 0, or `line` that of a
    file, from 1.
    """

    field: str
    code: str
    params: Mapping[str, Any] = dataclasses.field(default_factory=dict)
    index: int | None = None
    line: int | None = None

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        said = str(SENTENCES[self.code]) % {"field": self.field, **self.params}
        if self.index is not None:
            place = SENTENCES["of_record"]
        elif self.line is not None:
            place = SENTENCES["of_line"]
        else:
            return said
        return str(place) % {"index": self.index, "line": self.line, "said": said}

    def of_record(self, index: int) -> "Problem":
        """The same, of the record at this place."""
        return dataclasses.replace(self, index=index)


class AttritionError(Exception):
    """The root of what this project raises on purpose."""


class InvalidFeatures(AttritionError):
    """Features that the table or the release refuses, with every reason at once.

    `index` is the record's place among those asked for together.
    """

    def __init__(self, problems: Sequence[Problem], index: int = 0) -> None:
        super().__init__(", ".join(f"{p.field}: {p.code}" for p in problems))
        self.problems = tuple(problems)
        self.index = index


class ReleaseRejected(AttritionError):
    """A release folder that is missing, changed or not what its card describes.

    The text names the file and the remedy; it is for operators, not for callers.
    """


class ReleaseGone(ReleaseRejected):
    """There is no such folder."""


class ReleaseReplaced(ReleaseRejected):
    """The folder is there, and is not the release that it was."""


class ReleaseElsewhere(ReleaseRejected):
    """Another service gave the answer, with a model that was never here."""


class NotAdditive(AttritionError):
    """A pipeline that is no scorecard; the text names the step."""


class TrainingRefused(AttritionError):
    """Data or wishes that no honest model can be trained on; the text says why."""
