"""The home page says what the newest seal's signature is worth here."""

import base64

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from predictions.proof import sealing, signing
from predictions.summaries import seals

KEY = Ed25519PrivateKey.from_private_bytes(b"k" * 32)
PUBLIC_KEY = base64.b64encode(KEY.public_key().public_bytes_raw()).decode()
REMARKS = ("is not signed", "no key is trusted here")


@pytest.mark.parametrize(
    ("key", "trusted", "said"),
    [
        (None, [], "is not signed"),
        (KEY, [], "no key is trusted here"),
        (KEY, [PUBLIC_KEY], None),
    ],
)
def test_a_signature_that_nobody_verifies_is_told(
    log_row, browser, settings, key, trusted, said
):
    log_row()
    sealing.seal_once(key)
    settings.SEAL_PUBLIC_KEYS = trusted
    assert signing.trusted_keys() == trusted
    seals.keep()

    page = browser("HR auditor").get("/admin/", headers={"accept-language": "en"})

    assert ".." not in page.text  # "a.m." ends a sentence of its own
    assert [remark for remark in REMARKS if remark in page.content.decode()] == (
        [said] if said else []
    )
