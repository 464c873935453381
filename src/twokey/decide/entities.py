"""An Assessment as the facts that policies see. Names and shapes are those of the schema."""

from collections.abc import Mapping

from twokey.config import Settings
from twokey.decide.interface import Facts
from twokey.model.actor import ActorKind, Level, PersonId
from twokey.model.assessment import Assessment, ChangeRecord, Effect, Undo
from twokey.model.change import Change, Verb

_MOST = 1_000_000_000
_REMOVING = (Verb.DELETE, Verb.REPLACE)
_TYPES = {ActorKind.HUMAN: "Human", ActorKind.AGENT: "Agent", ActorKind.AUTOMATION: "Automation"}


def facts_of(
    change: Change, assessment: Assessment, settings: Settings, levels: Mapping[PersonId, Level]
) -> Facts:
    """The context of the request. Counts are clamped, since Cedar errs on overflow."""
    return {
        **_shape(change, assessment),
        **_authorship(assessment, levels),
        **_reach(assessment),
        **_undo(assessment, settings),
        **_surroundings(assessment, settings),
    }


def principal_of(assessment: Assessment) -> tuple[str, str]:
    """(type, id) of who acts: the agent where one is in the chain, else who hands it in."""
    parties = assessment.parties
    if parties.agent:
        return "Agent", parties.agent
    party = parties.submitter or next(iter(parties.authors), None)
    if party is None:
        return "Human", "unknown"
    return _TYPES[party.kind], party.person or "unknown"


def _enum(kind: str, word: str) -> dict[str, dict[str, str]]:
    return {"__entity": {"type": kind, "id": word}}


def _count(number: int) -> int:
    return max(0, min(number, _MOST))


def _shape(change: Change, assessment: Assessment) -> Facts:
    counts = change.counts()
    return {
        "kind": _enum("Kind", change.kind),
        "tier": _enum("Tier", assessment.tier.word),
        "production": assessment.production,
        "incomplete": change.incomplete,
        "environments": list(assessment.blast.environments),
        "operations": _count(len(change.operations)),
        "deletes": _count(counts.get(Verb.DELETE, 0)),
        "replaces": _count(counts.get(Verb.REPLACE, 0)),
        "unknowns": _count(counts.get(Verb.UNKNOWN, 0)),
        "resources_24h": _count(assessment.resources_24h),
        "lines_24h": _count(assessment.lines_24h),
    }


def _authorship(assessment: Assessment, levels: Mapping[PersonId, Level]) -> Facts:
    provenance, parties = assessment.provenance, assessment.parties
    humans = [p for p in parties.everyone() if p.kind is ActorKind.HUMAN]
    ranks = [list(Level).index(levels.get(p.person or PersonId(""), Level.JUNIOR)) for p in humans]
    level = list(Level)[min(ranks)] if ranks else Level.JUNIOR
    return {
        "provenance": _enum("Provenance", provenance.level),
        "ai_involved": provenance.level.ai_involved,
        "declared": provenance.declared,
        "tools": list(provenance.tools),
        "by_agent": parties.agent is not None or provenance.level == "autonomous",
        "agent": parties.agent or "",
        "agent_in_scope": assessment.agent_in_scope,
        "level": _enum("Level", level),
    }


def _reach(assessment: Assessment) -> Facts:
    blast = assessment.blast
    critical = [d.name for d in blast.critical_domains]
    return {
        "domains": [d.name for d in blast.domains],
        "critical_domains": critical,
        "critical_domain_count": len(critical),
        "control_planes": [m.name for m in blast.control_planes],
        "touches_control_plane": any(e.control_planes for e in _in_production(assessment)),
        "services": list(blast.services),
        "regions": list(blast.regions),
        "region_count": len(blast.regions),
    }


def _undo(assessment: Assessment, settings: Settings) -> Facts:
    production = [e.undo.level.rank for e in _in_production(assessment)]
    removals = [e for e in assessment.effects if _removes_state(e)]
    shares = [assessment.share_24h, *(share for _, share in assessment.blast.share)]
    return {
        "undo": _enum("Undo", assessment.reversibility.level),
        "production_undo": _enum("Undo", list(Undo)[max(production, default=0)]),
        "stateful_removals": _count(len(removals)),
        "share_per_mille": _count(round(max(shares) * 1000)),
        "share_limit_per_mille": _count(round(settings.thresholds.share * 1000)),
        "rollback_evidence": bool(assessment.evidence.rollback)
        and all(
            any(
                name in ("*", e.operation.resource.name) for name, _ in assessment.evidence.rollback
            )
            for e in removals
        ),
    }


def _surroundings(assessment: Assessment, settings: Settings) -> Facts:
    guards = sorted({e.guards for e in assessment.effects if e.guards})
    record = assessment.evidence.record or ChangeRecord()
    return {
        "guards": guards,
        "touches_guard": bool(guards),
        "pinned_bump": assessment.pinned_bump,
        "first_configuration": assessment.first_configuration,
        "record_complete": not record.missing(),
        "blanket": assessment.blanket,
        "incident": assessment.incident,
        "freezes": list(assessment.freezes),
        "frozen": bool(assessment.freezes),
        "budget_spent": assessment.budget_spent,
        "uncovered_commits": _count(assessment.uncovered_commits),
        "ai_volume_24h": _count(assessment.volume_24h),
        "ai_volume_limit": _count(settings.thresholds.ai_volume),
    }


def _in_production(assessment: Assessment) -> list[Effect]:
    return [e for e in assessment.effects if e.production and not e.harmless]


def _removes_state(effect: Effect) -> bool:
    verb, hints = effect.operation.verb, effect.operation.hints
    return (effect.stateful and verb in _REMOVING) or "unbounded" in hints
