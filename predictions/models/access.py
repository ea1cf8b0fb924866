"""Who looked at whom: each look at data about people, written before it is shown.

It says who, when, whom, how and what for; never a value of what was seen.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attrition.models import employee_number
from predictions.models.append_only import AppendOnly, AppendOnlyQuerySet
from predictions.models.log import Source
from predictions.models.newest import NewestIndex


class Action(models.TextChoices):
    """What somebody did to see something."""

    LIST = "list", _("list opened")
    SEARCH = "search", _("search")
    VIEW = "view", _("page opened")
    REVEAL = "reveal", _("values revealed")
    REPLAY = "replay", _("replay asked for")
    PROOF = "proof", _("proof downloaded")
    EXPORT = "export", _("export begun")
    EXPORTED = "exported", _("export finished")
    SCORE = "score", _("score asked for")
    READ = "read", _("read through the API")


class Purpose(models.TextChoices):
    """What values are looked at for, or a score is asked for: a short list, no text."""

    REQUEST = "request", _("request of the person (access, correction)")
    CONTEST = "contest", _("the person contests their score")
    AUDIT = "audit", _("periodic audit")
    COMPLAINT = "complaint", _("complaint or dispute")
    CORRECTION = "correction", _("suspected error in the data")
    REVIEW = "review", _("preparing an interview with the person")
    PLANNING = "planning", _("planning measures that keep people")


class AccessQuerySet(AppendOnlyQuerySet["Access"]):
    def about(self, employee_id: int) -> "AccessQuerySet":
        """Looks at this employee, alone or in a list."""
        seen = AccessedEmployee.objects.filter(employee_id=employee_id)
        return self.filter(pk__in=seen.values("access_id"))

    def found_by(self, term: str) -> "AccessQuerySet":
        """Looks at an employee, by a user or by the owner of a key, each in full.

        Asks the database at once whether a user is called so.
        """
        if (number := employee_number(term)) is not None:
            return self.about(number)
        by_user = self.filter(user_name=term)
        return by_user if by_user.exists() else self.filter(key_owner=term)


class Access(AppendOnly):
    """One look. Whom it was at stands in `AccessedEmployee`, a row each.

    `people` counts them: an employee whom the data does not name counts too. `details`
    are the filters of a list, and an export's format, rows and SHA-256. What a search
    was for is left out: it can be a person's name.
    """

    created_at = models.DateTimeField(_("seen"), default=timezone.now)
    action = models.CharField(_("action"), max_length=16, choices=Action)
    source = models.CharField(_("way"), max_length=16, choices=Source)
    # Text copies: they must still say in five years who looked.
    user_name = models.CharField(_("user"), max_length=150, blank=True)
    key_prefix = models.CharField(_("key"), max_length=16, blank=True)
    key_owner = models.CharField(_("owner of the key"), max_length=200, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    purpose = models.CharField(_("purpose"), max_length=16, choices=Purpose, blank=True)
    page = models.CharField(_("page or call"), max_length=100)
    # No constraint: the access log is there whatever becomes of the log.
    prediction_id = models.BigIntegerField(_("prediction"), null=True, blank=True)
    people = models.PositiveIntegerField(_("people shown"), default=0)
    details = models.JSONField(_("details"), default=dict)

    objects = AccessQuerySet.as_manager()

    class Meta:
        db_table = "prediction_accesses"
        verbose_name = _("look at people's data")
        verbose_name_plural = _("looks at people's data")
        default_permissions = ("view",)
        permissions = [
            ("reveal_values", _("Can reveal the values behind a prediction")),
            ("view_survey_answers", _("Can see single survey answers of a prediction")),
            ("export_prediction", _("Can export predictions")),
        ]
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="access_newest_first"),
            *(
                NewestIndex(fields=[first, "created_at", "id"], name=name)
                for first, name in (
                    ("user_name", "access_by_user"),
                    ("key_owner", "access_by_key_owner"),
                    ("action", "access_by_action"),
                    ("purpose", "access_by_purpose"),
                    ("prediction_id", "access_by_prediction"),
                )
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class AccessedEmployee(AppendOnly):
    """One person in one look; the number goes when the person is erased."""

    erasable = ("employee_id",)
    erasures = "prediction_access_erasures"
    erasure_key = "accessed_id"

    access = models.ForeignKey(
        Access, on_delete=models.PROTECT, related_name="employees", db_index=False
    )
    employee_id = models.BigIntegerField(_("employee"), null=True)

    objects = AppendOnlyQuerySet["AccessedEmployee"].as_manager()

    class Meta:
        db_table = "prediction_accessed_employees"
        default_permissions = ()
        indexes = [
            models.Index(fields=["employee_id", "access"], name="accessed_by_employee"),
            models.Index(fields=["access", "employee_id"], name="accessed_in_a_look"),
        ]

    def __str__(self) -> str:
        return f"{self.access_id} {self.employee_id}"


class AccessErasure(AppendOnly):
    """The record that must stand before a number in the access log may be emptied."""

    accessed_id = models.BigIntegerField(_("row"), primary_key=True)
    created_at = models.DateTimeField(_("erased"), default=timezone.now)
    user_name = models.CharField(_("user"), max_length=150)
    reason = models.CharField(_("reason"), max_length=200)

    objects = AppendOnlyQuerySet["AccessErasure"].as_manager()

    class Meta:
        db_table = "prediction_access_erasures"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.accessed_id)
