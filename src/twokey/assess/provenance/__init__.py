"""Who or what wrote a change. One detector a file; the registry is here.

A commit's level is the worst that a signal suggests; the change's is its worst commit, raised by
signals of the whole. Nothing at all is `undeclared`, which is judged as AI, so that stripping a
trailer never helps. Only the submitter's verified declaration gives `human`, and any sign of AI
that is more than weak beats it.
"""

from twokey.assess.provenance import authorship, co_author, footer, notes, whole
from twokey.assess.provenance.interface import ChangeDetector, CommitDetector, Context, Message
from twokey.assess.provenance.trailers import trailers
from twokey.model.assessment import (
    CommitProvenance,
    Level,
    Provenance,
    Signal,
    SignalSource,
    Strength,
)
from twokey.model.change import Change, Commit

__all__ = ["Context", "provenance_of", "scan_commit"]

DETECTORS: tuple[CommitDetector, ...] = (
    co_author.detect,
    authorship.detect,
    footer.detect,
    notes.detect,
)
"""Signals of one commit."""

WHOLE: tuple[ChangeDetector, ...] = (
    whole.branch,
    whole.agent,
    whole.session,
    whole.trace,
    whole.guarded,
    footer.detect_text,
)
"""Signals of the change as a whole."""


def scan_commit(commit: Commit) -> CommitProvenance:
    """One commit's level with its signals."""
    message = Message(commit, trailers)
    signals = tuple(dict.fromkeys(s for detect in DETECTORS for s in detect(message)))
    return CommitProvenance(commit=commit.id, level=_worst(signals), signals=signals)


def provenance_of(change: Change, *, context: Context) -> Provenance:
    """The whole change's provenance."""
    commits = tuple(map(scan_commit, change.commits))
    around = tuple(s for detect in WHOLE for s in detect(change, context))
    signals = tuple(dict.fromkeys((*around, *(s for c in commits for s in c.signals))))
    levels = [c.level for c in commits] or [Level.UNDECLARED]
    ai = [s for s in around if s.level.ai_involved and s.strength is not Strength.WEAK]
    level = max([*levels, *(s.level for s in ai)], key=lambda found: found.rank)
    if level is Level.UNDECLARED and context.declared_human:
        declared = Signal(
            tool="", source=SignalSource.DECLARATION, strength=Strength.STRONG, level=Level.HUMAN,
            detail="the submitter's own declaration",
        )  # fmt: skip
        level, signals = Level.HUMAN, (*signals, declared)
    return Provenance(
        level=level, signals=signals, commits=commits, declared=context.declared_human
    )


def _worst(signals: tuple[Signal, ...]) -> Level:
    """The worst level of signals of AI; else `automated` where a known bot wrote it."""
    if not signals:
        return Level.UNDECLARED
    return max((s.level for s in signals), key=lambda found: found.rank)
