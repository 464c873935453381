"""What changed between two trees: raw records, renames and copies, line counts."""

from pathlib import Path
from typing import NamedTuple

from twokey.documents import Limits
from twokey.errors import InputError, LimitError
from twokey.intake.git.run import git

_DIFF = (
    "diff-tree", "-r", "-z", "--raw", "--full-index", "--no-ext-diff", "--no-textconv",
    "--ignore-submodules=none", "--no-abbrev",
)  # fmt: skip


class Raw(NamedTuple):
    """One record of `git diff --raw`: modes, blobs, status letter, path, earlier path."""

    mode_before: str
    mode_after: str
    blob_before: str
    blob_after: str
    status: str
    path: bytes
    previous: bytes


class Lines(NamedTuple):
    """Lines added and removed, None for binary files."""

    added: int | None
    removed: int | None


def diff(
    repository: Path, before: str, after: str, *, limits: Limits, renames: bool
) -> tuple[list[Raw], dict[bytes, Lines]]:
    """Raw records and, by path, line counts. Renames and copies are found where `renames`.

    One process gives both: `--raw --numstat` prints the records, then the counts.
    """
    found = ["--find-renames=50%", "--find-copies=50%"] if renames else ["--no-renames"]
    counts = ["--numstat"] if renames else []
    out = git(repository, *_DIFF, *found, *counts, before, after, "--")
    fields = out.split(b"\0")
    records, rest = _raw(fields, limits, repository)
    return records, _numstat(fields, rest)


def _raw(fields: list[bytes], limits: Limits, repository: Path) -> tuple[list[Raw], int]:
    records: list[Raw] = []
    index = 0
    while index < len(fields) and fields[index].startswith(b":"):
        head = fields[index][1:].decode("ascii", "replace").split(" ")
        if len(head) != 5:
            raise InputError("git diff's answer isn't readable", where=str(repository))
        status, path = head[4][:1], fields[index + 1]
        previous = b""
        index += 2
        if status in ("R", "C"):
            previous, path = path, fields[index]
            index += 1
        records.append(Raw(head[0], head[1], head[2], head[3], status, path, previous))
        if len(records) > limits.operations:
            raise LimitError(
                f"more than {limits.operations} files", where=str(repository),
                do="Take a smaller range, or raise limits.operations.",
            )  # fmt: skip
    return records, index


def _numstat(fields: list[bytes], index: int) -> dict[bytes, Lines]:
    counts: dict[bytes, Lines] = {}
    while index < len(fields) and fields[index]:
        added, removed, path = fields[index].split(b"\t", 2)
        index += 1
        if not path:  # a rename: its two paths are fields of their own
            path = fields[index + 1]
            index += 2
        binary = added == b"-"
        counts[path] = Lines(None if binary else int(added), None if binary else int(removed))
    return counts
