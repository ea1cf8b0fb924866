"""Many people scored as one piece of work, in chunks that any process may take.

What was answered stands in the log (`batch_id`, `batch_row`); these tables say what is
still to do. A chunk's rows and the chunk itself are written in one transaction.
"""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from predictions.models.log import Source


class BatchState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    CANCELLED = "cancelled", _("cancelled")
    FAILED = "failed", _("failed")


class BatchKind(models.TextChoices):
    """Where the people of a batch come from."""

    RECORDS = "records", _("records of one request")
    EMPLOYEES = "employees", _("chosen employees")
    ALL = "all", _("all employees")
    FILE = "file", _("file")


OPEN_STATES = (BatchState.QUEUED, BatchState.RUNNING)


class BatchQuerySet(models.QuerySet["Batch"]):
    def open(self) -> "BatchQuerySet":
        """With something left to do."""
        return self.filter(state__in=OPEN_STATES)


class Batch(models.Model):
    """A piece of work: whom to score, with which release, for whom, and how far it is.

    `caller` is who asked, for `Idempotency-Key` and for reading it back; the text
    copies are those that each row of the log gets.
    """

    id = models.UUIDField(_("batch"), primary_key=True, default=uuid.uuid4)
    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    started_at = models.DateTimeField(_("started"), null=True)
    finished_at = models.DateTimeField(_("finished"), null=True)
    state = models.CharField(
        _("state"), max_length=16, choices=BatchState, default=BatchState.QUEUED
    )
    kind = models.CharField(_("people"), max_length=16, choices=BatchKind)
    row_count = models.PositiveIntegerField(_("rows"))
    # Of the start: another release that serves meanwhile scores no half of it.
    model_version = models.TextField(_("release"))
    artifact_sha256 = models.CharField(_("hash of the release"), max_length=64)
    source = models.CharField(_("source"), max_length=16, choices=Source)
    key_prefix = models.CharField(_("key"), max_length=16, blank=True)
    key_owner = models.CharField(_("owner of the key"), max_length=200, blank=True)
    user_name = models.CharField(_("user"), max_length=150, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    caller = models.CharField(max_length=40)
    idempotency_key = models.CharField(max_length=255, blank=True)
    # What was asked for, so that the same again is known (`batches.making.digest`).
    request_digest = models.CharField(max_length=64, blank=True)
    problem = models.TextField(_("why it failed"), blank=True)
    cancelled_by = models.CharField(
        _("cancelled by"), max_length=250, blank=True, db_default=""
    )

    # Set by whoever answers the same request again, and not stored.
    is_repeated = False

    objects = BatchQuerySet.as_manager()

    class Meta:
        db_table = "prediction_batches"
        verbose_name = _("batch of predictions")
        verbose_name_plural = _("batches of predictions")
        default_permissions = ("view",)
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="batch_newest_first"),
            # Few of many: what `run_batches` looks for.
            models.Index(
                fields=["created_at", "id"],
                name="batch_open",
                condition=Q(state__in=OPEN_STATES),
            ),
            models.Index(
                fields=["caller", "-created_at", "-id"], name="batch_newest_of_caller"
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                name="batch_once_a_key_of_a_caller",
                fields=["caller", "idempotency_key"],
                condition=~Q(idempotency_key=""),
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES


class BatchChunk(models.Model):
    """Some consecutive rows of a batch: all of them answered, or none.

    `people` are packed by `predictions.batches.people`, and emptied when the chunk is
    done: what was asked then stands in the log alone. `refusals` are those who could
    not be scored: row, employee number and problems.
    """

    batch = models.ForeignKey(Batch, models.CASCADE, related_name="chunks")
    number = models.PositiveIntegerField()
    first_row = models.PositiveIntegerField()
    row_count = models.PositiveIntegerField()
    people = models.BinaryField(null=True)
    done_at = models.DateTimeField(null=True)
    scored = models.PositiveIntegerField(default=0)
    refused = models.PositiveIntegerField(default=0)
    refusals = models.JSONField(default=list)

    class Meta:
        db_table = "prediction_batch_chunks"
        default_permissions = ()
        ordering = ["batch", "number"]
        constraints = [
            models.UniqueConstraint(
                name="batch_chunk_once", fields=["batch", "number"]
            ),
        ]
        indexes = [
            models.Index(
                fields=["batch", "number"],
                name="batch_chunk_to_do",
                condition=Q(done_at=None),
            )
        ]

    def __str__(self) -> str:
        return f"{self.batch_id} {self.number}"
