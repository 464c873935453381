"""An Outcome as Markdown, for a pull request or a step summary. Safe whatever names it holds."""

from twokey.model.decision import Verdict
from twokey.service.outcome import Outcome
from twokey.service.report.danger import by_danger, dangerous
from twokey.service.report.escape import code, markdown
from twokey.service.report.words import needs, operation_facts, why

_MARKS = {Verdict.ALLOW: "🟢 Allowed", Verdict.HOLD: "🟠 Held", Verdict.DENY: "🔴 Denied"}
_MOST = 50


def check_markdown(outcome: Outcome, *, everything: bool = False) -> str:
    """A heading that says it all, what is missing, why, and the dangerous operations as a table."""
    decision, assessment = outcome.decision, outcome.assessment
    lines = [
        f"### Twokey: {_MARKS[decision.verdict]}, {assessment.tier.word}",
        "",
        " · ".join(
            [code(outcome.change.source), code(decision.digest[:19]), outcome.authority.standing]
        ),
        "",
    ]
    lines += [f"- **{markdown(d.sentence)}** {code(d.rule)}" for d in decision.denials]
    lines += [""] if decision.denials else []
    missing = needs(outcome)
    if missing:
        lines += ["| Needs | Rule |", "|---|---|"]
        lines += [f"| {markdown(sentence)} | {code(rule)} |" for sentence, rule in missing] + [""]
    if decision.verdict is Verdict.HOLD:
        lines += _who(outcome)
    lines += ["", "**Why:** " + ". ".join(markdown(s) for s in why(outcome)) + ".", ""]
    lines += _table(outcome, everything)
    lines += _small_print(outcome)
    return "\n".join(lines).rstrip() + "\n"


def _who(outcome: Outcome) -> list[str]:
    people = outcome.decision.people
    if people:
        return ["", f"**Who:** {', '.join(code(p) for p in people)} can release all of it."]
    return ["", *(markdown(advice) for advice in outcome.decision.advice)]


def _table(outcome: Outcome, everything: bool) -> list[str]:
    effects = outcome.assessment.effects
    shown = (by_danger(effects) if everything else dangerous(effects))[:_MOST]
    if not shown:
        return []
    rows = [
        f"| {o.verb} | {code(o.resource.name)} | {markdown(operation_facts(e))} |"
        for e in shown
        for o in (e.operation,)
    ]
    left = len(effects) - len(shown)
    more = ["", f"… and {left} more."] if left else []
    return ["| Does | What | Facts |", "|---|---|---|", *rows, *more, ""]


def _small_print(outcome: Outcome) -> list[str]:
    decision = outcome.decision
    parts = [f"{outcome.authority.standing}: {markdown(outcome.authority.why)}"]
    parts.append(f"configuration: {markdown(outcome.configured_by)}")
    if decision.would:
        rules = ", ".join(code(rule) for rule in sorted({w.rule for w in decision.would}))
        parts.append(f"would hold if it enforced: {rules}")
    if decision.not_judged:
        rules = ", ".join(code(rule) for rule in sorted({n.rule for n in decision.not_judged}))
        parts.append(f"not judged: {rules}")
    if outcome.receipt:
        parts.append(f"entry {outcome.receipt.seq} of the {outcome.receipt.scope} ledger")
    return ["<sub>" + " · ".join(parts) + "</sub>"]
