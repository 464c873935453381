"""Statements: the exact bytes that a person signs, made and read strictly.

Two readings of one signature would be two approvals, so only canonical bytes are a statement.
"""

import os
from datetime import datetime, timedelta

import msgspec

from twokey.errors import ProofError
from twokey.model.approval import Act, Statement
from twokey.model.change import Change
from twokey.model.codec import canonical

_MAX_BYTES = 16 * 1024
_TYPE = "twokey/statement/1"
_DECODER = msgspec.json.Decoder(Statement)


def statement_for(
    change: Change, act: Act, now: datetime, *, lifetime: timedelta, of: str = "", reason: str = ""
) -> Statement:
    """A new statement about exactly this change, with a fresh nonce."""
    return Statement(
        act=act,
        digest=change.digest,
        kind=change.kind,
        target=target_words(change),
        nonce=os.urandom(16).hex(),
        made_at=now,
        expires_at=now + lifetime,
        of=of,
        reason=reason,
    )


def target_words(change: Change) -> str:
    """Where the change lands, in words that a person can check before signing."""
    target = change.target
    named = [f"{f} {v}" for f in target.__struct_fields__ if (v := getattr(target, f))]
    return ", ".join(n for n in named if not n.startswith(("head ", "base "))) or "not stated"


def encode(statement: Statement) -> bytes:
    """The bytes to sign."""
    return canonical(statement)


def parse(data: bytes) -> Statement:
    """The statement in `data`. Raises ProofError unless the bytes are its canonical form."""
    if len(data) > _MAX_BYTES:
        raise ProofError("a statement of more than 16 kB")
    try:
        statement = _DECODER.decode(data)
        same = statement.type == _TYPE and encode(statement) == data
        aware = statement.made_at.tzinfo is not None and statement.expires_at.tzinfo is not None
    except (msgspec.DecodeError, RecursionError, ValueError, OverflowError):
        raise ProofError("no statement", expected=_TYPE) from None
    if not (same and aware):
        raise ProofError("a statement that isn't in canonical form", expected=_TYPE)
    return statement
