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


class Tree:
    """Grows leaf by leaf, in memory that grows with the logarithm of the leaves."""

    def __init__(self) -> None:
        self.size = 0
        # Roots of full subtrees, each half as large as the one before or smaller.
        self._subtrees: list[tuple[int, bytes]] = []

    def extend(self, leaves: Iterable[bytes]) -> None:
        subtrees = self._subtrees
        for leaf in leaves:
            self.size += 1
            size, found = 1, leaf
            while subtrees and subtrees[-1][0] == size:
                found = node_hash(subtrees.pop()[1], found)
                size *= 2
            subtrees.append((size, found))

    def root(self) -> bytes:
        """Of no leaf: the hash of nothing."""
        if not self._subtrees:
            return hashlib.sha256().digest()
        *larger, (_size, root) = self._subtrees
        for _size, subtree in reversed(larger):
            root = node_hash(subtree, root)
        return root


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root of the tree of these leaves."""
    tree = Tree()
    tree.extend(leaves)
    return tree.root()


def path_of(index: int, leaves: Sequence[bytes]) -> list[bytes]:
    """The audit path of one leaf: the nodes beside it, from the leaf up (2.1.1)."""
    if len(leaves) <= 1:
        return []
    split = 1 << (len(leaves) - 1).bit_length() - 1
    if index < split:
        return [*path_of(index, leaves[:split]), root_of(leaves[split:])]
    return [*path_of(index - split, leaves[split:]), root_of(leaves[:split])]
