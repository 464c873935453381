"""Assessment, approvals and policy to a Decision. Pure: the same values give the same bytes.

1 evaluate   Cedar says which rules apply; an error to evaluate is a denial
2 quorum     for each hold: which approvals count, who is missing
3 people     the smallest set that releases everything
4 verdict    a denial, else an open hold, else allow; observe and warn never change it
5 glass      an open break-glass passes holds: never a denial, never an agent's own action
"""

from collections.abc import Sequence
from datetime import datetime

from twokey.config import Roster, Settings
from twokey.decide.cedar import Finding, evaluate
from twokey.decide.pack import Pack
from twokey.decide.people import smallest_set
from twokey.decide.quorum import judge
from twokey.decide.signoffs import requirement
from twokey.decide.supplies import missing_for
from twokey.model.approval import Verified
from twokey.model.assessment import Assessment
from twokey.model.change import Change
from twokey.model.decision import Decision, Denial, Hold, Mode, NotJudged, Reason, Verdict
from twokey.model.entry import BrokeGlass

__all__ = ["decide"]


def decide(
    change: Change,
    assessment: Assessment,
    approvals: Sequence[Verified],
    *,
    pack: Pack,
    settings: Settings,
    roster: Roster,
    now: datetime,
    glass: BrokeGlass | None = None,
) -> Decision:
    """The verdict on `change`. `glass` is the break-glass open for its digest, if any."""
    # 1 evaluate
    findings = evaluate(pack, change, assessment)
    # 2 quorum
    judged = [
        _item(f, change, assessment, approvals, settings, roster, now)
        for f in findings
        if f.outcome != "not-judged"
    ]
    enforced = [item for item in judged if item.mode is Mode.ENFORCE]
    holds = tuple(item for item in enforced if isinstance(item, Hold))
    denials = tuple(item for item in enforced if isinstance(item, Denial))
    waiting = [h for h in holds if not h.released]
    # 3 people
    people, advice = smallest_set(
        waiting, approvals=approvals, change=change, assessment=assessment, roster=roster,
        now=now, settings=settings,
    )  # fmt: skip
    # 4 verdict
    verdict = Verdict.DENY if denials else Verdict.HOLD if waiting else Verdict.ALLOW
    # 5 glass
    passed = ""
    if glass and verdict is Verdict.HOLD and assessment.parties.agent is None:
        verdict, people, advice = Verdict.ALLOW, (), ()
        passed = f"break-glass by {glass.person} until {glass.until:%H:%M} UTC; it will be reviewed"
    return Decision(
        verdict=verdict,
        digest=change.digest,
        policy_version=pack.version,
        holds=holds,
        denials=denials,
        would=tuple(i for i in judged if i.mode in (Mode.OBSERVE, Mode.WARN)),
        not_judged=tuple(
            NotJudged(rule=f.rule, needs=f.needs) for f in findings if f.outcome == "not-judged"
        ),
        people=people,
        advice=advice,
        reasons=_tree(verdict, findings, judged, assessment),
        passed_by=passed,
    )


def _item(
    finding: Finding,
    change: Change,
    assessment: Assessment,
    approvals: Sequence[Verified],
    settings: Settings,
    roster: Roster,
    now: datetime,
) -> Hold | Denial:
    if finding.outcome == "error" or not (finding.signoff or finding.supply):
        return Denial(
            rule=finding.rule, policy=finding.policy, sentence=finding.sentence, mode=finding.mode
        )
    if finding.supply:
        return Hold(
            rule=finding.rule,
            policy=finding.policy,
            sentence=finding.sentence,
            mode=finding.mode,
            supply=finding.supply,
            missing=(missing_for(finding.supply, change, assessment),),
        )
    needed = requirement(finding.signoff, assessment=assessment, settings=settings)
    quorum = judge(
        needed, approvals, change=change, assessment=assessment, roster=roster, now=now,
        settings=settings,
    )  # fmt: skip
    return Hold(
        rule=finding.rule,
        policy=finding.policy,
        sentence=finding.sentence,
        mode=finding.mode,
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
        for f in findings
        if f.outcome == "not-judged"
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
