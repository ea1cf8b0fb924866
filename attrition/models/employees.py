"""The people that HR has told us about."""

import re

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from attrition.features import IDENTIFIERS
from attrition.models.stored import StoredText

HIGHEST_EMPLOYEE_ID = 2**63 - 1


def employee_number(term: str) -> int | None:
    """The employee's number that somebody searches for; None where it can be none."""
    is_number = re.fullmatch(r"[0-9]{1,19}", term)
    return int(term) if is_number and int(term) <= HIGHEST_EMPLOYEE_ID else None


class EmployeeQuerySet(models.QuerySet["Employee"]):
    def active(self) -> "EmployeeQuerySet":
        return self.filter(archived_at=None)

    def archived(self) -> "EmployeeQuerySet":
        return self.exclude(archived_at=None)


class Employee(models.Model):
    """One person's features as HR sent them; never a score, never an outcome.

    Whoever is archived is left out where everyone is scored, and is stored all the
    same: archiving is not erasing.
    """

    employee_id = models.BigIntegerField(_("employee number"), primary_key=True)
    features = models.JSONField(_("features"))
    # The database fills the times too, so that the seed's own INSERT still works.
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)
    updated_at = models.DateTimeField(
        _("updated"), auto_now=True, db_default=Now(), editable=False
    )
    archived_at = models.DateTimeField(_("archived"), null=True, editable=False)

    objects = EmployeeQuerySet.as_manager()

    class Meta:
        db_table = "employees"
        ordering = ["employee_id"]
        verbose_name = _("employee")
        verbose_name_plural = _("employees")
        constraints = [
            models.CheckConstraint(
                name="employee_id_is_positive",
                condition=models.Q(employee_id__gte=1),
            ),
        ]
        # What the list of people is narrowed by, in its own order, and searched for.
        indexes = [
            models.Index(
                StoredText("features", name), "employee_id", name=f"employee_by_{name}"
            )
            for name in ("departement", "poste", *IDENTIFIERS)
        ]

    def __str__(self) -> str:
        return str(self.employee_id)
