"""A change record in the text of a pull request: a heading `Change record`, then the answers.

    ## Change record
    What: rounding moves to two places
    Why: totals differ from the invoices
    Rollback: revert; five minutes
    Tests: unit tests, and a day in staging
    Watch: the rate of refused payments

Answers may also stand under headings of their own (`### Why`).
"""

import re

from twokey.model.assessment import ChangeRecord

_HEADING = re.compile(r"^(#{1,6})\s*change record\s*$", re.IGNORECASE | re.MULTILINE)
_ANSWER = re.compile(
    r"^\s*(?:[-*]\s+|#{1,6}\s+)?(?:\*\*)?(what|why|rollback|tests|watch)\b[^:\n]{0,40}?(?:\*\*)?"
    r"(?::(?:\*\*)?|$)[ \t]*(.*)$",
    re.IGNORECASE,
)
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_MOST = 64 * 1024


def record_in(text: str) -> ChangeRecord | None:
    """The record in `text`; None where there is no such heading. Comments are no answers."""
    text = _COMMENT.sub("", text[:_MOST])
    heading = _HEADING.search(text)
    if not heading:
        return None
    answers: dict[str, list[str]] = {}
    current = ""
    for line in text[heading.end() :].splitlines():
        found = _ANSWER.match(line)
        level = len(line) - len(line.lstrip("#"))
        if found:
            current = found.group(1).lower()
            answers.setdefault(current, []).append(found.group(2))
        elif 0 < level <= len(heading.group(1)):
            break
        elif current:
            answers[current].append(line)
    return ChangeRecord(**{field: "\n".join(lines).strip() for field, lines in answers.items()})
