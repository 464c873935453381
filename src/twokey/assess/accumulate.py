"""Counts and shares over 24 hours, per operator and environment, so that slicing doesn't help."""

from collections.abc import Iterable
from datetime import timedelta

import msgspec

from twokey.assess.blast.radius import REMOVING, total_of
from twokey.assess.interface import World
from twokey.model.actor import PersonId
from twokey.model.assessment import Effect, PastChange
from twokey.model.change import Change

DAY = timedelta(hours=24)


class Accumulated(msgspec.Struct, frozen=True, kw_only=True):
    """Sums over 24 hours, this change included. `share` is the largest of any environment."""

    resources: int
    lines: int
    share: float
    volume: int


def accumulate(
    change: Change, effects: tuple[Effect, ...], world: World, domains: Iterable[str]
) -> Accumulated:
    """This change on top of what the same operator did in the same environments before.

    An operator that isn't known is one operator: unnamed changes add up. The same digest counts
    once, however often it was judged. `volume` counts AI-involved changes of anybody to the
    given critical domains, this one excluded.
    """
    real = [e for e in effects if not e.harmless]
    operator = operator_of(change)
    past = _latest(p for p in world.history if p.digest != change.digest and world.now - p.at < DAY)
    environments = {e.environment for e in real} or {""}
    mine = [p for p in past if p.operator == operator and p.environment in environments]
    wanted = set(domains)
    resources = sum(e.operation.resource.kind != "file" for e in real)
    return Accumulated(
        resources=resources + sum(p.resources for p in mine),
        lines=sum(e.operation.lines_added + e.operation.lines_removed for e in real)
        + sum(p.lines for p in mine),
        share=max((_share(change, real, mine, name, world) for name in environments), default=0.0),
        volume=len({p.digest for p in past if p.ai_involved and wanted & set(p.domains)}),
    )


def operator_of(change: Change) -> PersonId | None:
    """The person whom the counts are for: the agent's operator, else who submitted or wrote it."""
    parties = change.parties
    for party in (parties.operator, parties.submitter, *parties.authors):
        if party is not None and party.person is not None:
            return party.person
    return None


def _latest(past: Iterable[PastChange]) -> list[PastChange]:
    return list({(p.digest, p.environment): p for p in past}.values())


def _share(
    change: Change, effects: list[Effect], past: list[PastChange], name: str, world: World
) -> float:
    removed = sum(e.environment == name and e.operation.verb in REMOVING for e in effects)
    before = [p for p in past if p.environment == name]
    total = max([total_of(change, name, world.settings), *(p.total for p in before)])
    return min(1.0, (removed + sum(p.removed for p in before)) / total) if total else 0.0
