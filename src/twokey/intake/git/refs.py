"""Small questions to a repository: revisions, branches, files at a commit, a merge tried out."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

from twokey.documents import Limits
from twokey.errors import InputError, LimitError
from twokey.intake.git.run import attempt, git, shown

_REMOTE = re.compile(r"(?:[/:])([^/:]+/[^/:]+?)(?:\.git)?/?$")
_APPROVALS = "refs/twokey/approvals/"
_OID = re.compile(r"[0-9a-f]{40}(?:[0-9a-f]{24})?")


def resolve(repository: Path, revision: str) -> str:
    """The commit id of a revision. Raises InputError where there is none."""
    if not revision or revision.startswith("-") or "\0" in revision:
        raise InputError(f"{revision!r} is no revision", where=str(repository))
    code, out, _ = attempt(
        repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"
    )
    found = out.decode().strip()
    if code != 0 or not _OID.fullmatch(found):
        inside, _, _ = attempt(repository, "rev-parse", "--git-dir")
        if inside != 0:
            raise InputError("no git repository", where=str(repository), do="Check --repository.")
        raise InputError(
            f"no commit {shown(revision.encode())!r}", where=str(repository),
            do="Fetch it, or check its name.",
        )  # fmt: skip
    return found


def exists(repository: Path, revision: str) -> bool:
    """True where the revision names a commit."""
    try:
        return bool(resolve(repository, revision))
    except InputError:
        return False


def merge_bases(repository: Path, one: str, other: str) -> list[str]:
    """All best common ancestors; several after criss-cross merges, none for unrelated histories."""
    code, out, _ = attempt(repository, "merge-base", "--all", one, other)
    return sorted(out.decode().split()) if code == 0 else []


def is_shallow(repository: Path) -> bool:
    """True where the history was cut by a shallow clone."""
    return git(repository, "rev-parse", "--is-shallow-repository").strip() == b"true"


def is_branch(repository: Path, name: str) -> bool:
    """True where a local or remote branch of that name exists."""
    return any(
        attempt(repository, "show-ref", "--verify", "--quiet", f"{prefix}{name}")[0] == 0
        for prefix in ("refs/heads/", "refs/remotes/origin/")
    )


def default_branch(repository: Path) -> str:
    """The remote's default branch, else main or master where there is one, else `main`."""
    code, out, _ = attempt(repository, "symbolic-ref", "--quiet", "refs/remotes/origin/HEAD")
    if code == 0:
        return out.decode("utf-8", "replace").strip().removeprefix("refs/remotes/origin/")
    return next((name for name in ("main", "master") if is_branch(repository, name)), "main")


def user_email() -> str:
    """The address that this user's own git settings name; empty where they name none."""
    try:
        run = subprocess.run(
            ["git", "config", "--get", "user.email"], capture_output=True, timeout=10, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return run.stdout.decode("utf-8", "replace").strip()


def remote_name(repository: Path) -> str:
    """`owner/name` out of origin's address, without credentials; empty where there is none."""
    code, out, _ = attempt(repository, "config", "--local", "--get", "remote.origin.url")
    found = _REMOTE.search(out.decode("utf-8", "replace").strip()) if code == 0 else None
    return found.group(1) if found else ""


def read_blob(repository: Path, commit: str, path: str, *, limits: Limits) -> bytes | None:
    """The bytes of a file at a commit, None where there is no such file (or it is no file)."""
    spec = f"{commit}:{path}"
    code, out, _ = attempt(repository, "cat-file", "--batch-check", stdin=spec.encode() + b"\n")
    words = out.decode("utf-8", "replace").rsplit(" ", 2)
    if code != 0 or len(words) != 3 or words[1] != "blob":
        return None
    if int(words[2]) > limits.yaml_bytes:
        raise LimitError(f"{words[2].strip()} bytes", where=f"{path} at {commit[:10]}")
    return git(repository, "cat-file", "blob", spec)


def list_paths(repository: Path, commit: str) -> list[str]:
    """Every path of a commit, escaped as everywhere else."""
    out = git(repository, "ls-tree", "-r", "-z", "--name-only", "--full-tree", commit)
    return [shown(name) for name in out.split(b"\0") if name]


def merged_tree(repository: Path, base: str, head: str) -> str:
    """The tree that merging `head` into `base` would give. Raises InputError on a conflict."""
    code, out, _ = attempt(repository, "merge-tree", "--write-tree", "--no-messages", base, head)
    tree = out.decode("utf-8", "replace").split("\n", 1)[0].strip()
    if code != 0 or not _OID.fullmatch(tree):
        raise InputError("the merge has conflicts", where=str(repository), do="Update the branch.")
    return tree


def changed_lines(
    repository: Path, base: str, head: str, paths: list[str]
) -> tuple[list[str], list[str]]:
    """(removed, added) lines of some paths, in order, for judging a small change by its text."""
    out = git(
        repository, "diff-tree", "-r", "-p", "-U0", "--no-ext-diff", "--no-textconv",
        "--no-renames", base, head, "--", *(f":(literal,top){p}" for p in paths),
    )  # fmt: skip
    lines = out.decode("utf-8", "replace").splitlines()
    removed = [x[1:] for x in lines if x.startswith("-") and not x.startswith("---")]
    added = [x[1:] for x in lines if x.startswith("+") and not x.startswith("+++")]
    return removed, added


def approval_refs(repository: Path, *, most: int) -> Iterator[tuple[str, bytes]]:
    """(ref name, bytes) of every approval that travels in the repository."""
    out = git(
        repository,
        "for-each-ref",
        f"--count={most}",
        "--format=%(objectname) %(objecttype) %(refname)",
        _APPROVALS,
    )
    for line in out.decode("utf-8", "replace").splitlines():
        name, kind, ref = line.split(" ", 2)
        if kind == "blob":
            yield ref, git(repository, "cat-file", "blob", name)


def store_approval(repository: Path, name: str, data: bytes) -> str:
    """Keep an approval under its own ref, to be pushed; returns the ref."""
    blob = git(repository, "hash-object", "-w", "--stdin", stdin=data).decode().strip()
    ref = f"{_APPROVALS}{name}"
    git(repository, "update-ref", ref, blob)
    return ref
