"""The log: one row an answer, written before the answer is given."""

from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from attrition.features import IDENTIFIERS
from attrition.models import Employee, employee_number
from predictions.models.append_only import AppendOnly, AppendOnlyQuerySet
from predictions.models.newest import NEWEST_OF_SOME, NewestIndex
from predictions.models.noteworthy import WARNED, CloseToThreshold, HasWarning, few

SCHEMA_VERSION = 2
"""Of the row: raise it with each change of its columns or of what one means, and say in
`predictions.proof.digests` what a leaf of that version covers."""


FILTERED = ("prediction", "source", "model_version")
"""The columns by which the log is filtered."""


def identifier_text(name: str) -> Cast:
    """One identifier of the payload as text, as the indexes below hold it."""
    return Cast(KT(f"input_payload__{name}"), models.TextField())


THIN = Q(HasWarning(F("warnings"), "thin_evidence"))
"""Rows that have no side of the threshold: too little was known."""


class PredictionQuerySet(AppendOnlyQuerySet["Prediction"]):
    def close(self) -> "PredictionQuerySet":
        """So near to the threshold that a little would have changed the class."""
        return self.filter(CloseToThreshold())

    def on_side(self, side: int) -> "PredictionQuerySet":
        """With this class, and enough data to have one."""
        return self.filter(~THIN, prediction=side)

    def warned(self, code: str) -> "PredictionQuerySet":
        """With this warning, one of `WARNED`."""
        return self.filter(HasWarning(F("warnings"), code))

    def about(self, term: str) -> "PredictionQuerySet":
        """Rows of this employee, by number or by a name in the payload, or request.

        Asks the database at once whether anybody is called so.
        """
        named = Q()
        if (number := employee_number(term)) is not None:
            named = Q(employee_id=number)
        rows = self
        for name in IDENTIFIERS:
            rows = rows.alias(**{f"_{name}": identifier_text(name)})
            # 669.0 is a whole number too, and stays in the log as it was sent.
            named |= Q(**{f"_{name}__in": [term, f"{term}.0"]})
        people = rows.filter(named)
        if not term:  # as the request of most rows that a command wrote
            return people
        # A request alone is read in the order of its index: it may have asked for a
        # million. What is found by several conditions is sorted first.
        if not people.order_by(*NEWEST_OF_SOME).values("pk")[:1]:
            return self.filter(request_id=term)
        return rows.filter(named | Q(request_id=term))


class Source(models.TextChoices):
    """Who asked, by the way they came in."""

    API = "api", _("API")
    COMMAND = "command", _("command")
    ADMIN = "admin", _("back-office")
    BATCH = "batch", _("batch")
    IMPORTED = "imported", _("imported")


def ours(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Without the copies of the proof of concept's: no release here gave those."""
    return rows.exclude(source=Source.IMPORTED)


class Prediction(AppendOnly):
    """One answer, as it was given. The first eight columns are the seed's."""

    erasable = ("input_payload", "payload_salt", "employee_id")
    erasures = "prediction_erasures"

    created_at = models.DateTimeField(_("asked"), default=timezone.now)
    # No constraint to `employees`: the log outlives the people it is about.
    employee = models.ForeignKey(
        Employee,
        verbose_name=_("employee"),
        null=True,
        blank=True,
        on_delete=models.DO_NOTHING,
        db_constraint=False,
        db_index=False,
        related_name="predictions",
    )
    input_payload = models.JSONField(_("features as sent"), null=True)
    proba_depart = models.FloatField(_("probability of leaving"))
    prediction = models.SmallIntegerField(
        _("class"),
        choices=[(0, _("below the threshold")), (1, _("above the threshold"))],
    )
    threshold = models.FloatField(_("threshold"))
    model_version = models.TextField(_("release"))
    artifact_sha256 = models.CharField(_("hash of the release"), max_length=64)
    missing_features = models.JSONField(_("imputed fields"), default=list)
    warnings = models.JSONField(_("warnings"), default=list)
    source = models.CharField(_("source"), max_length=16, choices=Source)
    # Text copies: they must still say in five years who asked.
    key_prefix = models.CharField(_("key"), max_length=16, blank=True)
    key_owner = models.CharField(_("owner of the key"), max_length=200, blank=True)
    user_name = models.CharField(_("user"), max_length=150, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)
    # One answer a row of a batch, however often a worker delivers it.
    batch_id = models.UUIDField(_("batch"), null=True, blank=True)
    batch_row = models.PositiveIntegerField(
        _("row of the batch"), null=True, blank=True
    )
    # `predictions.proof.digests` says what they stand for; an erasure empties the salt.
    payload_salt = models.CharField(  # noqa: DJ001  (null is erased, "" would be a value)
        _("salt"), max_length=32, null=True
    )
    payload_digest = models.CharField(_("digest of the payload"), max_length=64)
    schema_version = models.PositiveSmallIntegerField(
        _("version of the row's schema"), default=SCHEMA_VERSION
    )

    objects = PredictionQuerySet.as_manager()

    # Not columns; `predictions.services` sets them.
    explanation: Any = None
    is_repeated = False

    class Meta:
        db_table = "predictions"
        verbose_name = _("prediction")
        verbose_name_plural = _("predictions")
        # Nobody can be given a permission to add, change or delete by hand.
        default_permissions = ("view",)
        permissions = [("request_prediction", _("Can ask for a prediction"))]
        constraints = [
            models.CheckConstraint(
                name="prediction_probability_in_unit_interval",
                condition=Q(proba_depart__gte=0, proba_depart__lte=1),
            ),
            models.CheckConstraint(
                name="prediction_threshold_in_unit_interval",
                condition=Q(threshold__gte=0, threshold__lte=1),
            ),
            models.UniqueConstraint(
                name="prediction_once_a_row_of_a_batch",
                fields=["batch_id", "batch_row"],
            ),
            models.CheckConstraint(
                name="prediction_payload_and_salt_go_together",
                condition=Q(
                    input_payload__isnull=True,
                    payload_salt__isnull=True,
                    employee__isnull=True,
                )
                | Q(input_payload__isnull=False, payload_salt__isnull=False),
            ),
            models.CheckConstraint(
                name="prediction_is_probability_at_or_above_threshold",
                condition=Q(prediction=1, proba_depart__gte=F("threshold"))
                | Q(prediction=0, proba_depart__lt=F("threshold")),
            ),
        ]
        indexes = [
            models.Index(
                F("created_at").desc(), F("id").desc(), name="prediction_newest_first"
            ),
            NewestIndex(
                fields=["employee", "created_at", "id"], name="prediction_by_employee"
            ),
            # One a filter of the log; each holds the others' columns behind, so that
            # filters together are compared in the index and read no row in vain.
            *(
                NewestIndex(
                    fields=[
                        first,
                        "created_at",
                        "id",
                        *(name for name in FILTERED if name != first),
                    ],
                    name=f"prediction_by_{first}",
                )
                for first in FILTERED
            ),
            NewestIndex(
                fields=["request_id", "created_at", "id"], name="prediction_by_request"
            ),
            NewestIndex(
                fields=["key_owner", "created_at", "id"], name="prediction_by_key_owner"
            ),
            few(CloseToThreshold(), "prediction_close"),
            *(few(HasWarning(F("warnings"), c), f"prediction_{c}") for c in WARNED),
            *(
                models.Index(identifier_text(name), name=f"prediction_{name}"[:30])
                for name in IDENTIFIERS
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
