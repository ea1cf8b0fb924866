"""API keys: shown once, stored as a hash."""

import hashlib
import secrets
import string
from collections.abc import Sequence
from datetime import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

ALPHABET = string.ascii_letters + string.digits  # pastes whole with a double click
SECRET_LENGTH = 48  # characters of 62: 285 bits
PREFIX_LENGTH = 8


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


class ApiKeyManager(models.Manager["ApiKey"]):
    def issue(
        self,
        *,
        owner: str,
        scopes: Sequence[str],
        expires_at: datetime | None = None,
        secret: str | None = None,
    ) -> tuple["ApiKey", str]:
        """Store a new key and return it with its secret, which is kept nowhere."""
        if secret is None:
            secret = "".join(secrets.choice(ALPHABET) for _ in range(SECRET_LENGTH))
        key = self.create(
            owner=owner,
            scopes=list(scopes),
            expires_at=expires_at,
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
    expires_at = models.DateTimeField(
        _("expires"), null=True, blank=True, help_text=_("Empty: never.")
    )
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)
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

    def __str__(self) -> str:
        return f"{self.prefix}… ({self.owner})"

    @property
    def is_expired(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def is_valid(self) -> bool:
        return self.revoked_at is None and not self.is_expired
