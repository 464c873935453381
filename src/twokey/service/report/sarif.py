"""An Outcome as SARIF 2.1.0 (OASIS), for code scanning: one result for each hold and denial.

Severity: a denial or an enforcing hold is an error, what observe and warn would do is a note.
"""

from typing import Any
from urllib.parse import quote

import msgspec

from twokey import __version__
from twokey.model.assessment import Effect
from twokey.model.decision import Denial, Hold
from twokey.service.outcome import Outcome
from twokey.service.report.danger import dangerous
from twokey.service.report.escape import plain

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"
_LOCATIONS = 10


def check_sarif(outcome: Outcome) -> bytes:
    """One SARIF log with one run."""
    decision = outcome.decision
    items: list[tuple[Hold | Denial, str]] = [(d, "error") for d in decision.denials]
    items += [(h, "error") for h in decision.holds if not h.released]
    items += [(w, "note") for w in decision.would]
    log = {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "Twokey",
                        "version": __version__,
                        "rules": _rules([item for item, _ in items]),
                    }
                },
                "results": [_result(item, level, outcome) for item, level in items],
                "properties": {"verdict": decision.verdict, "digest": decision.digest},
            }
        ],
    }
    return msgspec.json.format(msgspec.json.encode(log), indent=2)


def _rules(items: list[Hold | Denial]) -> list[dict[str, Any]]:
    sentences = {item.rule: item.sentence for item in reversed(items)}
    return [
        {"id": rule, "shortDescription": {"text": sentence}}
        for rule, sentence in sorted(sentences.items())
    ]


def _result(item: Hold | Denial, level: str, outcome: Outcome) -> dict[str, Any]:
    missing = list(item.missing) if isinstance(item, Hold) else []
    text = ". ".join([item.sentence.rstrip("."), *(f"Needs {m}" for m in missing)]) + "."
    worst = dangerous(outcome.assessment.effects)[:_LOCATIONS]
    return {
        "ruleId": item.rule,
        "level": level,
        "message": {"text": plain(text)},
        "locations": [_location(effect, outcome) for effect in worst],
        "partialFingerprints": {"twokey/v1": f"{outcome.decision.digest}/{item.policy}"},
    }


def _location(effect: Effect, outcome: Outcome) -> dict[str, Any]:
    operation = effect.operation
    name = operation.resource.name
    is_file = operation.resource.kind == "file"
    return {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(name if is_file else outcome.change.source)}
        },
        "logicalLocations": [{"name": plain(name), "kind": plain(operation.resource.kind)}],
    }
