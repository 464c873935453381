"""Which approvals count for one hold, and who is missing. Pure; says why each one doesn't count.

1 content      it binds exactly this digest, of this kind
2 proof        its proof holds, it approves, and its giver hasn't withdrawn it
3 fresh        made before now, not expired, living no longer than the configuration allows
4 human        a person of the roster; never a bot, an app or an unmapped account
5 independent  no hand in the change: author, co-author, committer, pusher, submitter, operator
6 strong       the proof is at least as strong as the hold asks
7 eligible     level, team or role fits one of the places
8 distinct     one person once, however many keys or channels
9 enough       every place is filled, by a best assignment of people to places
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta

import msgspec

from twokey.decide.interface import Case
from twokey.model.actor import Level, Person, PersonId
from twokey.model.approval import Act, Judged, Verified
from twokey.model.decision import Requirement, Slot

_SKEW = timedelta(minutes=2)
_RANK = {level: rank for rank, level in enumerate(Level)}


class Quorum(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one hold. `eligible` are those who could still fill an open place."""

    released: bool
    missing: tuple[str, ...]
    eligible: tuple[PersonId, ...]
    judged: tuple[Judged, ...]
    counted: tuple[PersonId, ...]


def judge(requirement: Requirement, case: Case) -> Quorum:
    """Count the approvals of `case` for one requirement."""
    people = {p.id: p for p in case.roster.people}
    withdrawn = _withdrawn(case.approvals)
    judged: list[Judged] = []
    counted: list[PersonId] = []
    for approval in case.approvals:
        if approval.statement.act is not Act.APPROVE:
            continue
        why = _objection(approval, requirement, case, people, withdrawn)
        # 8 distinct
        if not why and approval.person in counted:
            why = "this person has signed already"
        if not why and approval.person:
            counted.append(approval.person)
        judged.append(
            Judged(
                person=approval.person,
                nonce=approval.statement.nonce,
                method=approval.method,
                strength=approval.strength,
                counts=not why,
                why=why,
            )
        )
    # 9 enough
    open_places = unfilled(requirement, [people[p] for p in counted], case)
    could = [
        p.id
        for p in case.roster.people
        if p.id not in counted and may_sign(p, requirement, case) and fits_any(p, open_places, case)
    ]
    return Quorum(
        released=not open_places,
        missing=tuple(_sentences(open_places)),
        eligible=tuple(sorted(could)),
        judged=tuple(judged),
        counted=tuple(counted),
    )


def may_sign(person: Person, requirement: Requirement, case: Case) -> bool:
    """True where nothing but the place to fill stands between this person and the hold (4, 5)."""
    barred = involved(case, strict=requirement.strict)
    return not requirement.independent or person.id not in barred


def involved(case: Case, *, strict: bool) -> frozenset[PersonId]:
    """Everybody of the roster who had a hand in the change; where `strict`, those who merged the
    base in too."""
    parties = case.assessment.parties
    everyone = (*parties.everyone(), *(parties.mergers if strict else ()))
    return frozenset(p.person for p in everyone if p.person is not None)


def fits_any(person: Person, places: Iterable[Slot], case: Case) -> bool:
    """True where the person can fill one of the places."""
    return any(fits(person, place, case) for place in places)


def fits(person: Person, place: Slot, case: Case) -> bool:
    """7 eligible: level, membership and role."""
    if place.level is not None and _RANK[person.level] < _RANK[place.level]:
        return False
    teams = {f"team:{team}" for team in person.teams}
    if place.members and not (teams | {person.id}) & set(place.members):
        return False
    if place.role == "operator":
        operator = case.assessment.parties.operator
        return operator is not None and operator.person == person.id
    if place.role == "on-call":
        return person.on_call
    return not place.role or place.role in person.roles


def unfilled(requirement: Requirement, signed: Sequence[Person], case: Case) -> list[Slot]:
    """The places that stay open under the best assignment (Kuhn's augmenting paths).

    Greedy would let a senior fill the place that anyone could and then miss a senior.
    """
    places = [slot for slot in requirement.slots for _ in range(slot.count)]
    taken: dict[int, int] = {}

    def seat(person: int, seen: set[int]) -> bool:
        for index, place in enumerate(places):
            if index in seen or not fits(signed[person], place, case):
                continue
            seen.add(index)
            if index not in taken or seat(taken[index], seen):
                taken[index] = person
                return True
        return False

    for person in range(len(signed)):
        seat(person, set())
    return [place for index, place in enumerate(places) if index not in taken]


def _objection(
    approval: Verified,
    requirement: Requirement,
    case: Case,
    people: dict[PersonId, Person],
    withdrawn: frozenset[tuple[str, PersonId | None]],
) -> str:
    """Why this approval doesn't count, by steps 1 to 7; empty where it does."""
    person = people.get(approval.person) if approval.person else None
    objections = (
        _content(approval, case),
        _proof(approval, withdrawn),
        _freshness(approval, case),
        _humanity(approval, person),
        _independence(person, requirement, case),
        _strength(approval, requirement),
        _eligibility(person, requirement, case),
    )
    return next(filter(None, objections), "")


def _content(approval: Verified, case: Case) -> str:
    # 1 content
    statement = approval.statement
    if statement.digest != case.change.digest:
        return "it is for other content"
    return "" if statement.kind == case.change.kind else f"it is for a {statement.kind} change"


def _proof(approval: Verified, withdrawn: frozenset[tuple[str, PersonId | None]]) -> str:
    # 2 proof
    if approval.problem:
        return approval.problem
    gone = (approval.statement.nonce, approval.person) in withdrawn
    return "its giver withdrew it" if gone else ""


def _freshness(approval: Verified, case: Case) -> str:
    # 3 fresh
    made, expires = approval.statement.made_at, approval.statement.expires_at
    longest = timedelta(hours=case.settings.thresholds.approval_hours)
    if made > case.now + _SKEW:
        return "it is dated in the future"
    if case.now >= min(expires, made + longest):
        return "it has expired"
    return ""


def _humanity(approval: Verified, person: Person | None) -> str:
    # 4 human
    if approval.bot:
        return "bots and apps don't sign"
    return "" if person else "the roster has nobody with this key or account"


def _independence(person: Person | None, requirement: Requirement, case: Case) -> str:
    # 5 independent
    if person is None or may_sign(person, requirement, case):
        return ""
    parties = case.assessment.parties
    groups = (
        ("wrote it", parties.authors),
        ("co-wrote it", parties.co_authors),
        ("committed it", parties.committers),
        ("pushed it", parties.pushers),
        ("handed it in", (parties.submitter,)),
        ("operates the agent", (parties.operator,)),
        ("merged the base into it", parties.mergers),
    )
    hand = next(w for w, group in groups if any(p and p.person == person.id for p in group))
    return f"not independent: this person {hand}"


def _strength(approval: Verified, requirement: Requirement) -> str:
    # 6 strong
    if approval.strength >= requirement.strength:
        return ""
    return f"its proof has strength {approval.strength:d}; this needs {requirement.strength:d}"


def _eligibility(person: Person | None, requirement: Requirement, case: Case) -> str:
    # 7 eligible
    if person is None or fits_any(person, requirement.slots, case):
        return ""
    return f"this needs {' and '.join(slot.label for slot in requirement.slots)}"


def _withdrawn(approvals: Sequence[Verified]) -> frozenset[tuple[str, PersonId | None]]:
    """(nonce, person) of every approval that its own giver took back, with a proof that holds."""
    return frozenset(
        (a.statement.of, a.person)
        for a in approvals
        if a.statement.act is Act.WITHDRAW and not a.problem
    )


def _sentences(places: Sequence[Slot]) -> list[str]:
    return list(dict.fromkeys(place.label for place in places))
