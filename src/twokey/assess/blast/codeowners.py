"""CODEOWNERS: the last pattern that fits a path names its owners.

Follows GitHub's documented rules: gitignore-like patterns without negation and ranges, a leading
slash anchors, a folder covers what is below, an entry without owners takes ownership away.
"""

import re
from functools import lru_cache

from twokey.assess.patterns import glob_expression
from twokey.config import Roster

_LINE = re.compile(r"((?:\\.|[^\s#\\])+)((?:\s+[^\s#]+)*)")
_SECTION = re.compile(r"\^?\[[^\]]*\]")
_MAX_BYTES = 3 * 1024 * 1024


class CodeOwners:
    """Owners of paths, as roster words: `team:NAME` or a person's id."""

    def __init__(self, data: bytes | None, roster: Roster) -> None:
        self._by_login = {
            account.login.lower(): person.id
            for person in roster.people
            for account in person.accounts
            if account.login
        }
        self._by_email = {e.lower(): p.id for p in roster.people for e in p.emails}
        self._rules = self._parse(data or b"")

    def of_paths(self, paths: list[str]) -> tuple[str, ...]:
        """Owners of all these paths, sorted, each once."""
        return tuple(sorted({owner for path in paths for owner in self.of(path)}))

    def of(self, path: str) -> tuple[str, ...]:
        """Owners of one path; empty where none is named."""
        for expression, owners in reversed(self._rules):
            if expression.fullmatch(path):
                return owners
        return ()

    def _parse(self, data: bytes) -> list[tuple[re.Pattern[str], tuple[str, ...]]]:
        rules = []
        for line in data[:_MAX_BYTES].decode("utf-8", "replace").splitlines():
            found = _LINE.match(line.strip())
            if not found or _SECTION.match(line.strip()):
                continue
            owners = tuple(filter(None, map(self._owner, found.group(2).split())))
            rules.append((_expression(found.group(1)), owners))
        return rules

    def _owner(self, word: str) -> str:
        if word.startswith("@"):
            _, slash, team = word[1:].partition("/")
            return (
                f"team:{team.rpartition('/')[2]}"
                if slash
                else self._by_login.get(word[1:].lower(), "")
            )
        return self._by_email.get(word.lower(), "")


@lru_cache(maxsize=4096)
def _expression(pattern: str) -> re.Pattern[str]:
    pattern = pattern.replace("\\ ", " ").replace("\\#", "#")
    anchored = "/" in pattern.rstrip("/")
    body = glob_expression(pattern.strip("/"))
    prefix = "" if anchored else "(?:.*/)?"
    below = "/.+" if pattern.endswith("/") else "" if pattern.endswith("/*") else "(?:/.*)?"
    return re.compile(prefix + body + below, re.DOTALL)
