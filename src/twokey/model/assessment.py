"""What is known about a Change: who wrote it, what it reaches, whether it can be undone."""

from datetime import datetime
from enum import IntEnum, StrEnum

import msgspec

from twokey.model.actor import Parties, PersonId
from twokey.model.change import Digest, Operation


class Level(StrEnum):
    """How a change was written. See product.md, Provenance."""

    HUMAN = "human"
    AUTOMATED = "automated"
    ASSISTED = "assisted"
    UNDECLARED = "undeclared"
    AUTHORED = "authored"
    AUTONOMOUS = "autonomous"

    @property
    def ai_involved(self) -> bool:
        """True for assisted, authored, autonomous and undeclared."""
        return self not in (Level.HUMAN, Level.AUTOMATED)

    @property
    def rank(self) -> int:
        """Order of concern; the worst commit gives a change its level."""
        return list(Level).index(self)


class SignalSource(StrEnum):
    """Where a sign of authorship was found."""

    TRAILER = "trailer"
    AUTHOR = "author"
    COMMITTER = "committer"
    ACCOUNT = "account"
    BRANCH = "branch"
    FOOTER = "footer"
    SUBJECT = "subject"
    NOTES = "notes"
    TRACE = "trace"
    SESSION = "session"
    GUARD = "guard"
    DECLARATION = "declaration"


class Strength(StrEnum):
    """How much a signal proves. Weak ones alone say only that somebody should ask."""

    WEAK = "weak"
    MODERATE = "moderate"
    STRONG = "strong"


class Signal(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One sign of who or what wrote a change.

    `tool` is the product's name as in the signal data. `detail` names what matched (a trailer
    key, a branch prefix), never free text. `level` is what it suggests. `commit` is empty for
    signals of the whole change.
    """

    tool: str
    source: SignalSource
    strength: Strength
    level: Level
    detail: str = ""
    commit: str = ""


class CommitProvenance(msgspec.Struct, frozen=True, kw_only=True):
    """One commit's level with its signals."""

    commit: str
    level: Level
    signals: tuple[Signal, ...] = ()


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """The whole change's level: its worst commit, raised or settled by signals of the whole.

    `declared` is true where the submitter's recorded declaration for this digest was found.
    """

    level: Level
    signals: tuple[Signal, ...] = ()
    commits: tuple[CommitProvenance, ...] = ()
    declared: bool = False

    @property
    def tools(self) -> tuple[str, ...]:
        """Names of the AI tools seen, sorted."""
        return tuple(sorted({s.tool for s in self.signals if s.level.ai_involved and s.tool}))


class Undo(StrEnum):
    """Whether an operation can be undone, in order of concern."""

    REVERSIBLE = "reversible"
    RECOVERABLE = "recoverable"
    IRREVERSIBLE = "irreversible"

    @property
    def rank(self) -> int:
        """0 reversible, 1 recoverable, 2 irreversible."""
        return list(Undo).index(self)


class Reversibility(msgspec.Struct, frozen=True, kw_only=True):
    """Whether it can be undone, why we think so, and an estimate of how long it takes.

    `minutes` is None where nobody can say; an irreversible operation has no time.
    """

    level: Undo
    evidence: tuple[str, ...] = ()
    minutes: int | None = None


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """An operation belongs to a domain or a control plane because of `via` (a matcher)."""

    name: str
    via: str
    guessed: bool = False


class Effect(msgspec.Struct, frozen=True, kw_only=True):
    """What one operation means. Stands beside it: `operation` is the same value as in the Change.

    `environment` is empty where it isn't known; `production` is true for production and for
    unknown environments of anything that isn't plain text in a repository.
    `guards` names what judges or reaches that this operation touches (CODEOWNERS, CI workflows,
    agent settings ...), empty if none.
    """

    operation: Operation
    environment: str
    production: bool
    domains: tuple[Membership, ...] = ()
    control_planes: tuple[Membership, ...] = ()
    services: tuple[str, ...] = ()
    stateful: bool = False
    harmless: bool = False
    guards: str = ""
    undo: Reversibility = Reversibility(level=Undo.REVERSIBLE)


class Criticality(StrEnum):
    """How much hangs on a domain."""

    NORMAL = "normal"
    HIGH = "high"
    CRITICAL = "critical"


class DomainReach(msgspec.Struct, frozen=True, kw_only=True):
    """A domain that the change reaches, with its owners and the path that reaches it."""

    name: str
    criticality: Criticality
    owners: tuple[str, ...] = ()
    guessed: bool = False
    path: tuple[str, ...] = ()
    operations: int = 0


class Blast(msgspec.Struct, frozen=True, kw_only=True):
    """What the change can reach.

    `share` maps an environment to the fraction (0 to 1) of its resources that this change
    deletes or replaces, where the format tells how many there are.
    """

    domains: tuple[DomainReach, ...] = ()
    control_planes: tuple[Membership, ...] = ()
    services: tuple[str, ...] = ()
    environments: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    share: tuple[tuple[str, float], ...] = ()

    @property
    def critical_domains(self) -> tuple[DomainReach, ...]:
        """The domains whose criticality is critical."""
        return tuple(d for d in self.domains if d.criticality is Criticality.CRITICAL)


class Tier(IntEnum):
    """How dangerous a change is: routine, elevated, high, critical."""

    ROUTINE = 0
    ELEVATED = 1
    HIGH = 2
    CRITICAL = 3

    @property
    def word(self) -> str:
        """The word that screens and policies use."""
        return self.name.lower()


class FactState(StrEnum):
    """Whether a source of facts is there. See product.md, Fact."""

    KNOWN = "known"
    NOT_CONFIGURED = "not-configured"
    FAILED = "failed"


class PastChange(msgspec.Struct, frozen=True, kw_only=True):
    """What a decision of the last 24 hours counted, for accumulation. From the ledger."""

    at: datetime
    digest: Digest
    operator: PersonId | None
    environment: str
    resources: int
    lines: int
    removed: int
    total: int
    ai_involved: bool
    domains: tuple[str, ...] = ()
    undone: bool = False


class ChangeRecord(msgspec.Struct, frozen=True, kw_only=True):
    """The answers a high or critical change owes: what, why, rollback, tests, what to watch."""

    what: str = ""
    why: str = ""
    rollback: str = ""
    tests: str = ""
    watch: str = ""

    def missing(self) -> tuple[str, ...]:
        """Names of the answers that are empty, in the order in which they are asked."""
        return tuple(f for f in self.__struct_fields__ if not getattr(self, f).strip())


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """Facts that people supply beside a change: a record, rollback evidence.

    `rollback` names resources (or `*`) for which a snapshot, a backup or a tested restore exists,
    each with where to find it.
    """

    record: ChangeRecord | None = None
    rollback: tuple[tuple[str, str], ...] = ()
    declared_human: bool = False


class Assessment(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that policy may see about a change.

    `parties` are resolved against the roster. `tier_reasons` are sentences, worst first.
    `accumulated` counts are those over 24 hours, this change included. `agent_in_scope` says that
    the configuration names the agent and everything it touches; `pinned_bump` that known
    automation moved a pinned version and nothing else. `freezes` names the windows that are open
    for what it reaches; `incident` says that one is running there, `budget_spent` that its error
    budget is spent; `blanket` that the actor holds, asks for or is given operator-like
    permissions; `uncovered_commits` counts commits that no released change covers.
    `proven_rollback` says that a human goes back to a state that was released and ran; `retry`
    that its operations are a subset of a released change whose execution failed, or that it is
    the state that was released and applied last.

    `facts` tells of each optional source whether it is there: `freeze`, `error-budget`,
    `incident`, `composition`, `regions`, `history`.
    """

    provenance: Provenance
    parties: Parties
    effects: tuple[Effect, ...]
    blast: Blast
    reversibility: Reversibility
    tier: Tier
    tier_reasons: tuple[str, ...] = ()
    production: bool = False
    resources_24h: int = 0
    lines_24h: int = 0
    share_24h: float = 0.0
    volume_24h: int = 0
    evidence: Evidence = Evidence()
    agent_in_scope: bool = False
    first_configuration: bool = False
    pinned_bump: bool = False
    freezes: tuple[str, ...] = ()
    incident: bool = False
    budget_spent: bool = False
    blanket: bool = False
    uncovered_commits: int = 0
    proven_rollback: bool = False
    retry: bool = False
    facts: tuple[tuple[str, FactState], ...] = ()

    def fact(self, name: str) -> FactState:
        """The state of one source of facts; not configured where nobody named it."""
        return dict(self.facts).get(name, FactState.NOT_CONFIGURED)
