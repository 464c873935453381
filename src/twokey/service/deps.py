"""What the verbs work with. `bootstrap` picks the implementations; tests pick others."""

from enum import StrEnum

import msgspec

from twokey.approve.roster import RosterIndex
from twokey.clock import Clock
from twokey.config import Roster, Settings
from twokey.decide.pack import Pack
from twokey.record.log import Ledger


class Standing(StrEnum):
    """Whether the actor could have written what judged him. See product.md, Who is believed."""

    AUTHORITATIVE = "authoritative"
    ADVISORY = "advisory"


class Authority(msgspec.Struct, frozen=True, kw_only=True):
    """The standing of a run, and a sentence that says why."""

    standing: Standing
    why: str

    @property
    def is_authoritative(self) -> bool:
        """True where the run may release something beyond its own machine."""
        return self.standing is Standing.AUTHORITATIVE


class Deps(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a verb needs besides its arguments.

    `configured_by` says where the configuration came from, in words. `codeowners` are the bytes
    of the base branch's file. `environment` are the process's variables, for session evidence.
    `first_configuration` is true where the base branch has no twokey.yaml yet.
    """

    settings: Settings
    roster: Roster
    people: RosterIndex
    pack: Pack
    ledger: Ledger
    clock: Clock
    authority: Authority
    configured_by: str
    codeowners: bytes | None = None
    first_configuration: bool = False
    environment: dict[str, str] = {}
