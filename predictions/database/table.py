"""What the triggers need to know of a log's table."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Table:
    """Columns as the database has them; `erasable` is empty where nothing is."""

    name: str
    key: str
    columns: tuple[str, ...]
    erasable: tuple[str, ...]
    erasures: str
    erasure_key: str
    unique: tuple[tuple[str, ...], ...]

    @property
    def kept(self) -> tuple[str, ...]:
        """The columns that not even an erasure touches."""
        return tuple(name for name in self.columns if name not in self.erasable)
