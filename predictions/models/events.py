"""What happened to the log besides answers: replays and erasures."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from predictions.models.append_only import AppendOnly, AppendOnlyQuerySet


class Replay(AppendOnly):
    """Somebody had answers computed again; never a prediction itself.

    `asked_for` says which: a number, or a command's option.
    """

    created_at = models.DateTimeField(_("replayed"), default=timezone.now)
    asked_for = models.CharField(_("rows asked for"), max_length=200)
    replayed = models.PositiveIntegerField(_("replayed"))
    matching = models.PositiveIntegerField(_("matching"))
    source = models.CharField(_("source"), max_length=16)
    key_prefix = models.CharField(_("key"), max_length=16, blank=True)
    key_owner = models.CharField(_("owner of the key"), max_length=200, blank=True)
    user_name = models.CharField(_("user"), max_length=150, blank=True)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    objects = AppendOnlyQuerySet["Replay"].as_manager()

    class Meta:
        db_table = "prediction_replays"
        verbose_name = _("replay")
        verbose_name_plural = _("replays")
        default_permissions = ("view",)
        permissions = [("replay_prediction", _("Can replay a prediction"))]
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="replay_newest_first")
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Erasure(AppendOnly):
    """The record that must stand before a row's payload may be emptied."""

    prediction_id = models.BigIntegerField(_("prediction"), primary_key=True)
    created_at = models.DateTimeField(_("erased"), default=timezone.now)
    user_name = models.CharField(_("user"), max_length=150)
    reason = models.CharField(_("reason"), max_length=200)

    objects = AppendOnlyQuerySet["Erasure"].as_manager()

    class Meta:
        db_table = "prediction_erasures"
        verbose_name = _("erasure")
        verbose_name_plural = _("erasures")
        default_permissions = ("view",)

    def __str__(self) -> str:
        return str(self.prediction_id)
