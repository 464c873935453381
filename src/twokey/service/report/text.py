"""An Outcome for a person at a terminal: 80 columns, readable without colour.

The first line alone is enough. Then what is missing and who can give it, why, the most dangerous
operations, and what to do next. Nothing foreign is printed unescaped.
"""

import textwrap
from collections.abc import Callable, Iterable

from twokey.model.assessment import Effect
from twokey.model.decision import Denial, Hold, Verdict
from twokey.service.outcome import Outcome
from twokey.service.report.danger import by_danger, dangerous
from twokey.service.report.escape import plain
from twokey.service.report.words import MARKS, needs, next_steps, operation_facts, why

WIDTH = 80
_INDENT = 12
Paint = Callable[[str, str], str]
"""(text, meaning) to text, where meaning is a verdict or `dim`."""


def no_paint(text: str, meaning: str) -> str:  # noqa: ARG001 - the signature of Paint
    """Text as it is, for pipes."""
    return text


def check_text(outcome: Outcome, *, everything: bool = False, paint: Paint = no_paint) -> str:
    """The whole answer. `everything` lists every operation instead of the worst three."""
    lines = [_headline(outcome, paint), ""]
    lines += _section("Denied", _denials(outcome))
    lines += _section("Needs", _two_columns(needs(outcome)))
    lines += _section("Who", _who(outcome))
    lines += _section("Why", _wrapped(". ".join(why(outcome))))
    lines += _section("Glass", _wrapped(_passed(outcome)))
    lines += _operations(outcome, everything)
    lines += _section("Would", _two_columns(_would(outcome)))
    lines += _section(
        "Note", [line for note in outcome.change.notes for line in _wrapped(plain(note))]
    )
    lines += _section("Next", next_steps(outcome))
    lines += _receipt(outcome, paint)
    return "\n".join(lines).rstrip() + "\n"


def _headline(outcome: Outcome, paint: Paint) -> str:
    decision = outcome.decision
    mark = paint(MARKS[decision.verdict], decision.verdict)
    short = decision.digest.removeprefix("sha256:")
    parts = [
        mark,
        plain(outcome.change.source, width=28),
        outcome.assessment.tier.word,
        f"sha256:{short[:4]}…{short[-2:]}",
    ]
    return "  ".join(parts) + f"  ({outcome.authority.standing})"


def _section(name: str, lines: Iterable[str]) -> list[str]:
    found = list(lines)
    if not found:
        return []
    head = f"  {name:<{_INDENT - 4}}  "
    rest = " " * _INDENT
    return [*((head if not i else rest) + line for i, line in enumerate(found)), ""]


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(plain(text), WIDTH - _INDENT, break_on_hyphens=False)


def _two_columns(rows: list[tuple[str, str]]) -> list[str]:
    """Sentence left, rule right; the rule moves below where both don't fit."""
    out = []
    for sentence, rule in rows:
        lines = _wrapped(sentence)
        room = max(0, WIDTH - _INDENT - len(rule))
        if lines and len(lines[-1]) + 2 <= room:
            lines[-1] = f"{lines[-1]:<{room}}{rule}"
        else:
            lines += [f"{part:>{WIDTH - _INDENT}}" for part in _wrapped(rule)]
        out += lines
    return out


def _who(outcome: Outcome) -> list[str]:
    decision = outcome.decision
    if decision.verdict is not Verdict.HOLD or not any(h.requirement for h in decision.holds):
        return []
    if decision.people is None:
        return [line for advice in decision.advice for line in _wrapped(advice)]
    if not decision.people:
        return []
    names = ", ".join(plain(p) for p in decision.people)
    count = len(decision.people)
    text = f"{count} {'person releases' if count == 1 else 'people release'} all of it: {names}"
    return [*_wrapped(text), *(line for a in decision.advice for line in _wrapped(a))]


def _denials(outcome: Outcome) -> list[str]:
    return _two_columns([(d.sentence, d.rule) for d in outcome.decision.denials])


def _passed(outcome: Outcome) -> str:
    return outcome.decision.passed_by


def _would(outcome: Outcome) -> list[tuple[str, str]]:
    rows = []
    for item in outcome.decision.would:
        if isinstance(item, Hold) and item.released:
            continue
        word = "deny" if isinstance(item, Denial) else "hold"
        rows.append((f"{word}, if it enforced ({item.mode}): {item.sentence}", item.rule))
    return rows


def _operations(outcome: Outcome, everything: bool) -> list[str]:
    effects = outcome.assessment.effects
    shown = by_danger(effects) if everything else dangerous(effects)[:3]
    lines = [_operation(effect) for effect in shown]
    left = len(effects) - len(shown)
    if left > 0 and shown:
        lines.append(f"  … {left} more: add --all")
    elif left > 0:
        counts = ", ".join(f"{n} {verb}" for verb, n in sorted(outcome.change.counts().items()))
        lines.append(f"  {counts}; nothing dangerous among them")
    return [*lines, ""] if lines else []


def _operation(effect: Effect) -> str:
    facts = operation_facts(effect)
    room = max(12, WIDTH - 13 - len(facts))
    name = plain(effect.operation.resource.name, width=room)
    return f"  {effect.operation.verb:<9}{name:<{room}}  {facts}".rstrip()


def _receipt(outcome: Outcome, paint: Paint) -> list[str]:
    receipt = outcome.receipt
    standing = outcome.authority
    parts = [f"{standing.standing}: {standing.why}", f"configuration: {outcome.configured_by}"]
    if receipt:
        parts.append(f"recorded as entry {receipt.seq} of the {receipt.scope} ledger")
    if outcome.decision.not_judged:
        rules = sorted({n.rule for n in outcome.decision.not_judged})
        parts.append("not judged, for want of a source: " + ", ".join(rules))
    if outcome.simulated:
        parts.append("SIMULATED: a proof came from a software key that only a demo's roster trusts")
    return [
        paint(line, "dim")
        for part in parts
        for line in textwrap.wrap(plain(part), WIDTH, initial_indent="  ", subsequent_indent="    ")
    ]
