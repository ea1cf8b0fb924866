"""The project in a folder of a test's own, which reads the `.env` there."""

import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
LINKED = ("attrition", "predictions", "templates", "locale", "fixtures", "ml_artifacts")


def at(folder: Path) -> Path:
    """What decides where the project is, is copied; the rest is linked."""
    folder.mkdir(parents=True)
    shutil.copy(ROOT / "manage.py", folder)
    shutil.copytree(ROOT / "technova", folder / "technova")
    for name in LINKED:
        (folder / name).symlink_to(ROOT / name)
    programs = folder / ".venv" / "bin"
    programs.mkdir(parents=True)
    # Not a link: Python finds its packages by where its own link leads.
    (programs / "python").write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    (programs / "python").chmod(0o755)
    return folder


def environment() -> dict[str, str]:
    """Nothing of the suite's own settings."""
    kept = ("PATH", "HOME", "LANG", "PGPASSWORD")
    return {name: os.environ[name] for name in kept if name in os.environ}
