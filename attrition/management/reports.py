"""What the commands print of problems."""

from attrition.extracts import ExtractError

MOST_SHOWN = 20


def problem_list(error: ExtractError, outcome: str) -> str:
    """The first problems, one a line, how many more there are, and what came of it."""
    lines = [str(item) for item in error.located[:MOST_SHOWN]]
    if len(error.located) > MOST_SHOWN:
        lines.append(f"… and {len(error.located) - MOST_SHOWN} more.")
    return "\n".join([*lines, outcome])
