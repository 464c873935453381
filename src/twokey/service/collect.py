"""Every approval that might speak for a change, its proof verified here and now.

Files, git refs and the ledger are all only transport: what counts is the signature against the
roster that judges this run.
"""

from collections.abc import Sequence

from twokey.approve import verify
from twokey.model.approval import Act, Signed, Verified
from twokey.model.change import Change
from twokey.model.entry import Stated, decode_fact
from twokey.service.deps import Deps


def collect(change: Change, signed: Sequence[Signed], deps: Deps) -> tuple[Verified, ...]:
    """Verified statements about this digest: those that travelled with the request and those of
    the ledger. The same statement counts once, however many ways it came."""
    found: dict[bytes, Verified] = {}
    for each in (*signed, *recorded(change, deps)):
        if each.statement not in found:
            found[each.statement] = verify(each, deps.people)
    return tuple(found.values())


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
