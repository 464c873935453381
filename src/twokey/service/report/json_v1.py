"""An Outcome as the values of `check_v1`, and as JSON."""

import msgspec

from twokey.model.assessment import CommitProvenance, Effect, Signal
from twokey.model.decision import Denial, Hold
from twokey.service.outcome import Outcome
from twokey.service.report import check_v1 as v1
from twokey.service.report.danger import by_danger, dangerous


def check_json(outcome: Outcome, *, everything: bool = False) -> bytes:
    """The answer as JSON, one document. `everything` lists harmless operations too."""
    return msgspec.json.format(msgspec.json.encode(_check(outcome, everything)), indent=2)


def commit_line(found: CommitProvenance) -> bytes:
    """One commit's provenance as one line of JSON."""
    return msgspec.json.encode(_commit(found))


def check_schema() -> bytes:
    """The JSON Schema of `check --format json`."""
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(v1.CheckV1)), indent=2)


def _check(outcome: Outcome, everything: bool) -> v1.CheckV1:
    decision, assessment = outcome.decision, outcome.assessment
    return v1.CheckV1(
        schema=v1.SCHEMA,
        verdict=decision.verdict,
        tier=assessment.tier.word,
        tier_reasons=assessment.tier_reasons,
        change=_change(outcome, everything),
        provenance=_provenance(outcome),
        blast=_blast(outcome),
        reversibility=v1.ReversibilityV1(
            level=assessment.reversibility.level,
            evidence=assessment.reversibility.evidence,
            minutes=assessment.reversibility.minutes,
        ),
        risk=None,
        holds=tuple(map(_hold, decision.holds)),
        denials=tuple(map(_denial, decision.denials)),
        would=tuple(_hold(w) if isinstance(w, Hold) else _denial(w) for w in decision.would),
        not_judged=tuple(v1.NotJudgedV1(rule=n.rule, needs=n.needs) for n in decision.not_judged),
        people=decision.people,
        advice=decision.advice,
        passed_by=decision.passed_by,
        authority=v1.AuthorityV1(standing=outcome.authority.standing, why=outcome.authority.why),
        policy=v1.PolicyV1(version=decision.policy_version, configured_by=outcome.configured_by),
        receipt=_receipt(outcome),
        simulated=outcome.simulated,
        reasons=msgspec.to_builtins(decision.reasons),
    )


def _change(outcome: Outcome, everything: bool) -> v1.ChangeV1:
    change = outcome.change
    effects = outcome.assessment.effects
    shown = by_danger(effects) if everything else dangerous(effects)
    return v1.ChangeV1(
        digest=change.digest,
        kind=change.kind,
        source=change.source,
        operations=change.counts(),
        unchanged=change.unchanged,
        incomplete=change.incomplete,
        notes=change.notes,
        dangerous=tuple(map(_operation, shown)),
    )


def _operation(effect: Effect) -> v1.OperationV1:
    operation = effect.operation
    return v1.OperationV1(
        verb=operation.verb,
        kind=operation.resource.kind,
        name=operation.resource.name,
        previous=operation.previous,
        environment=effect.environment or "unknown",
        production=effect.production,
        stateful=effect.stateful,
        undo=effect.undo.level,
        evidence=effect.undo.evidence,
        domains=tuple(m.name for m in effect.domains),
        control_planes=tuple(m.name for m in effect.control_planes),
        guards=effect.guards,
        attributes=operation.attributes,
        hints=operation.hints,
        reason=operation.reason,
    )


def _signal(signal: Signal) -> v1.SignalV1:
    return v1.SignalV1(
        tool=signal.tool,
        source=signal.source,
        strength=signal.strength,
        level=signal.level,
        detail=signal.detail,
        commit=signal.commit,
    )


def _commit(found: CommitProvenance) -> v1.CommitV1:
    return v1.CommitV1(
        commit=found.commit,
        level=found.level,
        ai_involved=found.level.ai_involved,
        tools=tuple(sorted({s.tool for s in found.signals if s.tool and s.level.ai_involved})),
        signals=tuple(map(_signal, found.signals)),
    )


def _provenance(outcome: Outcome) -> v1.ProvenanceV1:
    found = outcome.assessment.provenance
    return v1.ProvenanceV1(
        level=found.level,
        ai_involved=found.level.ai_involved,
        declared=found.declared,
        tools=found.tools,
        signals=tuple(map(_signal, found.signals)),
        commits=tuple(map(_commit, found.commits)),
    )


def _blast(outcome: Outcome) -> v1.BlastV1:
    blast = outcome.assessment.blast
    return v1.BlastV1(
        domains=tuple(
            v1.DomainV1(
                name=d.name,
                criticality=d.criticality,
                owners=d.owners,
                guessed=d.guessed,
                operations=d.operations,
            )
            for d in blast.domains
        ),
        control_planes=tuple(m.name for m in blast.control_planes),
        services=blast.services,
        environments=blast.environments,
        regions=blast.regions,
        share=dict(blast.share),
        paths=tuple(v1.PathV1(to=d.name, steps=d.path) for d in blast.domains),
    )


def _hold(hold: Hold) -> v1.HoldV1:
    return v1.HoldV1(
        rule=hold.rule,
        policy=hold.policy,
        sentence=hold.sentence,
        mode=hold.mode,
        signoff=hold.signoff,
        strength=int(hold.requirement.strength) if hold.requirement else None,
        released=hold.released,
        missing=hold.missing,
        eligible=hold.eligible,
        approvals=tuple(
            v1.ApprovalV1(
                person=a.person,
                method=a.method,
                strength=int(a.strength),
                counts=a.counts,
                why=a.why,
            )
            for a in hold.approvals
        ),
    )


def _denial(denial: Denial) -> v1.DenialV1:
    return v1.DenialV1(
        rule=denial.rule, policy=denial.policy, sentence=denial.sentence, mode=denial.mode
    )


def _receipt(outcome: Outcome) -> v1.ReceiptV1 | None:
    receipt = outcome.receipt
    if receipt is None:
        return None
    return v1.ReceiptV1(
        seq=receipt.seq,
        leaf=receipt.leaf,
        size=receipt.size,
        root=receipt.root,
        scope=receipt.scope,
        log=receipt.log,
    )
