"""The words that all reports share: what is needed, why, and what to do next."""

from twokey.model.assessment import Effect, Undo
from twokey.model.change import ChangeKind
from twokey.model.decision import Hold, Verdict
from twokey.service.outcome import Outcome
from twokey.service.report.escape import plain

MARKS = {Verdict.ALLOW: "ALLOWED", Verdict.HOLD: "HELD", Verdict.DENY: "DENIED"}
_OPTIONS = {
    ChangeKind.GIT: "--range",
    ChangeKind.DIFF: "--diff",
    ChangeKind.TERRAFORM: "--terraform-plan",
    ChangeKind.KUBERNETES: "--kubernetes",
    ChangeKind.CLOUDFORMATION: "--cloudformation",
    ChangeKind.SQL: "--sql",
}


def option_of(outcome: Outcome) -> str:
    """How the change is named on the command line: `--range main..HEAD`."""
    return f"{_OPTIONS.get(outcome.change.kind, '--diff')} {plain(outcome.change.source)}"


def open_holds(outcome: Outcome) -> list[Hold]:
    """The holds that still stop the change."""
    return [h for h in outcome.decision.holds if not h.released]


def needs(outcome: Outcome) -> list[tuple[str, str]]:
    """(what is missing, rule) for each open hold; the same need of two rules stands once."""
    found: dict[str, list[str]] = {}
    for hold in open_holds(outcome):
        for sentence in hold.missing:
            found.setdefault(sentence, []).append(hold.rule)
    return [(sentence, ", ".join(dict.fromkeys(rules))) for sentence, rules in found.items()]


def why(outcome: Outcome) -> list[str]:
    """Why it is as dangerous as it is, and who wrote it, as sentences without full stops."""
    assessment = outcome.assessment
    sentences = [s[0].upper() + s[1:] for s in assessment.tier_reasons]
    return [_authorship(outcome), *sentences]


def _authorship(outcome: Outcome) -> str:
    provenance, parties = outcome.assessment.provenance, outcome.assessment.parties
    tools = ", ".join(provenance.tools)
    operator = parties.operator.person or "someone unnamed" if parties.operator else "nobody named"
    agent = f"{plain(parties.agent or tools or 'unnamed')}, for {plain(operator)}"
    sentences = {
        "autonomous": f"An agent submitted it ({agent})",
        "authored": f"AI wrote it ({tools})" if tools else "AI wrote it",
        "assisted": f"AI assisted ({tools})" if tools else "AI assisted",
        "undeclared": "Nobody declared how it was written",
        "automated": "A known automation wrote it",
        "human": "The submitter declared that people wrote it",
    }
    return sentences[provenance.level]


def operation_facts(effect: Effect) -> str:
    """What matters about one operation, in a few words: `production  stateful  irreversible`."""
    facts = [effect.environment or "environment unknown"] if not effect.harmless else ["harmless"]
    if effect.stateful:
        facts.append("stateful")
    if effect.control_planes:
        facts.append("control plane " + plain(effect.control_planes[0].name, width=16))
    elif effect.domains:
        domain = effect.domains[0]
        facts.append(plain(domain.name, width=16) + (" (guessed)" if domain.guessed else ""))
    if effect.undo.level is Undo.IRREVERSIBLE:
        facts.append("irreversible")
    elif effect.undo.minutes and effect.undo.level is Undo.RECOVERABLE:
        facts.append(f"undo about {_duration(effect.undo.minutes)}")
    return "  ".join(facts)


def next_steps(outcome: Outcome) -> list[str]:
    """Commands that move it on; none where nothing waits."""
    verdict, option = outcome.decision.verdict, option_of(outcome)
    waiting = open_holds(outcome)
    if verdict is Verdict.ALLOW:
        return []
    steps = []
    if any(h.requirement for h in waiting) and outcome.decision.people is not None:
        steps.append(f"twokey approve {option}    (a reviewer)")
    if any(h.supply == "change-record" for h in waiting):
        steps.append("twokey check … --draft-record > record.yaml")
        steps.append("twokey check … --record record.yaml")
    if any(h.supply == "declaration" for h in waiting):
        steps.append("twokey approve … --declare-human    (the submitter)")
    if any(h.supply == "rollback-evidence" for h in waiting):
        steps.append("twokey check … --rollback RESOURCE=WHERE")
    rules = [d.rule for d in outcome.decision.denials] + [h.rule for h in waiting]
    if rules:
        steps.append(f"twokey check … --explain {rules[0]}")
    return steps


def _duration(minutes: int) -> str:
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.0f} h"
