"""A person's proof for exactly this content. One method a file; the registry is here."""

from datetime import UTC, datetime

from twokey.approve.interface import Method
from twokey.approve.reviews import ReviewMethod
from twokey.approve.roster import RosterIndex
from twokey.approve.sshsig import SshMethod
from twokey.errors import ProofError
from twokey.model.approval import Act, Proof, Signed, Statement, Verified
from twokey.model.change import Digest

__all__ = ["METHODS", "verify"]

METHODS: tuple[Method, ...] = (SshMethod(), ReviewMethod())
"""Every way to sign."""

_NEVER = datetime(1970, 1, 1, tzinfo=UTC)


def verify(signed: Signed, people: RosterIndex) -> Verified:
    """Check one travelling statement. What can't be read comes back as one that doesn't count."""
    for method in METHODS:
        if method.name == signed.method:
            try:
                return method.verify(signed, people)
            except ProofError as error:
                return _unreadable(signed.method, error.sentence())
    return _unreadable(signed.method, "there is no such method to sign")


def _unreadable(method: str, problem: str) -> Verified:
    statement = Statement(
        act=Act.APPROVE, digest=Digest(""), kind="", target="", nonce="", made_at=_NEVER,
        expires_at=_NEVER,
    )  # fmt: skip
    return Verified(
        statement=statement, method=method, strength=Proof.SESSION, person=None, problem=problem
    )
