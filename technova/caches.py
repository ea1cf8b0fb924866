"""Where calls are counted: in this process, and in a Redis for all of them."""

from typing import Any

PROCESS = {
    "BACKEND": "django.core.cache.backends.locmem.LocMemCache",
    # The oldest go first: an address that is forgotten may guess anew.
    "OPTIONS": {"MAX_ENTRIES": 100_000},
}


def caches(redis: str) -> dict[str, Any]:
    """Django's setting; `redis` is a URL, or empty."""
    return {"default": _redis(redis) if redis else PROCESS, "process": PROCESS}


def _redis(url: str) -> dict[str, Any]:
    # Only here: it takes time to import, which a start without it need not spend.
    from redis.backoff import NoBackoff
    from redis.retry import Retry

    return {
        "BACKEND": "django.core.cache.backends.redis.RedisCache",
        "LOCATION": url,
        # Who calls does not wait for one that is away: half a second, no second try.
        "OPTIONS": {
            "socket_connect_timeout": 0.5,
            "socket_timeout": 0.5,
            "retry": Retry(NoBackoff(), retries=0),
        },
    }
