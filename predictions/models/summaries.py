"""Figures for the home page of the back-office, kept by `summarise_log`.

They say nothing that the logs do not: whatever is here can be counted again.
"""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from predictions.models.append_only import AppendOnly, AppendOnlyQuerySet

BINS = 20
"""Of the histogram of probabilities, all as wide; 1 is in the last."""


class SummaryProgress(models.Model):
    """How far one log is summarised.

    `version` grows with each writing: who has counted under another version than the
    one that stands here has counted in vain, and writes nothing. So a run that was
    overtaken never puts older figures over newer ones.
    """

    log = models.CharField(max_length=16, primary_key=True)
    version = models.PositiveBigIntegerField(default=0)
    last_id = models.BigIntegerField(default=0)
    gaps = models.JSONField(default=list)
    # Of what the figures were counted, where numbers of rows don't say it.
    state = models.CharField(max_length=200, blank=True)
    time_zone = models.CharField(max_length=64, blank=True)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "prediction_summary_progress"
        default_permissions = ()

    def __str__(self) -> str:
        return self.log


class DayToCount(models.Model):
    """A day that rows came to since it was counted last."""

    log = models.CharField(max_length=16)
    day = models.DateField()

    class Meta:
        db_table = "prediction_days_to_count"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(name="day_to_count_once", fields=["log", "day"])
        ]

    def __str__(self) -> str:
        return f"{self.log} {self.day}"


class DaySummary(models.Model):
    """The answers of one release on one day of TIME_ZONE."""

    day = models.DateField()
    model_version = models.TextField()
    count = models.PositiveBigIntegerField()
    above = models.PositiveBigIntegerField()
    bins = models.JSONField()
    lowest_threshold = models.FloatField()
    highest_threshold = models.FloatField()

    class Meta:
        db_table = "prediction_day_summaries"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="day_summary_once_a_release", fields=["day", "model_version"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.model_version}"


class DepartmentSummary(models.Model):
    """The stored employees of a department by their latest answer."""

    department = models.TextField(blank=True)
    model_version = models.TextField()
    people = models.PositiveBigIntegerField()
    above = models.PositiveBigIntegerField()
    mean_probability = models.FloatField()

    class Meta:
        db_table = "prediction_department_summaries"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="department_summary_once_a_release",
                fields=["department", "model_version"],
            )
        ]

    def __str__(self) -> str:
        return f"{self.department} {self.model_version}"


class RefusalSummary(models.Model):
    """The refusals of one reason on one day of TIME_ZONE."""

    day = models.DateField()
    code = models.CharField(max_length=50)
    count = models.PositiveBigIntegerField()

    class Meta:
        db_table = "prediction_refusal_summaries"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="refusal_summary_once_a_reason", fields=["day", "code"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.code}"


class SealCheck(models.Model):
    """What the newest seal was like when it was verified last: one row."""

    created_at = models.DateTimeField()
    seal = models.PositiveBigIntegerField()
    rows = models.PositiveIntegerField()
    findings = models.PositiveIntegerField()
    is_signed = models.BooleanField()

    class Meta:
        db_table = "prediction_seal_check"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.seal)


class LogCheck(AppendOnly):
    """The whole log was verified, by `verify_log`: how it ended."""

    created_at = models.DateTimeField(_("verified"), default=timezone.now)
    rows = models.PositiveBigIntegerField(_("rows checked"))
    seals = models.PositiveBigIntegerField(_("seals checked"))
    waiting = models.PositiveBigIntegerField(_("rows that waited for a seal"))
    findings = models.PositiveBigIntegerField(_("findings"))
    has_keys = models.BooleanField(_("with keys to trust"))
    has_anchor = models.BooleanField(_("with an anchor"))
    user_name = models.CharField(_("user"), max_length=150, blank=True)

    objects = AppendOnlyQuerySet["LogCheck"].as_manager()

    class Meta:
        db_table = "prediction_log_checks"
        verbose_name = _("verification of the log")
        verbose_name_plural = _("verifications of the log")
        default_permissions = ("view",)
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="log_check_newest_first")
        ]

    def __str__(self) -> str:
        return str(self.pk)
