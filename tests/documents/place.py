"""Where the documents' commands are run: a copy of the project, set up and served."""

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

from tests.documents.markdown import Block
from tests.server import ROOT, Server, free_port

PASSED_ON = ("PATH", "LANG", "HOME")  # no setting of ours
ADDRESS = "http://localhost:8000"
SECOND = "127.0.0.1:8000"  # of a server that a document starts itself
NOT_COPIED = (".git", ".venv*", "var", "reports", ".env", ".env.*", "*_cache")
BETWEEN = "\x1e"  # what no command prints


class Place(Server):
    """A copy in `folder`, as `make serve` leaves one behind, and its server."""

    def __init__(self, folder: Path) -> None:
        self.root = folder / "clone"
        shutil.copytree(ROOT, self.root, ignore=shutil.ignore_patterns(*NOT_COPIED))
        shutil.copy(ROOT / ".env.example", self.root)
        (self.root / ".venv").symlink_to(sys.prefix)
        self.second = f"127.0.0.1:{free_port()}"
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

    def run(
        self, blocks: list[Block], language: str, errors: int = subprocess.STDOUT
    ) -> list[str]:
        """Run the blocks in one shell; what each has printed."""
        pieces = [f"printf '{BETWEEN}'\n{self._command(block)}" for block in blocks]
        done = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", "\n".join(pieces)],
            cwd=self.root,
            env={**self.clean, "LANGUAGE_CODE": language},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
        printed = done.stdout.split(BETWEEN)[1:]
        last = blocks[len(printed) - 1]
        assert done.returncode == 0, f"{last}\n{printed[-1]}\n{done.stderr}"
        return printed

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """A second server too, where a failure has left one behind."""
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            os.kill(int((self.root / "var" / "gunicorn.pid").read_text()), how)
        return super().stop(how)

    def _command(self, block: Block) -> str:
        # It would install into an environment that is not the copy's, or run itself.
        assert not re.search(r"^(make|\.ci/run)\b", block.text, re.M), block
        text = block.text.replace(ADDRESS, self.address).replace(SECOND, self.second)
        if block.language == "python":
            return f".venv/bin/python - << 'END_OF_PYTHON'\n{text}END_OF_PYTHON\n"
        return text
