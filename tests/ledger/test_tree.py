"""The Merkle tree against the reference tree of Certificate Transparency, and against the definition itself."""

from __future__ import annotations

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from troth.ledger import tree

# The inputs and roots of the reference tree that Certificate Transparency's own tests use.
INPUTS = [
    bytes.fromhex(text)
    for text in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f",
    )
]  # fmt: skip
ROOTS = [
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
# (entry from 0, size of the tree, path): the paths that the same reference tests expect.
PATHS = [
    (0, 1, []),
    (
        0, 8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        5, 8,
        [
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (2, 3, ["fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"]),
    (
        1, 5,
        [
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]  # fmt: skip
CONSISTENCY = [
    (1, 1, []),
    (
        1, 8,
        [
            "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
        ],
    ),
    (
        6, 8,
        [
            "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
            "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
            "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        ],
    ),
    (
        2, 5,
        [
            "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
            "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        ],
    ),
]  # fmt: skip


def definition(leaves: list[bytes]) -> bytes:
    """The hash of a tree as RFC 9162, 2.1.1 defines it, word for word."""
    if not leaves:
        return sha256(b"").digest()
    if len(leaves) == 1:
        return sha256(b"\x00" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return sha256(b"\x01" + definition(leaves[:k]) + definition(leaves[k:])).digest()


class Grown:
    """A tree grown leaf by leaf, with every node it completed."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.edge = tree.Edge()
        self.nodes: dict[tree.Node, bytes] = {}
        self.roots = [tree.EMPTY_ROOT]
        for at, entry in enumerate(leaves):
            hashed = tree.leaf_hash(entry)
            self.nodes[0, at] = hashed
            for level, position, digest in self.edge.append(hashed):
                self.nodes[level, position] = digest
            self.roots.append(self.edge.root())

    def inclusion(self, index: int, size: int) -> list[bytes]:
        return tree.proof(tree.inclusion_spans(index, size), self.nodes.__getitem__)

    def consistency(self, old: int, new: int) -> list[bytes]:
        return tree.proof(tree.consistency_spans(old, new), self.nodes.__getitem__)


def leaves_of(count: int) -> list[bytes]:
    return [str(number).encode() for number in range(count)]


FIFTY = Grown(leaves_of(50))


def test_roots_of_the_reference_tree() -> None:
    assert [root.hex() for root in Grown(INPUTS).roots[1:]] == ROOTS


@pytest.mark.parametrize(("index", "size", "path"), PATHS)
def test_inclusion_paths_of_the_reference_tree(index: int, size: int, path: list[str]) -> None:
    grown = Grown(INPUTS)
    assert [one.hex() for one in grown.inclusion(index, size)] == path
    leaf = tree.leaf_hash(INPUTS[index])
    assert tree.verify_inclusion(
        leaf, index, size, [bytes.fromhex(one) for one in path], bytes.fromhex(ROOTS[size - 1])
    )


@pytest.mark.parametrize(("old", "new", "path"), CONSISTENCY)
def test_consistency_paths_of_the_reference_tree(old: int, new: int, path: list[str]) -> None:
    assert [one.hex() for one in Grown(INPUTS).consistency(old, new)] == path
    roots = [bytes.fromhex(root) for root in ROOTS]
    assert tree.verify_consistency(
        old, new, [bytes.fromhex(one) for one in path], roots[old - 1], roots[new - 1]
    )


@given(st.lists(st.binary(max_size=40), max_size=80))
def test_the_grown_root_is_the_defined_one(leaves: list[bytes]) -> None:
    grown = Grown(leaves)
    assert grown.edge.root() == definition(leaves)
    assert len(grown.nodes) == 2 * len(leaves) - len(leaves).bit_count()


def test_every_node_has_a_number_of_its_own() -> None:
    numbers = [tree.number(*node) for node in FIFTY.nodes]
    assert len(set(numbers)) == len(FIFTY.nodes)
    assert [tree.number(0, 3), tree.number(1, 0), tree.number(2, 1), tree.number(4, 0)] == [6, 1, 11, 15]


def test_every_entry_of_every_small_tree_is_proven() -> None:
    for size in range(1, 51):
        for index in range(size):
            path = FIFTY.inclusion(index, size)
            assert len(path) <= (size - 1).bit_length()
            assert tree.verify_inclusion(FIFTY.nodes[0, index], index, size, path, FIFTY.roots[size])


def test_every_small_tree_is_proven_a_prefix_of_every_larger_one() -> None:
    for new in range(1, 51):
        for old in range(1, new + 1):
            path = FIFTY.consistency(old, new)
            assert tree.verify_consistency(old, new, path, FIFTY.roots[old], FIFTY.roots[new])


@given(st.data())
def test_one_flipped_bit_is_never_proven(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 50))
    index = data.draw(st.integers(0, size - 1))
    parts = [FIFTY.nodes[0, index], FIFTY.roots[size], *FIFTY.inclusion(index, size)]
    leaf, root, *path = flipped(data, parts)
    assert not tree.verify_inclusion(leaf, index, size, path, root)


@given(st.data())
def test_one_flipped_bit_is_no_prefix(data: st.DataObject) -> None:
    new = data.draw(st.integers(1, 50))
    old = data.draw(st.integers(1, new))
    parts = [FIFTY.roots[old], FIFTY.roots[new], *FIFTY.consistency(old, new)]
    old_root, new_root, *path = flipped(data, parts)
    assert not tree.verify_consistency(old, new, path, old_root, new_root)


def flipped(data: st.DataObject, parts: list[bytes]) -> list[bytes]:
    which = data.draw(st.integers(0, len(parts) - 1))
    bit = data.draw(st.integers(0, 255))
    spoiled = (int.from_bytes(parts[which], "big") ^ (1 << bit)).to_bytes(32, "big")
    return [*parts[:which], spoiled, *parts[which + 1 :]]


@given(st.integers(1, 50), st.data())
def test_a_path_of_another_length_proves_nothing(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    leaf, root, path = FIFTY.nodes[0, index], FIFTY.roots[size], FIFTY.inclusion(index, size)
    assert not tree.verify_inclusion(leaf, index, size, [*path, root], root)
    if path:
        assert not tree.verify_inclusion(leaf, index, size, path[:-1], root)


@given(st.integers(1, 50), st.data())
def test_an_entry_is_not_proven_in_another_place(size: int, data: st.DataObject) -> None:
    index, other = data.draw(st.tuples(st.integers(0, size - 1), st.integers(0, size + 2)))
    if index != other:
        path = FIFTY.inclusion(index, size)
        assert not tree.verify_inclusion(FIFTY.nodes[0, index], other, size, path, FIFTY.roots[size])


@pytest.mark.parametrize(
    ("index", "size", "path"),
    [(1, 1, []), (-1, 1, []), (0, 0, []), (5, 3, [b"x" * 32]), (0, 1, [b"x" * 32])],
)
def test_an_entry_outside_the_tree_is_not_proven(index: int, size: int, path: list[bytes]) -> None:
    assert not tree.verify_inclusion(FIFTY.nodes[0, 0], index, size, path, FIFTY.roots[1])


def test_the_edges_where_naive_verifiers_of_consistency_err() -> None:
    one, two = FIFTY.roots[1], FIFTY.roots[2]
    assert not tree.verify_consistency(0, 1, [], tree.EMPTY_ROOT, one)
    assert not tree.verify_consistency(2, 1, [], two, one)
    assert not tree.verify_consistency(1, 1, [one], one, one)
    assert not tree.verify_consistency(1, 1, [], one, two)
    assert not tree.verify_consistency(1, 2, [], one, two)
    assert not tree.verify_consistency(3, 4, [], FIFTY.roots[3], FIFTY.roots[4])
    assert not tree.verify_consistency(2, 4, [*FIFTY.consistency(2, 4), two], two, FIFTY.roots[4])
    with pytest.raises(ValueError, match="prefix"):
        tree.consistency_spans(0, 1)
    with pytest.raises(ValueError, match="does not lie"):
        tree.inclusion_spans(3, 3)
