"""API keys: shown once, stored as a hash."""

import hashlib
import secrets
import string
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import models
from django.db.models import Q, TextField
from django.db.models.functions import Cast
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ALPHABET = string.ascii_letters + string.digits  # pastes whole with a double click
SECRET_LENGTH = 48  # characters of 62: 285 bits
PREFIX_LENGTH = 8
EXPIRES_SOON = timedelta(days=30)
LONG_UNUSED = timedelta(days=90)


class Scope(models.TextChoices):
    """What a key may do."""

    PREDICT = "predict", _("ask for predictions")
    HISTORY = "history", _("read the log")
    EMPLOYEES_READ = "employees:read", _("read employees")
    EMPLOYEES_WRITE = "employees:write", _("create and change employees")
    AUDIT = "audit", _("check the log")


def hashed(secret: str) -> str:
    """SHA-256 in hex. No salt, no slow hash: the secret is random, not a password."""
    return hashlib.sha256(secret.encode("utf-8", "surrogateescape")).hexdigest()


def visible_prefix(secret: str) -> str:
    """What may be shown of a secret: eight characters, fewer of a short one."""
    return secret[: min(PREFIX_LENGTH, len(secret) // 4)]


class KeyState(models.TextChoices):
    """What became of a key; one that expires soon is valid still."""

    VALID = "valid", _("valid")
    EXPIRING = "expiring", _("expires soon")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("revoked")


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    def in_state(self, state: KeyState) -> "ApiKeyQuerySet":
        now = timezone.now()
        if state is KeyState.REVOKED:
            return self.exclude(revoked_at=None)
        found = self.filter(revoked_at=None)
        if state is KeyState.EXPIRED:
            return found.filter(expires_at__lte=now)
        if state is KeyState.EXPIRING:
            soon = now + EXPIRES_SOON
            return found.filter(expires_at__gt=now, expires_at__lte=soon)
        return found.filter(Q(expires_at=None) | Q(expires_at__gt=now))

    def long_unused(self) -> "ApiKeyQuerySet":
        """Not used for 90 days, or never since they were made then; still valid."""
        before = timezone.now() - LONG_UNUSED
        unused = Q(last_used_at__lt=before) | Q(
            last_used_at=None, created_at__lt=before
        )
        return self.in_state(KeyState.VALID).filter(unused)

    def with_scope(self, scope: str) -> "ApiKeyQuerySet":
        # As text: SQLite has no "contains" for JSON. The quotes make it a whole word.
        text = Cast("scopes", TextField())
        return self.alias(scopes_text=text).filter(scopes_text__contains=f'"{scope}"')


class ApiKeyManager(models.Manager.from_queryset(ApiKeyQuerySet)):
    def issue(
        self,
        *,
        owner: str,
        scopes: Sequence[str],
        expires_at: datetime | None = None,
        secret: str | None = None,
        created_by: str = "",
    ) -> tuple["ApiKey", str]:
        """Store a new key and return it with its secret, which is kept nowhere."""
        if secret is None:
            secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
        key = self.create(
            owner=owner,
            scopes=list(scopes),
            expires_at=expires_at,
            created_by=created_by,
            prefix=visible_prefix(secret),
            secret_sha256=hashed(secret),
        )
        return key, secret

    def holding(self, secret: str) -> "ApiKey | None":
        """The key with this secret, whatever its state; None for a wrong one."""
        return self.filter(secret_sha256=hashed(secret)).first()


class ApiKey(models.Model):
    """A caller of the API: an owner, what they may do, and until when."""

    owner = models.CharField(_("owner"), max_length=200)
    prefix = models.CharField(_("prefix"), max_length=PREFIX_LENGTH, editable=False)
    secret_sha256 = models.CharField(max_length=64, unique=True, editable=False)
    scopes = models.JSONField(_("scopes"), default=list)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    # A text copy, as in the logs: an operator at a terminal is no user.
    created_by = models.CharField(
        _("created by"), max_length=150, blank=True, db_default=""
    )
    expires_at = models.DateTimeField(
        _("expires"), null=True, blank=True, help_text=_("Empty: never.")
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
    revoked_by = models.CharField(
        _("revoked by"), max_length=150, blank=True, db_default=""
    )
    revocation_reason = models.CharField(
        _("reason of the revocation"), max_length=200, blank=True, db_default=""
    )
    last_used_at = models.DateTimeField(
        _("last used"), null=True, blank=True, editable=False
    )

    objects = ApiKeyManager()

    class Meta:
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        # A key is revoked, never deleted: the log names it.
        default_permissions = ("view", "add", "change")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(
                name="key_reason_goes_with_revocation",
                condition=Q(revocation_reason="") | Q(revoked_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.owner})"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and not self.is_expired

    @property
    def state(self) -> KeyState:
        if self.revoked_at is not None:
            return KeyState.REVOKED
        if self.is_expired:
            return KeyState.EXPIRED
        if self.expires_at and self.expires_at <= timezone.now() + EXPIRES_SOON:
            return KeyState.EXPIRING
        return KeyState.VALID

    @property
    def is_long_unused(self) -> bool:
        since = self.last_used_at or self.created_at
        return self.is_valid and since < timezone.now() - LONG_UNUSED

    def revoke(self, *, by: str, reason: str) -> bool:
        """Stop it for good; False where somebody already has, whose reason stays."""
        fields = {
            "revoked_at": timezone.now(),
            "revoked_by": by,
            "revocation_reason": reason,
        }
        found = ApiKey.objects.filter(pk=self.pk, revoked_at=None)
        if not found.update(**fields):
            return False
        for name, value in fields.items():
            setattr(self, name, value)
        return True
