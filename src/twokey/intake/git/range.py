"""A range to a Change: what the right side adds to the merge base, and who committed it.

The digest covers, for each touched path, its mode, blob before and blob after, with repository
and target branch. It knows no commit ids, dates or merge bases, so it survives rebasing,
squashing and a base that moved elsewhere; and it comes from records without rename detection,
which is a guess for people's eyes.
"""

from pathlib import Path

from twokey.documents import Limits
from twokey.errors import InputError
from twokey.intake.git.log import log
from twokey.intake.git.refs import is_shallow, merge_bases, remote_name, resolve
from twokey.intake.git.run import attempt, git, shown
from twokey.intake.git.tree import Lines, Raw, diff
from twokey.model.actor import ActorKind, Identity, Parties, Party
from twokey.model.change import (
    Change,
    ChangeKind,
    Commit,
    Digest,
    Operation,
    Resource,
    Target,
    Verb,
)
from twokey.model.codec import canonical, digest_of, digest_pieces

_VERBS = {
    "A": Verb.CREATE,
    "C": Verb.CREATE,
    "M": Verb.UPDATE,
    "R": Verb.UPDATE,
    "D": Verb.DELETE,
    "T": Verb.REPLACE,
}
_LINK, _SUBMODULE = "120000", "160000"
_POINTER = b"version https://git-lfs.github.com/spec/"
_POINTER_BYTES = 1024
_ABSENT = "000000"
_MOST_MERGES = 50


def read_range(
    repository: Path, spec: str, *, limits: Limits, branch: str = "", source_branch: str = ""
) -> Change:
    """The Change that `A..B` proposes, or the one commit `B` against its first parent.

    Raises InputError where the two sides share no history, which a shallow clone can cause.
    """
    base, head, words, notes = _sides(repository, spec)
    shown_records, counts = diff(repository, base, head, limits=limits, renames=True)
    bound_records = shown_records
    if any(record.previous for record in shown_records):
        bound_records, _ = diff(repository, base, head, limits=limits, renames=False)
    commits = tuple(log(repository, words, limits=limits))
    pointers = _pointers(repository, shown_records, counts)
    name = remote_name(repository)
    pieces = [_piece(record) for record in bound_records]
    if not bound_records:
        notes = (*notes, "No file changes: the range's sides have the same content.")
    return Change(
        kind=ChangeKind.GIT,
        digest=digest_pieces("git", [*pieces, canonical(["target", name, branch])]),
        source=spec,
        operations=tuple(_operation(r, counts, pointers) for r in shown_records),
        target=Target(
            repository=name,
            branch=branch,
            head=resolve(repository, _right(spec)),
            base=base,
            source_branch=source_branch or _branch_at(repository, spec),
        ),
        parties=_parties(repository, commits),
        commits=commits,
        notes=notes,
    )


def _right(spec: str) -> str:
    _, dots, right = spec.partition("..")
    return (right.removeprefix(".") or "HEAD") if dots else spec


def _sides(repository: Path, spec: str) -> tuple[str, str, list[str], tuple[str, ...]]:
    """(tree before, commit after, words for git log, notes)."""
    left, dots, _ = spec.partition("..")
    head = resolve(repository, _right(spec))
    if not dots:
        code, out, _ = attempt(repository, "rev-parse", "--verify", "--quiet", f"{head}^1")
        before = out.decode().strip() if code == 0 else _empty_tree(repository)
        return before, head, ["--max-count=1", head], ()
    base = resolve(repository, left or "HEAD")
    found = merge_bases(repository, base, head)
    if not found:
        shallow = is_shallow(repository)
        raise InputError(
            f"{spec}: the two sides share no commit", where=str(repository),
            do="Run `git fetch --unshallow`." if shallow else "Check that both are of one history.",
        )  # fmt: skip
    notes: tuple[str, ...] = ()
    before = found[0]
    if len(found) > 1:
        notes = (
            f"{len(found)} merge bases (criss-cross merges); compared with {base[:10]} itself.",
        )
        before = base
    if is_shallow(repository):
        notes = (*notes, "A shallow clone: commits before its edge aren't seen.")
    return before, head, [head, f"^{base}"], notes


def _empty_tree(repository: Path) -> str:
    """The id of the tree without files, in the repository's own hash."""
    return git(repository, "hash-object", "-t", "tree", "--stdin", stdin=b"").decode().strip()


def _branch_at(repository: Path, spec: str) -> str:
    """The branch that the right side names, for provenance; empty where it is none."""
    code, out, _ = attempt(
        repository, "rev-parse", "--symbolic-full-name", "--verify", "--quiet", _right(spec)
    )
    name = out.decode("utf-8", "replace").strip() if code == 0 else ""
    return name.removeprefix("refs/heads/").removeprefix("refs/remotes/origin/")


def _piece(record: Raw) -> bytes:
    return canonical(
        [
            shown(record.path),
            record.mode_before,
            record.blob_before,
            record.mode_after,
            record.blob_after,
        ]
    )


def _operation(record: Raw, counts: dict[bytes, Lines], pointers: frozenset[str]) -> Operation:
    lines = counts.get(record.path, Lines(0, 0))
    path, previous = shown(record.path), shown(record.previous)
    return Operation(
        verb=_VERBS.get(record.status, Verb.UNKNOWN),
        resource=Resource(kind="file", name=path),
        digest=digest_of(_piece(record) + previous.encode()),
        after=_after(record, path),
        previous=previous,
        hints=_hints(record, lines, pointers),
        lines_added=lines.added or 0,
        lines_removed=lines.removed or 0,
    )


def _after(record: Raw, path: str) -> str:
    if record.mode_after == _ABSENT:
        return ""
    return Digest(digest_of(canonical([path, record.mode_after, record.blob_after])))


def _hints(record: Raw, lines: Lines, pointers: frozenset[str]) -> tuple[str, ...]:
    modes = {record.mode_before, record.mode_after} - {_ABSENT}
    both = _ABSENT not in (record.mode_before, record.mode_after)
    found = (
        ("symlink", _LINK in modes),
        ("submodule", _SUBMODULE in modes),
        ("mode", both and len(modes) > 1 and not {_LINK, _SUBMODULE} & modes),
        ("binary", lines.added is None),
        ("lfs", record.blob_after in pointers or record.blob_before in pointers),
    )
    return tuple(name for name, applies in found if applies)


def _pointers(repository: Path, records: list[Raw], counts: dict[bytes, Lines]) -> frozenset[str]:
    """Blobs that are LFS pointers. Only short text files can be one, so few are looked at."""
    short = [
        blob
        for r in records
        if (lines := counts.get(r.path))
        and max(lines.added or 0, lines.removed or 0) in (1, 2, 3, 4)
        for blob in (r.blob_before, r.blob_after)
        if set(blob) != {"0"} and _SUBMODULE not in (r.mode_before, r.mode_after)
    ]
    if not short or not _may_use_lfs(repository, records):
        return frozenset()
    wanted = sorted(set(short))
    sizes = git(repository, "cat-file", "--batch-check", stdin="\n".join(wanted).encode() + b"\n")
    small = [
        name
        for name, kind, size in (
            line.split() for line in sizes.decode().splitlines() if line.count(" ") == 2
        )
        if kind == "blob" and int(size) <= _POINTER_BYTES
    ]
    return frozenset(_with_prefix(repository, small))


def _may_use_lfs(repository: Path, records: list[Raw]) -> bool:
    """LFS needs its filter in .gitattributes; without the file nobody meant a pointer."""
    names = {r.path.rpartition(b"/")[2] for r in records}
    if b".gitattributes" in names:
        return True
    out = attempt(repository, "ls-tree", "-r", "--name-only", "HEAD", "--", ".gitattributes")[1]
    return bool(out.strip())


def _with_prefix(repository: Path, blobs: list[str]) -> list[str]:
    out = (
        git(repository, "cat-file", "--batch", stdin="\n".join(blobs).encode() + b"\n")
        if blobs
        else b""
    )
    found, at = [], 0
    while at < len(out):
        end = out.index(b"\n", at)
        name, _, size = out[at:end].decode().split()
        body = out[end + 1 : end + 1 + int(size)]
        found += [name] if body.startswith(_POINTER) else []
        at = end + 2 + int(size)
    return found


def _parties(repository: Path, commits: tuple[Commit, ...]) -> Parties:
    """Authors and committers as git names them. A clean merge from the base gives no hand."""
    merges = [c for c in commits if len(c.parents) > 1]
    # Each is a process of git; beyond so many, a merge's committer counts as involved instead.
    clean = {c.id for c in merges[:_MOST_MERGES] if _is_clean(repository, c)}
    wrote = [c for c in commits if c.id not in clean]
    merged = [c for c in commits if c.id in clean]
    return Parties(
        authors=_people(c.author for c in wrote),
        committers=_people(c.committer for c in wrote),
        mergers=_people(i for c in merged for i in (c.author, c.committer)),
        co_authors=_people(p for c in wrote for p in _co_authors(c.message)),
    )


def _people(identities: object) -> tuple[Party, ...]:
    unique = dict.fromkeys(identities)  # type: ignore[call-overload]
    return tuple(
        Party(
            kind=ActorKind.AUTOMATION if i.name.endswith("[bot]") else ActorKind.HUMAN, identity=i
        )
        for i in unique
    )


def _co_authors(message: str) -> list[Identity]:
    """Everybody in a co-author line anywhere: to be barred is the careful reading."""
    if "o-authored-by" not in message.lower():
        return []
    found = []
    for line in message.splitlines():
        key, colon, value = line.strip().partition(":")
        if colon and key.lower() == "co-authored-by":
            name, _, rest = value.strip().partition("<")
            found.append(Identity(name=name.strip(), email=rest.partition(">")[0].strip()))
    return found


def _is_clean(repository: Path, commit: Commit) -> bool:
    """True where git's own merge of the parents gives this very tree. Octopus merges have none."""
    if len(commit.parents) != 2:
        return False
    code, out, _ = attempt(
        repository, "merge-tree", "--write-tree", "--no-messages", *commit.parents
    )
    return code == 0 and out.decode("ascii", "replace").strip() == commit.tree
