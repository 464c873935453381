"""The spine: one change in, one verdict out, with its reasons and its receipt.

1 read     bytes to a Change                     (read_change)
2 assess   who wrote it, what it reaches         (assess)
3 collect  approvals, each proof verified here   (approve)
4 decide   policy and quorum                     (decide)
5 record   an entry in the ledger, or no allow   (record)
"""

from collections.abc import Sequence

import msgspec

from twokey.assess import World, assess
from twokey.assess.accumulate import operator_of
from twokey.assess.blast.radius import REMOVING, total_of
from twokey.assess.provenance import Context, provenance_of
from twokey.assess.provenance.whole import session
from twokey.decide import Case, decide
from twokey.model.approval import Signed, Verified
from twokey.model.assessment import Assessment, Evidence, Level
from twokey.model.change import Change
from twokey.model.decision import Decision
from twokey.model.entry import Decided
from twokey.service import history
from twokey.service.collect import collect, declared_human, travelled
from twokey.service.deps import Deps
from twokey.service.outcome import Outcome
from twokey.service.read_change import read_change
from twokey.service.record_text import record_in
from twokey.service.repository import bind_merged_tree, is_pinned_bump, traces_of
from twokey.service.request import Request


def submit(request: Request, approvals: Sequence[str], reviews: str, deps: Deps) -> Outcome:
    """Judge the change that `request` names. `approvals` are paths of signed statements, and
    `reviews` that of a list of forge reviews, empty for none."""
    change = read_change(request, deps.settings, deps.people)
    signed = travelled(change, request, approvals, reviews, deps)
    return judge(change, request, signed, deps)


def judge(change: Change, request: Request, signed: Sequence[Signed], deps: Deps) -> Outcome:
    """Steps 2 to 5, for a Change that was read already."""
    now = deps.clock.now()
    change = _with_session_agent(change, deps)
    assessment = assess_change(change, request, (), deps)
    bound = bind_merged_tree(change, assessment, request)
    approvals = collect(bound, signed, deps)
    if bound is not change or declared_human(bound, approvals):
        change, assessment = bound, assess_change(bound, request, approvals, deps)
    case = Case(
        change=change,
        assessment=assessment,
        approvals=approvals,
        settings=deps.settings,
        roster=deps.roster,
        now=now,
    )
    decision = decide(case, deps.pack, glass=history.open_glass(deps.ledger, change, now))
    receipt = deps.ledger.record(_entry(change, assessment, decision, request, deps))
    return Outcome(
        change=change,
        assessment=assessment,
        decision=decision,
        authority=deps.authority,
        configured_by=deps.configured_by,
        receipt=receipt,
        simulated=any(a.simulated for a in approvals),
    )


def _with_session_agent(change: Change, deps: Deps) -> Change:
    """The change with the agent in its chain whose session this process runs in. Its operator is
    whoever would otherwise have handed the change in."""
    parties = change.parties
    context = Context(environment=deps.environment)
    signal = next(session(change, context), None) if parties.agent is None else None
    if signal is None:
        return change
    operator = parties.operator or parties.submitter or next(iter(parties.authors), None)
    name = signal.tool.lower().replace(" ", "_")
    parties = msgspec.structs.replace(parties, agent=name, operator=operator)
    return msgspec.structs.replace(change, parties=parties)


def assess_change(
    change: Change, request: Request, approvals: Sequence[Verified], deps: Deps
) -> Assessment:
    """The facts about a change, from itself, its surroundings and the ledger."""
    now = deps.clock.now()
    human = declared_human(change, approvals)
    provenance = provenance_of(
        change,
        context=Context(
            environment=deps.environment,
            traces=traces_of(change, request),
            declared_human=human,
        ),
    )
    by_human = change.parties.agent is None and provenance.level is not Level.AUTONOMOUS
    world = World(
        settings=deps.settings,
        roster=deps.roster,
        now=now,
        codeowners=deps.codeowners,
        history=history.past_changes(deps.ledger, now),
        evidence=Evidence(
            record=request.record or record_in(change.text),
            rollback=request.rollback,
            declared_human=human,
        ),
        first_configuration=deps.first_configuration,
        proven_rollback=by_human and history.is_proven_rollback(deps.ledger, change),
        retry=history.is_reapplied(deps.ledger, change)
        or history.is_retry(deps.ledger, change, operator_of(change), now),
    )
    assessment = assess(change, provenance, world)
    if provenance.level is not Level.AUTOMATED:
        return assessment
    guards = [e.operation.resource.name for e in assessment.effects if e.guards]
    bump = is_pinned_bump(change, request, guards)
    return msgspec.structs.replace(assessment, pinned_bump=bump)


def _entry(
    change: Change, assessment: Assessment, decision: Decision, request: Request, deps: Deps
) -> Decided:
    real = [e for e in assessment.effects if not e.harmless]
    environment = next((e.environment for e in real if e.production), "")
    here = [e for e in real if e.environment == environment]
    counted = [a for h in decision.holds for a in h.approvals if a.counts]
    return Decided(
        at=deps.clock.now(),
        subject=change.digest,
        verdict=decision.verdict,
        kind=change.kind,
        target=history.target_digest(change),
        tier=assessment.tier.word,
        level=assessment.provenance.level,
        authority=deps.authority.standing,
        policy_version=decision.policy_version,
        operations=change.counts(),
        holds=tuple((h.rule, h.signoff) for h in decision.holds if not h.released),
        denials=tuple(d.rule for d in decision.denials),
        would=tuple(sorted({w.rule for w in decision.would})),
        not_judged=tuple(sorted({n.rule for n in decision.not_judged})),
        released_by=tuple(sorted({a.person for a in counted if a.person})),
        approvals=tuple(sorted({a.nonce for a in counted})),
        passed_by="break-glass" if decision.passed_by else "",
        operator=operator_of(change),
        environment=environment,
        resources=sum(e.operation.resource.kind != "file" for e in here),
        lines=sum(e.operation.lines_added + e.operation.lines_removed for e in here),
        removed=sum(e.operation.verb in REMOVING for e in here),
        total=total_of(change, environment, deps.settings),
        ai_involved=assessment.provenance.level.ai_involved,
        domains=tuple(d.name for d in assessment.blast.critical_domains),
        payload=deps.ledger.remember(msgspec.json.encode(request)),
    )
