"""Change and World to Assessment: what is known before anything is decided.

Provenance is found by `assess.provenance`; everything else here. Pure: no I/O, no clock.
"""

from twokey.assess.accumulate import accumulate
from twokey.assess.blast import ControlPlanes, Domains, blast_of, guard_of
from twokey.assess.blast.guards import guard_set
from twokey.assess.documentation import is_harmless
from twokey.assess.environment import Environments
from twokey.assess.freeze import active
from twokey.assess.interface import World
from twokey.assess.reversibility import undo_of, worst
from twokey.assess.scope import in_scope
from twokey.assess.stateful import is_stateful
from twokey.assess.tier import TierFacts, tier_of
from twokey.model.assessment import Assessment, Effect, FactState, Provenance
from twokey.model.change import Change, Operation

__all__ = ["World", "assess"]


def assess(change: Change, provenance: Provenance, world: World) -> Assessment:
    """Everything that policy may see about `change`, whose parties are resolved already."""
    domains = Domains(world.settings, world.roster, world.codeowners)
    effects = _effects(change, world, domains)
    blast = blast_of(change, effects, domains, world.settings)
    critical = [d.name for d in blast.critical_domains]
    sums = accumulate(change, effects, world, critical)
    tier, reasons = tier_of(
        TierFacts(
            effects=effects,
            blast=blast,
            incomplete=change.incomplete,
            ai_involved=provenance.level.ai_involved,
            lines=sums.lines,
            resources=sums.resources,
            share=max([sums.share, *(share for _, share in blast.share)]),
        ),
        world.settings.thresholds,
    )
    return Assessment(
        provenance=provenance,
        parties=change.parties,
        effects=effects,
        blast=blast,
        reversibility=worst(e.undo for e in effects if not e.harmless),
        tier=tier,
        tier_reasons=reasons,
        production=change.incomplete or any(e.production and not e.harmless for e in effects),
        resources_24h=sums.resources,
        lines_24h=sums.lines,
        share_24h=sums.share,
        volume_24h=sums.volume,
        evidence=world.evidence,
        agent_in_scope=in_scope(change, effects, world.settings),
        first_configuration=world.first_configuration,
        freezes=active(
            world.settings.freezes,
            world.now,
            set(blast.environments),
            {d.name for d in blast.domains},
        ),
        blanket=any("operator-like" in e.operation.hints for e in effects),
        proven_rollback=world.proven_rollback,
        retry=world.retry,
        facts=_facts(world, blast.regions),
    )


def _effects(change: Change, world: World, domains: Domains) -> tuple[Effect, ...]:
    environments = Environments(world.settings)
    planes = ControlPlanes(world.settings)
    guards = guard_set(world.settings)

    def effect(operation: Operation) -> Effect:
        environment, production = environments.of(operation, change)
        guard = guard_of(operation, guards)
        control = planes.of(operation, change)
        harmless = not guard and not control and is_harmless(operation)
        stateful = is_stateful(operation)
        return Effect(
            operation=operation,
            environment=environment,
            production=production,
            domains=() if harmless else domains.of(operation, change),
            control_planes=control,
            services=(operation.resource.service,) if operation.resource.service else (),
            stateful=stateful,
            harmless=harmless,
            guards=guard,
            undo=undo_of(operation, stateful=stateful, rollback=world.evidence.rollback),
        )

    return tuple(map(effect, change.operations))


def _facts(world: World, regions: tuple[str, ...]) -> tuple[tuple[str, FactState], ...]:
    known = {
        "freeze": FactState.KNOWN if world.settings.freezes else FactState.NOT_CONFIGURED,
        "regions": FactState.KNOWN if regions else FactState.NOT_CONFIGURED,
        "history": FactState.KNOWN,
        **dict(world.facts),
    }
    return tuple(sorted(known.items()))
