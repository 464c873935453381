"""Facts and a Pack to Findings: which rules apply. Tri-state facts are judged here.

not configured   the policy isn't evaluated, and is listed under `not_judged`
failed           judged as the worst: it applies
known            Cedar says
"""

from twokey.decide.entities import principal_of
from twokey.decide.interface import Facts, Finding, Outcome, Policy
from twokey.decide.pack import Pack
from twokey.model.assessment import Assessment, FactState
from twokey.model.change import Change
from twokey.model.decision import Mode

_ROLLBACK_STILL = frozenset({"destroys-state", "guard-the-guard"})
"""What even a proven rollback must pass; see product.md, Rollback and retry."""


def evaluate(
    pack: Pack, change: Change, assessment: Assessment, facts: Facts
) -> tuple[Finding, ...]:
    """Every policy that applies, wasn't judged, erred or was passed, in reading order."""
    answer = pack.engine.ask(principal_of(assessment), change.digest, facts)
    if answer.failed:
        sentence = f"the facts couldn't be judged: {answer.failed}"
        return (
            Finding(
                rule="engine", policy="engine", sentence=sentence, mode=Mode.ENFORCE,
                outcome=Outcome.ERROR,
            ),
        )  # fmt: skip
    errors = dict(answer.errors)
    found = []
    for policy in pack.policies:
        if policy.mode is Mode.OFF:
            continue
        state = assessment.fact(policy.needs) if policy.needs else FactState.KNOWN
        if state is FactState.NOT_CONFIGURED:
            found.append(_finding(policy, Outcome.NOT_JUDGED, policy.sentence))
        elif policy.id in errors:
            words = f"{policy.sentence} (it couldn't be evaluated: {errors[policy.id]})"
            found.append(_finding(policy, Outcome.ERROR, words))
        elif state is FactState.FAILED:
            words = f"{policy.sentence} (the source {policy.needs} didn't answer)"
            found.append(_finding(policy, _exempt(policy, assessment), words))
        elif policy.id in answer.forbidding:
            found.append(_finding(policy, _exempt(policy, assessment), policy.sentence))
    return tuple(found)


def _exempt(policy: Policy, assessment: Assessment) -> Outcome:
    rollback = assessment.proven_rollback and policy.rule not in _ROLLBACK_STILL
    return Outcome.EXEMPT if assessment.retry or rollback else Outcome.APPLIES


def _finding(policy: Policy, outcome: Outcome, sentence: str) -> Finding:
    return Finding(
        rule=policy.rule,
        policy=policy.id,
        sentence=sentence,
        mode=policy.mode,
        outcome=outcome,
        signoff=policy.signoff,
        supply=policy.supply,
        needs=policy.needs,
    )
