"""Every approval that might speak for a change, its proof verified here and now.

Files, git refs and the ledger are all only transport: what counts is the signature against the
roster that judges this run.
"""

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import msgspec

from twokey.approve import verify
from twokey.approve.reviews import read_reviews
from twokey.approve.transport import MOST, from_document
from twokey.errors import AlreadyRecordedError, InputError, LimitError
from twokey.intake import git
from twokey.model.approval import Act, Signed, Verified
from twokey.model.change import Change, ChangeKind
from twokey.model.entry import Consumed, Stated, decode_fact
from twokey.service.deps import Deps
from twokey.service.read_change import read_bounded
from twokey.service.request import Request


def travelled(
    change: Change, request: Request, paths: Sequence[str], reviews: str, deps: Deps
) -> list[Signed]:
    """Statements from files and folders, from the repository's refs, and from forge reviews."""
    limits = deps.settings.limits
    signed = [
        from_document(read_bounded(str(file), limits), source=str(file))
        for path in paths
        for file in _files(path)
    ]
    if request.kind is ChangeKind.GIT:
        for name, data in git.approval_refs(Path(request.repository), most=MOST):
            signed.append(from_document(data, source=name))
    if reviews:
        signed += read_reviews(
            read_bounded(reviews, limits), source=reviews, change=change,
            forge=deps.settings.forge, fetched_by_gate=deps.authority.is_authoritative,
        )  # fmt: skip
    return signed


def _files(path: str) -> list[Path]:
    place = Path(path)
    if not place.exists():
        raise InputError("no such file or folder", where=path, do="Check --approvals.")
    if not place.is_dir():
        return [place]
    found = sorted(p for p in place.iterdir() if p.suffix == ".json")
    if len(found) > MOST:
        raise LimitError(f"more than {MOST} approvals", where=path)
    return found


def collect(change: Change, signed: Sequence[Signed], deps: Deps) -> tuple[Verified, ...]:
    """Verified statements about this digest: those that travelled with the request and those of
    the ledger. The same statement counts once, however many ways it came. One that travelled and
    holds is recorded with its whole proof, so that `execute` and an auditor see it too."""
    found: dict[bytes, Verified] = {}
    for each in recorded(change, deps):
        found.setdefault(each.statement, _unused(verify(each, deps.people), deps))
    for each in signed:
        if each.statement not in found:
            verified = verify(each, deps.people)
            found[each.statement] = _unused(verified, deps)
            _keep(each, verified, change, deps)
    return tuple(found.values())


def _keep(signed: Signed, verified: Verified, change: Change, deps: Deps) -> None:
    holds = not verified.problem and verified.person is not None
    if holds and signed.method == "ssh" and verified.statement.digest == change.digest:
        nonce = verified.statement.nonce
        with suppress(AlreadyRecordedError):
            deps.ledger.record(stated(signed, verified, deps), key=f"statement/{nonce}")


def stated(signed: Signed, verified: Verified, deps: Deps) -> Stated:
    """The entry of a signed act."""
    return Stated(
        at=deps.clock.now(),
        subject=verified.statement.digest,
        act=verified.statement.act,
        person=verified.person,
        method=verified.method,
        strength=int(verified.strength),
        statement=signed.statement,
        proof=signed.proof,
        nonce=verified.statement.nonce,
    )


def _unused(verified: Verified, deps: Deps) -> Verified:
    """An approval that an execution used up doesn't count again."""
    nonce = verified.statement.nonce
    used = deps.ledger.select(kind="consumed/1", subject=verified.statement.digest)
    facts = (decode_fact(entry.data) for entry in used)
    if any(isinstance(f, Consumed) and f.nonce == nonce for f in facts):
        return msgspec.structs.replace(verified, problem="it was used by an execution already")
    return verified


def recorded(change: Change, deps: Deps) -> list[Signed]:
    """The statements about this digest that the ledger holds, with their whole proofs."""
    facts = [
        decode_fact(e.data) for e in deps.ledger.select(kind="stated/1", subject=change.digest)
    ]
    return [
        Signed(method=f.method, statement=f.statement, proof=f.proof)
        for f in facts
        if isinstance(f, Stated)
    ]


def declared_human(change: Change, approvals: Sequence[Verified]) -> bool:
    """True where the submitter's own declaration for this digest is among the statements.

    The submitter is who handed it in; for a range without one, every author must be that person.
    """
    parties = change.parties
    people = (
        {parties.submitter.person} if parties.submitter else {p.person for p in parties.authors}
    )
    if len(people) != 1 or None in people:
        return False
    return any(
        a.statement.act is Act.DECLARE_HUMAN
        and a.statement.digest == change.digest
        and not a.problem
        and a.person in people
        for a in approvals
    )
