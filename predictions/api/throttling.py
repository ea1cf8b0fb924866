"""How often a key may call, and an address send keys that are none: off unless set.

Calls are counted in windows that begin with the clock's minute (or second, or hour).
With CACHE_URL all processes count together, in Redis; without, or while it is away,
each counts by itself, and so many processes let so many times as much through.
"""

import logging
import time
from collections.abc import Callable

from django.conf import settings
from django.core.cache import BaseCache, caches
from redis.exceptions import RedisError
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from predictions.logins.address import client_address
from predictions.models import ApiKey
from technova.env import Rate

logger = logging.getLogger(__name__)

AWAY_FOR = 5  # seconds in which a Redis that failed is not asked again
SAID_EVERY = 60  # seconds


class Counter:
    """Counts together with the other processes, or alone while that fails."""

    def __init__(self) -> None:
        self._not_before = self._said = float("-inf")

    def add(self, window: str, seconds: int) -> int:
        """Count one, and return how many there are now."""

        def count(cache: BaseCache) -> int:
            # Longer than the window, so that it can't end between the two commands;
            # Redis, whose increment is atomic, would then count on without an end.
            cache.add(window, 0, timeout=2 * seconds)
            try:
                return cache.incr(window)
            except ValueError:  # a Redis that is full or was emptied has dropped it
                return 1

        return self._asked(count)

    def so_far(self, window: str) -> int:
        return self._asked(lambda cache: cache.get(window, 0))

    def _asked(self, ask: Callable[[BaseCache], int]) -> int:
        if time.monotonic() >= self._not_before:
            try:
                return ask(caches["default"])
            except RedisError as error:
                self._note(error)
        return ask(caches["process"])

    def _note(self, error: RedisError) -> None:
        now = time.monotonic()
        self._not_before = now + AWAY_FOR
        if now - self._said >= SAID_EVERY:
            self._said = now
            kind = type(error).__name__
            logger.error("Redis is away (%s): each process counts alone.", kind)


counter = Counter()


def count_call(request: Request, key: ApiKey) -> None:
    """One more call of this key. Raises Throttled."""
    rate = settings.THROTTLE_KEY
    count = counter.add(_window("key", str(key.pk), rate), rate.seconds)
    if count > rate.calls:
        # One row a window: else the record of refusals would be what is flooded.
        request._request.is_on_record = count > rate.calls + 1
        raise Throttled(_left(rate))


def check_address(request: Request) -> None:
    """Raises Throttled where too many keys that are none came from this address.

    Before the key is looked at: who guesses must not learn that one is right.
    """
    rate = settings.THROTTLE_FAILED_KEYS
    if counter.so_far(_window("address", _address(request), rate)) >= rate.calls:
        raise Throttled(_left(rate))


def count_failure(request: Request) -> None:
    """One more key that is none, from this address."""
    rate = settings.THROTTLE_FAILED_KEYS
    counter.add(_window("address", _address(request), rate), rate.seconds)


def _address(request: Request) -> str:
    return client_address(request._request) or "socket"


def _window(kind: str, who: str, rate: Rate) -> str:
    return f"throttle:{kind}:{who}:{int(time.time() // rate.seconds)}"


def _left(rate: Rate) -> float:
    """Seconds until the window ends."""
    return rate.seconds - time.time() % rate.seconds
