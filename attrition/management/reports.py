"""What the commands print of problems."""

from collections.abc import Iterable
from typing import TypeVar

from django.utils.translation import gettext as _
from tqdm import tqdm

from attrition.extracts import ExtractError

MOST_SHOWN = 20

T = TypeVar("T")


def problem_list(error: ExtractError, outcome: str) -> str:
    """The first problems, one a line, how many more there are, and what came of it."""
    lines = [str(item) for item in error.located[:MOST_SHOWN]]
    if len(error.located) > MOST_SHOWN:
        rest = {"count": len(error.located) - MOST_SHOWN}
        lines.append(_("… and %(count)s more.") % rest)
    return "\n".join([*lines, outcome])


def progress(items: Iterable[T], what: str) -> Iterable[T]:
    """A bar on a terminal's standard error; nothing anywhere else."""
    return tqdm(items, desc=what, disable=None, leave=False)
