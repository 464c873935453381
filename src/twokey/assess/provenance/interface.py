"""What detectors see, and what they give."""

from collections.abc import Callable, Iterator
from functools import cached_property

import msgspec

from twokey.model.assessment import Signal
from twokey.model.change import Change, Commit


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What stands around a change.

    `environment` are variables of the process that hands it in. `traces` are the bytes of an
    Agent Trace file. `guarded` maps commit and tree ids that a guard saw an agent make to the
    agent's name. `declared_human` says that the submitter's recorded declaration was verified.
    """

    environment: dict[str, str] = {}
    traces: bytes = b""
    guarded: dict[str, str] = {}
    declared_human: bool = False


class Message:
    """A commit's message, taken apart once for all detectors."""

    def __init__(self, commit: Commit, trailers: Callable[[str], list[tuple[str, str]]]) -> None:
        self.commit = commit
        self.folded = commit.message.casefold()
        self._read = trailers

    @cached_property
    def trailers(self) -> list[tuple[str, str]]:
        """(key in lower case, value) of every trailer that isn't quoted."""
        return self._read(self.commit.message)


CommitDetector = Callable[[Message], Iterator[Signal]]
"""Signals of one commit."""

ChangeDetector = Callable[[Change, Context], Iterator[Signal]]
"""Signals of a change as a whole."""
