"""What judges or reaches: the files whose change loosens everybody's guard.

The list stands in `guards.toml`.
"""

from twokey.assess.patterns import PatternSet
from twokey.config import Settings
from twokey.documents import read_data
from twokey.model.change import Operation

GUARDS = tuple(read_data("assess/blast/guards.toml", dict[str, tuple[str, ...]]).items())
"""(what it is, its paths), in the order in which they are named to people."""


def guard_set(settings: Settings) -> PatternSet:
    """All guards, with the people file and policies that the configuration names."""
    own = [("people", settings.people)] if settings.people else []
    own += [("policy", pattern) for pattern in settings.policies]
    built_in = [(name, pattern) for name, patterns in GUARDS for pattern in patterns]
    return PatternSet([*own, *built_in], fold=True)


def guard_of(operation: Operation, guards: PatternSet) -> str:
    """What the operation touches that judges or reaches; empty if nothing."""
    if operation.resource.kind != "file":
        return ""
    for name in (operation.resource.name, operation.previous):
        found = guards.find(name) if name else []
        if found:
            return found[0][0]
    return ""
