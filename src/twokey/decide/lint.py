"""`twokey policy lint`: what loads, and is still worth a second look."""

import re
from collections.abc import Collection

import msgspec

from twokey.decide.pack import Pack
from twokey.decide.signoffs import BUILT_IN, SUPPLIES

NEEDS = frozenset({"freeze", "error-budget", "incident", "composition", "regions", "history"})
_HARSH = re.compile(
    r"\b(?:violat\w*|reject\w*|non-compliant|forbidden|illegal|offen[cd]\w*)\b", re.IGNORECASE
)
_LONGEST = 140


class LintFinding(msgspec.Struct, frozen=True, kw_only=True):
    """Where, and what to think about."""

    where: str
    sentence: str


def lint(pack: Pack, signoffs: Collection[str]) -> list[LintFinding]:
    """Findings over a loaded pack; `signoffs` are the names that the configuration defines."""
    known = {*BUILT_IN, *signoffs}
    found = []
    for policy in pack.policies:
        checks = (
            (
                policy.signoff and policy.signoff not in known,
                f"nobody defined the sign-off {policy.signoff}",
            ),
            (
                policy.supply and policy.supply not in SUPPLIES,
                f"there is no fact {policy.supply} to supply",
            ),
            (policy.needs and policy.needs not in NEEDS, f"there is no source {policy.needs}"),
            (_HARSH.search(policy.sentence), "the sentence blames; say what waits and what to do"),
            (len(policy.sentence) > _LONGEST, f"the sentence has more than {_LONGEST} characters"),
        )
        found += [
            LintFinding(where=policy.source, sentence=f"{policy.id}: {text}")
            for applies, text in checks
            if applies
        ]
    return found
