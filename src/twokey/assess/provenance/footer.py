"""Footers and session links that tools leave in messages. Quoted lines don't count."""

from collections.abc import Iterator

from twokey.assess.provenance.data import FOOTERS
from twokey.assess.provenance.interface import Context, Message
from twokey.model.assessment import Level, Signal, SignalSource, Strength
from twokey.model.change import Change

_MARKS = (
    "generated", "claude.ai/code", "cursor", "codex/tasks", "ampcode", "devin", "agent-logs",
    "replit-", "amp-thread", "claude-session", "made-with",
)  # fmt: skip
"""One of these stands in every footer: a cheap test before the expressions."""


def detect(message: Message) -> Iterator[Signal]:
    """Signals of the commit's footers."""
    if any(mark in message.folded for mark in _MARKS):
        yield from _scan(message.commit.message, message.commit.id)


def detect_text(change: Change, context: Context) -> Iterator[Signal]:  # noqa: ARG001
    """Signals of the request's own text, such as a pull request's body."""
    if change.text:
        yield from _scan(change.text, "")


def _scan(text: str, commit: str) -> Iterator[Signal]:
    seen: set[str] = set()
    fenced = False
    for line in text.splitlines():
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        if fenced or line.startswith((">", "    ", "\t")):
            continue
        for expression, tool in FOOTERS:
            if tool not in seen and expression.search(line.strip()):
                seen.add(tool)
                yield Signal(
                    tool=tool,
                    source=SignalSource.FOOTER,
                    strength=Strength.STRONG,
                    level=Level.AUTHORED,
                    detail="footer or session link",
                    commit=commit,
                )
