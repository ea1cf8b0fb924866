"""What the commands print of problems."""

from django.utils.translation import gettext as _

from attrition.extracts import ExtractError

MOST_SHOWN = 20


def problem_list(error: ExtractError, outcome: str) -> str:
    """The first problems, one a line, how many more there are, and what came of it."""
    lines = [str(item) for item in error.located[:MOST_SHOWN]]
    if len(error.located) > MOST_SHOWN:
        rest = {"count": len(error.located) - MOST_SHOWN}
        lines.append(_("… and %(count)s more.") % rest)
    return "\n".join([*lines, outcome])
