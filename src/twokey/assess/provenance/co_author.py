"""AI named in a trailer: co-author, Assisted-by, Generated-by, Signed-off-by. By e-mail."""

import re
from collections.abc import Iterator

from twokey.assess.provenance.data import TOOLS, tool_of
from twokey.assess.provenance.interface import Message
from twokey.assess.provenance.trailers import person
from twokey.model.assessment import Level, Signal, SignalSource, Strength

_AUTHORED = ("co-authored-by", "generated-by", "signed-off-by", "authored-by", "committed-by")
_ASSISTED = ("assisted-by", "ai-assisted-by")
_OWN = {key: name for name, tool in TOOLS.items() for key in tool.trailers}
_MODEL = re.compile(
    r"([A-Za-z][A-Za-z0-9_. -]{1,40}?):([A-Za-z0-9][A-Za-z0-9_./@-]*)(?:\s+\[?[^\]]*\]?)*"
)
_WORDS = {
    "claude": "Claude Code",
    **{word.lower(): name for name in TOOLS for word in (name, name.replace(" ", "-"))},
    "openai codex": "Codex",
}
_NAMES = (
    (re.compile(r"claude[ -](?:code|opus|sonnet|haiku|\d).*"), "Claude Code"),
    (re.compile(r"(?:github )?copilot\b.*"), "Copilot"),
    (re.compile(r"(?:openai )?(?:codex|chatgpt|gpt-?\d)\b.*"), "Codex"),
    (re.compile(r"(?:google )?gemini[ -](?:cli|code|pro|flash|\d).*"), "Gemini"),
    (re.compile(r"cursor(?: agent| ai)?"), "Cursor"),
)
"""Names that no person has, where a trailer carries no address."""


def detect(message: Message) -> Iterator[Signal]:
    """Signals of the commit's trailers."""
    if not any(mark in message.folded for mark in ("-by", "ai-agent")) and not any(
        key in message.folded for key in _OWN
    ):
        return
    for key, value in message.trailers:
        name, email = person(value)
        if key in _AUTHORED:
            tool = tool_of(name, email)
            level = Level.AUTHORED
            if key == "generated-by" and not tool and not email:
                tool = _named_tool(value.strip().lower())
        elif key in _ASSISTED:
            tool = tool_of(name, email) or _model_tool(value, email)
            level = Level.ASSISTED
        elif key == "ai-agent":
            tool, level = _named_tool(value.strip().lower()) or value.strip()[:40], Level.AUTHORED
        else:
            continue
        if tool:
            yield Signal(
                tool=tool,
                source=SignalSource.TRAILER,
                strength=Strength.STRONG,
                level=level,
                detail=key,
                commit=message.commit.id,
            )


def _model_tool(value: str, email: str) -> str:
    """The agent in `AGENT:MODEL [tools]` or a bare agent's name. People have addresses."""
    if email:
        return ""
    found = _MODEL.fullmatch(value)
    agent = (found.group(1) if found else value).strip()
    return _named_tool(agent.lower()) or (agent if found else "")


def _named_tool(name: str) -> str:
    if name in _WORDS:
        return _WORDS[name]
    return next((tool for pattern, tool in _NAMES if pattern.fullmatch(name)), "")
