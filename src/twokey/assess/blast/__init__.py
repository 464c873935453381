"""What a change can reach: domains, control planes and what judges changes.

Reach over dependencies (a service graph) comes in here as one more source of memberships; until
then a change reaches what it touches.
"""

from twokey.assess.blast.control_planes import ControlPlanes
from twokey.assess.blast.domains import Domains
from twokey.assess.blast.guards import guard_of
from twokey.assess.blast.radius import blast_of

__all__ = ["ControlPlanes", "Domains", "blast_of", "guard_of"]
