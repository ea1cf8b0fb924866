"""Idempotency keys: a retry after a lost answer gets the first answer again."""

from django.db import models
from django.utils import timezone


class IdempotencyKey(models.Model):
    """One `Idempotency-Key` of one caller, and the row that answered it.

    Kept for 24 hours or longer (`manage.py forget_idempotency_keys`); the row of the
    log stays. `request_digest` is salted with that row's own salt, so that after an
    erasure nothing here helps to guess what was asked.
    """

    caller = models.CharField(max_length=40)
    key = models.CharField(max_length=255)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)
    prediction_id = models.BigIntegerField()
    request_digest = models.CharField(max_length=64)

    class Meta:
        db_table = "prediction_idempotency_keys"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                name="idempotency_key_once_a_caller", fields=["caller", "key"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.caller} {self.key}"
