"""Signed statements as they travel: one JSON document each. The transport is untrusted."""

import msgspec

from twokey.errors import InputError, LimitError
from twokey.model.approval import Signed

_MAX_BYTES = 128 * 1024
MOST = 1_000
"""How many approvals are read for one change."""


class _Document(msgspec.Struct, forbid_unknown_fields=True):
    schema: str
    method: str
    statement: bytes
    proof: str


def to_document(signed: Signed) -> bytes:
    """The bytes of one approval file."""
    document = _Document("twokey/approval/1", signed.method, signed.statement, signed.proof)
    return msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n"


def from_document(data: bytes, *, source: str) -> Signed:
    """The approval in a file. Raises InputError where it is none.

    A file can't claim to be a forge review: only a gate makes those, from what it fetched.
    """
    if len(data) > _MAX_BYTES:
        raise LimitError("an approval of more than 128 kB", where=source)
    try:
        document = msgspec.json.decode(data, type=_Document)
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(
            f"no approval: {error}", where=source, expected="a file that `twokey approve` wrote"
        ) from None
    if document.schema != "twokey/approval/1" or document.method != "ssh":
        raise InputError("an approval of an unknown kind", where=source, expected="ssh")
    return Signed(method=document.method, statement=document.statement, proof=document.proof)
