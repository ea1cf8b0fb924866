"""What a seal says, its hash and its Ed25519 signature (RFC 8032).

The key is 32 bytes in base64, from the environment alone: whoever holds the database
and not the key can't make a seal that passes for ours.
"""

import base64
import hashlib
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)
from django.conf import settings

from attrition.errors import AttritionError
from predictions.models import Seal
from predictions.proof.canonical import canonical
from predictions.proof.digests import moment
from technova.env import KEY_BYTES, key_bytes


class BadKey(AttritionError):
    """A key that is none; the text names where it stands and what it should be."""


def signing_key() -> Ed25519PrivateKey | None:
    """The key of `SEAL_SIGNING_KEY`, None where it is not set. Raises BadKey."""
    text = settings.SEAL_SIGNING_KEY
    if not text:
        return None
    return Ed25519PrivateKey.from_private_bytes(_bytes(text, "SEAL_SIGNING_KEY"))


def public_text(key: Ed25519PrivateKey | None) -> str:
    """The public half in base64, as seals name it; empty for no key."""
    if key is None:
        return ""
    return base64.b64encode(key.public_key().public_bytes_raw()).decode()


def trusted_keys() -> list[str]:
    """The public keys whose seals are ours, as the settings say. Raises BadKey."""
    own = public_text(signing_key())
    keys = [own] if own else []
    return keys + [check_public_key(key) for key in settings.SEAL_PUBLIC_KEYS]


def check_public_key(text: str) -> str:
    """Return `text` if it is a public key in base64. Raises BadKey."""
    return base64.b64encode(_bytes(text, "The public key")).decode()


def _bytes(text: str, name: str) -> bytes:
    try:
        return key_bytes(text)
    except ValueError:
        said = f"{name} is not {KEY_BYTES} bytes in base64 (44 characters)."
        raise BadKey(said) from None


def header(seal: Seal) -> dict[str, Any]:
    """What a seal says, as JSON values: its hash and signature cover all of it."""
    return {
        "format": seal.format,
        "number": seal.number,
        "created_at": moment(seal.created_at),
        "row_count": seal.row_count,
        "root": seal.root,
        "last_id": seal.last_id,
        "gaps": seal.gaps,
        "previous_hash": seal.previous_hash,
        "public_key": seal.public_key,
    }


def hash_of(seal: Seal) -> str:
    """SHA-256 of the canonical header, in hexadecimal: the next seal repeats it."""
    return hashlib.sha256(canonical(header(seal))).hexdigest()


def sign(seal: Seal, key: Ed25519PrivateKey) -> str:
    """The signature over the canonical header, in base64."""
    return base64.b64encode(key.sign(canonical(header(seal)))).decode()


def is_signed(seal: Seal) -> bool:
    """Whether the signature is that of the key which the seal names."""
    try:
        public = Ed25519PublicKey.from_public_bytes(_bytes(seal.public_key, "The key"))
        signature = base64.b64decode(seal.signature, validate=True)
        public.verify(signature, canonical(header(seal)))
    except (BadKey, ValueError, InvalidSignature):
        return False
    return True
