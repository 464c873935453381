"""Forge reviews, as GitHub's API lists them. Strength 0: whatever holds the session can make one.

1 person   the account's numeric id; bots and apps never
2 content  the review's commit is the head that is judged, never compared by time
3 latest   the last decisive review of each account: a comment changes nothing, a request for
           changes or a dismissal takes an approval back
4 voucher  it counts only where a gate fetched it itself; a file that somebody hands in doesn't
"""

import hashlib
from datetime import datetime, timedelta

import msgspec

from twokey.approve.challenge import encode, parse
from twokey.approve.roster import RosterIndex
from twokey.errors import InputError
from twokey.model.actor import Account
from twokey.model.approval import Act, Proof, Signed, Statement, Verified
from twokey.model.change import Change, Digest

_MAX_REVIEWS = 10_000
_DECISIVE = frozenset({"APPROVED", "CHANGES_REQUESTED", "DISMISSED"})
_LIFETIME = timedelta(days=365)


class _User(msgspec.Struct):
    id: int
    login: str = ""
    type: str = "User"


class _Review(msgspec.Struct):
    id: int
    user: _User | None
    state: str
    commit_id: str
    submitted_at: datetime | None = None


class _Proof(msgspec.Struct):
    """What travels as the proof of a review: who, and whether a gate fetched it."""

    forge: str
    account: int
    bot: bool
    stale: bool
    by_gate: bool


class ReviewMethod:
    """Sign-off by a review at the forge."""

    name = "review"

    def verify(self, signed: Signed, people: RosterIndex) -> Verified:
        """Steps 1, 2 and 4; step 3 was taken when the list was read."""
        proof = msgspec.json.decode(signed.proof, type=_Proof)
        problem = ""
        if proof.stale:
            problem = "it is a review of another commit"
        elif not proof.by_gate:
            problem = "a file of reviews counts only where a gate fetched it"
        return Verified(
            statement=parse(signed.statement),
            method=self.name,
            strength=Proof.SESSION,
            person=people.by_account(Account(forge=proof.forge, id=proof.account)),
            bot=proof.bot,
            problem=problem,
            voucher="gate" if proof.by_gate else "file",
        )


def read_reviews(
    data: bytes, *, source: str, change: Change, forge: str, fetched_by_gate: bool
) -> list[Signed]:
    """The approving reviews in a list of reviews, as statements about `change`."""
    try:
        reviews = msgspec.json.decode(data, type=list[_Review])
    except (msgspec.DecodeError, RecursionError) as error:
        raise InputError(
            f"no list of reviews: {error}", where=source, expected="the forge's own JSON"
        ) from None
    if len(reviews) > _MAX_REVIEWS:
        raise InputError(f"more than {_MAX_REVIEWS} reviews", where=source)
    # 3 latest
    latest: dict[int, _Review] = {}
    for review in sorted(
        reviews, key=lambda r: (r.submitted_at is not None, str(r.submitted_at), r.id)
    ):
        if review.user and review.state.upper() in _DECISIVE:
            latest[review.user.id] = review
    return [
        _signed(review, review.user, review.submitted_at, change, forge, by_gate=fetched_by_gate)
        for review in latest.values()
        if review.user and review.state.upper() == "APPROVED" and review.submitted_at
    ]


def _signed(
    review: _Review, user: _User, made: datetime, change: Change, forge: str, *, by_gate: bool
) -> Signed:
    statement = Statement(
        act=Act.APPROVE,
        digest=Digest(change.digest),
        kind=change.kind,
        target="review",
        nonce=hashlib.sha256(f"{forge}/{review.id}".encode()).hexdigest()[:32],
        made_at=made,
        expires_at=made + _LIFETIME,
    )
    proof = _Proof(
        forge=forge,
        account=user.id,
        bot=user.type.lower() != "user" or user.login.lower().endswith("[bot]"),
        stale=not change.target.head or review.commit_id != change.target.head,
        by_gate=by_gate,
    )
    return Signed(
        method=ReviewMethod.name,
        statement=encode(statement),
        proof=msgspec.json.encode(proof).decode(),
    )
