"""Merkle trees as RFC 6962 has them."""

import hashlib

import pytest

from predictions.proof.merkle import leaf_hash, node_hash, path_of, root_of

# The leaves of the reference tests of Certificate Transparency, and their roots.
DATA = [
    b"",
    b"\x00",
    b"\x10",
    b" !",
    b"01",
    b"@ABC",
    b"PQRSTUVW",
    b"`abcdefghijklmno",
]
ROOTS = {
    1: "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    2: "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    3: "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    5: "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    8: "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
}


@pytest.mark.parametrize(("size", "root"), ROOTS.items())
def test_the_roots_are_those_of_the_reference(size, root):
    assert root_of(map(leaf_hash, DATA[:size])).hex() == root


def test_the_root_of_nothing_is_the_hash_of_nothing():
    assert root_of([]) == hashlib.sha256(b"").digest()


def test_a_node_does_not_pass_for_a_leaf():
    left, right = leaf_hash(b"a"), leaf_hash(b"b")

    assert node_hash(left, right) != leaf_hash(left + right)


def climbed(leaf: bytes, index: int, size: int, path: list[bytes]) -> bytes:
    """The root by the definition of the path, from the top down."""
    if size == 1:
        assert path == []
        return leaf
    split = 1 << (size - 1).bit_length() - 1
    *below, beside = path
    if index < split:
        return node_hash(climbed(leaf, index, split, below), beside)
    return node_hash(beside, climbed(leaf, index - split, size - split, below))


@pytest.mark.parametrize("size", range(1, 18))
def test_every_path_leads_to_the_root(size):
    leaves = [leaf_hash(bytes([number])) for number in range(size)]

    for index, leaf in enumerate(leaves):
        path = path_of(index, leaves)
        assert climbed(leaf, index, size, path) == root_of(leaves)
