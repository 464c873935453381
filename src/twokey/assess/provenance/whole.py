"""Signals of a change as a whole: branch names, sessions, traces, what a guard saw."""

from collections.abc import Iterator

import msgspec

from twokey.assess.provenance.data import BRANCHES, TOOLS, VARIABLES
from twokey.assess.provenance.interface import Context
from twokey.model.assessment import Level, Signal, SignalSource, Strength
from twokey.model.change import Change

_MOST_TRACES = 10_000
_TRACE_NAMES = {name.lower().replace(" ", "-"): name for name in TOOLS}


def branch(change: Change, context: Context) -> Iterator[Signal]:  # noqa: ARG001
    """A branch prefix that a tool gives, such as `codex/`; `NAME-codex/` counts too."""
    name = change.target.source_branch.lower()
    for prefix, tool in BRANCHES:
        first = name.partition("/")[0] + "/"
        if name.startswith(prefix) or (prefix == "codex/" and first.endswith("-codex/")):
            yield _signal(tool, SignalSource.BRANCH, Strength.MODERATE, Level.AUTHORED, prefix)


def agent(change: Change, context: Context) -> Iterator[Signal]:  # noqa: ARG001
    """An agent that hands the change in itself."""
    if change.parties.agent:
        yield _signal(
            change.parties.agent,
            SignalSource.SESSION,
            Strength.STRONG,
            Level.AUTONOMOUS,
            "submitter",
        )


def session(change: Change, context: Context) -> Iterator[Signal]:  # noqa: ARG001
    """Variables that an agent sets for what it runs: then an agent runs this very command."""
    for variable, tool in VARIABLES:
        key, tilde, text = variable.partition("~")
        value = context.environment.get(key, "")
        if value and (not tilde or text in value.lower()):
            yield _signal(tool, SignalSource.SESSION, Strength.STRONG, Level.AUTONOMOUS, key)


def guarded(change: Change, context: Context) -> Iterator[Signal]:
    """What a guard saw an agent commit: the strongest signal, by commit and by tree."""
    for commit in change.commits:
        name = context.guarded.get(commit.id) or context.guarded.get(commit.tree, "")
        if name:
            yield msgspec.structs.replace(
                _signal(
                    name, SignalSource.GUARD, Strength.STRONG, Level.AUTHORED, "seen by a guard"
                ),
                commit=commit.id,
            )


class _Contributor(msgspec.Struct, frozen=True):
    type: str = "unknown"


class _Conversation(msgspec.Struct, frozen=True):
    contributor: _Contributor | None = None


class _File(msgspec.Struct, frozen=True):
    path: str
    conversations: list[_Conversation] = []


class _Named(msgspec.Struct, frozen=True):
    name: str = ""


class _Revision(msgspec.Struct, frozen=True):
    revision: str = ""


class _Trace(msgspec.Struct, frozen=True):
    files: list[_File]
    vcs: _Revision | None = None
    tool: _Named | None = None


def trace(change: Change, context: Context) -> Iterator[Signal]:
    """Agent Trace records (RFC v0.1.0) of this change's commits or files."""
    touched = {o.resource.name for o in change.operations}
    commits = {c.id for c in change.commits}
    for line in context.traces.splitlines()[:_MOST_TRACES]:
        try:
            record = msgspec.json.decode(line, type=_Trace)
        except (msgspec.DecodeError, RecursionError):
            continue
        ours = record.vcs is not None and record.vcs.revision in commits
        kinds = {
            c.contributor.type
            for f in record.files
            if ours or f.path in touched
            for c in f.conversations
            if c.contributor
        }
        if kinds & {"ai", "mixed"}:
            level = Level.AUTHORED if "ai" in kinds else Level.ASSISTED
            name = record.tool.name if record.tool else ""
            tool = _TRACE_NAMES.get(name.lower(), name[:40])
            yield _signal(tool, SignalSource.TRACE, Strength.MODERATE, level, "Agent Trace")


def _signal(
    tool: str, source: SignalSource, strength: Strength, level: Level, detail: str
) -> Signal:
    return Signal(tool=tool, source=source, strength=strength, level=level, detail=detail)
