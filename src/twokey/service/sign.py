"""A person's act: a statement about exactly this change, signed, verified, and recorded.

1 state    the digest is recomputed from the change itself
2 sign     by the person's own key
3 verify   the proof is checked as everybody else will check it
4 record   with its whole proof; the statement's nonce makes it single
"""

from collections.abc import Callable
from datetime import timedelta

from twokey.approve import verify
from twokey.approve.challenge import encode, statement_for
from twokey.errors import RefusedError
from twokey.model.approval import Act, Signed
from twokey.model.change import Change
from twokey.service.collect import stated
from twokey.service.deps import Deps

Signer = Callable[[bytes], str]
"""Statement bytes to an armoured SSH signature."""


def sign(change: Change, act: Act, signer: Signer, deps: Deps, *, of: str = "") -> Signed:
    """State, sign, verify and record. Raises RefusedError where the key is nobody's."""
    # 1 state
    lifetime = timedelta(hours=deps.settings.thresholds.approval_hours)
    if act is Act.BREAK_GLASS:
        lifetime = timedelta(hours=1)
    statement = statement_for(change, act, deps.clock.now(), lifetime=lifetime, of=of)
    data = encode(statement)
    # 2 sign
    signed = Signed(method="ssh", statement=data, proof=signer(data))
    # 3 verify
    verified = verify(signed, deps.people)
    if verified.problem:
        raise RefusedError(f"the signature doesn't verify: {verified.problem}", exit_code=2)
    if verified.person is None:
        raise RefusedError(
            "nobody in the roster has this key", exit_code=2,
            do="Add its public line to your entry in people.yaml, on the base branch.",
        )  # fmt: skip
    # 4 record
    deps.ledger.record(stated(signed, verified, deps), key=f"statement/{statement.nonce}")
    return signed
