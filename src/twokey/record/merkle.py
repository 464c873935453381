"""The Merkle tree of RFC 6962, section 2.1, over stored hashes of complete subtrees.

A node (level, index) is the hash over the leaves index*2^level ... (index+1)*2^level - 1, and
exists once all of them do. Everything here is O(log n) reads of such nodes; nothing rescans.
Proofs and their verification follow RFC 9162, sections 2.1.3 and 2.1.4.
"""

import hashlib
from collections.abc import Callable, Iterable, Sequence

Nodes = Callable[[int, int], bytes]
"""(level, index) to the 32-byte hash of a complete subtree."""

EMPTY_ROOT = hashlib.sha256().digest()


def leaf_hash(data: bytes) -> bytes:
    """SHA-256(0x00 || data)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """SHA-256(0x01 || left || right)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def completed_by(seq: int, leaf: bytes, nodes: Nodes) -> list[tuple[int, int, bytes]]:
    """The nodes that appending leaf number `seq` completes, lowest first, the leaf included."""
    found = [(0, seq, leaf)]
    level, index, digest = 0, seq, leaf
    while index % 2:
        digest = node_hash(nodes(level, index - 1), digest)
        level, index = level + 1, index // 2
        found.append((level, index, digest))
    return found


def root(size: int, nodes: Nodes) -> bytes:
    """The tree's hash at `size` leaves."""
    return _range(0, size, nodes) if size else EMPTY_ROOT


def inclusion_proof(seq: int, size: int, nodes: Nodes) -> list[bytes]:
    """Hashes that, with leaf `seq`, give the root at `size`; nearest the leaf first."""
    if not 0 <= seq < size:
        raise ValueError(f"leaf {seq} isn't in a tree of {size}")
    path: list[bytes] = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if seq < middle:
            path.append(_range(middle, high, nodes))
            high = middle
        else:
            path.append(_range(low, middle, nodes))
            low = middle
    return path[::-1]


def consistency_proof(old: int, new: int, nodes: Nodes) -> list[bytes]:
    """Hashes that show the tree at `old` leaves to be a prefix of the tree at `new`."""
    if not 0 < old <= new:
        raise ValueError(f"no tree of {old} within a tree of {new}")
    path: list[bytes] = []
    low, high, whole = 0, new, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range(middle, high, nodes))
            high = middle
        else:
            path.append(_range(low, middle, nodes))
            low, whole = middle, False
    if not whole:
        path.append(_range(low, high, nodes))
    return path[::-1]


def verify_inclusion(
    leaf: bytes, seq: int, size: int, proof: Sequence[bytes], expected: bytes
) -> bool:
    """True where `proof` leads from `leaf` at `seq` to the root `expected` at `size`."""
    if not 0 <= seq < size:
        return False
    index, last, digest = seq, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if index % 2 or index == last:
            digest = node_hash(sibling, digest)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            digest = node_hash(digest, sibling)
        index, last = index // 2, last // 2
    return last == 0 and digest == expected


def verify_consistency(
    old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """True where `proof` shows that the tree `old_root` at `old` is a prefix of `new_root`."""
    if old == new:
        return not proof and old_root == new_root
    if not 0 < old < new or not proof:
        return old == 0 and not proof and old_root == EMPTY_ROOT
    hashes = [old_root, *proof] if old & (old - 1) == 0 else list(proof)
    index, last = old - 1, new - 1
    while index % 2:
        index, last = index // 2, last // 2
    first = second = hashes[0]
    for sibling in hashes[1:]:
        if last == 0:
            return False
        if index % 2 or index == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while index % 2 == 0 and index:
                index, last = index // 2, last // 2
        else:
            second = node_hash(second, sibling)
        index, last = index // 2, last // 2
    return last == 0 and first == old_root and second == new_root


class Frontier:
    """The root of a growing tree in memory of O(log n): the complete subtrees on its right edge."""

    def __init__(self) -> None:
        self.size = 0
        self._edge: list[bytes] = []

    def append(self, leaf: bytes) -> None:
        """Take one more leaf hash."""
        digest, count = leaf, self.size
        while count % 2:
            digest = node_hash(self._edge.pop(), digest)
            count //= 2
        self._edge.append(digest)
        self.size += 1

    def root(self) -> bytes:
        """The tree's hash as it is now."""
        if not self._edge:
            return EMPTY_ROOT
        digest = self._edge[-1]
        for left in reversed(self._edge[:-1]):
            digest = node_hash(left, digest)
        return digest


def root_of(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes."""
    frontier = Frontier()
    for leaf in leaves:
        frontier.append(leaf)
    return frontier.root()


def _split(width: int) -> int:
    """The largest power of two smaller than `width` (RFC 6962's k)."""
    return 1 << (width - 1).bit_length() - 1


def _range(low: int, high: int, nodes: Nodes) -> bytes:
    """The hash over leaves low ... high-1. `low` is a multiple of the range's first subtree."""
    width = high - low
    if width & (width - 1) == 0 and low % width == 0:
        return nodes(width.bit_length() - 1, low // width)
    middle = low + _split(width)
    return node_hash(_range(low, middle, nodes), _range(middle, high, nodes))
