"""What was asked and not answered: by whom we know, and how often by others."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from predictions.models.append_only import AppendOnly, AppendOnlyQuerySet
from predictions.models.newest import NewestIndex


class Refusal(AppendOnly):
    """A scoring call of a known caller that got no score: which, why, no values."""

    created_at = models.DateTimeField(_("refused"), default=timezone.now)
    route = models.CharField(_("route"), max_length=100)
    status = models.PositiveSmallIntegerField(_("status"))
    code = models.CharField(_("reason"), max_length=50)
    key_prefix = models.CharField(_("key"), max_length=16, blank=True)
    key_owner = models.CharField(_("owner of the key"), max_length=200, blank=True)
    user_name = models.CharField(_("user"), max_length=150, blank=True)
    request_id = models.CharField(_("request"), max_length=64)

    objects = AppendOnlyQuerySet["Refusal"].as_manager()

    class Meta:
        db_table = "prediction_refusals"
        verbose_name = _("refusal")
        verbose_name_plural = _("refusals")
        default_permissions = ("view",)
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="refusal_newest_first"),
            NewestIndex(
                fields=["status", "created_at", "id", "code"], name="refusal_by_status"
            ),
            NewestIndex(
                fields=["code", "created_at", "id", "status"], name="refusal_by_code"
            ),
            NewestIndex(
                fields=["key_prefix", "created_at", "id"], name="refusal_by_key"
            ),
            models.Index(fields=["request_id"], name="refusal_by_request"),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class UnknownCallers(models.Model):
    """How many calls without a valid key were refused, by day; nothing of each.

    A counter, so that nobody from outside can fill the disk.
    """

    day = models.DateField(_("day"))
    route = models.CharField(_("route"), max_length=100)
    status = models.PositiveSmallIntegerField(_("status"))
    count = models.PositiveBigIntegerField(_("calls"))

    class Meta:
        db_table = "prediction_unknown_callers"
        verbose_name = _("refused calls of unknown callers")
        verbose_name_plural = _("refused calls of unknown callers")
        default_permissions = ("view",)
        ordering = ["-day", "route", "status"]
        constraints = [
            models.UniqueConstraint(
                name="unknown_callers_once_a_day_route_and_status",
                fields=["day", "route", "status"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.route} {self.status}"
