"""Ledger entries: past-tense facts. No free text, no names, no secrets.

People appear by roster id, content by digest, texts by the salted digest of a blob.
"""

from datetime import datetime
from typing import Any

import msgspec

from twokey.model.actor import PersonId
from twokey.model.change import Digest


class Fact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="fact"):
    """Base of all facts: when it happened, by the clock of who recorded it, and about what."""

    at: datetime
    subject: Digest


class Decided(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="decided/1"):
    """A change was judged. `payload` is the salted digest of the operations' digests."""

    verdict: str
    kind: str
    target: Digest
    tier: str
    level: str
    authority: str
    policy_version: str
    operations: dict[str, int]
    holds: tuple[tuple[str, str], ...] = ()
    denials: tuple[str, ...] = ()
    would: tuple[str, ...] = ()
    not_judged: tuple[str, ...] = ()
    released_by: tuple[PersonId, ...] = ()
    approvals: tuple[str, ...] = ()
    passed_by: str = ""
    operator: PersonId | None = None
    environment: str = ""
    resources: int = 0
    lines: int = 0
    removed: int = 0
    total: int = 0
    ai_involved: bool = False
    domains: tuple[str, ...] = ()
    payload: str = ""


class Stated(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="stated/1"):
    """A person's signed act (approve, withdraw, break-glass, declare-human) with its whole proof,
    so that it can be verified again."""

    act: str
    person: PersonId | None
    method: str
    strength: int
    statement: bytes
    proof: str
    nonce: str


class Consumed(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="consumed/1"):
    """An approval was used for an execution. Its unique key makes it single."""

    nonce: str
    execution: str


class Started(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="started/1"):
    """An execution began with exactly this content."""

    execution: str
    kind: str
    target: Digest
    actor: PersonId | None
    operations: str = ""
    retry_of: str = ""
    broke_glass: str = ""


class Finished(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="finished/1"):
    """An execution ended with the child's exit code. -1 where it couldn't be started."""

    execution: str
    code: int
    after: str = ""


class BrokeGlass(Fact, frozen=True, kw_only=True, omit_defaults=True, tag="broke-glass/1"):
    """An on-call human passed the holds. `reason` is the salted digest of the text."""

    person: PersonId
    nonce: str
    until: datetime
    reason: str
    seconded_by: PersonId | None = None


AnyFact = Decided | Stated | Consumed | Started | Finished | BrokeGlass


class NewEntry(msgspec.Struct, frozen=True, kw_only=True):
    """Bytes to append. `key` is unique in the log, or empty: a second entry with it is refused.
    `kind`, `subject` and `at` are what the bytes say, taken out for the store's indexes."""

    data: bytes
    kind: str
    subject: str
    at: datetime
    key: str = ""


class StoredEntry(msgspec.Struct, frozen=True, kw_only=True):
    """An entry as the ledger holds it; `seq` counts from 0 and has no gaps."""

    seq: int
    data: bytes
    kind: str
    subject: str
    at: datetime
    key: str = ""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """Where an entry stands: its sequence number, leaf hash, and the tree it is in afterwards.
    `scope` is `local` for the ledger of one machine."""

    seq: int
    leaf: str
    size: int
    root: str
    scope: str = "local"
    log: str = ""


_ENCODER = msgspec.json.Encoder(order="sorted")
_DECODER = msgspec.json.Decoder(AnyFact)


def encode_fact(fact: AnyFact, *, key: str = "") -> NewEntry:
    """The canonical bytes of a fact, ready to append."""
    kind = str(fact.__struct_config__.tag)
    return NewEntry(
        data=_ENCODER.encode(fact), kind=kind, subject=fact.subject, at=fact.at, key=key
    )


def decode_fact(data: bytes) -> AnyFact:
    """The fact in stored bytes. Unknown fields are ignored here and kept in the bytes.

    Raises msgspec.ValidationError for a kind of fact that this version doesn't know.
    """
    fact: AnyFact = _DECODER.decode(data)
    return fact


def as_plain(fact: AnyFact) -> dict[str, Any]:
    """The fact as plain values, for rendering."""
    plain: dict[str, Any] = msgspec.to_builtins(fact)
    return plain
