"""The only door to the policy engine: texts to parsed policies, facts to what applies.

Cedar skips a policy that fails to evaluate, a `forbid` too, and then allows. So every diagnostic
error is handed on by name, and whoever calls treats it as a denial.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any

import cedarpy
import msgspec

from twokey.decide.interface import Facts
from twokey.errors import PolicyError

ANNOTATIONS = frozenset({"id", "sentence", "signoff", "supply", "needs"})
_PERMIT = '@id("twokey")\npermit (principal, action, resource);\n'
_MAX_BYTES = 1 << 20
_POLICY_ID = re.compile(r"policy\d+")


class Parsed(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as Cedar parsed it: its annotations and where it starts."""

    annotations: dict[str, str]
    where: str


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """Ids of the policies that forbid, and of those that erred with the engine's words. `failed`
    is not empty where the request as a whole couldn't be judged."""

    forbidding: frozenset[str]
    errors: tuple[tuple[str, str], ...]
    failed: str = ""


class Engine:
    """Parsed policies and schema, ready for many requests."""

    def __init__(self, schema: Any, texts: Sequence[str]) -> None:
        self._schema = schema
        self._policies = cedarpy.PolicySet.from_str("\n".join([_PERMIT, *texts]))
        self._entities = cedarpy.Entities.from_json_str("[]")
        self._ids = _ids("\n".join([_PERMIT, *texts]))

    def ask(self, principal: tuple[str, str], resource: str, facts: Facts) -> Answer:
        """Which policies forbid `principal` (type, id) to apply the change `resource`."""
        request = {
            "principal": {"type": principal[0], "id": principal[1]},
            "action": {"type": "Action", "id": "apply"},
            "resource": {"type": "Change", "id": resource},
            "context": facts,
        }
        try:
            result = cedarpy.is_authorized(request, self._policies, self._entities, self._schema)
        except (ValueError, TypeError, OverflowError) as error:
            return Answer(forbidding=frozenset(), errors=(), failed=_short(error))
        reasons = {self._ids.get(r, r) for r in result.diagnostics.reasons}
        errors = [self._named(e) for e in result.diagnostics.errors]
        decided = result.decision in (cedarpy.Decision.Allow, cedarpy.Decision.Deny)
        nobody = decided and not reasons and not errors
        failed = "" if decided and not nobody else "the policy engine gave no decision"
        if any(not policy for policy, _ in errors):
            failed = errors[0][1]
        return Answer(
            forbidding=frozenset(reasons - {"twokey"}),
            errors=tuple(sorted(e for e in errors if e[0])),
            failed=failed,
        )

    def _named(self, error: object) -> tuple[str, str]:
        found = _POLICY_ID.search(str(error))
        return (self._ids.get(found.group(), "") if found else "", _short(error))


def read_schema(text: str) -> Any:
    """The schema, parsed once for many policies."""
    return cedarpy.Schema.from_str(text)


def parse(name: str, text: str, schema: Any) -> list[Parsed]:
    """The policies of one file, validated against the schema. Raises PolicyError with a line."""
    if len(text) > _MAX_BYTES:
        raise PolicyError("more than 1 MB of policy", where=name)
    try:
        parsed = msgspec.json.decode(cedarpy.policies_to_json_str(text))
    except (ValueError, RecursionError) as error:
        raise PolicyError(f"not a Cedar policy: {_short(error)}", where=name) from None
    if parsed["templates"] or parsed["templateLinks"]:
        raise PolicyError("a template", where=name, expected="policies without slots")
    lines = _lines(text)
    found = {
        key: _parsed(name, key, policy, lines) for key, policy in parsed["staticPolicies"].items()
    }
    result = cedarpy.validate_policies(text, schema)
    for wrong in result.errors:
        where = found[wrong.policy_id].where if wrong.policy_id in found else name
        words = re.sub(r"for policy `policy\d+`:?,? ?", "", str(wrong.error))
        raise PolicyError(words, where=where, do="`twokey config schema policy` shows the facts.")
    if not result.validation_passed:
        raise PolicyError("the policy doesn't validate", where=name)
    return [found[key] for key in sorted(found, key=_number)]


def _parsed(name: str, key: str, policy: Mapping[str, Any], lines: list[int]) -> Parsed:
    number = _number(key)
    where = f"{name}:{lines[number]}" if number < len(lines) else name
    annotations = policy.get("annotations", {})
    if policy["effect"] != "forbid":
        raise PolicyError(
            "a permit", where=where, expected="forbid", do="Everything is permitted until a forbid."
        )
    unknown = sorted(set(annotations) - ANNOTATIONS)
    if unknown:
        raise PolicyError(
            f"unknown annotation @{unknown[0]}", where=where,
            expected=", ".join(f"@{a}" for a in sorted(ANNOTATIONS)),
        )  # fmt: skip
    return Parsed(annotations=annotations, where=where)


def _lines(text: str) -> list[int]:
    """The line on which each policy starts, in order: its first annotation or its effect.

    Cedar's JSON form has no positions. Strings and comments are blanked first, so that nothing
    inside them looks like a policy.
    """
    blank = re.sub(
        r'"(?:\\.|[^"\\])*"|//[^\n]*',
        lambda m: re.sub(r"[^\n]", " ", m.group()),
        text,
        flags=re.DOTALL,
    )
    starts, start = [], 0
    for end in (m.end() for m in re.finditer(";", blank)):
        lead = len(blank[start:end]) - len(blank[start:end].lstrip())
        starts.append(blank.count("\n", 0, start + lead) + 1)
        start = end
    return starts


def _ids(text: str) -> dict[str, str]:
    policies = msgspec.json.decode(cedarpy.policies_to_json_str(text))["staticPolicies"]
    return {key: policy["annotations"]["id"] for key, policy in policies.items()}


def _number(key: str) -> int:
    return int(key.removeprefix("policy"))


def _short(error: object) -> str:
    return " ".join(str(error).split())[:300]
