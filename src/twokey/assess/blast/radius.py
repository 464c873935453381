"""The blast radius of a whole change, summed over its effects."""

from collections import Counter

from twokey.assess.blast.domains import Domains
from twokey.config import Settings
from twokey.model.assessment import Blast, Effect
from twokey.model.change import Change, Verb

REMOVING = frozenset({Verb.DELETE, Verb.REPLACE})


def blast_of(
    change: Change, effects: tuple[Effect, ...], domains: Domains, settings: Settings
) -> Blast:
    """Domains, control planes, services, environments, regions, and the share per environment.

    Effects that can't reach production by their kind (documentation, tests) reach nothing.
    """
    real = tuple(e for e in effects if not e.harmless)
    planes = {m.name: m for e in real for m in e.control_planes}
    return Blast(
        domains=domains.reach(real),
        control_planes=tuple(planes[name] for name in sorted(planes)),
        services=tuple(sorted({s for e in real for s in e.services})),
        environments=tuple(sorted({e.environment or "unknown" for e in real})),
        regions=tuple(
            sorted({e.operation.resource.region for e in real if e.operation.resource.region})
        ),
        share=_shares(change, real, settings),
    )


def total_of(change: Change, environment: str, settings: Settings) -> int:
    """How many resources the environment has, by configuration or format; 0 where unknown."""
    named = settings.environments.get(environment)
    if named and named.size:
        return named.size
    return dict(change.totals).get("resources", 0)


def _shares(
    change: Change, effects: tuple[Effect, ...], settings: Settings
) -> tuple[tuple[str, float], ...]:
    removed = Counter(e.environment for e in effects if e.operation.verb in REMOVING)
    shares = []
    for environment, count in sorted(removed.items()):
        total = total_of(change, environment, settings)
        if total:
            shares.append((environment or "unknown", min(1.0, count / total)))
    return tuple(shares)
