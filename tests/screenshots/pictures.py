"""The pictures of docs/guide-auditeur.md, in one table and in its order."""

from collections.abc import Callable
from dataclasses import dataclass

from selenium.webdriver import Chrome

from tests.screenshots import acts

AUDITOR, MANAGER, ADMINISTRATOR = "c.martin", "r.petit", "a.dubois"


@dataclass(frozen=True)
class Picture:
    """What of a page is shown: from `first` to `last`, the nearest to its beginning.

    `path` names records of the story, in braces; `who` has logged in, and `act` happens
    before.
    """

    name: str
    path: str
    first: str = "#header"
    last: str = "#content"
    who: str | None = AUDITOR
    act: Callable[[Chrome, acts.Records], None] | None = None

    @property
    def file(self) -> str:
        return f"{self.name}.png"


def row(number: int) -> str:
    return f"#result_list tbody tr:nth-child({number})"


def part(holding: str) -> str:
    """One of the parts of a page, by what is in it."""
    return f"fieldset:has({holding})"


LOG = "/admin/predictions/prediction/"
ROW = f"{LOG}{{prediction}}/change/"
ANSWER = part(".field-chance")
PERSON = "/admin/attrition/employee/{employee}"
PICTURES = (
    Picture("connexion", "/admin/login/", "#header", ".submit-row", who=None),
    Picture("accueil", "/admin/", last="[aria-labelledby=home-proof] dl"),
    Picture("accueil-graphiques", "/admin/", ".charts", ".charts"),
    Picture("accueil-tableaux", "/admin/", "#home-departments", ".home > :last-child"),
    Picture("liste", LOG, last=row(8)),
    Picture("prediction", ROW, last=".field-why"),
    Picture("contributions", ROW, part(".why"), part(".why"), act=acts.reveal),
    Picture("demande", ROW, part(".asked"), ".asked tr:nth-child(12)", act=acts.reveal),
    Picture("autres-predictions", ROW, part(".others"), part(".others")),
    Picture("preuve", ROW, part(".proof"), part(".proof"), act=acts.reveal),
    Picture("recalcul", ROW, ".messagelist", ".reveal", act=acts.reveal_and_replay),
    Picture(
        "donnees-insuffisantes",
        f"{LOG}{{thin}}/change/",
        ANSWER,
        part(".field-why"),
    ),
    Picture("avertissement", f"{LOG}{{yearly}}/change/", ANSWER, ANSWER),
    Picture(
        "effacement", f"{LOG}{{erased}}/change/", "#content h1", part(".field-asked")
    ),
    Picture("scelle", "/admin/predictions/seal/{seal}/change/", "#content h1"),
    Picture(
        "consultations",
        "/admin/predictions/access/?employee={watched}",
        "#content h1",
        row(8),
    ),
    Picture(
        "export",
        f"{LOG}export/?prediction__exact=1",
        "#content h1",
        act=acts.prepare_export,
    ),
    Picture(
        "fichier-exporte",
        "/admin/predictions/access/{exported}/change/",
        "#content h1",
        "fieldset:has(.details)",
    ),
    Picture("salarie", f"{PERSON}/change/", last=".form-row.field-poste", who=MANAGER),
    Picture(
        "import",
        "/admin/attrition/employee/import/",
        "#content h1",
        ".changes",
        who=MANAGER,
        act=acts.send_extracts,
    ),
    Picture(
        "demande-de-score",
        f"{PERSON}/score/",
        "#content h1",
        who=MANAGER,
        act=acts.prepare_interview,
    ),
    Picture(
        "cle",
        "/admin/predictions/apikey/add/",
        "#content h1",
        who=ADMINISTRATOR,
        act=acts.fill_key,
    ),
)
BY_NAME = {picture.name: picture for picture in PICTURES}
