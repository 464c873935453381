"""A Request to a Change: the only verb that opens the files and repositories that it names."""

import os
import re
import stat
import sys
from pathlib import Path

import msgspec

from twokey.approve.roster import RosterIndex, resolve_parties
from twokey.config import Settings
from twokey.documents import Limits
from twokey.errors import InputError, LimitError
from twokey.intake import git, read
from twokey.intake.interface import Source
from twokey.intake.terraform import is_plan_file, read_plan_file
from twokey.model.actor import Account, ActorKind, Identity, Parties, Party, PersonId
from twokey.model.change import Change, ChangeKind
from twokey.service.request import Request

_CHUNK = 1 << 20


def read_change(request: Request, settings: Settings, people: RosterIndex) -> Change:
    """The Change that the request names, its parties resolved against the roster."""
    limits = settings.limits
    if request.kind is ChangeKind.GIT:
        change = _from_range(request, settings)
    else:
        change = read(request.kind, _source(request, limits))
    if request.text:
        change = msgspec.structs.replace(change, text=f"{change.text}\n\n{request.text}".strip())
    return msgspec.structs.replace(change, parties=_parties(change, request, people))


def read_bounded(path: str, limits: Limits) -> bytes:
    """The bytes of a regular file or of standard input (`-`), at most `limits.bytes`."""
    if path == "-":
        return _bounded(sys.stdin.buffer.read(limits.bytes + 1), "<stdin>", limits)
    try:
        with Path(path).open("rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            if not (stat.S_ISREG(mode) or stat.S_ISFIFO(mode)):
                raise InputError("not a regular file", where=path, expected="a file or -")
            return _bounded(stream.read(limits.bytes + 1), path, limits)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "no such name"
        raise InputError(f"can't be read: {reason}", where=path, do="Check the path.") from None


def _bounded(data: bytes, name: str, limits: Limits) -> bytes:
    if len(data) > limits.bytes:
        raise LimitError(
            f"more than {limits.bytes} bytes", where=name, do="Raise limits.bytes in twokey.yaml."
        )
    return data


def _from_range(request: Request, settings: Settings) -> Change:
    repository = Path(request.repository)
    branch = request.options.get("branch") or target_branch(repository, request.spec)
    return git.read_range(
        repository,
        request.spec,
        limits=settings.limits,
        branch=branch,
        source_branch=request.options.get("source_branch", ""),
    )


def target_branch(repository: Path, spec: str) -> str:
    """The branch that a range would land on: its left side where that is a branch's name.

    A left side that is a commit says nothing; then the default branch is taken, which is the
    stricter reading.
    """
    left = spec.split("..", 1)[0].removeprefix("refs/heads/").removeprefix("origin/")
    if ".." in spec and left and git.is_branch(repository, left):
        return left
    return git.default_branch(repository)


def _source(request: Request, limits: Limits) -> Source:
    data, options = read_bounded(request.spec, limits), dict(request.options)
    if request.kind is ChangeKind.TERRAFORM and is_plan_file(data):
        data, options["plan_sha256"] = read_plan_file(
            Path(request.spec), limits=limits, folder=options.get("folder")
        )
    options.pop("folder", None)
    before = read_bounded(request.before, limits) if request.before else None
    return Source(
        name="<stdin>" if request.spec == "-" else request.spec,
        data=data,
        before=before,
        before_name=request.before,
        options=options,
        limits=limits,
    )


def _parties(change: Change, request: Request, people: RosterIndex) -> Parties:
    parties = change.parties
    submitter = request.submitter or (git.user_email() if not change.commits else "")
    if submitter:
        parties = msgspec.structs.replace(parties, submitter=_named(submitter, people))
    if request.agent:
        operator = _named(request.operator, people) if request.operator else None
        parties = msgspec.structs.replace(parties, agent=request.agent, operator=operator)
    elif request.operator:
        parties = msgspec.structs.replace(parties, operator=_named(request.operator, people))
    return resolve_parties(parties, people)


def _named(name: str, people: RosterIndex) -> Party:
    """Somebody named on the command line: a roster id, an e-mail address, or an account as
    `forge:number`, which is what a forge can vouch for."""
    person = people.by_id(PersonId(name))
    account = re.fullmatch(r"([a-z]+):(\d{1,18})", name)
    if account:
        identity = Identity(account=Account(forge=account.group(1), id=int(account.group(2))))
    else:
        identity = Identity(email=name) if "@" in name else Identity(name=name)
    return Party(kind=ActorKind.HUMAN, identity=identity, person=person.id if person else None)
