"""How somebody was let back in: who did it, to whom, why."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from predictions.models.append_only import AppendOnly, AppendOnlyQuerySet
from predictions.models.log import Source


class Remedy(models.TextChoices):
    """What was done so that somebody can log in again."""

    PASSWORD = "password", _("new password")
    UNLOCK = "unlock", _("lock-out ended")
    TWO_STEP = "two_step", _("two-step login removed")


class LoginRecovery(AppendOnly):
    """One remedy for one login. Names are copies: a login may be renamed or deleted."""

    created_at = models.DateTimeField(_("done"), default=timezone.now)
    remedy = models.CharField(_("remedy"), max_length=16, choices=Remedy)
    login = models.CharField(_("login"), max_length=150)
    source = models.CharField(_("way"), max_length=16, choices=Source)
    # At a terminal, who runs the command: no login of ours.
    user_name = models.CharField(_("by"), max_length=150)
    reason = models.CharField(_("reason"), max_length=200)
    request_id = models.CharField(_("request"), max_length=64, blank=True)

    objects = AppendOnlyQuerySet["LoginRecovery"].as_manager()

    class Meta:
        db_table = "prediction_login_recoveries"
        verbose_name = _("recovery of a login")
        verbose_name_plural = _("recoveries of logins")
        default_permissions = ("view",)
        ordering = ["-created_at", "-id"]
        indexes = [
            models.Index(fields=["-created_at", "-id"], name="recovery_newest_first"),
        ]

    def __str__(self) -> str:
        return str(self.pk)
