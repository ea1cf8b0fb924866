"""Three invented extracts: some of their people are stored, the rest wait in files."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.core.management import call_command

from attrition import releases
from attrition.field import Extract
from tests.attrition.generated import Extracts, generate

FIRST = 901
MARITAL = {"statut_marital": ("Célibataire", "Marié(e)")}


def store() -> None:
    """What was in them a week ago, by the command."""
    with TemporaryDirectory() as folder:
        call_command("import_employees", data=_tables(2).write(Path(folder)))


def prepare() -> str:
    """The folder of today's: somebody new, and a rise for somebody who is known."""
    folder = Path(settings.DATABASES["default"]["NAME"]).parent / "extraits"
    tables = _tables(3)
    tables.put(Extract.SIRH, 2, "revenu_mensuel", "3150")
    tables.put(Extract.EVAL, 2, "augementation_salaire_precedente", "5 %")
    return str(tables.write(folder))


def _tables(people: int) -> Extracts:
    """Those from `FIRST` on, with values that the release knows."""
    known = releases.current().categories
    tables = generate(FIRST + people, categories={**MARITAL, **known})
    for lines in tables.lines.values():
        del lines[1:FIRST]
        del lines[people + 1 :]
    return tables
