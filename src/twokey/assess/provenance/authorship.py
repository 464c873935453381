"""AI as the author or committer: bot accounts by numeric id, names that only a tool uses.

Copilot's and Devin's cloud agents invert authorship: the bot is the author, and the human who
asked is the co-author.
"""

from collections.abc import Iterator

from twokey.assess.provenance.data import (
    BY_AUTHOR,
    BY_BOT,
    EXCEPTIONS,
    SUBJECTS,
    SUFFIXES,
    account_of,
    tool_of,
)
from twokey.assess.provenance.interface import Message
from twokey.model.actor import Identity
from twokey.model.assessment import Level, Signal, SignalSource, Strength

_FORGE = ("noreply@github.com", "noreply@gitlab.com")


def detect(message: Message) -> Iterator[Signal]:
    """Signals of the commit's author, committer and subject."""
    commit = message.commit
    yield from _author(commit.author, commit.id)
    yield from _committer(commit.committer, commit.id)
    yield from _automation(message)
    for subject, tool in SUBJECTS:
        if message.folded.startswith(subject):
            yield _signal(
                tool,
                SignalSource.SUBJECT,
                Strength.MODERATE,
                Level.AUTHORED,
                subject.strip(),
                commit.id,
            )


def _author(author: Identity, commit: str) -> Iterator[Signal]:
    account = account_of(author.email)
    if account in BY_BOT:
        yield _signal(
            BY_BOT[account],
            SignalSource.ACCOUNT,
            Strength.STRONG,
            Level.AUTONOMOUS,
            f"account {account}",
            commit,
        )
    elif tool := tool_of(author.name, author.email):
        yield _signal(
            tool, SignalSource.AUTHOR, Strength.STRONG, Level.AUTONOMOUS, "author's address", commit
        )
    elif tool := BY_AUTHOR.get(author.name.strip().lower(), ""):
        yield _signal(
            tool, SignalSource.AUTHOR, Strength.MODERATE, Level.AUTONOMOUS, "author's name", commit
        )
    yield from _suffix(author, SignalSource.AUTHOR, commit)


def _committer(committer: Identity, commit: str) -> Iterator[Signal]:
    if tool := tool_of(committer.name, committer.email):
        yield _signal(
            tool,
            SignalSource.COMMITTER,
            Strength.STRONG,
            Level.AUTHORED,
            "committer's address",
            commit,
        )
    yield from _suffix(committer, SignalSource.COMMITTER, commit)


def _suffix(identity: Identity, source: SignalSource, commit: str) -> Iterator[Signal]:
    name = identity.name.lower()
    for suffix, tool in SUFFIXES:
        if name.endswith(suffix):
            yield _signal(
                tool,
                source,
                Strength.STRONG,
                Level.AUTHORED,
                f"name ends in {suffix.strip()}",
                commit,
            )


def _automation(message: Message) -> Iterator[Signal]:
    """A known deterministic bot. Anyone can type its address, so the committer must be the bot or
    the forge too; and even then it is a claim, which any sign of AI beats."""
    author, committer = message.commit.author, message.commit.committer
    account = account_of(author.email)
    name = EXCEPTIONS.automations.get(str(account), "") if account else ""
    if name and (committer.email.lower() in _FORGE or account_of(committer.email) == account):
        yield _signal(
            name,
            SignalSource.ACCOUNT,
            Strength.WEAK,
            Level.AUTOMATED,
            f"account {account}",
            message.commit.id,
        )


def _signal(  # noqa: PLR0917 - the fields of a signal, in their order
    tool: str, source: SignalSource, strength: Strength, level: Level, detail: str, commit: str
) -> Signal:
    return Signal(
        tool=tool, source=source, strength=strength, level=level, detail=detail, commit=commit
    )
