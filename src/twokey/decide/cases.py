"""`twokey policy test`: facts in, expected verdict and holds out, written in YAML.

    - name: a mid-level engineer's assistant touches checkout
      facts: {ai_involved: true, tier: high, level: mid}
      expect: {verdict: hold, holds: [ai-needs-senior]}

Facts not named keep their neutral values: a human senior's harmless change in production. The
verdict is the one before any approval. `holds` and `denials` are complete where they are given.
"""

from collections.abc import Sequence
from typing import Any

import msgspec

from twokey.decide.interface import Facts
from twokey.decide.pack import Pack
from twokey.documents import YamlDocument
from twokey.errors import PolicyError
from twokey.model.decision import Mode

NEUTRAL: Facts = {
    "kind": "git", "tier": "elevated", "production": True, "incomplete": False,
    "environments": ["production"], "operations": 1, "deletes": 0, "replaces": 0, "unknowns": 0,
    "resources_24h": 0, "lines_24h": 0, "provenance": "human", "ai_involved": False,
    "declared": True, "tools": [], "by_agent": False, "agent": "", "agent_in_scope": False,
    "level": "senior", "domains": [], "critical_domains": [], "critical_domain_count": 0,
    "control_planes": [], "touches_control_plane": False, "services": [], "regions": [],
    "region_count": 0, "undo": "reversible", "production_undo": "reversible",
    "stateful_removals": 0, "share_per_mille": 0, "share_limit_per_mille": 100, "guards": [],
    "touches_guard": False, "pinned_bump": False, "first_configuration": False,
    "record_complete": False, "rollback_evidence": False, "blanket": False, "incident": False,
    "freezes": [], "frozen": False, "budget_spent": False, "uncovered_commits": 0,
    "ai_volume_24h": 0, "ai_volume_limit": 10,
}  # fmt: skip
"""The baseline of every case, with enums as plain words."""

_ENUMS = {
    "kind": "Kind", "tier": "Tier", "provenance": "Provenance", "level": "Level", "undo": "Undo",
    "production_undo": "Undo",
}  # fmt: skip


class Expected(msgspec.Struct, forbid_unknown_fields=True):
    """What a case expects; None where it doesn't say."""

    verdict: str
    holds: list[str] | None = None
    denials: list[str] | None = None


class PolicyCase(msgspec.Struct, forbid_unknown_fields=True):
    """One case."""

    name: str
    expect: Expected
    facts: dict[str, Any] = {}


class CaseResult(msgspec.Struct, frozen=True, kw_only=True):
    """A case and what is wrong with it; nothing where it passed."""

    name: str
    line: int
    problems: tuple[str, ...]


def run_cases(pack: Pack, document: YamlDocument, source: str) -> list[CaseResult]:
    """Every case of a document, in order. Raises PolicyError for what is no case."""
    try:
        cases = msgspec.convert(document.value, list[PolicyCase])
    except msgspec.ValidationError as error:
        raise PolicyError(
            str(error), where=f"{source}:{document.line}", expected="cases: name, facts, expect"
        ) from None
    return [
        CaseResult(
            name=case.name,
            line=document.line_of(f"$[{index}]"),
            problems=tuple(_problems(pack, case, f"{source}:{document.line_of(f'$[{index}]')}")),
        )
        for index, case in enumerate(cases)
    ]


def facts_from(words: dict[str, Any], where: str) -> Facts:
    """Neutral facts with some replaced. Raises PolicyError for a fact that doesn't exist."""
    unknown = sorted(set(words) - set(NEUTRAL) - {"session"})
    if unknown:
        raise PolicyError(
            f"no fact {unknown[0]!r}", where=where, do="`twokey config schema policy` lists them."
        )
    facts = NEUTRAL | words
    for name, kind in _ENUMS.items():
        facts[name] = {"__entity": {"type": kind, "id": str(facts[name])}}
    return facts


def _problems(pack: Pack, case: PolicyCase, where: str) -> Sequence[str]:
    facts = facts_from(case.facts, where)
    answer = pack.engine.ask(("Agent" if facts["by_agent"] else "Human", "case"), "case", facts)
    if answer.failed:
        return [f"the facts couldn't be judged: {answer.failed}"]
    enforced = [p for p in pack.policies if p.mode is Mode.ENFORCE]
    erred = {policy for policy, _ in answer.errors}
    applying = [p for p in enforced if p.id in answer.forbidding | erred]
    denials = {p.rule for p in applying if p.id in erred or not (p.signoff or p.supply)}
    holds = {p.rule for p in applying if p.rule not in denials}
    verdict = "deny" if denials else "hold" if holds else "allow"
    problems = []
    if verdict != case.expect.verdict:
        problems.append(
            f"expected {case.expect.verdict}, found {verdict} ({_list(holds | denials)})"
        )
    for name, wanted, found in (
        ("holds", case.expect.holds, holds),
        ("denials", case.expect.denials, denials),
    ):
        if wanted is not None and set(wanted) != found:
            problems.append(f"{name}: expected {_list(set(wanted))}, found {_list(found)}")
    return problems


def _list(rules: set[str]) -> str:
    return ", ".join(sorted(rules)) or "none"
