"""Control planes: what can change many others. The built-in ones, and those of the configuration.

The built-in ones stand in `control_planes.toml`, by resource type and path.
"""

import msgspec

from twokey.assess.blast.matchers import MatcherSet
from twokey.config import Matchers, Settings
from twokey.documents import read_data
from twokey.model.assessment import Membership
from twokey.model.change import Change, Operation

BUILT_IN = read_data("assess/blast/control_planes.toml", dict[str, Matchers])
"""Name to matchers. `policy` also gains the files that the configuration names."""

_GRANTING = frozenset({"grants", "operator-like"})


class ControlPlanes:
    """Finds the control planes that an operation belongs to."""

    def __init__(self, settings: Settings) -> None:
        own = (*([settings.people] if settings.people else []), *settings.policies)
        policy = BUILT_IN["policy"]
        policy = msgspec.structs.replace(policy, paths=(*policy.paths, *own))
        self._built_in = MatcherSet({**BUILT_IN, "policy": policy})
        self._configured = MatcherSet(settings.control_planes)

    def of(self, operation: Operation, change: Change) -> tuple[Membership, ...]:
        """The control planes, each with what recognised it; the configuration's word goes first."""
        found = dict(self._built_in.find(operation, change))
        found |= self._configured.find(operation, change)
        if _GRANTING & set(operation.hints):
            found.setdefault("iam", "grants permissions")
        elif "control-plane" in operation.hints and not found:
            found["cluster"] = "control plane by its kind"
        return tuple(Membership(name=name, via=via) for name, via in found.items())
