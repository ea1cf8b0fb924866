"""Where the greps of `tests.logged` look, and for which secrets; needs no Django."""

from pathlib import Path

files: dict[Path, int] = {}
"""Logs of servers that tests have started, and how far they are read."""

secrets: set[str] = set()
"""Of keys and logins that tests have made."""

_gone: list[str] = []


def news() -> list[str]:
    """What has come to the logs since it was asked last."""
    found = [*_gone, *map(_news_of, files)]
    _gone.clear()
    return found


def forget(folder: Path) -> None:
    """Before a folder goes: what its logs hold is still among the next news."""
    for file in [file for file in files if file.is_relative_to(folder)]:
        _gone.append(_news_of(file))
        del files[file]


def _news_of(file: Path) -> str:
    if not file.exists():
        return ""
    with file.open("rb") as log:
        log.seek(files[file])
        news = log.read()
    whole = news[: news.rfind(b"\n") + 1]  # the rest of a line comes later
    files[file] += len(whole)
    return whole.decode(errors="replace")
