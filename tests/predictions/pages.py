"""Every page that a person opens, in one table.

A page that is new stands here: tests/predictions/test_pages.py compares the table with
the addresses that the back-office has.
"""

from dataclasses import dataclass

from django.urls import reverse

READ = ("changelist", "change")
EDITED = (*READ, "add", "history")


@dataclass(frozen=True)
class Page:
    """`of` names the record that it is about, one of tests/predictions/scene.py;
    `who` opens it, or nobody."""

    route: str
    of: str | None = None
    query: str = ""
    who: str | None = "admin"
    status: int = 200

    def __str__(self) -> str:
        about = self.of and f" of {self.of}"
        return " ".join(filter(None, (f"{self.route}{self.query}", about, self.who)))

    def path(self, records: dict[str, object]) -> str:
        names = [] if self.of is None else [records[self.of]]
        return reverse(self.route, args=names) + self.query


def of_model(name: str, record: str, *kinds: str) -> list[Page]:
    whole = {"changelist", "add"}
    return [
        Page(f"admin:{name}_{kind}", None if kind in whole else record)
        for kind in kinds
    ]


BACK_OFFICE = [
    Page("admin:login", who=None),
    Page("admin:index"),
    Page("admin:index", who="auditor"),
    Page("admin:password_change"),
    Page("admin:password_change_done"),
    Page("glossary", who="auditor"),
    Page("two_step", who="auditor"),
    Page("two_step_codes", who="auditor", status=410),
    Page("releases"),
    Page("release", "release"),
    *of_model("predictions_prediction", "prediction", *READ),
    Page("admin:predictions_prediction_change", "erased"),
    Page("admin:predictions_prediction_changelist", query="?created_at__gte=no&o=99"),
    Page("admin:reveal_prediction", "prediction", who="auditor"),
    Page("admin:export_predictions", query="?source__exact=api", who="auditor"),
    *of_model("predictions_batch", "batch", *READ),
    Page("admin:cancel_batch", "open batch"),
    *of_model("attrition_employee", "employee", *EDITED, "delete"),
    Page("admin:attrition_employee_score", "employee"),
    Page("admin:import_extracts"),
    Page("admin:import_preview", "waiting import"),
    *of_model("attrition_employeeimport", "import", *READ),
    *of_model("predictions_apikey", "key", *EDITED),
    Page("admin:new_api_key", "key", status=410),
    Page("admin:revoke_api_key", "key"),
    *of_model("predictions_access", "access", *READ),
    *of_model("predictions_seal", "seal", *READ),
    *of_model("predictions_logcheck", "check", *READ),
    *of_model("predictions_replay", "replay", *READ),
    *of_model("predictions_refusal", "refusal", *READ),
    *of_model("predictions_unknowncallers", "unknown callers", *READ),
    *of_model("predictions_erasure", "erasure", *READ),
    *of_model("auth_user", "user", *EDITED, "delete"),
    Page("admin:auth_user_password_change", "user"),
    Page("admin:new_login_password", "user", status=410),
    *of_model("predictions_loginrecovery", "recovery", *READ),
    *of_model("auth_group", "group", *EDITED, "delete"),
]
ERRORS = [
    Page("admin:predictions_prediction_change", "nothing", status=404),
    Page("admin:attrition_employee_changelist", who="auditor", status=403),
]
OTHERS = ["/docs", "/history", "/predict", "/employees/669"]

NO_PAGES = {
    "admin:app_list",  # the home page, of one app
    "admin:autocomplete",
    "admin:import_cancel",
    "admin:import_confirm",
    "admin:import_refused",
    "admin:jsi18n",
    "admin:logout",
    "admin:prove_prediction",
    "admin:replay_prediction",
    "admin:view_on_site",
}
"""What answers with a file, with data for a page, or with a way to another page."""
