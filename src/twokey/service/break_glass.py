"""Break-glass: an on-call human passes the holds of one digest for one hour.

    1 person    on call, by the roster
    2 proof     presence at least: a touched security key
    3 reason    given in words, kept beside the ledger as a blob
    4 again     a second one by the same person within 24 hours needs a second person
    5 record    the entry that `check` and `execute` see, and that the weekly review will ask about

Never a denial, never an agent's own action: `decide` sees to both.
"""

from datetime import timedelta

from twokey.approve import verify
from twokey.errors import RefusedError
from twokey.model.actor import PersonId
from twokey.model.approval import Act, Proof, Signed
from twokey.model.change import Change
from twokey.model.entry import BrokeGlass, decode_fact
from twokey.service.deps import Deps

HOUR = timedelta(hours=1)
DAY = timedelta(hours=24)


def break_glass(
    change: Change, signed: Signed, reason: str, deps: Deps, *, second: Signed | None = None
) -> BrokeGlass:
    """Record a break-glass whose statement `signed` was made by `sign`. Raises RefusedError."""
    now = deps.clock.now()
    act = verify(signed, deps.people)
    statement = act.statement
    person = deps.people.by_id(act.person) if act.person else None
    # 1 person
    if person is None or not person.on_call:
        raise _refused(
            "only somebody on call can break glass", "Set on_call for them in people.yaml."
        )
    # 2 proof
    if act.problem or statement.act is not Act.BREAK_GLASS or statement.digest != change.digest:
        raise _refused("the statement isn't a break-glass for this change", "Make it anew.")
    if act.strength < Proof.PRESENCE:
        raise _refused("the proof shows no presence", "Sign with a security key, and touch it.")
    # 3 reason
    if not reason.strip():
        raise _refused("a break-glass needs a reason", "Give --reason.")
    # 4 again
    seconded = _second(change, second, deps) if second else None
    if seconded == person.id:
        seconded = None
    if seconded is None and _recent(person.id, deps):
        raise _refused(
            "a second break-glass within 24 hours needs a second person",
            "Have another person sign one for the same change, and give it with --second.",
        )
    # 5 record
    fact = BrokeGlass(
        at=now,
        subject=change.digest,
        person=person.id,
        nonce=statement.nonce,
        until=now + HOUR,
        reason=deps.ledger.remember(reason.encode()),
        seconded_by=seconded,
    )
    deps.ledger.record(fact, key=f"glass/{statement.nonce}")
    return fact


def _second(change: Change, second: Signed, deps: Deps) -> PersonId | None:
    act = verify(second, deps.people)
    fits = act.statement.act is Act.BREAK_GLASS and act.statement.digest == change.digest
    if act.problem or not fits or act.strength < Proof.PRESENCE:
        raise _refused("the second person's statement doesn't hold", "Make it anew.")
    return act.person


def _recent(person: str, deps: Deps) -> bool:
    entries = deps.ledger.select(kind="broke-glass/1", since=deps.clock.now() - DAY)
    facts = (decode_fact(entry.data) for entry in entries)
    return any(isinstance(fact, BrokeGlass) and fact.person == person for fact in facts)


def _refused(what: str, do: str) -> RefusedError:
    return RefusedError(what, exit_code=10, where="break-glass", do=do)
