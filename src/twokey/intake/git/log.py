"""Commits of a range, streamed: one `git log` for all of them, no process a commit."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from twokey.documents import Limits
from twokey.errors import InputError, LimitError
from twokey.intake.git.refs import resolve
from twokey.intake.git.run import attempt, stream
from twokey.model.actor import Identity
from twokey.model.change import Commit

_FIELDS = ("%H", "%P", "%T", "%an", "%ae", "%cn", "%ce", "%ad", "%B", "%N")
_FORMAT = "%x00".join(_FIELDS) + "%x00"
_MAX_MESSAGE = 64 * 1024
_CHUNK = 1 << 18
_NOTES = "refs/notes/ai"


def read_commits(repository: Path, spec: str, *, limits: Limits) -> Iterator[Commit]:
    """The commits of `A..B` (or the one commit `B`), newest first, parents after children.

    Messages are cut at 64 kB. Notes are those of refs/notes/ai. Raises LimitError beyond
    `limits.commits`.
    """
    yield from log(repository, revisions(repository, spec), limits=limits)


def revisions(repository: Path, spec: str) -> list[str]:
    """The range as words for git log, every name resolved to a commit id first."""
    left, dots, right = spec.partition("..")
    if not dots:
        return ["--max-count=1", resolve(repository, spec)]
    right = right.removeprefix(".")
    return [resolve(repository, right or "HEAD"), "^" + resolve(repository, left or "HEAD")]


def log(repository: Path, words: list[str], *, limits: Limits) -> Iterator[Commit]:
    """Commits by resolved revision words."""
    noted = attempt(repository, "show-ref", "--verify", "--quiet", _NOTES)[0] == 0
    notes = [f"--notes={_NOTES}"] if noted else ["--no-notes"]
    options = ["--topo-order", "-z", "--encoding=UTF-8", "--date=raw", "--no-show-signature"]
    count = 0
    with stream(
        repository,
        "log",
        *options,
        *notes,
        "--no-mailmap",
        f"--format=tformat:{_FORMAT}",
        *words,
        "--",
    ) as out:
        for fields in _records(out, repository):
            count += 1
            if count > limits.commits:
                raise LimitError(
                    f"more than {limits.commits} commits", where=str(repository),
                    do="Take a smaller range, or raise limits.commits.",
                )  # fmt: skip
            yield _commit(fields)


def _records(out: object, repository: Path) -> Iterator[list[bytes]]:
    """Groups of fields. A commit's object can hold no NUL, so NUL is a safe separator."""
    width = len(_FIELDS) + 1
    pending: list[bytes] = []
    tail = b""
    read = out.read  # type: ignore[attr-defined]
    while chunk := read(_CHUNK):
        parts = (tail + chunk).split(b"\0")
        tail = parts.pop()
        pending += parts
        whole = len(pending) // width * width
        for start in range(0, whole, width):
            yield pending[start : start + width]
        del pending[:whole]
    if tail.strip() or any(pending):
        raise InputError("git log ended within a commit", where=str(repository))


def _commit(fields: list[bytes]) -> Commit:
    text = [f[:_MAX_MESSAGE].decode("utf-8", "replace") for f in fields]
    identifier, parents, tree, author, author_mail, committer, committer_mail, date, body, notes = (
        text[:10]
    )
    return Commit(
        id=identifier.strip(),
        parents=tuple(parents.split()),
        author=Identity(name=author, email=author_mail),
        committer=Identity(name=committer, email=committer_mail),
        authored_at=_time(date),
        message=body,
        notes=notes,
        tree=tree,
    )


def _time(text: str) -> datetime:
    """git's raw date, `seconds ±hhmm`; the epoch where it is nonsense: dates prove nothing."""
    found = re.fullmatch(r"(-?\d{1,12}) ([+-])(\d\d)(\d\d)", text.strip())
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    if not found:
        return epoch
    seconds, sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes)) * (-1 if sign == "-" else 1)
    try:
        return (epoch + timedelta(seconds=int(seconds))).astimezone(timezone(offset))
    except (ValueError, OverflowError):
        return epoch
