"""A secret on its way from the request that makes it to the page that shows it.

The page is another request, so that loading it again makes no second key. Meanwhile the
secret waits in the session, which is a table of the database and stands in backups: so
it waits encrypted, under a key that is derived from SECRET_KEY and in no database. It
leaves the session at its first display, and is worth nothing after ten minutes.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from django.contrib.sessions.backends.base import SessionBase
from django.utils.crypto import salted_hmac

WAITING = "secrets_shown_once"
KEPT_FOR = 600  # seconds


def keep(session: SessionBase, name: str, secret: str) -> None:
    token = _cipher().encrypt(secret.encode()).decode()
    session[WAITING] = {**session.get(WAITING, {}), name: token}


def take(session: SessionBase, name: str) -> str | None:
    """The secret, which is then gone; None a second time, or too late."""
    waiting = session.get(WAITING, {})
    token = waiting.pop(name, None)
    if token is None:
        return None
    session[WAITING] = waiting
    try:
        return _cipher().decrypt(token, ttl=KEPT_FOR).decode()
    except InvalidToken:  # too old, or SECRET_KEY is another meanwhile
        return None


def _cipher() -> Fernet:
    derived = salted_hmac("predictions.shown_once", "", algorithm="sha256").digest()
    return Fernet(base64.urlsafe_b64encode(derived))
