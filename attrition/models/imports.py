"""Imports of the three extracts: the record of each, and what waits to be confirmed."""

import uuid
from datetime import timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attrition.models.append_only import AppendOnly, AppendOnlyQuerySet

WAITS = timedelta(hours=1)
"""How long people wait to be confirmed; then nobody can store them any more."""


class ImportWay(models.TextChoices):
    ADMIN = "admin", _("back-office")
    COMMAND = "command", _("command")


class EmployeeImport(AppendOnly):
    """One import that was stored: who, when, which files, how many people.

    `files` has, by its usual name, each file's own name and its SHA-256.
    """

    created_at = models.DateTimeField(_("imported"), default=timezone.now)
    way = models.CharField(_("way"), max_length=16, choices=ImportWay)
    # A text copy: it must still say in five years who it was.
    user_name = models.CharField(_("user"), max_length=150, blank=True)
    complete = models.BooleanField(_("said to hold everybody"))
    inserted = models.PositiveIntegerField(_("added"))
    updated = models.PositiveIntegerField(_("changed"))
    unchanged = models.PositiveIntegerField(_("unchanged"))
    archived = models.PositiveIntegerField(_("archived"))
    brought_back = models.PositiveIntegerField(_("brought back"))
    files = models.JSONField(_("files"), default=dict)

    objects = AppendOnlyQuerySet["EmployeeImport"].as_manager()

    class Meta:
        db_table = "employee_imports"
        verbose_name = _("import of employees")
        verbose_name_plural = _("imports of employees")
        default_permissions = ("view",)
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="import_newest_first")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class WaitingImportQuerySet(models.QuerySet["WaitingImport"]):
    def of(self, user_id: int) -> "WaitingImportQuerySet":
        """What this user has uploaded, and may still confirm."""
        since = timezone.now() - WAITS
        return self.filter(user_id=user_id, created_at__gt=since)

    def expired(self) -> "WaitingImportQuerySet":
        return self.filter(created_at__lte=timezone.now() - WAITS)


class WaitingImport(models.Model):
    """Extracts between their preview and their confirmation, for who uploaded them.

    `people` is compressed JSON, empty where `problems` say why nobody can be stored.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    complete = models.BooleanField()
    files = models.JSONField(default=dict)
    ignored_columns = models.JSONField(default=dict)
    people = models.BinaryField(default=b"")
    # Each: file, line, column, reason. No more than are worth a download.
    problems = models.JSONField(default=list)
    problem_count = models.PositiveIntegerField(default=0)

    objects = WaitingImportQuerySet.as_manager()

    class Meta:
        db_table = "employee_imports_waiting"
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)
