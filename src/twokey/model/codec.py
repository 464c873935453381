"""Canonical bytes and digests. The same value gives the same bytes on every machine."""

import hashlib
from typing import Any

import msgspec

from twokey.model.change import Digest

_CANONICAL = msgspec.json.Encoder(order="sorted")


def canonical(value: Any) -> bytes:
    """`value` as JSON with sorted keys and no blanks, UTF-8."""
    return _CANONICAL.encode(value)


def digest_of(data: bytes) -> Digest:
    """SHA-256 of `data`, written `sha256:<hex>`."""
    return Digest("sha256:" + hashlib.sha256(data).hexdigest())


def digest_pieces(domain: str, pieces: list[bytes]) -> Digest:
    """Digest of a sorted set of canonical pieces, each length-prefixed so that none can flow
    into its neighbour. `domain` separates formats: equal pieces of two formats differ."""
    hasher = hashlib.sha256()
    hasher.update(len(domain).to_bytes(2, "big") + domain.encode())
    for piece in sorted(pieces):
        hasher.update(len(piece).to_bytes(8, "big"))
        hasher.update(piece)
    return Digest("sha256:" + hasher.hexdigest())
