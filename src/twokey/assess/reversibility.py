"""Whether an operation can be undone, how, and about how long it takes.

The minutes are estimates for planning, on the high side: restoring a managed database takes an
hour or more, and a deleted bucket can't be brought back at all.
"""

from collections.abc import Iterable

from twokey.assess.stateful import DATA
from twokey.model.assessment import Reversibility, Undo
from twokey.model.change import Operation, Verb

_SAVED = {
    "snapshot": ("a snapshot is taken first", 90),
    "point-in-time": ("point-in-time recovery is on", 90),
    "versioned": ("versions of its objects are kept", 120),
    "keeps-data": ("the data are kept by its policy", 60),
}
_PRECEDENCE = tuple(_SAVED)
_PLAIN = {
    Verb.READ: ("reads only", 0),
    Verb.CREATE: ("delete what was created", 15),
    Verb.GRANT: ("revoke it", 5),
    Verb.UPDATE: ("apply the previous state", 15),
}


def undo_of(
    operation: Operation, *, stateful: bool, rollback: Iterable[tuple[str, str]]
) -> Reversibility:
    """Reversibility of one operation, with its evidence.

    `rollback` is evidence that people supplied: (resource or `*`, where to find it).
    """
    verb, hints = operation.verb, set(operation.hints)
    if operation.resource.kind == "file":
        return Reversibility(level=Undo.REVERSIBLE, evidence=("git revert",), minutes=15)
    if verb is Verb.UNKNOWN:
        return Reversibility(level=Undo.IRREVERSIBLE, evidence=("what it does isn't known",))
    if operation.resource.kind == "rows" and verb is not Verb.READ:
        return _recoverable("writes rows; a backup brings the old ones back", 120)
    if verb in (Verb.DELETE, Verb.REPLACE) or "unbounded" in hints:
        return _removal(operation, hints, stateful=stateful, rollback=rollback)
    if verb is Verb.FORGET:
        return _recoverable("it keeps running without control; import it again", 30)
    if verb is Verb.EXECUTE or "executes" in hints:
        return _recoverable("a program runs, whose effects aren't known", 60)
    if "data-write" in hints:
        return _recoverable("writes data; a backup brings the old back", 120)
    evidence, minutes = _PLAIN[verb]
    return Reversibility(level=Undo.REVERSIBLE, evidence=(evidence,), minutes=minutes)


def worst(found: Iterable[Reversibility]) -> Reversibility:
    """The worst level of all, with the longest time of that level."""
    ranked = sorted(found, key=lambda r: (r.level.rank, r.minutes or 0), reverse=True)
    return ranked[0] if ranked else Reversibility(level=Undo.REVERSIBLE, minutes=0)


def supplied_for(operation: Operation, rollback: Iterable[tuple[str, str]]) -> str:
    """Where the rollback evidence for this operation's resource is; empty where there is none."""
    for name, where in rollback:
        if name in ("*", operation.resource.name):
            return where
    return ""


def _recoverable(evidence: str, minutes: int) -> Reversibility:
    return Reversibility(level=Undo.RECOVERABLE, evidence=(evidence,), minutes=minutes)


def _removal(
    operation: Operation, hints: set[str], *, stateful: bool, rollback: Iterable[tuple[str, str]]
) -> Reversibility:
    if not stateful and not hints & {"unbounded", "cascades"}:
        if operation.resource.kind in DATA.routine:
            return Reversibility(
                level=Undo.REVERSIBLE, evidence=("replaced at every deployment",), minutes=15
            )
        return _recoverable("a rebuild from code; ids and addresses change", 60)
    protected = (
        ("deletion protection is on as things stand",) if "deletion-protection" in hints else ()
    )
    where = supplied_for(operation, rollback)
    if where:
        return Reversibility(
            level=Undo.RECOVERABLE, evidence=(f"rollback evidence: {where}", *protected), minutes=90
        )
    for hint in _PRECEDENCE:
        if hint in hints:
            sentence, minutes = _SAVED[hint]
            return Reversibility(
                level=Undo.RECOVERABLE, evidence=(sentence, *protected), minutes=minutes
            )
    return Reversibility(
        level=Undo.IRREVERSIBLE, evidence=("no snapshot or backup is visible", *protected)
    )
