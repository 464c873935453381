"""What assess may know besides the change itself. All of it is handed in: no I/O, no clock."""

from datetime import datetime

import msgspec

from twokey.config import Roster, Settings
from twokey.model.assessment import Evidence, FactState, PastChange


class World(msgspec.Struct, frozen=True, kw_only=True):
    """The surroundings of a change.

    `codeowners` are the bytes of CODEOWNERS on the base branch, None where there is none.
    `history` are the decisions of the last 24 hours. `facts` are states of sources that aren't
    built in; `freeze` and `history` are set here.
    """

    settings: Settings
    roster: Roster
    now: datetime
    codeowners: bytes | None = None
    history: tuple[PastChange, ...] = ()
    evidence: Evidence = Evidence()
    first_configuration: bool = False
    proven_rollback: bool = False
    retry: bool = False
    facts: tuple[tuple[str, FactState], ...] = ()
