"""What a git change needs from its repository beyond the change itself.

traces   Agent Trace records at the head
bump     whether only pinned versions move in the files that judge
binding  tier critical binds the merged tree, so that a base that moved voids approvals
"""

import re
from pathlib import Path

import msgspec

from twokey.documents import Limits
from twokey.errors import InputError, LimitError
from twokey.intake import git
from twokey.model.assessment import Assessment, Tier
from twokey.model.change import Change, ChangeKind, Verb
from twokey.model.codec import canonical, digest_of
from twokey.service.request import Request

_TRACES = ".agent-trace/traces.jsonl"
_PINNED = re.compile(
    r"(?P<before>(?:@|[:=]\s*[\"']?|rev:\s*)v?)(?:[0-9a-f]{40}|\d+(?:\.\d+){0,3}(?:[-+][\w.]+)?)"
    r"(?P<after>[\"']?\s*(?:#.*)?)$"
)
_MOST_GUARDS = 50


def traces_of(change: Change, request: Request) -> bytes:
    """The bytes of the head's Agent Trace file; empty where there is none."""
    if change.kind is not ChangeKind.GIT:
        return b""
    try:
        found = git.read_blob(
            Path(request.repository), change.target.head, _TRACES, limits=Limits()
        )
    except LimitError:
        return b""
    return found or b""


def is_pinned_bump(change: Change, request: Request, guards: list[str]) -> bool:
    """True where, in every file that judges, nothing but pinned versions moves: each removed line
    and its successor are the same but for a version or a commit id at the end."""
    updates = {o.resource.name for o in change.operations if o.verb is Verb.UPDATE}
    if change.kind is not ChangeKind.GIT or not guards or not set(guards) <= updates:
        return False
    if len(guards) > _MOST_GUARDS:
        return False
    target = change.target
    removed, added = git.changed_lines(Path(request.repository), target.base, target.head, guards)
    pairs = list(zip(removed, added, strict=False))
    return len(removed) == len(added) > 0 and all(
        _without_version(old) == _without_version(new) != old for old, new in pairs
    )


def bind_merged_tree(change: Change, assessment: Assessment, request: Request) -> Change:
    """The change with the merged tree in its digest where it is critical, else as it is.

    Where the merge has conflicts there is no merged tree yet; then the head's own is bound.
    """
    if change.kind is not ChangeKind.GIT or assessment.tier is not Tier.CRITICAL:
        return change
    repository, target = Path(request.repository), change.target
    left, dots, _ = request.spec.partition("..")
    base = git.resolve(repository, left or "HEAD") if dots else target.base
    notes = change.notes
    try:
        tree = git.merged_tree(repository, base, target.head)
    except InputError:
        tree = f"conflict {target.head}"
        notes = (*notes, "It doesn't merge cleanly; approvals end when that is resolved.")
    digest = digest_of(canonical([change.digest, tree]))
    return msgspec.structs.replace(change, digest=digest, notes=notes)


def _without_version(line: str) -> str:
    return _PINNED.sub(r"\g<before>\g<after>", line.split("#", maxsplit=1)[0].rstrip())
