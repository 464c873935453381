"""A person's act for exactly one content, and what its proof turned out to be worth."""

from datetime import datetime
from enum import IntEnum, StrEnum

import msgspec

from twokey.model.actor import PersonId
from twokey.model.change import Digest


class Proof(IntEnum):
    """Strength of a proof; see product.md."""

    SESSION = 0
    PRESENCE = 1
    PASSKEY = 2
    ATTESTED = 3


class Act(StrEnum):
    """What a person says about a change."""

    APPROVE = "approve"
    WITHDRAW = "withdraw"
    BREAK_GLASS = "break-glass"
    DECLARE_HUMAN = "declare-human"


class Statement(msgspec.Struct, frozen=True, kw_only=True):
    """Exactly the bytes that a person signs, in canonical form.

    `digest` is the content. `target` says in words where it lands, so that an approval for
    staging can't serve production. `nonce` makes each act single. `of` is the nonce of the
    approval that a withdrawal takes back. `reason` is the salted digest of a free text.
    """

    type: str = "twokey/statement/1"
    act: Act
    digest: Digest
    kind: str
    target: str
    nonce: str
    made_at: datetime
    expires_at: datetime
    of: str = ""
    reason: str = ""


class Signed(msgspec.Struct, frozen=True, kw_only=True):
    """A statement as it travels: the very bytes that were signed, and the proof.

    `method` is a key of METHODS in `twokey.approve`. The transport is untrusted.
    """

    method: str
    statement: bytes
    proof: str


class Verified(msgspec.Struct, frozen=True, kw_only=True):
    """A statement whose proof was checked.

    `person` is None where the proof belongs to nobody in the roster. `problem` is empty when
    the proof holds, else why it doesn't count whatever else is right. `voucher` tells who
    vouches for it: `signature`, or `gate` for reviews that a gate fetched itself.
    """

    statement: Statement
    method: str
    strength: Proof
    person: PersonId | None
    bot: bool = False
    simulated: bool = False
    problem: str = ""
    voucher: str = "signature"


class Judged(msgspec.Struct, frozen=True, kw_only=True):
    """An approval as quorum saw it for one hold: counted, or why not (a sentence)."""

    person: PersonId | None
    nonce: str
    method: str
    strength: Proof
    counts: bool
    why: str = ""
