"""Facts that people supply: what is missing when a rule waits for one, as a sentence."""

from twokey.model.assessment import Assessment, ChangeRecord
from twokey.model.change import Change, Verb


def missing_for(supply: str, change: Change, assessment: Assessment) -> str:
    """What is missing, in words that say what to hand in."""
    match supply:
        case "change-record":
            record = assessment.evidence.record or ChangeRecord()
            return f"a change record: {', '.join(record.missing())}"
        case "rollback-evidence":
            return f"rollback evidence for {_lost(assessment)}"
        case "declaration":
            return "the submitter's declaration of how it was written"
        case "split":
            domains = [d.name for d in assessment.blast.critical_domains]
            return f"a split into one change for each of {', '.join(domains)}"
        case "stages":
            regions = ", ".join(assessment.blast.regions)
            return f"stages: one region at a time ({regions}), each with its bake time"
    return f"{supply} for {change.source}"


def _lost(assessment: Assessment) -> str:
    names = [
        e.operation.resource.name
        for e in assessment.effects
        if e.stateful and e.operation.verb in (Verb.DELETE, Verb.REPLACE)
    ]
    if not names:
        return "what it removes"
    return names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
