"""git-ai's authorship log in refs/notes/ai (its standard v3.0.0), read with tolerance.

Notes are unsigned and anybody who pushes can write them: lines of a session say AI, but lines of
a human never make a commit `human`.
"""

import re
from collections.abc import Iterator

import msgspec

from twokey.assess.provenance.data import TOOLS
from twokey.assess.provenance.interface import Message
from twokey.model.assessment import Level, Signal, SignalSource, Strength

_ENTRY = re.compile(r"\s{2,}((?:s_[0-9a-f]{14}(?:::t_[0-9a-f]{14})?)|[0-9a-f]{7,16})\s+[\d,\- ]+")
_TOOLS = {name.lower().replace(" ", "-"): name for name in TOOLS} | {"claude": "Claude Code"}


class _Agent(msgspec.Struct, frozen=True):
    tool: str = ""


class _Session(msgspec.Struct, frozen=True):
    agent_id: _Agent = _Agent()


class _Log(msgspec.Struct, frozen=True):
    sessions: dict[str, _Session] = {}
    prompts: dict[str, _Session] = {}


def detect(message: Message) -> Iterator[Signal]:
    """A signal for each tool that the commit's note names lines of."""
    note = message.commit.notes
    if not note:
        return
    attested, _, rest = note.partition("\n---\n")
    keys = {
        found.group(1).partition("::")[0]
        for found in map(_ENTRY.fullmatch, attested.splitlines())
        if found
    }
    if not keys:
        return
    for tool in sorted(_tools(rest, keys) or {""}):
        yield Signal(
            tool=_TOOLS.get(tool.lower(), tool[:40]),
            source=SignalSource.NOTES,
            strength=Strength.MODERATE,
            level=Level.AUTHORED,
            detail="git-ai authorship log",
            commit=message.commit.id,
        )


def _tools(text: str, keys: set[str]) -> set[str]:
    try:
        log = msgspec.json.decode(text, type=_Log)
    except (msgspec.DecodeError, RecursionError):
        return set()
    known = {**log.prompts, **log.sessions}
    return {known[key].agent_id.tool for key in keys if key in known and known[key].agent_id.tool}
