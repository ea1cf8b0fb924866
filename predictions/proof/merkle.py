"""Merkle trees over leaf hashes: RFC 6962, section 2.1 (SHA-256).

A leaf's hash begins with 0x00 and a node's with 0x01, so that neither passes for the
other. Hashes are 32 bytes.
"""

import hashlib
from collections.abc import Iterable, Sequence

LEAF = b"\x00"
NODE = b"\x01"


def leaf_hash(data: bytes) -> bytes:
    return hashlib.sha256(LEAF + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(NODE + left + right).digest()


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The tree's root, in memory that grows with the logarithm of the leaves.

    Of none: the hash of nothing.
    """
    # Roots of full subtrees, each half as large as the one before or smaller.
    subtrees: list[tuple[int, bytes]] = []
    for leaf in leaves:
        size, found = 1, leaf
        while subtrees and subtrees[-1][0] == size:
            found = node_hash(subtrees.pop()[1], found)
            size *= 2
        subtrees.append((size, found))
    if not subtrees:
        return hashlib.sha256().digest()
    _, root = subtrees.pop()
    while subtrees:
        root = node_hash(subtrees.pop()[1], root)
    return root


def path_of(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The audit path of one leaf: the nodes beside it, from the leaf up (2.1.1)."""
    if len(leaves) <= 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*path_of(index, leaves[:split]), root_of(leaves[split:])]
    return [*path_of(index - split, leaves[split:]), root_of(leaves[:split])]
