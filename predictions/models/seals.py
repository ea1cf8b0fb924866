"""Seals: the evidence that no row of the log was changed, removed or slipped in."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from predictions.models.append_only import AppendOnly, AppendOnlyQuerySet

NO_SEAL = "0" * 64
"""What the first seal follows."""


class Seal(AppendOnly):
    """One Merkle tree over rows that were in no seal; hashes in hexadecimal.

    `number` counts from 1 without a gap. `seal_hash` covers the columns that
    `predictions.proof.signing.header` lists, `signature` (base64, empty where there was
    no key) covers the same bytes.
    """

    number = models.PositiveBigIntegerField(_("seal"), primary_key=True)
    created_at = models.DateTimeField(_("sealed"), default=timezone.now)
    row_count = models.PositiveIntegerField(_("rows"))
    root = models.CharField(_("Merkle root"), max_length=64)
    # Two seals can't follow the same one: however many seal at once, no fork.
    previous_hash = models.CharField(_("seal before"), max_length=64, unique=True)
    public_key = models.CharField(_("public key"), max_length=44, blank=True)
    format = models.PositiveSmallIntegerField(_("format"), default=1)
    seal_hash = models.CharField(_("hash of the seal"), max_length=64, unique=True)
    signature = models.CharField(_("signature"), max_length=88, blank=True)
    # Where the next seal looks for rows.
    last_id = models.BigIntegerField(_("highest number sealed"))
    gaps = models.JSONField(_("numbers not taken yet"), default=list)

    objects = AppendOnlyQuerySet["Seal"].as_manager()

    class Meta:
        db_table = "prediction_seals"
        verbose_name = _("seal")
        verbose_name_plural = _("seals")
        default_permissions = ("view",)
        ordering = ["-number"]
        indexes = [models.Index(fields=["created_at"], name="seal_by_time")]

    def __str__(self) -> str:
        return str(self.number)


class SealedPrediction(AppendOnly):
    """One row of the log as its seal has it: a leaf of the seal's tree."""

    # No constraint: a row that was removed must not take its evidence along.
    prediction_id = models.BigIntegerField(primary_key=True)
    seal = models.ForeignKey(
        Seal, on_delete=models.PROTECT, related_name="rows", db_index=False
    )
    leaf = models.BinaryField(max_length=32)

    objects = AppendOnlyQuerySet["SealedPrediction"].as_manager()

    class Meta:
        db_table = "prediction_seal_rows"
        default_permissions = ()
        indexes = [
            # A seal's leaves in the order of its tree.
            models.Index(fields=["seal", "prediction_id"], name="seal_rows_in_order")
        ]

    def __str__(self) -> str:
        return str(self.prediction_id)
