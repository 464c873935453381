"""Every rule of the blueprint: a case that it holds, near misses that it doesn't, and modes."""

from typing import Any

import pytest

from tests.unit.cases import case, effect
from twokey.decide import decide
from twokey.decide.pack import BLUEPRINT, load_pack
from twokey.errors import PolicyError
from twokey.model.assessment import Blast, ChangeRecord, Evidence, FactState
from twokey.model.decision import Decision, Mode, Verdict

ALL = load_pack(ready=True)
GUARD = (effect(guards="CI workflows"),)
LOSS = (effect("delete", stateful=True, undo="irreversible"),)
RECORD = Evidence(record=ChangeRecord(what="a", why="b", rollback="c", tests="d", watch="e"))
HISTORY = (("history", FactState.KNOWN),)


def decided(pack: Any = ALL, **facts: Any) -> Decision:
    return decide(case(**facts), pack)


def rules(**facts: Any) -> set[str]:
    decision = decided(**facts)
    return {
        i.policy for i in (*decision.holds, *decision.denials) if not getattr(i, "released", False)
    }


HOLDS: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    ("ai-needs-senior", {"level": "authored"},
     [{"level": "human"}, {"level": "automated"}, {"level": "authored", "author": "ada"},
      {"level": "authored", "tier": "routine"}, {"level": "authored", "production": False}]),
    ("ai-needs-senior", {"level": "undeclared"}, [{"level": "undeclared", "tier": "routine"}]),
    ("ai-needs-senior", {"level": "autonomous", "author": "ada", "agent": "kiro", "operator": "ada"}, []),
    ("high-blast-two-person", {"tier": "critical"}, [{"tier": "high"}, {"tier": "critical", "production": False}]),
    ("high-blast-two-person", {"effects": (effect(planes=("dns",)),)}, [{}]),
    ("ai-critical-domain", {"level": "assisted", "domains": ("checkout",)},
     [{"level": "human", "domains": ("checkout",)}, {"level": "assisted"}]),
    ("one-domain-at-a-time", {"domains": ("checkout", "pricing")}, [{"domains": ("checkout",)}]),
    ("destroys-state/evidence", {"effects": LOSS},
     [{"effects": LOSS, "evidence": Evidence(rollback=(("x", "snapshot 1"),))},
      {"effects": (effect("delete", undo="recoverable"),)}]),
    ("destroys-state/people", {"effects": LOSS, "evidence": Evidence(rollback=(("*", "s"),))},
     [{"effects": (effect("update", stateful=True),)}]),
    ("destroys-state/people", {"share_24h": 0.11}, [{"share_24h": 0.10}]),
    ("agent-reversible-only/recoverable",
     {"agent": "kiro", "operator": "cy", "effects": (effect("delete", undo="recoverable"),)},
     [{"effects": (effect("delete", undo="recoverable"),)},
      {"agent": "kiro", "operator": "cy", "agent_in_scope": True}]),
    ("agent-reversible-only/irreversible", {"agent": "kiro", "operator": "cy", "effects": LOSS}, [{"effects": LOSS}]),
    ("agent-reversible-only/outside-production",
     {"agent": "kiro", "operator": "cy", "production": False, "effects": (effect("delete", undo="recoverable", production=False),)},
     [{"production": False, "agent": "kiro", "operator": "cy", "agent_in_scope": True}]),
    ("agent-no-blanket", {"agent": "kiro", "operator": "cy", "blanket": True},
     [{"blanket": True}, {"agent": "kiro", "operator": "cy"}]),
    ("no-lone-agent-fix", {"agent": "kiro", "operator": "cy", "incident": True, "facts": (("incident", FactState.KNOWN),)},
     [{"incident": True, "facts": (("incident", FactState.KNOWN),)},
      {"agent": "kiro", "operator": "cy", "incident": True}]),
    ("ai-volume", {"level": "assisted", "domains": ("checkout",), "volume_24h": 10, "facts": HISTORY},
     [{"level": "assisted", "domains": ("checkout",), "volume_24h": 9, "facts": HISTORY},
      {"level": "human", "domains": ("checkout",), "volume_24h": 10, "facts": HISTORY}]),
    ("change-record", {"tier": "high"}, [{"tier": "elevated"}, {"tier": "high", "evidence": RECORD}]),
    ("declare-provenance", {"level": "undeclared", "tier": "high"},
     [{"level": "undeclared"}, {"level": "assisted", "tier": "critical"}]),
    ("composed", {"uncovered_commits": 1, "facts": (("composition", FactState.KNOWN),)},
     [{"uncovered_commits": 1}, {"facts": (("composition", FactState.KNOWN),)}]),
    ("freeze", {"freezes": ("holidays",), "facts": (("freeze", FactState.KNOWN),)},
     [{"facts": (("freeze", FactState.KNOWN),)}, {"freezes": ("holidays",)}]),
    ("freeze/error-budget", {"budget_spent": True, "facts": (("error-budget", FactState.KNOWN),)},
     [{"budget_spent": True}]),
    ("staged", {"tier": "critical", "blast": Blast(regions=("a", "b")), "facts": (("regions", FactState.KNOWN),)},
     [{"tier": "critical", "blast": Blast(regions=("a",)), "facts": (("regions", FactState.KNOWN),)},
      {"tier": "high", "blast": Blast(regions=("a", "b")), "facts": (("regions", FactState.KNOWN),)}]),
    ("guard-the-guard", {"effects": GUARD},
     [{"effects": GUARD, "first_configuration": True}, {"effects": GUARD, "pinned_bump": True}, {}]),
    ("guard-the-guard/pinned-bump", {"effects": GUARD, "pinned_bump": True, "level": "automated"}, [{"effects": GUARD}]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "facts", "misses"), HOLDS, ids=[f"{i}-{h[0]}" for i, h in enumerate(HOLDS)]
)
def test_rule(policy: str, facts: dict[str, Any], misses: list[dict[str, Any]]) -> None:
    assert policy in rules(**facts)
    for miss in misses:
        assert policy not in rules(**miss), miss


def test_every_rule_has_a_case() -> None:
    assert {p.partition("/")[0] for p, _, _ in HOLDS} == set(BLUEPRINT)
    assert {p for p, _, _ in HOLDS} == {p.id for p in ALL.policies}


def test_a_denial_is_released_by_nobody() -> None:
    decision = decided(agent="kiro", operator="cy", blanket=True)
    assert decision.verdict is Verdict.DENY
    assert [d.rule for d in decision.denials] == ["agent-no-blanket"]


def test_modes_until_people_and_domains_are_named() -> None:
    pack = load_pack()
    enforced = {p.rule for p in pack.policies if p.mode is Mode.ENFORCE}
    assert enforced == {
        "destroys-state",
        "guard-the-guard",
        "agent-reversible-only",
        "agent-no-blanket",
    }
    decision = decided(pack, level="authored", tier="critical")
    assert decision.verdict is Verdict.ALLOW
    assert {"ai-needs-senior", "high-blast-two-person"} <= {w.rule for w in decision.would}


def test_observe_and_off() -> None:
    pack = load_pack(modes={"guard-the-guard": Mode.OBSERVE, "change-record": Mode.OFF}, ready=True)
    decision = decided(pack, effects=GUARD, tier="high")
    assert "guard-the-guard" in {w.rule for w in decision.would}
    assert "change-record" not in {i.rule for i in (*decision.holds, *decision.would)}
    with pytest.raises(PolicyError, match="guard-the-guard"):
        load_pack(modes={"guard-the-gard": Mode.OFF})


def test_facts_that_are_not_configured_are_listed_and_failed_ones_hold() -> None:
    assert {n.rule for n in decided().not_judged} >= {
        "no-lone-agent-fix",
        "composed",
        "freeze",
        "staged",
    }
    failed = rules(facts=(("incident", FactState.FAILED), ("freeze", FactState.FAILED)))
    assert {"no-lone-agent-fix", "freeze"} <= failed


def test_a_proven_rollback_passes_all_but_two_rules() -> None:
    facts: dict[str, Any] = {
        "tier": "critical",
        "level": "human",
        "freezes": ("x",),
        "facts": (("freeze", FactState.KNOWN),),
    }
    assert rules(**facts)
    assert rules(proven_rollback=True, **facts) == set()
    assert rules(proven_rollback=True, effects=GUARD) == {"guard-the-guard"}
    assert "destroys-state/people" in rules(proven_rollback=True, effects=LOSS)
    assert rules(retry=True, effects=LOSS, tier="critical") == set()


USER = '@id("{id}")\n@sentence("Ours")\n{more}\n{effect}(principal, action, resource){when};'


def user(**parts: str) -> list[tuple[str, str]]:
    defaults = {"id": "ours", "more": "", "effect": "forbid", "when": ""}
    return [("ours.cedar", USER.format(**(defaults | parts)))]


def test_users_policies_stand_beside_the_blueprint() -> None:
    pack = load_pack(
        user(more='@signoff("senior")', when=' when { context.domains.contains("ours") }')
    )
    assert "ours" in pack.rules
    held = decided(pack, domains=("ours",))
    assert "ours" in {h.rule for h in held.holds}
    assert "ours" not in {h.rule for h in decided(pack).holds}


@pytest.mark.parametrize(
    ("policies", "says"),
    [
        (user(when=' when { context.tier == Tier::"crtical" }'), "crtical"),
        (user(when=" when { context.nonsense }"), "nonsense"),
        (user(when=" when { context.session.secrets_read }"), "session"),
        (user(effect="permit"), "a permit"),
        (user(more='@color("red")'), "unknown annotation @color"),
        (user(more='@signoff("a")\n@supply("b")'), "both @signoff and @supply"),
        (user(id="freeze"), "stands twice"),
        ([("x.cedar", "forbid (principal, action, resource);")], "no @id"),
        ([("x.cedar", '@id("x")\nforbid (principal, action, resource);')], "no @sentence"),
        ([("x.cedar", "this is not cedar")], "not a Cedar policy"),
        (
            [
                (
                    "x.cedar",
                    '@id("x")@sentence("s")forbid (principal == ?principal, action, resource);',
                )
            ],
            "template",
        ),
    ],
)
def test_what_does_not_load_is_an_error_that_names_the_file(
    policies: list[tuple[str, str]], says: str
) -> None:
    with pytest.raises(PolicyError, match=says) as caught:
        load_pack(policies)
    assert ".cedar" in str(caught.value)


def test_a_line_is_named() -> None:
    text = '// a comment; with a semicolon\n\n@id("a")\n@sentence("x; y")\nforbid(principal, action, resource);\n\n' \
           '@id("b")\nforbid(principal, action, resource);\n'  # fmt: skip
    with pytest.raises(PolicyError, match="two.cedar:7: no @sentence"):
        load_pack([("two.cedar", text)])


def test_a_policy_that_errs_denies_instead_of_vanishing() -> None:
    """Naively, Cedar skips a policy whose evaluation overflows, and allows."""
    overflow = user(when=" when { context.lines_24h + 9223372036854775807 > 0 }")
    pack = load_pack(overflow)
    assert "ours" in {d.rule for d in decided(pack, lines_24h=5).denials}
    warned = load_pack(overflow, modes={"ours": Mode.WARN})
    assert "ours" in {w.rule for w in decided(warned, lines_24h=5).would}


def test_facts_beyond_every_bound_are_clamped_not_lost() -> None:
    assert rules(lines_24h=10**30, resources_24h=-5, share_24h=float(10**6)) >= {
        "destroys-state/people"
    }


def test_a_request_that_cannot_be_built_is_a_denial() -> None:
    decision = decided(freezes=("\ud800",))
    assert decision.verdict is Verdict.DENY


def test_equal_facts_give_equal_decisions_and_modes_are_part_of_the_version() -> None:
    assert decided(level="authored", domains=("b", "a")) == decided(
        level="authored", domains=("b", "a")
    )
    assert load_pack().version != load_pack(ready=True).version
    assert load_pack().version == load_pack().version
