"""Who is calling: an API key in a header, or a session of the back-office."""

import logging
from datetime import UTC, datetime, timedelta

from django.db import Error
from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication, get_authorization_header

from predictions.api.errors import Unauthorized
from predictions.models import ApiKey

logger = logging.getLogger(__name__)

SCHEME = "Api-Key"
USE_NOTED_EVERY = timedelta(minutes=1)


class KeyHolder:
    """The caller behind an API key, where DRF expects a user."""

    is_authenticated = True
    pk = None

    def __init__(self, key: ApiKey) -> None:
        self.key = key

    def __str__(self) -> str:
        return self.key.owner

    def get_username(self) -> str:
        return ""


class ApiKeyAuthentication(BaseAuthentication):
    """`X-API-Key: <key>`, or `Authorization: Api-Key <key>`."""

    def authenticate(self, request):
        secret = sent_secret(request)
        if secret is None:
            return None
        key = ApiKey.objects.holding(secret) if secret else None
        if key is None:
            raise Unauthorized("invalid_key")
        request._request.key_prefix = key.prefix
        if key.revoked_at is not None:
            raise Unauthorized("revoked_key", since=moment(key.revoked_at))
        if key.is_expired:
            raise Unauthorized("expired_key", since=moment(key.expires_at))
        request._request.valid_key = key
        note_use(key)
        return KeyHolder(key), key

    def authenticate_header(self, request):
        return SCHEME


def sent_secret(request) -> str | None:
    """The key that was sent, without surrounding white space; None for none."""
    if "X-API-Key" in request.headers:
        return _as_text(request.headers["X-API-Key"])
    scheme, _, rest = get_authorization_header(request).partition(b" ")
    if scheme.lower() != SCHEME.lower().encode():
        return None
    return _as_text(rest.decode("latin-1"))


def _as_text(header: str) -> str:
    # WSGI hands headers over as Latin-1; a key with accents was sent as UTF-8.
    return header.encode("latin-1", "replace").decode("utf-8", "replace").strip()


def moment(time: datetime) -> str:
    return f"{time.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def note_use(key: ApiKey) -> None:
    """Remember when a key was last used, to the minute."""
    before = timezone.now() - USE_NOTED_EVERY
    if key.last_used_at is not None and key.last_used_at >= before:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lt=before)
    try:
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=timezone.now())
    except Error as error:  # a note that can't be made refuses nobody
        logger.warning("Use of key %s not noted: %s", key.prefix, type(error).__name__)
