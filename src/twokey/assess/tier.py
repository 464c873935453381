"""How dangerous a change is. The definition of product.md, read from top to bottom.

    critical  in production: a control plane, two or more critical domains, a stateful delete or
              replace, something irreversible, an unknown operation, or more than 4 hours to undo
    high      one critical domain, a recoverable delete or replace, more than 10 % of an
              environment, or AI-involved and larger than 500 lines or 30 resources
    elevated  anything else that can reach production
    routine   the rest

Counts and shares are those of 24 hours, so that slicing a change doesn't lower its tier.
"""

import msgspec

from twokey.config import Thresholds
from twokey.model.assessment import Blast, Effect, Tier, Undo
from twokey.model.change import Verb

_REMOVING = (Verb.DELETE, Verb.REPLACE)


class TierFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What the tier depends on. Counts and the share are accumulated over 24 hours."""

    effects: tuple[Effect, ...]
    blast: Blast
    incomplete: bool
    ai_involved: bool
    lines: int
    resources: int
    share: float


def tier_of(facts: TierFacts, thresholds: Thresholds) -> tuple[Tier, tuple[str, ...]]:
    """The tier, and the sentences that make it so; none for routine and elevated."""
    production = [e for e in facts.effects if e.production and not e.harmless]
    if not production and not facts.incomplete:
        return Tier.ROUTINE, ()
    critical = _critical(facts, production, thresholds)
    if critical:
        return Tier.CRITICAL, critical
    high = _high(facts, production, thresholds)
    return (Tier.HIGH, high) if high else (Tier.ELEVATED, ())


def _critical(facts: TierFacts, effects: list[Effect], thresholds: Thresholds) -> tuple[str, ...]:
    planes = sorted({m.name for e in effects for m in e.control_planes})
    domains = [d.name for d in facts.blast.critical_domains]
    stateful = [e for e in effects if e.stateful and e.operation.verb in _REMOVING]
    lost = [e for e in effects if e.undo.level is Undo.IRREVERSIBLE]
    unknown = sum(e.operation.verb is Verb.UNKNOWN for e in effects)
    slow = [e for e in effects if (e.undo.minutes or 0) > thresholds.undo_hours * 60]
    found = [
        (planes, f"it changes a control plane: {', '.join(planes)}"),
        (len(domains) > 1, f"it reaches {len(domains)} critical domains: {', '.join(domains)}"),
        (
            stateful,
            f"it deletes or replaces {_count(len(stateful), 'data store')}",
        ),
        (lost, f"{_count(len(lost), 'operation')} can't be undone"),
        (
            unknown,
            f"the effect of {_count(unknown, 'operation')} isn't known",
        ),
        (facts.incomplete, "part of it can't be seen"),
        (slow, f"undoing it takes more than {thresholds.undo_hours:g} hours"),
    ]
    return tuple(sentence for applies, sentence in found if applies)


def _high(facts: TierFacts, effects: list[Effect], thresholds: Thresholds) -> tuple[str, ...]:
    domains = [d.name for d in facts.blast.critical_domains]
    removed = sum(
        e.operation.verb in _REMOVING and e.undo.level is not Undo.REVERSIBLE for e in effects
    )
    large = facts.lines > thresholds.lines or facts.resources > thresholds.resources
    size = f"{facts.lines} lines and {facts.resources} resources within a day"
    found = [
        (domains, f"it reaches the critical domain {', '.join(domains)}"),
        (removed, f"it deletes or replaces {_count(removed, 'resource')} that must be rebuilt"),
        (
            facts.share > thresholds.share,
            f"it removes {facts.share:.0%} of an environment in a day",
        ),
        (
            facts.ai_involved and large,
            f"people aren't declared to have written it, and it changes {size}",
        ),
    ]
    return tuple(sentence for applies, sentence in found if applies)


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'s' if number != 1 else ''}"
