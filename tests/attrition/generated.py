"""Three extracts of invented people, drawn from the feature table.

Every cell is drawn by itself, so that no row is anybody's. Who leaves is drawn from
`WEIGHTS`, so that a model has something to find.
"""

import csv
import io
import math
import random
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from attrition import extracts, features
from attrition.extract_file import KEYS, TARGET
from attrition.field import Extract, Field, Kind
from attrition.training_set import TrainingSet, training_set

CATEGORIES = {
    "statut_marital": ("Seul(e)", "En couple"),
    "departement": ("Atelier", "Boutique", "Siège"),
    "poste": ("Ébéniste", "Vendeur", "Comptable", "Chef d'atelier"),
    "domaine_etude": ("Bois", "Lettres", "Chiffres"),
}
USUAL_RANGES = {
    "age": (20, 60),
    "revenu_mensuel": (1500, 9000),
    "augementation_salaire_precedente": (2, 25),
}
WEIGHTS = {
    "heure_supplementaires": 2.0,
    "satisfaction_employee_environnement": -0.8,
    "distance_domicile_travail": 0.3,
}
"""What a unit of each field adds to the logit of leaving."""
AVERAGE_LOGIT = -1.0


@dataclass
class Extracts:
    """The three files as lines of cells, the header first: a test may spoil them."""

    lines: dict[Extract, list[list[str]]]

    def put(self, extract: Extract, line: int, column: str, cell: str) -> None:
        """Overwrite one cell; line 1 is the header, as in an error's text."""
        cells = self.lines[extract]
        cells[line - 1][cells[0].index(column)] = cell

    def drop_column(self, extract: Extract, column: str) -> None:
        place = self.lines[extract][0].index(column)
        for line in self.lines[extract]:
            del line[place]

    def add_column(self, extract: Extract, column: str, cell: str) -> None:
        for number, line in enumerate(self.lines[extract]):
            line.append(cell if number else column)

    def write(
        self, folder: Path, *, delimiter: str = ",", encoding: str = "utf-8"
    ) -> Path:
        """Write the files into `folder`; with `;` numbers get a decimal comma."""
        folder.mkdir(parents=True, exist_ok=True)
        for extract, lines in self.lines.items():
            text = io.StringIO()
            if delimiter == ";":
                lines = [[_with_comma(cell) for cell in line] for line in lines]
            csv.writer(text, delimiter=delimiter).writerows(lines)
            file = folder / f"extrait_{extract}.csv"
            file.write_bytes(text.getvalue().encode(encoding))
        return folder


def generate(
    count: int,
    *,
    seed: int = 0,
    blanks: float = 0.0,
    weights: Mapping[str, float] = WEIGHTS,
    categories: Mapping[str, Sequence[str]] = CATEGORIES,
) -> Extracts:
    """Invent employees 1 to `count`; `blanks` is the share of scored cells left out."""
    draw = random.Random(seed)
    lines = {extract: [_header(extract)] for extract in Extract}
    fields = [field for field in features.FIELDS if field.source]
    for number in range(1, count + 1):
        values = {f.name: _value(f, number, draw, categories) for f in fields}
        left = draw.random() < _chance_of_leaving(values, weights)
        for extract in Extract:
            lines[extract].append(
                _line(extract, number, values, left=left, blanks=blanks, draw=draw)
            )
    return Extracts(lines)


def training_data(
    count: int,
    *,
    seed: int = 0,
    blanks: float = 0.0,
    weights: Mapping[str, float] = WEIGHTS,
) -> TrainingSet:
    """The people that `generate` invents, as training reads them."""
    tables = generate(count, seed=seed, blanks=blanks, weights=weights)
    with tempfile.TemporaryDirectory() as folder:
        tables.write(Path(folder))
        people = extracts.read(Path(folder), with_outcome=True).people
    return training_set(people)


def _header(extract: Extract) -> list[str]:
    columns = [KEYS[extract], *(f.name for f in features.of_extract(extract))]
    if extract is Extract.SONDAGE:
        columns.append(TARGET)
    return list(dict.fromkeys(columns))


def _line(
    extract: Extract,
    number: int,
    values: Mapping[str, object],
    *,
    left: bool,
    blanks: float,
    draw: random.Random,
) -> list[str]:
    special = {KEYS[Extract.SIRH]: str(number), TARGET: "Oui" if left else "Non"}
    cells = []
    for column in _header(extract):
        if column in special:
            cells.append(special[column])
        elif features.BY_NAME[column].is_scorable and draw.random() < blanks:
            cells.append("")
        else:
            cells.append(_cell(features.BY_NAME[column], values[column]))
    return cells


def _value(
    field: Field,
    number: int,
    draw: random.Random,
    categories: Mapping[str, Sequence[str]],
) -> object:
    match field.kind:
        case Kind.CATEGORY:
            return draw.choice(categories[field.name])
        case Kind.ORDINAL | Kind.YES_NO:
            return draw.choice(field.choices)
        case Kind.IDENTIFIER:
            return f"E_{number}" if isinstance(field.example, str) else number
        case Kind.CONSTANT:
            return field.example
        case _:
            low, high = _usual_range(field)
            whole = field.whole or field.kind is Kind.PERCENT
            drawn = draw.uniform(low, high)
            return round(drawn) if whole else round(drawn, 1) + 0.05


def _usual_range(field: Field) -> tuple[float, float]:
    low, high = field.low or 0, field.high or 1
    return USUAL_RANGES.get(field.name, (low, min(low + 10, high)))


def _cell(field: Field, value: object) -> str:
    if field.kind is Kind.PERCENT:
        return f"{value} %"
    if field.kind is Kind.YES_NO:
        return (field.one if value else field.zero)[0].capitalize()
    return str(round(value, 2) if isinstance(value, float) else value)


def _chance_of_leaving(
    values: Mapping[str, object], weights: Mapping[str, float]
) -> float:
    logit = AVERAGE_LOGIT
    for name, weight in weights.items():
        field = features.BY_NAME[name]
        scale = field.choices or _usual_range(field)
        logit += weight * (float(str(values[name])) - sum(scale) / len(scale))
    return 1 / (1 + math.exp(-logit))


def _with_comma(cell: str) -> str:
    return re.sub(r"^(\d+)\.(\d+)$", r"\1,\2", cell)


def rewrite(folder: Path, extract: Extract, change: Callable[[bytes], bytes]) -> None:
    """Change the bytes of a file that was written."""
    file = folder / f"extrait_{extract}.csv"
    file.write_bytes(change(file.read_bytes()))
