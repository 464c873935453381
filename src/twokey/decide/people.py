"""The smallest set of people that releases every open hold, or why nobody can."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations_with_replacement

from twokey.decide.interface import Case
from twokey.decide.quorum import fits, involved, judge, may_sign, unfilled
from twokey.model.actor import Person, PersonId
from twokey.model.decision import Hold, Requirement

_MOST_PEOPLE = 6
_MOST_TRIES = 50_000
Answer = tuple[tuple[PersonId, ...] | None, tuple[str, ...]]
"""(people, advice); no people where nobody can."""


def smallest_set(holds: Sequence[Hold], case: Case) -> Answer:
    """Exact search over kinds of people, by size; people who fit the same places are one kind.

    Approvals that count already are taken into account. Ties go to the first by id.
    """
    wanted = [h.requirement for h in holds if h.requirement]
    if not wanted:
        return (), ()
    signed = [_signed(r, case) for r in wanted]
    kinds = _kinds(wanted, signed, case)
    advice = tuple(
        dict.fromkeys(
            filter(None, (_hopeless(r, s, case) for r, s in zip(wanted, signed, strict=True)))
        )
    )
    if advice:
        return None, advice
    tries = 0
    for size in range(_MOST_PEOPLE + 1):
        for chosen in combinations_with_replacement(range(len(kinds)), size):
            tries += 1
            if tries > _MOST_TRIES:
                return None, (
                    "too many combinations of people to search; ask for each hold by itself",
                )
            taken = Counter(chosen)
            if any(count > len(kinds[kind]) for kind, count in taken.items()):
                continue
            people = [p for kind, count in taken.items() for p in kinds[kind][:count]]
            if all(_released(r, s, people, case) for r, s in zip(wanted, signed, strict=True)):
                return tuple(sorted(p.id for p in people)), ()
    return None, (f"more than {_MOST_PEOPLE} people would have to sign",)


def _signed(requirement: Requirement, case: Case) -> list[Person]:
    people = {p.id: p for p in case.roster.people}
    return [people[p] for p in judge(requirement, case).counted]


def _kinds(
    wanted: Sequence[Requirement], signed: Sequence[Sequence[Person]], case: Case
) -> list[list[Person]]:
    groups: dict[tuple[tuple[bool, ...], ...], list[Person]] = {}
    for person in sorted(case.roster.people, key=lambda p: p.id):
        mark = tuple(
            tuple(
                person not in done and may_sign(person, r, case) and fits(person, slot, case)
                for slot in r.slots
            )
            for r, done in zip(wanted, signed, strict=True)
        )
        if any(map(any, mark)):
            groups.setdefault(mark, []).append(person)
    return list(groups.values())


def _released(
    requirement: Requirement, signed: Sequence[Person], more: Sequence[Person], case: Case
) -> bool:
    able = [p for p in more if p not in signed and may_sign(p, requirement, case)]
    return not unfilled(requirement, [*signed, *able], case)


def _hopeless(requirement: Requirement, signed: Sequence[Person], case: Case) -> str:
    """What to configure where the whole roster together couldn't release it; empty if it could."""
    if not case.roster.people:
        return (
            f"nobody can give {requirement.signoff}: no people are configured; "
            "`twokey init` writes people.yaml"
        )
    able = [p for p in case.roster.people if may_sign(p, requirement, case)]
    everyone = [*signed, *(p for p in able if p not in signed)]
    lacking = unfilled(requirement, everyone, case)
    if not lacking:
        return ""
    barred = len(involved(case, strict=requirement.strict))
    return (
        f"nobody can give {requirement.signoff}: the roster lacks {lacking[0].label} "
        f"({len(case.roster.people)} named, {barred} of them involved); "
        "add people, or set this sign-off under signoffs"
    )
