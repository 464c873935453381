"""A Decision: the verdict, with the tree of reasons that made it."""

from enum import StrEnum

import msgspec

from twokey.model.actor import Level, PersonId
from twokey.model.approval import Judged, Proof
from twokey.model.change import Digest


class Verdict(StrEnum):
    """What may happen now. Hold waits for a sign-off; no sign-off releases a denial."""

    ALLOW = "allow"
    HOLD = "hold"
    DENY = "deny"


class Mode(StrEnum):
    """How a rule acts. Observe and warn never change the verdict or the exit code."""

    OFF = "off"
    OBSERVE = "observe"
    WARN = "warn"
    ENFORCE = "enforce"


class Slot(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """So many people of one description. Empty fields ask for nothing.

    `members` are teams (`team:checkout`) or person ids, any of which qualifies. `role` is
    `operator`, `incident-commander` or another role of the roster. `label` is how a screen
    calls them: "one owner of checkout".
    """

    count: int
    label: str
    level: Level | None = None
    members: tuple[str, ...] = ()
    role: str = ""


class Requirement(msgspec.Struct, frozen=True, kw_only=True):
    """What releases a hold: people for each slot, all different, with proofs strong enough.

    `independent` says that nobody who had a hand in the change counts; it is false only for
    the sign-off `operator`. `strict` also bars those whose hand was a clean merge or an accepted
    suggestion (two-person).
    """

    signoff: str
    slots: tuple[Slot, ...]
    strength: Proof = Proof.SESSION
    independent: bool = True
    strict: bool = False


class Reason(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A node of the tree of reasons: what was asked, what came out, and what it rests on."""

    name: str
    outcome: str
    sentence: str = ""
    children: tuple["Reason", ...] = ()


class Hold(msgspec.Struct, frozen=True, kw_only=True, tag="hold"):
    """A rule that stops the change until its sign-off or its missing fact is there.

    Exactly one of `requirement` and `supply` is set: people, or a fact such as `change-record`.
    `missing` are sentences; empty when `released`.
    """

    rule: str
    policy: str
    sentence: str
    mode: Mode
    requirement: Requirement | None = None
    supply: str = ""
    released: bool = False
    missing: tuple[str, ...] = ()
    eligible: tuple[PersonId, ...] = ()
    approvals: tuple[Judged, ...] = ()

    @property
    def signoff(self) -> str:
        """The name of what releases it: a sign-off, or the fact to supply."""
        return self.requirement.signoff if self.requirement else self.supply


class Denial(msgspec.Struct, frozen=True, kw_only=True, tag="denial"):
    """A rule that no sign-off releases, or a failure to judge, which is judged as one."""

    rule: str
    policy: str
    sentence: str
    mode: Mode


class NotJudged(msgspec.Struct, frozen=True, kw_only=True):
    """A rule whose facts need a source that isn't configured."""

    rule: str
    needs: str


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The verdict on one digest.

    `holds` and `denials` are those of rules that enforce; `would` holds those of observe and
    warn. `people` is the smallest set that releases every open hold, None when nobody can, with
    `advice` saying what to configure. Everything is sorted, so that equal facts give equal bytes.
    """

    verdict: Verdict
    digest: Digest
    policy_version: str
    holds: tuple[Hold, ...] = ()
    denials: tuple[Denial, ...] = ()
    would: tuple[Hold | Denial, ...] = ()
    not_judged: tuple[NotJudged, ...] = ()
    people: tuple[PersonId, ...] | None = ()
    advice: tuple[str, ...] = ()
    reasons: Reason = Reason(name="decision", outcome="allow")
    passed_by: str = ""
