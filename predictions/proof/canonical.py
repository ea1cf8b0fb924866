"""One spelling of a JSON document, whichever way it was written or stored.

Object keys in code-point order, no white space, UTF-8, Python's escapes. A number that
is whole is its digits (1.0 → 1, -0.0 → 0, 1e16 → 10000000000000000), any other the
shortest decimal that reads back as the same double, as ``repr`` writes it.

PostgreSQL's jsonb keeps a number's value and not its spelling, so a digest over the
bytes that were sent would not survive the log. `docs/check_proof.py` writes the same
with the standard library alone.
"""

import json
from decimal import Decimal
from typing import Any

import orjson

_dumps = json.JSONEncoder(
    ensure_ascii=False, allow_nan=False, separators=(",", ":"), sort_keys=True
).encode

EXACT = 2.0**53  # from here on not every whole number is a double


class _OutOfReach(Exception):
    """A number that orjson would spell in another way, or can't write at all."""


def canonical(document: Any) -> bytes:
    """The canonical bytes. Raises ValueError for NaN and infinities."""
    try:
        # Eight times faster than json, for all but very large and very small numbers.
        return orjson.dumps(_near(document), option=orjson.OPT_SORT_KEYS)
    except _OutOfReach:
        return _dumps(_plain(document)).encode()


def parsed(text: str | None) -> Any:
    """Read what a database keeps of a JSON document; None stays None."""
    if text is None:
        return None
    document = orjson.loads(text)
    # orjson reads a whole number beyond 64 bits as a double.
    return document if _is_exact(document) else json.loads(text)


def _is_exact(value: Any) -> bool:
    kind = type(value)
    if kind is float:
        return bool(-EXACT < value < EXACT)
    if kind is dict:
        value = value.values()
    elif kind is not list:
        return True
    for item in value:
        kind = type(item)
        if kind is not str and kind is not int and not _is_exact(item):
            return False
    return True


def _near(value: Any) -> Any:
    """The document with whole doubles as ints. Raises _OutOfReach.

    Called for each of a million rows: what stays as it is costs no call and no copy.
    """
    kind = type(value)
    if kind is dict:
        changed = {}
        for key, item in value.items():
            kind = type(item)
            if kind is str or item is None or (kind is int and -EXACT < item < EXACT):
                continue
            if (near := _near(item)) is not item:
                changed[key] = near
        return value | changed if changed else value
    if kind is float:
        # Below a ten-thousandth the two write the exponent in different ways.
        if not 1e-4 <= abs(value) < EXACT and value != 0:
            raise _OutOfReach
        return int(value) if value.is_integer() else value
    if kind is list:
        return [_near(item) for item in value] if value else value
    if kind is str or kind is bool or value is None:
        return value
    if kind is int and -EXACT < value < EXACT:
        return value
    raise _OutOfReach


def _plain(value: Any) -> Any:
    """The document with each whole double as an int, in its shortest digits."""
    if isinstance(value, float) and value.is_integer():
        # int(1e23) is 99999999999999991611392; jsonb has 1 and 23 zeros.
        return int(Decimal(repr(value)))
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value
