"""Why a rule holds, and a draft of the change record from the facts."""

import textwrap

from twokey.errors import UsageError
from twokey.model.decision import Hold, Reason
from twokey.service.outcome import Outcome
from twokey.service.report.escape import plain
from twokey.service.report.words import why


def explain(outcome: Outcome, rule: str) -> str:
    """One rule: its sentence, its facts, what releases it, and the approvals that don't count."""
    decision = outcome.decision
    items = [i for i in (*decision.holds, *decision.denials, *decision.would) if i.rule == rule]
    if not items:
        known = sorted({i.rule for i in (*decision.holds, *decision.denials, *decision.would)})
        skipped = {n.rule: n.needs for n in decision.not_judged}
        if rule in skipped:
            return f"{rule} wasn't judged: no source is configured for {skipped[rule]}.\n"
        raise UsageError(
            f"the rule {rule!r} doesn't apply to this change",
            expected=", ".join(known) or "no rule applies",
        )
    lines: list[str] = []
    for item in items:
        lines += [f"{item.policy}  ({item.mode})", *_wrap(item.sentence)]
        if isinstance(item, Hold):
            lines += _hold(item)
        lines.append("")
    tree = next((r for r in decision.reasons.children if r.name == rule), None)
    lines += _tree(tree, 0) if tree else []
    lines += [*_wrap(". ".join(why(outcome)) + ".")]
    return "\n".join(lines) + "\n"


def _hold(hold: Hold) -> list[str]:
    lines = [f"  released by   {hold.signoff}"]
    if hold.requirement:
        lines.append(f"  proof         strength {int(hold.requirement.strength)} or more")
    lines += [f"  missing       {sentence}" for sentence in hold.missing]
    if hold.eligible:
        lines.append(f"  may sign      {', '.join(map(plain, hold.eligible[:12]))}")
    lines += [
        f"  {'counts' if a.counts else 'not counted'}   {plain(a.person or 'nobody in the roster')}"
        + (f": {plain(a.why)}" if a.why else "")
        for a in hold.approvals
    ]
    return lines


def _tree(reason: Reason, depth: int) -> list[str]:
    """The facts under a rule; its own sentence stands above already."""
    text = f"{'  ' * depth}{reason.name}: {reason.outcome}"
    if depth and reason.sentence:
        text += f" ({reason.sentence})"
    lines = textwrap.wrap(plain(text), 78, subsequent_indent="  " * (depth + 2))
    return [*lines, *(line for child in reason.children for line in _tree(child, depth + 1))]


def _wrap(text: str) -> list[str]:
    return textwrap.wrap(plain(text), 76, initial_indent="  ", subsequent_indent="  ")


def draft_record(outcome: Outcome) -> str:
    """A change record to fill in, as YAML; what the facts say is filled in as comments."""
    change, assessment = outcome.change, outcome.assessment
    counts = ", ".join(f"{n} {verb}" for verb, n in sorted(change.counts().items()))
    undo = assessment.reversibility
    domains = ", ".join(plain(d.name) for d in assessment.blast.domains) or "no named domain"
    evidence = "; ".join(undo.evidence)
    given = assessment.evidence.record
    kept = {f: getattr(given, f) for f in given.__struct_fields__} if given else {}
    questions = (
        ("what", "What changes?", counts),
        ("why", "Why now?", "; ".join(assessment.tier_reasons)),
        ("rollback", "How is it undone, and how long does that take?", f"{undo.level}: {evidence}"),
        ("tests", "What was tested, where?", ""),
        ("watch", "What do you watch afterwards, and what makes you go back?", domains),
    )
    lines = [f"# Change record for {plain(change.source)}, {change.digest}"]
    for field, question, fact in questions:
        lines += ["", f"# {question}" + (f" ({fact})" if fact else "")]
        lines.append(f"{field}: {_quoted(kept.get(field, ''))}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    escaped = plain(text).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
