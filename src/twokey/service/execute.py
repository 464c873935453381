"""Run exactly what was approved, once.

1 understand  the command's whole effect is in one file
2 copy        the file goes to a private folder, so that nobody swaps it afterwards
3 compare     the digest is recomputed from the copy
4 decide      again, now, with everything known about this digest
5 consume     approvals are used up and the start is recorded, in one transaction
6 run         the command on the copy
7 record      the outcome
"""

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

import msgspec

from twokey.assess.accumulate import operator_of
from twokey.clock import random_id
from twokey.errors import AlreadyRecordedError, InputError, RefusedError
from twokey.model.change import Digest
from twokey.model.decision import Verdict
from twokey.model.entry import AnyFact, Consumed, Decided, Finished, Started, decode_fact
from twokey.service import history
from twokey.service.command import Runnable, check_names, understand
from twokey.service.deps import Deps
from twokey.service.outcome import Outcome
from twokey.service.read_change import read_change
from twokey.service.request import Request
from twokey.service.submit import judge

_NOT_STARTED = -1
_MISLEADING = ("TF_CLI_ARGS", "PGHOST", "PGDATABASE", "PGSERVICE", "PGOPTIONS", "PSQLRC")
"""Variables by which a shell could send the command elsewhere, or change what it does."""


def execute(digest: str, argv: Sequence[str], deps: Deps) -> int:
    """The child's exit code. Raises RefusedError (10 held, 20 denied) only before it starts."""
    # 1 understand
    runnable = understand(argv)
    request = last_request(digest, deps)
    check_names(runnable, request)
    with tempfile.TemporaryDirectory(prefix="twokey-") as private:
        # 2 copy
        copy, before = _copies(runnable, request, Path(private))
        # 3 compare
        folder = _folder(runnable)
        options = request.options | ({"folder": folder} if runnable.kind == "terraform" else {})
        looked = msgspec.structs.replace(request, spec=copy, before=before, options=options)
        change = read_change(looked, deps.settings, deps.people)
        if change.digest != digest or change.kind is not runnable.kind:
            raise RefusedError(
                f"the file isn't what was judged: it has {change.digest}", exit_code=20,
                where=runnable.path, do="Check it again, and have that approved.",
            )  # fmt: skip
        # 4 decide
        outcome = judge(change, request, (), deps)
        _released(outcome)
        # 5 consume
        execution = _consume(outcome, deps)
        # 6 run
        code = _run(runnable.with_path(copy))
        # 7 record
        deps.ledger.record(
            Finished(at=deps.clock.now(), subject=change.digest, execution=execution, code=code),
            key=f"finished/{execution}",
        )
    return code


def last_request(digest: str, deps: Deps) -> Request:
    """The request that was last judged for a digest. An agent that any request for it named stays
    in the chain: leaving the name out the second time doesn't make it a human's change."""
    found: Request | None = None
    agent = operator = ""
    for entry in deps.ledger.select(kind="decided/1", subject=digest):
        fact = decode_fact(entry.data)
        data = deps.ledger.recall(fact.payload) if isinstance(fact, Decided) else None
        if data:
            found = msgspec.json.decode(data, type=Request)
            if found.agent:
                agent, operator = found.agent, found.operator
    if found is None:
        raise RefusedError(
            "nothing was judged for this digest on this machine", exit_code=10, where=digest,
            do="Run `twokey check` on the file first.",
        )  # fmt: skip
    if agent and not found.agent:
        found = msgspec.structs.replace(found, agent=agent, operator=operator)
    return found


def _folder(runnable: Runnable) -> str:
    named = next((w for w in runnable.argv if w.startswith("-chdir=")), "")
    return named.removeprefix("-chdir=") or "."


def _copies(runnable: Runnable, request: Request, private: Path) -> tuple[str, str]:
    base = Path(_folder(runnable)) if runnable.kind == "terraform" else Path()
    copies = []
    for number, name in enumerate((str(base / runnable.path), request.before)):
        target = private / f"{number}{Path(name).suffix}"
        if name:
            try:
                shutil.copyfile(name, target)
            except OSError as error:
                raise InputError(f"can't be read: {error.strerror}", where=name) from None
            target.chmod(0o400)
        copies.append(str(target) if name else "")
    return copies[0], copies[1]


def _released(outcome: Outcome) -> None:
    verdict = outcome.decision.verdict
    if verdict is Verdict.ALLOW:
        return
    needs = [s for h in outcome.decision.holds if not h.released for s in h.missing]
    sentences = [d.sentence for d in outcome.decision.denials] or [f"needs {n}" for n in needs]
    raise RefusedError(
        f"{'denied' if verdict is Verdict.DENY else 'held'}: {'; '.join(dict.fromkeys(sentences))}",
        exit_code=20 if verdict is Verdict.DENY else 10,
        where=outcome.change.digest,
        do="`twokey check` shows who can release it.",
    )


def _consume(outcome: Outcome, deps: Deps) -> str:
    change, now = outcome.change, deps.clock.now()
    execution = random_id()
    nonces = sorted({a.nonce for h in outcome.decision.holds for a in h.approvals if a.counts})
    glass = history.open_glass(deps.ledger, change, now)
    started = Started(
        at=now,
        subject=change.digest,
        execution=execution,
        kind=change.kind,
        target=history.target_digest(change),
        actor=operator_of(change),
        operations=deps.ledger.remember(msgspec.json.encode(history.executed_state(change))),
        retry_of="retry" if outcome.assessment.retry else "",
        broke_glass=glass.nonce if glass and outcome.decision.passed_by else "",
    )
    facts: list[tuple[AnyFact, str]] = [
        (Consumed(at=now, subject=Digest(change.digest), nonce=n, execution=execution), f"used/{n}")
        for n in nonces
    ]
    try:
        deps.ledger.record_all([*facts, (started, f"started/{execution}")])
    except AlreadyRecordedError:
        raise RefusedError(
            "an approval was used by another execution meanwhile", exit_code=10,
            where=change.digest, do="Ask for a new approval.",
        ) from None  # fmt: skip
    return execution


def _run(argv: list[str]) -> int:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(_MISLEADING)}
    try:
        return subprocess.run(argv, env=kept, check=False).returncode
    except OSError:
        return _NOT_STARTED
