"""What a verb that judges returns: everything that a report may show."""

import msgspec

from twokey.model.assessment import Assessment
from twokey.model.change import Change
from twokey.model.decision import Decision
from twokey.model.entry import Receipt
from twokey.service.deps import Authority


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One change, judged and recorded.

    `receipt` is None where the ledger couldn't be written; `trouble` then says why, and the
    verdict is a denial. `configured_by` says where the configuration came from.
    `simulated` is true where a proof came from a software authenticator of a demonstration.
    """

    change: Change
    assessment: Assessment
    decision: Decision
    authority: Authority
    configured_by: str
    receipt: Receipt | None
    simulated: bool = False
