"""The tree against the vectors of RFC 6962's reference implementation, and a slow definition."""

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokey.record.merkle import (
    EMPTY_ROOT,
    completed_by,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    root,
    root_of,
    verify_consistency,
    verify_inclusion,
)

INPUTS = [
    bytes.fromhex(h)
    for h in (
        "", "00", "10", "2021", "3031", "40414243", "5051525354555657",
        "606162636465666768696a6b6c6d6e6f",
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


def tree(leaves: list[bytes]) -> dict[tuple[int, int], bytes]:
    nodes: dict[tuple[int, int], bytes] = {}
    for seq, data in enumerate(leaves):
        for level, index, digest in completed_by(seq, leaf_hash(data), lambda a, b: nodes[a, b]):
            nodes[level, index] = digest
    return nodes


def slow_root(leaves: list[bytes]) -> bytes:
    """RFC 6962, section 2.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return hashlib.sha256(b"\1" + slow_root(leaves[:k]) + slow_root(leaves[k:])).digest()


@pytest.mark.parametrize("size", range(1, 9))
def test_published_roots(size: int) -> None:
    nodes = tree(INPUTS[:size])
    assert root(size, lambda a, b: nodes[a, b]).hex() == ROOTS[size - 1]
    assert root_of(map(leaf_hash, INPUTS[:size])).hex() == ROOTS[size - 1]


def test_published_proofs() -> None:
    nodes = tree(INPUTS)

    def get(a: int, b: int) -> bytes:
        return nodes[a, b]

    assert [h.hex() for h in inclusion_proof(0, 8, get)] == [
        "96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7",
        "5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e",
        "6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4",
    ]
    assert [h.hex() for h in consistency_proof(6, 8, get)] == [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    assert root_of([]) == EMPTY_ROOT


@given(st.integers(1, 70), st.data())
def test_every_proof_verifies_and_no_altered_one_does(size: int, data: st.DataObject) -> None:
    leaves = [bytes([n]) for n in range(size)]
    nodes = tree(leaves)

    def get(a: int, b: int) -> bytes:
        return nodes[a, b]

    top = root(size, get)
    assert top == slow_root(leaves)
    seq = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(seq, size, get)
    assert verify_inclusion(leaf_hash(leaves[seq]), seq, size, proof, top)
    assert not verify_inclusion(leaf_hash(b"other"), seq, size, proof, top)
    assert not verify_inclusion(leaf_hash(leaves[seq]), seq, size, [*proof, top], top)
    if size > 1:
        other = data.draw(st.integers(0, size - 1).filter(lambda n: n != seq))
        assert not verify_inclusion(leaf_hash(leaves[seq]), other, size, proof, top)
        assert not verify_inclusion(leaf_hash(leaves[seq]), seq, size, proof[:-1], top)
    old = data.draw(st.integers(1, size))
    steps = consistency_proof(old, size, get)
    before = slow_root(leaves[:old])
    assert verify_consistency(old, size, before, top, steps)
    if old < size:
        assert not verify_consistency(old, size, slow_root([*leaves[: old - 1], b"x"]), top, steps)
        assert not verify_consistency(old, size, before, leaf_hash(b"x"), steps)
        assert not verify_consistency(old, size, before, top, steps[:-1])
