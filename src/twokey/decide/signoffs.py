"""The name of a sign-off to the people it asks for, given what the change is.

    senior             one senior
    two-person         human or assisted: the author and one other; automated: two; authored,
                       autonomous or undeclared: two besides everyone involved, one of them senior
    domain-owner       one owner of each critical domain that the change reaches
    owner              one owner of what it touches, else one senior
    operator           the agent's own operator
    independent        one human who had no hand in it
    incident-commander, freeze-exception   one person with that role

A configuration may give any of them another shape, and add its own.
"""

from twokey.config import Signoff
from twokey.decide.interface import Case
from twokey.errors import PolicyError
from twokey.model.actor import Level as Seniority
from twokey.model.approval import Proof
from twokey.model.assessment import Level, Tier
from twokey.model.decision import Requirement, Slot

BUILT_IN = (
    "senior",
    "two-person",
    "domain-owner",
    "owner",
    "operator",
    "independent",
    "incident-commander",
    "freeze-exception",
)
SUPPLIES = ("change-record", "rollback-evidence", "declaration", "split", "stages")
"""Facts that release a hold by being there; see `supplies`."""

_ONE_SENIOR = Slot(count=1, label="one senior", level=Seniority.SENIOR)
_ONE_OTHER = Slot(count=1, label="one human who had no hand in it")
_HUMAN_ENOUGH = (Level.HUMAN, Level.ASSISTED)


def requirement(name: str, case: Case) -> Requirement:
    """Who must sign. Raises PolicyError for a sign-off that nobody defined."""
    configured = case.settings.signoffs.get(name)
    if configured:
        slots, strength = _configured(configured), Proof(configured.strength)
    else:
        slots, strength = _built_in(name, case), Proof.SESSION
    return Requirement(
        signoff=name,
        slots=slots,
        strength=max(strength, _least(case)),
        independent=name != "operator",
        strict=name == "two-person",
    )


def _least(case: Case) -> Proof:
    """Presence where an agent or AI wrote something dangerous, and for everything critical: a
    session's proof can be made by whatever holds the session."""
    assessment = case.assessment
    written = assessment.provenance.level in (Level.AUTHORED, Level.AUTONOMOUS, Level.UNDECLARED)
    if assessment.tier is Tier.CRITICAL:
        return Proof.PRESENCE
    if assessment.tier >= Tier.HIGH and (written or assessment.parties.agent):
        return Proof.PRESENCE
    return Proof.SESSION


def _built_in(name: str, case: Case) -> tuple[Slot, ...]:
    match name:
        case "senior":
            return (_ONE_SENIOR,)
        case "two-person":
            return _two_person(case.assessment.provenance.level)
        case "domain-owner":
            return _domain_owners(case)
        case "owner":
            owners = tuple(sorted({o for d in case.assessment.blast.domains for o in d.owners}))
            return (Slot(count=1, label="one owner", members=owners) if owners else _ONE_SENIOR,)
        case "operator":
            return (Slot(count=1, label="the agent's operator", role="operator"),)
        case "independent":
            return (_ONE_OTHER,)
        case "incident-commander" | "freeze-exception":
            return (Slot(count=1, label=f"one person with the role {name}", role=name),)
    raise PolicyError(
        f"no sign-off {name!r}", where="signoffs", expected=", ".join(BUILT_IN),
        do="Define it under signoffs in twokey.yaml.",
    )  # fmt: skip


def _two_person(level: Level) -> tuple[Slot, ...]:
    if level in _HUMAN_ENOUGH:
        return (Slot(count=1, label="one human besides the author"),)
    if level is Level.AUTOMATED:
        return (Slot(count=2, label="two humans"),)
    return (
        Slot(count=1, label="one senior who had no hand in it", level=Seniority.SENIOR),
        Slot(count=1, label="one more human who had no hand in it"),
    )


def _domain_owners(case: Case) -> tuple[Slot, ...]:
    return tuple(
        Slot(count=1, label=f"one owner of {d.name}", members=d.owners or ("nobody",))
        for d in case.assessment.blast.critical_domains
    )


def _configured(signoff: Signoff) -> tuple[Slot, ...]:
    return tuple(
        Slot(
            count=s.count,
            label=_label(s.count, s.level, s.members, s.role),
            level=s.level,
            members=s.members,
            role=s.role,
        )
        for s in signoff.people
    )


def _label(count: int, level: Seniority | None, members: tuple[str, ...], role: str) -> str:
    words = [str(count), level or "", "people" if count > 1 else "person"]
    words += [f"of {' or '.join(members)}"] if members else []
    words += [f"with the role {role}"] if role else []
    return " ".join(filter(None, words))
