"""Values that policies are read into, and what evaluating them gives."""

from datetime import datetime
from enum import StrEnum
from typing import Any

import msgspec

from twokey.config import Roster, Settings
from twokey.model.approval import Verified
from twokey.model.assessment import Assessment
from twokey.model.change import Change
from twokey.model.decision import Mode

Facts = dict[str, Any]
"""The context of a request, in Cedar's JSON form."""


class Policy(msgspec.Struct, frozen=True, kw_only=True):
    """One policy as loaded. `rule` is its id up to a slash. Exactly one of `signoff` and `supply`
    is set on a hold; neither makes it a denial. `needs` names the source of facts it rests on."""

    id: str
    rule: str
    sentence: str
    mode: Mode
    source: str
    signoff: str = ""
    supply: str = ""
    needs: str = ""


class Outcome(StrEnum):
    """What came of one policy."""

    APPLIES = "applies"
    NOT_JUDGED = "not-judged"
    ERROR = "error"
    EXEMPT = "exempt"


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """A policy that applies, couldn't be judged, erred, or was passed by an exemption."""

    rule: str
    policy: str
    sentence: str
    mode: Mode
    outcome: Outcome
    signoff: str = ""
    supply: str = ""
    needs: str = ""


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a decision is made from, besides policy."""

    change: Change
    assessment: Assessment
    approvals: tuple[Verified, ...]
    settings: Settings
    roster: Roster
    now: datetime
