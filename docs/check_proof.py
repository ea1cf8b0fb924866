#!/usr/bin/env python3
"""Check that one prediction is in a seal of the log, without TechNova Attrition.

    python3 check_proof.py [--lang fr|en] proof.json [PUBLIC_KEY] [SEAL_HASH]

Without --lang it writes in the language of LC_ALL, LC_MESSAGES or LANG. `proof.json` is
what `manage.py verify_log --prove ID` printed. The hashes need Python alone; the
signature needs the package `cryptography`. PUBLIC_KEY (base64) and SEAL_HASH (a line of
the anchor file) come from somebody whom you trust, not from the proof.

It computes: the payload's digest, where the payload is there; the leaf, SHA-256 of 0x00
and the row's canonical JSON; the root, up the audit path (RFC 9162, section 2.1.3.2);
the seal's hash, SHA-256 of its canonical JSON; the Ed25519 signature over that JSON.
"""

import base64
import hashlib
import json
import os
import sys
from decimal import Decimal

USAGE = """Vérifie qu'une prédiction est dans un scellé du journal.

    python3 check_proof.py [--lang fr|en] preuve.json [CLÉ_PUBLIQUE] [EMPREINTE]

Sans --lang, la langue est celle de LC_ALL, LC_MESSAGES ou LANG. `preuve.json` est ce
que `manage.py verify_log --prove ID` a écrit. Les empreintes ne demandent que Python,
la signature demande le paquet `cryptography`. La clé publique (base64) et l'empreinte
du scellé (une ligne du fichier d'ancrage) viennent de quelqu'un à qui vous faites
confiance, pas de la preuve."""
FRENCH = {
    __doc__: USAGE,
    "payload": "données",
    "row": "ligne",
    "seal": "scellé",
    "public key": "clé publique",
    "anchor": "ancrage",
    "WRONG": "FAUX",
    "the seal is not signed": "le scellé n'est pas signé",
    "not checked: install the package cryptography": "non vérifiée\u00a0: installez le "
    "paquet cryptography",
    "not by the key that the seal names": "pas de la clé que le scellé nomme",
    "by {}": "de {}",
    "what the digest stands for": "ce que l'empreinte représente",
    "not in the proof": "absentes de la preuve",
    "prediction {} in seal {}": "prédiction {} dans le scellé {}",
    "{} is no proof: {}": "{} n'est pas une preuve\u00a0: {}",
}


def canonical(value):
    """Sorted keys, no white space, UTF-8; a whole number is its digits."""
    return json.dumps(
        plain(value), ensure_ascii=False, separators=(",", ":"), sort_keys=True
    ).encode()


def plain(value):
    if isinstance(value, float) and value.is_integer():
        return int(Decimal(repr(value)))
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    return value


def digest_of(payload):
    document = {"employee_id": payload["employee_id"], "payload": payload["payload"]}
    salt = bytes.fromhex(payload["salt"])
    return hashlib.sha256(salt + canonical(document)).hexdigest()


def root_of(leaf, index, size, path):
    """The root above a leaf, or None where the path does not fit the tree."""
    node, last = leaf, size - 1
    if not 0 <= index <= last:
        return None
    for beside in path:
        if last == 0:
            return None
        if index % 2 or index == last:
            node = hashlib.sha256(b"\x01" + beside + node).digest()
            while not index % 2 and index:
                index, last = index >> 1, last >> 1
        else:
            node = hashlib.sha256(b"\x01" + node + beside).digest()
        index, last = index >> 1, last >> 1
    return node if last == 0 else None


def signature_verdict(header, signature):
    if not signature:
        return None, ("the seal is not signed",)
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return None, ("not checked: install the package cryptography",)
    try:
        key = Ed25519PublicKey.from_public_bytes(
            base64.b64decode(header["public_key"], validate=True)
        )
        key.verify(base64.b64decode(signature, validate=True), canonical(header))
    except (InvalidSignature, ValueError):
        return False, ("not by the key that the seal names",)
    return True, ("by {}", header["public_key"])


def checks(proof, public_key, seal_hash):
    """Yield (what, True or False or None for not checked, a remark and its parts)."""
    row, header = proof["row"], dict(proof["seal"])
    own_hash, signature = header.pop("seal_hash"), header.pop("signature")
    if "payload" in proof:
        found = digest_of(proof["payload"])
        yield "payload", found == row["payload_digest"], ("what the digest stands for",)
    else:
        yield "payload", None, ("not in the proof",)
    leaf = hashlib.sha256(b"\x00" + canonical(row)).digest()
    path = [bytes.fromhex(node) for node in proof["audit_path"]]
    root = root_of(leaf, proof["leaf_index"], proof["tree_size"], path)
    is_in = root is not None and root.hex() == header["root"]
    yield "row", is_in, ("prediction {} in seal {}", row["id"], header["number"])
    found = hashlib.sha256(canonical(header)).hexdigest()
    yield "seal", found == own_hash, ("{}", found)
    signed, remark = signature_verdict(header, signature)
    if public_key and not signature:
        signed = False
    yield "signature", signed, remark
    if public_key:
        # The name of a key in a seal shows nothing while its signature does not.
        named = header["public_key"] == public_key
        yield "public key", named and signed, ("{}", public_key)
    if seal_hash:
        yield "anchor", found == seal_hash, ("{}", seal_hash)


def language(arguments):
    """Of --lang, which is taken out of the arguments, or of the environment."""
    if "--lang" in arguments[:-1]:
        at = arguments.index("--lang")
        _, chosen = arguments[at : at + 2]
        del arguments[at : at + 2]
        return chosen
    names = ("LC_ALL", "LC_MESSAGES", "LANG")
    return next(filter(None, map(os.environ.get, names)), "en")


def main(arguments):
    arguments = list(arguments)
    french = language(arguments).startswith("fr")

    def say(text, *parts):
        return (FRENCH.get(text, text) if french else text).format(*parts)

    if not 1 <= len(arguments) <= 3:
        print(say(__doc__))
        return 2
    try:
        with open(arguments[0], encoding="utf-8") as file:
            proof = json.load(file)
        found = list(checks(proof, *[*arguments[1:], None, None][:2]))
    except (OSError, ValueError, KeyError, TypeError) as error:
        print(say("{} is no proof: {}", arguments[0], repr(error)))
        return 2
    words = {True: "ok", False: "WRONG", None: "–"}
    for what, verdict, remark in found:
        print(f"{say(what):<12} {say(words[verdict]):<5} {say(*remark)}")
    failed = any(verdict is False for _, verdict, _ in found)
    asked = any(what == "public key" and not verdict for what, verdict, _ in found)
    return int(failed or asked)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
