"""Assessment, approvals and policy to a Decision. Pure: the same values give the same bytes.

1 evaluate   Cedar says which rules apply; an error to evaluate is a denial
2 quorum     for each hold: which approvals count, who is missing
3 people     the smallest set that releases everything
4 verdict    a denial, else an open hold, else allow; observe and warn never change it
5 glass      an open break-glass passes holds: never a denial, never an agent's own action
"""

from collections.abc import Sequence

import msgspec

from twokey.decide.entities import facts_of
from twokey.decide.evaluate import evaluate
from twokey.decide.interface import Case, Finding, Outcome
from twokey.decide.pack import Pack
from twokey.decide.people import smallest_set
from twokey.decide.quorum import judge
from twokey.decide.signoffs import requirement
from twokey.decide.supplies import missing_for
from twokey.model.assessment import Assessment
from twokey.model.decision import Decision, Denial, Hold, Mode, NotJudged, Reason, Verdict
from twokey.model.entry import BrokeGlass

__all__ = ["Case", "decide"]


def decide(case: Case, pack: Pack, *, glass: BrokeGlass | None = None) -> Decision:
    """The verdict on `case.change`. `glass` is the break-glass open for its digest, if any."""
    assessment = case.assessment
    # 1 evaluate
    levels = {p.id: p.level for p in case.roster.people}
    facts = facts_of(case.change, assessment, case.settings, levels)
    findings = evaluate(pack, case.change, assessment, facts)
    # 2 quorum
    judged = [_item(f, case) for f in findings if f.outcome in (Outcome.APPLIES, Outcome.ERROR)]
    enforced = [item for item in judged if item.mode is Mode.ENFORCE]
    holds = tuple(item for item in enforced if isinstance(item, Hold))
    denials = tuple(item for item in enforced if isinstance(item, Denial))
    waiting = [h for h in holds if not h.released]
    # 3 people
    people, advice = smallest_set(waiting, case)
    # 4 verdict
    verdict = Verdict.DENY if denials else Verdict.HOLD if waiting else Verdict.ALLOW
    # 5 glass
    passed = ""
    if glass and verdict is Verdict.HOLD and assessment.parties.agent is None:
        verdict, people, advice = Verdict.ALLOW, (), ()
        passed = f"break-glass by {glass.person} until {glass.until:%H:%M} UTC; it will be reviewed"
    return Decision(
        verdict=verdict,
        digest=case.change.digest,
        policy_version=pack.version,
        holds=holds,
        denials=denials,
        would=tuple(i for i in judged if i.mode in (Mode.OBSERVE, Mode.WARN)),
        not_judged=tuple(
            NotJudged(rule=f.rule, needs=f.needs)
            for f in findings
            if f.outcome is Outcome.NOT_JUDGED
        ),
        people=people,
        advice=advice,
        reasons=_tree(verdict, findings, judged, assessment),
        passed_by=passed,
    )


def _item(finding: Finding, case: Case) -> Hold | Denial:
    if finding.outcome is Outcome.ERROR or not (finding.signoff or finding.supply):
        return Denial(
            rule=finding.rule, policy=finding.policy, sentence=finding.sentence, mode=finding.mode
        )
    hold = Hold(
        rule=finding.rule, policy=finding.policy, sentence=finding.sentence, mode=finding.mode
    )
    if finding.supply:
        missing = missing_for(finding.supply, case.change, case.assessment)
        return msgspec.structs.replace(hold, supply=finding.supply, missing=(missing,))
    needed = requirement(finding.signoff, case)
    quorum = judge(needed, case)
    return msgspec.structs.replace(
        hold,
        requirement=needed,
        released=quorum.released,
        missing=quorum.missing,
        eligible=quorum.eligible,
        approvals=quorum.judged,
    )


def _tree(
    verdict: Verdict,
    findings: Sequence[Finding],
    judged: Sequence[Hold | Denial],
    assessment: Assessment,
) -> Reason:
    facts = Reason(
        name="tier",
        outcome=assessment.tier.word,
        children=tuple(Reason(name="because", outcome=s) for s in assessment.tier_reasons),
    )
    written = Reason(name="provenance", outcome=assessment.provenance.level)
    rules = tuple(_node(item) for item in judged)
    skipped = tuple(
        Reason(name=f.rule, outcome="not judged", sentence=f"needs {f.needs}")
        if f.outcome is Outcome.NOT_JUDGED
        else Reason(
            name=f.rule, outcome="passed: a proven rollback or a retry", sentence=f.sentence
        )
        for f in findings
        if f.outcome in (Outcome.NOT_JUDGED, Outcome.EXEMPT)
    )
    return Reason(name="decision", outcome=verdict, children=(facts, written, *rules, *skipped))


def _node(item: Hold | Denial) -> Reason:
    if isinstance(item, Denial):
        return Reason(name=item.rule, outcome=f"denied ({item.mode})", sentence=item.sentence)
    approvals = tuple(
        Reason(
            name=f"approval of {a.person or 'nobody in the roster'}",
            outcome="counts" if a.counts else "not counted",
            sentence=a.why,
        )
        for a in item.approvals
    )
    missing = tuple(Reason(name="missing", outcome=sentence) for sentence in item.missing)
    return Reason(
        name=item.rule,
        outcome=f"{'released' if item.released else 'holds'} ({item.mode})",
        sentence=item.sentence,
        children=(*missing, *approvals),
    )
