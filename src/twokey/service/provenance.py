"""Who or what wrote each commit of a range, without judging it."""

from collections.abc import Iterator
from pathlib import Path

from twokey.assess.provenance import scan_commit
from twokey.documents import Limits
from twokey.intake import git
from twokey.model.assessment import CommitProvenance
from twokey.service.report.escape import plain


def provenance_of_range(repository: Path, spec: str, limits: Limits) -> Iterator[CommitProvenance]:
    """One value a commit, in git's topological order, streamed."""
    for commit in git.read_commits(repository, spec, limits=limits):
        yield scan_commit(commit)


def provenance_text(found: CommitProvenance) -> str:
    """One commit as a line for a terminal: short id, level, tools, what gave it away."""
    tools = ", ".join(sorted({s.tool for s in found.signals if s.tool}))
    signals = "; ".join(
        dict.fromkeys(
            f"{s.source} {s.detail} ({s.strength})".replace("  ", " ") for s in found.signals
        )
    )
    shown = plain(tools or "-", width=20)
    return f"{found.commit[:10]}  {found.level:<10}  {shown:<20}  {plain(signals)}".rstrip()
