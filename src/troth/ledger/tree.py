"""The Merkle tree of RFC 9162, 2.1: append, inclusion and consistency proofs. Pure.

A node (level, position) is the hash over the 2**level leaves from position * 2**level on; it is known once all of
them are, and never changes after. The hash of any other range is folded from the few such nodes that cover it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final, TypeAlias

Node: TypeAlias = tuple[int, int]
Span: TypeAlias = tuple[int, int]

EMPTY_ROOT: Final = sha256(b"").digest()


def leaf_hash(entry: bytes) -> bytes:
    """The hash of a leaf (RFC 9162, 2.1.1)."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of a node over its two children (RFC 9162, 2.1.1)."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class Edge:
    """The right edge of a growing tree: the roots of its perfect subtrees, largest first. All an append needs."""

    size: int = 0
    roots: list[bytes] = field(default_factory=list)

    def append(self, leaf: bytes) -> list[tuple[int, int, bytes]]:
        """Add a leaf hash; the nodes that it completed, as (level, position, hash), from level 1 up."""
        completed = []
        position, level = self.size, 0
        while position & 1:
            leaf = node_hash(self.roots.pop(), leaf)
            position >>= 1
            level += 1
            completed.append((level, position, leaf))
        self.roots.append(leaf)
        self.size += 1
        return completed

    def root(self) -> bytes:
        """The root of the whole tree."""
        return fold(self.roots)

    def copy(self) -> Edge:
        """Another edge that grows by itself."""
        return Edge(self.size, self.roots.copy())


def fold(hashes: Sequence[bytes]) -> bytes:
    """One hash over neighbouring perfect subtrees, largest first; of none, the root of the empty tree."""
    if not hashes:
        return EMPTY_ROOT
    whole = hashes[-1]
    for left in reversed(hashes[:-1]):
        whole = node_hash(left, whole)
    return whole


def cover(start: int, end: int) -> list[Node]:
    """The nodes whose leaves are exactly start … end-1, largest first; start lies on a border of the largest."""
    nodes = []
    while start < end:
        level = (end - start).bit_length() - 1
        nodes.append((level, start >> level))
        start += 1 << level
    return nodes


def number(level: int, position: int) -> int:
    """One number for a node: its place when the tree is read from left to right, leaves on the even numbers."""
    return (position << (level + 1)) + (1 << level) - 1


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The ranges of leaves whose hashes prove entry `index` (from 0) in the tree of `size` (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ValueError("the entry does not lie in the tree")
    spans = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start = middle
    return spans[::-1]


def consistency_spans(old: int, new: int) -> list[Span]:
    """The ranges of leaves whose hashes prove the tree of `old` a prefix of that of `new` (RFC 9162, 2.1.4.1)."""
    if not 0 < old <= new:
        raise ValueError("only a smaller, not empty tree can be proven a prefix")
    spans = []
    start, end, whole = 0, new, True
    while old != end:
        middle = start + _split(end - start)
        if old <= middle:
            spans.append((middle, end))
            end = middle
        else:
            spans.append((start, middle))
            start, whole = middle, False
    if not whole:
        spans.append((start, end))
    return spans[::-1]


def proof(spans: Sequence[Span], node: Callable[[Node], bytes]) -> list[bytes]:
    """The hashes of these ranges, folded from the nodes that `node` knows."""
    return [fold([node(one) for one in cover(*span)]) for span in spans]


def nodes_of(spans: Sequence[Span]) -> Iterator[Node]:
    """Every node that `proof` will ask for."""
    for span in spans:
        yield from cover(*span)


def verify_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes], root: bytes) -> bool:
    """Whether the path proves that this leaf hash is entry `index` of the tree with this root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    first, last, result = index, size - 1, leaf
    for sibling in path:
        if last == 0:
            return False
        if first & 1 or first == last:
            result = node_hash(sibling, result)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            result = node_hash(result, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and result == root


def verify_consistency(old: int, new: int, path: Sequence[bytes], old_root: bytes, new_root: bytes) -> bool:
    """Whether the path proves the tree of `old` entries a prefix of the tree of `new` (RFC 9162, 2.1.4.2)."""
    if not 0 < old <= new:
        return False
    if old == new:
        return not path and old_root == new_root
    whole = [old_root, *path] if old & (old - 1) == 0 else list(path)
    if not whole:
        return False
    first, last = old - 1, new - 1
    while first & 1:
        first, last = first >> 1, last >> 1
    smaller = larger = whole[0]
    for sibling in whole[1:]:
        if last == 0:
            return False
        if first & 1 or first == last:
            smaller, larger = node_hash(sibling, smaller), node_hash(sibling, larger)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            larger = node_hash(larger, sibling)
        first, last = first >> 1, last >> 1
    return last == 0 and smaller == old_root and larger == new_root


def _split(count: int) -> int:
    """The largest power of two smaller than count."""
    return 1 << ((count - 1).bit_length() - 1)
