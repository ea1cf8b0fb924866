"""Where the documents' commands are run: a copy of the project, set up and served."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

from tests.documents.markdown import Block
from tests.server import ROOT, Server

PASSED_ON = ("PATH", "LANG", "HOME")  # no setting of ours
ADDRESS = "http://localhost:8000"
NOT_COPIED = (".git", ".venv*", "var", "reports", ".env", ".env.*", "*_cache")
BETWEEN = "\x1e"  # what no command prints


class Place(Server):
    """A copy in `folder`, as `make serve` leaves one behind, and its server."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "clone"
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns(*NOT_COPIED))
        shutil.copy(ROOT / ".env.example", self.root)
        (self.root / ".venv").symlink_to(sys.prefix)
        self.clean = {k: v for k, v in os.environ.items() if k in PASSED_ON}
        subprocess.run(
            ["make", "--silent", ".env.local"],
            cwd=self.root,
            env=self.clean,
            check=True,
        )
        super().__init__(folder, config=self.root / "technova" / "gunicorn.py")

    def surroundings(self, folder: Path) -> dict[str, str]:
        return self.clean

    @property
    def key(self) -> str:
        found = re.search(r"^API_KEY=(\w+)$", self.dot_env, re.MULTILINE)
        assert found
        return found[1]

    @property
    def dot_env(self) -> str:
        return (self.root / ".env.local").read_text()

    def run(self, blocks: list[Block], language: str) -> list[str]:
        """Run the blocks in one shell; what each has printed."""
        pieces = [f"printf '{BETWEEN}'\n{self._command(block)}" for block in blocks]
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(pieces)],
            cwd=self.root,
            env={**self.clean, "LANGUAGE_CODE": language},
            capture_output=True,
            text=True,
        )
        printed = done.stdout.split(BETWEEN)[1:]
        last = blocks[len(printed) - 1]
        assert done.returncode == 0, f"{last}\n{done.stdout}\n{done.stderr}"
        return printed

    def _command(self, block: Block) -> str:
        text = block.text.replace(ADDRESS, self.address)
        if block.language == "python":
            return f".venv/bin/python - << 'END_OF_PYTHON'\n{text}END_OF_PYTHON\n"
        return text
