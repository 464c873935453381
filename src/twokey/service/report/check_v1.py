"""`twokey check --format json`, version 1. Its schema is published by `twokey config schema check`.

A type of its own, so that internals can change and readers don't notice. Names of resources are
given raw, as JSON escapes them; texts of changes never appear.
"""

from typing import Any

import msgspec

SCHEMA = "twokey/check/1"


class SignalV1(msgspec.Struct, frozen=True, kw_only=True):
    """One sign of authorship."""

    tool: str
    source: str
    strength: str
    level: str
    detail: str
    commit: str


class CommitV1(msgspec.Struct, frozen=True, kw_only=True):
    """One commit's provenance; a line of `twokey provenance --format json`."""

    commit: str
    level: str
    ai_involved: bool
    tools: tuple[str, ...]
    signals: tuple[SignalV1, ...]


class ProvenanceV1(msgspec.Struct, frozen=True, kw_only=True):
    """The whole change's provenance."""

    level: str
    ai_involved: bool
    declared: bool
    tools: tuple[str, ...]
    signals: tuple[SignalV1, ...]
    commits: tuple[CommitV1, ...]


class OperationV1(msgspec.Struct, frozen=True, kw_only=True):
    """One operation with what it means."""

    verb: str
    kind: str
    name: str
    previous: str
    environment: str
    production: bool
    stateful: bool
    undo: str
    evidence: tuple[str, ...]
    domains: tuple[str, ...]
    control_planes: tuple[str, ...]
    guards: str
    attributes: tuple[str, ...]
    hints: tuple[str, ...]
    reason: str


class ChangeV1(msgspec.Struct, frozen=True, kw_only=True):
    """The change: `operations` counted by verb, `dangerous` the worst ones first (all of them
    with `--all`)."""

    digest: str
    kind: str
    source: str
    operations: dict[str, int]
    unchanged: int
    incomplete: bool
    notes: tuple[str, ...]
    dangerous: tuple[OperationV1, ...]


class DomainV1(msgspec.Struct, frozen=True, kw_only=True):
    """A domain that the change reaches."""

    name: str
    criticality: str
    owners: tuple[str, ...]
    guessed: bool
    operations: int


class PathV1(msgspec.Struct, frozen=True, kw_only=True):
    """How something is reached: from a resource, by what recognised it."""

    to: str
    steps: tuple[str, ...]


class BlastV1(msgspec.Struct, frozen=True, kw_only=True):
    """What the change reaches. `share` is a fraction from 0 to 1 for each environment."""

    domains: tuple[DomainV1, ...]
    control_planes: tuple[str, ...]
    services: tuple[str, ...]
    environments: tuple[str, ...]
    regions: tuple[str, ...]
    share: dict[str, float]
    paths: tuple[PathV1, ...]


class ReversibilityV1(msgspec.Struct, frozen=True, kw_only=True):
    """The worst of all operations; `minutes` is null where nobody can say."""

    level: str
    evidence: tuple[str, ...]
    minutes: int | None


class ApprovalV1(msgspec.Struct, frozen=True, kw_only=True):
    """An approval as this hold saw it; `why` it doesn't count."""

    person: str | None
    method: str
    strength: int
    counts: bool
    why: str


class HoldV1(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="hold"):
    """A rule that waits. `strength` is the least proof (0 to 3), null for a missing fact."""

    rule: str
    policy: str
    sentence: str
    mode: str
    signoff: str
    strength: int | None
    released: bool
    missing: tuple[str, ...]
    eligible: tuple[str, ...]
    approvals: tuple[ApprovalV1, ...]


class DenialV1(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="denial"):
    """A rule that no sign-off releases."""

    rule: str
    policy: str
    sentence: str
    mode: str


class NotJudgedV1(msgspec.Struct, frozen=True, kw_only=True):
    """A rule whose facts need a source that isn't configured."""

    rule: str
    needs: str


class PolicyV1(msgspec.Struct, frozen=True, kw_only=True):
    """Which policies judged, and from where the configuration came."""

    version: str
    configured_by: str


class AuthorityV1(msgspec.Struct, frozen=True, kw_only=True):
    """Whether the run releases anything beyond its own machine."""

    standing: str
    why: str


class ReceiptV1(msgspec.Struct, frozen=True, kw_only=True):
    """Where the decision stands in the ledger."""

    seq: int
    leaf: str
    size: int
    root: str
    scope: str
    log: str


class CheckV1(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer. `people` is the smallest set that releases everything, null when nobody
    can; `advice` then says what to configure."""

    schema: str
    verdict: str
    tier: str
    tier_reasons: tuple[str, ...]
    change: ChangeV1
    provenance: ProvenanceV1
    blast: BlastV1
    reversibility: ReversibilityV1
    risk: None
    holds: tuple[HoldV1, ...]
    denials: tuple[DenialV1, ...]
    would: tuple[HoldV1 | DenialV1, ...]
    not_judged: tuple[NotJudgedV1, ...]
    people: tuple[str, ...] | None
    advice: tuple[str, ...]
    passed_by: str
    authority: AuthorityV1
    policy: PolicyV1
    receipt: ReceiptV1 | None
    simulated: bool
    reasons: Any
