"""Trailers of a commit message, by git's rules and by what forges make of squashes.

git looks at the last paragraph. A forge's squash keeps every commit's message in the body, and
with it trailers in the middle. So trailer lines count in any paragraph, unless they are quoted:
behind `>`, indented, or inside a code fence.
"""

import re

_LINE = re.compile(r"([A-Za-z][A-Za-z0-9-]*)[ \t]*:[ \t]*(.*)")
_FENCE = re.compile(r"\s*(?:```|~~~)")
_INVISIBLE = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u00ad]")
_PERSON = re.compile(r"(.*?)<([^<>]*)>")
_KEYS = ("-by", "session", "url", "id", "with", "agent", "author", "role", "thread")


def trailers(message: str) -> list[tuple[str, str]]:
    """(key in lower case, value) of every trailer line that isn't quoted, in order."""
    found: list[tuple[str, str]] = []
    fenced = False
    for raw in message.splitlines():
        line = _INVISIBLE.sub("", raw).replace("\u00a0", " ")
        if _FENCE.match(line):
            fenced = not fenced
        elif fenced or not line:
            continue
        elif line[0] in " \t":
            if found and line.strip() and "<" in line and "<" not in found[-1][1]:
                found[-1] = (found[-1][0], f"{found[-1][1]} {line.strip()}")
        elif (match := _LINE.fullmatch(line.rstrip())) and match.group(1).lower().endswith(_KEYS):
            found.append((match.group(1).lower(), match.group(2).strip()))
    return found


def person(value: str) -> tuple[str, str]:
    """(name, e-mail) of a trailer's value; no e-mail where there are no angle brackets."""
    found = _PERSON.match(value)
    if not found:
        return value.strip(), ""
    return found.group(1).strip(), found.group(2).strip().rstrip(".")
