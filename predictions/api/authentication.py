"""Who is calling: an API key in a header, or a session of the back-office."""

import logging
import time
from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db import Error
from django.db.models import Q
from django.utils import timezone
from rest_framework.authentication import (
    BaseAuthentication,
    SessionAuthentication,
    get_authorization_header,
)

from predictions.api import throttling
from predictions.api.errors import Unauthorized
from predictions.logins import second_step
from predictions.models import ApiKey
from predictions.models.keys import hashed
from predictions.monitoring import counters

logger = logging.getLogger(__name__)

SCHEME = "Api-Key"
REMEMBERED_FOR = 2  # seconds
MOST_REMEMBERED = 1000  # keys
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
        if settings.THROTTLE_FAILED_KEYS:
            throttling.check_address(request)
        key = remembered.key(secret) if secret else None
        if key is None:
            if settings.THROTTLE_FAILED_KEYS:
                throttling.count_failure(request)
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


class LoginAuthentication(SessionAuthentication):
    """A session of the back-office, if it would open the back-office."""

    def authenticate(self, request):
        if not second_step.is_enough(request._request.user):
            return None
        return super().authenticate(request)


class Remembered:
    """Keys that were found, for two seconds: so long a revocation may take to bite.

    Only keys that work, by their hash; a wrong one is looked up each time. An expiry
    bites at once, because the key that is remembered knows it.
    """

    def __init__(self) -> None:
        self._found: dict[str, tuple[float, ApiKey]] = {}

    def key(self, secret: str) -> ApiKey | None:
        """The key with this secret, whatever its state; None for a wrong one."""
        digest = hashed(secret)
        now = time.monotonic()  # before the look-up: what it finds is no younger
        if (found := self._found.get(digest)) and now < found[0]:
            counters.key_remembered.inc()
            return found[1]
        counters.key_looked_up.inc()
        key = ApiKey.objects.holding(secret)
        if key is not None and key.is_valid:
            if len(self._found) >= MOST_REMEMBERED:
                self._found.clear()
            self._found[digest] = now + REMEMBERED_FOR, key
        return key

    def forget(self) -> None:
        self._found.clear()

    def __len__(self) -> int:
        return len(self._found)


remembered = Remembered()


def sent_secret(request) -> str | None:
    """The key that was sent, without surrounding white space; None for none."""
    # Not `headers`, which reads all of them anew for each request.
    if "HTTP_X_API_KEY" in request.META:
        return _as_text(request.META["HTTP_X_API_KEY"])
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
    now = timezone.now()
    before = now - USE_NOTED_EVERY
    if key.last_used_at is not None and key.last_used_at >= before:
        return
    stale = Q(last_used_at=None) | Q(last_used_at__lt=before)
    try:
        ApiKey.objects.filter(stale, pk=key.pk).update(last_used_at=now)
        key.last_used_at = now  # this key may be remembered
    except Error as error:  # a note that can't be made refuses nobody
        logger.warning("Use of key %s not noted: %s", key.prefix, type(error).__name__)
