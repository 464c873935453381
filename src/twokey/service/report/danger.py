"""Which operations to show first: the ones a reviewer must see."""

from twokey.model.assessment import Effect
from twokey.model.change import Verb

_VERBS = {
    Verb.UNKNOWN: 5,
    Verb.DELETE: 4,
    Verb.REPLACE: 4,
    Verb.GRANT: 3,
    Verb.EXECUTE: 3,
    Verb.FORGET: 3,
    Verb.UPDATE: 2,
    Verb.CREATE: 1,
    Verb.READ: 0,
}


def weight(effect: Effect) -> tuple[int, ...]:
    """Larger is more dangerous. Compared element by element."""
    return (
        int(effect.production and not effect.harmless),
        effect.undo.level.rank,
        int(bool(effect.control_planes or effect.guards)),
        int(effect.stateful and _VERBS[effect.operation.verb] >= _VERBS[Verb.DELETE]),
        _VERBS[effect.operation.verb],
        len(effect.domains),
    )


def is_dangerous(effect: Effect) -> bool:
    """True where a reviewer must look at it before signing."""
    return not effect.harmless and (
        effect.undo.level.rank > 0
        or bool(effect.control_planes or effect.guards or effect.domains)
        or effect.operation.verb in (Verb.UNKNOWN, Verb.GRANT, Verb.EXECUTE)
    )


def by_danger(effects: tuple[Effect, ...]) -> list[Effect]:
    """All effects, the worst first, equal ones by name."""
    ordered = sorted(effects, key=lambda e: e.operation.resource.name)
    return sorted(ordered, key=weight, reverse=True)


def dangerous(effects: tuple[Effect, ...]) -> list[Effect]:
    """The dangerous ones, the worst first."""
    return by_danger(tuple(e for e in effects if is_dangerous(e)))
