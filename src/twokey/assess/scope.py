"""What an agent may touch on its own: what the configuration says, and nothing else.

A lease narrows this further once there are leases. An agent that isn't named has no scope.
"""

from twokey.assess.blast.matchers import MatcherSet
from twokey.config import Settings
from twokey.model.assessment import Effect
from twokey.model.change import Change


def in_scope(change: Change, effects: tuple[Effect, ...], settings: Settings) -> bool:
    """True where the agent is named, its operator may operate it, and every effect is covered."""
    agent = settings.agents.get(change.parties.agent or "")
    operator = change.parties.operator
    if agent is None or operator is None or operator.person not in agent.operators:
        return False
    scope = MatcherSet({"scope": agent.scope})
    return all(
        e.environment in agent.environments and scope.find(e.operation, change)
        for e in effects
        if not e.harmless
    )
