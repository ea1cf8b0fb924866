"""The documents as the tests read them: fenced blocks, headings, links."""

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
DOCUMENTS = sorted([*ROOT.glob("README*.md"), *ROOT.glob("docs/**/*.md")])
READ_BY_PEOPLE = [*DOCUMENTS, ROOT / "CHANGELOG.md"]

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^(#{1,6}) (.+)$", re.MULTILINE)
# The line above a block says why the tests don't run it, or which other test does.
ELSEWHERE = re.compile(
    r"needs (?:Docker|the cloud)|demande (?:Docker|le cloud)", re.IGNORECASE
)
RUN_BY = re.compile(r"<!-- run by (.+?) -->")


@dataclass(frozen=True)
class Block:
    """What stands between two fences; `mark` is the line above them."""

    file: Path
    line: int
    language: str
    text: str
    heading: str
    mark: str

    def __str__(self) -> str:
        return f"{self.file.relative_to(ROOT)}:{self.line}"

    @property
    def needs_elsewhere(self) -> bool:
        """Docker or the cloud; a reader sees it too."""
        return ELSEWHERE.search(self.mark) is not None

    @property
    def run_by(self) -> list[str]:
        """The files that run it, where the documents' own test does not."""
        found = RUN_BY.search(self.mark)
        return found[1].split(", ") if found else []

    @property
    def is_run_here(self) -> bool:
        return not self.needs_elsewhere and not self.run_by


@cache
def text_of(file: Path) -> str:
    return file.read_text(encoding="utf-8")


@cache
def blocks(file: Path) -> list[Block]:
    text = text_of(file)
    return [
        Block(
            file=file,
            line=text.count("\n", 0, found.start()) + 1,
            language=found[1],
            text=found[2],
            heading=heading_before(text, found.start()),
            mark=line_before(text, found.start()),
        )
        for found in FENCE.finditer(text)
    ]


def heading_before(text: str, place: int) -> str:
    found = HEADING.findall(without_blocks(text[:place]))
    return found[-1][1] if found else ""


def line_before(text: str, place: int) -> str:
    lines = text[:place].rstrip().splitlines()
    return lines[-1] if lines else ""


def without_blocks(text: str) -> str:
    """The prose; as many lines as before."""
    return FENCE.sub(lambda found: "\n" * found[0].count("\n"), text)


def anchors(file: Path) -> set[str]:
    titles = HEADING.findall(without_blocks(text_of(file)))
    return {anchor(title) for _, title in titles}


def anchor(title: str) -> str:
    """As the usual readers of Markdown make one of a heading."""
    kept = re.sub(r"[^\w\s-]", "", title.lower())
    return re.sub(r" ", "-", kept)
