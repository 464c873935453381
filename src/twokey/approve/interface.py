"""What a sign-off method offers: a travelling statement in, a verified one out."""

from typing import Protocol

from twokey.approve.roster import RosterIndex
from twokey.model.approval import Signed, Verified


class Method(Protocol):
    """One way for a person to sign. `name` is what `Signed.method` says."""

    name: str

    def verify(self, signed: Signed, people: RosterIndex) -> Verified:
        """Check the proof. Raises ProofError where the bytes are no proof at all; a proof that
        doesn't hold comes back with its `problem`."""
        ...
