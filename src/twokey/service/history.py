"""What the last 24 hours hold, out of the ledger: for counts, retries and rollbacks."""

from datetime import datetime, timedelta

import msgspec

from twokey.model.assessment import PastChange
from twokey.model.change import Change, ChangeKind, Digest, Verb
from twokey.model.codec import canonical, digest_of
from twokey.model.entry import BrokeGlass, Decided, Finished, Started, decode_fact
from twokey.record.log import Ledger

DAY = timedelta(hours=24)
RETRY = timedelta(hours=1)


class ExecutedState(msgspec.Struct, frozen=True, kw_only=True):
    """What an execution was about: digests of its operations and of the states afterwards."""

    operations: tuple[str, ...]
    after: tuple[str, ...]


def past_changes(ledger: Ledger, now: datetime) -> tuple[PastChange, ...]:
    """What was allowed within 24 hours, one value a decision."""
    found = []
    for entry in ledger.select(kind="decided/1", since=now - DAY):
        fact = decode_fact(entry.data)
        if isinstance(fact, Decided) and fact.verdict == "allow":
            found.append(
                PastChange(
                    at=fact.at,
                    digest=fact.subject,
                    operator=fact.operator,
                    environment=fact.environment,
                    resources=fact.resources,
                    lines=fact.lines,
                    removed=fact.removed,
                    total=fact.total,
                    ai_involved=fact.ai_involved,
                    domains=fact.domains,
                )
            )
    return tuple(found)


def executed_state(change: Change) -> ExecutedState:
    """What a later retry or rollback is compared with."""
    return ExecutedState(
        operations=tuple(sorted(o.digest for o in change.operations)),
        after=tuple(sorted({o.after for o in change.operations if o.after})),
    )


def is_retry(ledger: Ledger, change: Change, actor: str | None, now: datetime) -> bool:
    """True where the same actor's released execution failed within the hour, and every operation
    of this change was among the released ones. A retry of a retry counts from the first."""
    if actor is None or not change.operations:
        return False
    wanted = {o.digest for o in change.operations}
    here = target_digest(change)
    for started in _started(ledger, now - RETRY):
        if started.actor == actor and started.target == here and not started.retry_of:
            code = _outcome(ledger, started)
            state = _state(ledger, started)
            if code not in (None, 0) and state and wanted <= set(state.operations):
                return True
    return False


def is_proven_rollback(ledger: Ledger, change: Change) -> bool:
    """True where every operation leads to a state that a released change led to before, and ran,
    in this very place.

    Operations that leave nothing behind (a delete) lead to no state, so they are never proven.
    """
    wanted = {o.after for o in change.operations}
    if not wanted or "" in wanted or any(o.verb is Verb.UNKNOWN for o in change.operations):
        return False
    here = target_digest(change)
    for started in _started(ledger, None):
        state = _state(ledger, started) if started.target == here else None
        if state and _outcome(ledger, started) == 0:
            wanted -= set(state.after)
        if not wanted:
            return True
    return False


def is_reapplied(ledger: Ledger, change: Change) -> bool:
    """True where the last execution for this target succeeded with exactly this content.

    Only for formats that describe a state: running the same migration twice does something twice.
    """
    if change.kind is not ChangeKind.KUBERNETES:
        return False
    here = target_digest(change)
    last = next((s for s in reversed(_started(ledger, None)) if s.target == here), None)
    return last is not None and last.subject == change.digest and _outcome(ledger, last) == 0


def target_digest(change: Change) -> Digest:
    """Where a change lands, as entries name it."""
    return digest_of(canonical([change.kind, change.target]))


def open_glass(ledger: Ledger, change: Change, now: datetime) -> BrokeGlass | None:
    """The break-glass that is open for this digest now, if any."""
    for entry in ledger.select(kind="broke-glass/1", subject=change.digest):
        fact = decode_fact(entry.data)
        if isinstance(fact, BrokeGlass) and fact.at <= now < fact.until:
            return fact
    return None


def _started(ledger: Ledger, since: datetime | None) -> list[Started]:
    entries = ledger.select(kind="started/1", since=since)
    facts = [decode_fact(entry.data) for entry in entries]
    return [fact for fact in facts if isinstance(fact, Started)]


def _outcome(ledger: Ledger, started: Started) -> int | None:
    for entry in ledger.select(kind="finished/1", subject=started.subject):
        fact = decode_fact(entry.data)
        if isinstance(fact, Finished) and fact.execution == started.execution:
            return fact.code
    return None


def _state(ledger: Ledger, started: Started) -> ExecutedState | None:
    data = ledger.recall(started.operations) if started.operations else None
    return msgspec.json.decode(data, type=ExecutedState) if data else None
