"""The pictures of docs/guide-auditeur.md, in one table and in its order."""

from collections.abc import Callable
from dataclasses import dataclass

from selenium.webdriver import Chrome

from tests.screenshots import acts

AUDITOR, MANAGER, ADMINISTRATOR = "c.martin", "r.petit", "a.dubois"


@dataclass(frozen=True)
class Picture:
    """A page's whole width, from the top of `first` to the bottom of `last`.

    `path` and both selectors may name a record of the story, in braces; `who` has
    logged in, and `act` happens before.
    """

    name: str
    path: str
    first: str = "#header"
    last: str = "#content"
    who: str | None = AUDITOR
    act: Callable[[Chrome], None] | None = None

    @property
    def file(self) -> str:
        return f"{self.name}.png"


LOG = "/admin/predictions/prediction/"
ROW = f"{LOG}{{prediction}}/change/"
PICTURES = (
    Picture("connexion", "/admin/login/", last="#footer", who=None),
    Picture("accueil", "/admin/"),
    Picture("liste", LOG),
    Picture("prediction", ROW),
    Picture("contributions", ROW, act=acts.reveal),
    Picture("recalcul", ROW, act=acts.reveal_and_replay),
    Picture("peu-de-donnees", f"{LOG}{{thin}}/change/"),
    Picture("paie-annuelle", f"{LOG}{{yearly}}/change/"),
    Picture("efface", f"{LOG}{{erased}}/change/"),
    Picture("scelle", "/admin/predictions/seal/{seal}/change/"),
    Picture("consultations", "/admin/predictions/access/?employee={employee}"),
    Picture("glossaire", "/admin/glossary/"),
    Picture("salarie", "/admin/attrition/employee/{employee}/change/", who=MANAGER),
    Picture(
        "demande-de-score",
        "/admin/attrition/employee/{employee}/score/",
        who=MANAGER,
        act=acts.prepare_interview,
    ),
    Picture(
        "cle",
        "/admin/predictions/apikey/add/",
        who=ADMINISTRATOR,
        act=acts.fill_key,
    ),
)
BY_NAME = {picture.name: picture for picture in PICTURES}
