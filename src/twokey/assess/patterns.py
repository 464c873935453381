"""Globs as people write them in configurations: `*` within a segment, `**` across segments.

Many patterns become one regular expression, so that ten thousand paths cost one match each.
"""

import re
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=4096)
def glob_expression(pattern: str, separator: str = "/") -> str:
    """The regular expression of one glob, without anchors.

    `separator` bounds `*` and `?`: `/` for paths, `.` for Terraform addresses, empty for plain
    names, where `*` matches anything. A path pattern that ends in `/` covers what is below, and
    so does a Terraform address that ends in `.*`.
    """
    segment = f"[^{re.escape(separator)}]" if separator else "."
    if separator == "/":
        pattern = pattern.removeprefix("./").removeprefix("/")
        if pattern.endswith("/"):
            pattern += "**"
    if separator == "." and pattern.endswith(".*"):
        pattern += "*"
    out: list[str] = []
    index = 0
    while index < len(pattern):
        if separator and pattern.startswith("**" + separator, index):
            out.append(f"(?:.*{re.escape(separator)})?")
            index += 2 + len(separator)
        elif pattern.startswith("**", index):
            out.append(".*")
            index += 2
        else:
            letter = pattern[index]
            out.append(
                f"{segment}*" if letter == "*" else segment if letter == "?" else re.escape(letter)
            )
            index += 1
    return "".join(out)


class PatternSet:
    """Several globs, each with a label; finds which labels fit a text.

    Matching ignores case where `fold` is set, as names of cloud resources do.
    """

    def __init__(
        self, patterns: Iterable[tuple[str, str]], *, separator: str = "/", fold: bool = False
    ) -> None:
        self._pairs = [(label, pattern) for label, pattern in patterns]
        flags = re.DOTALL | (re.IGNORECASE if fold else 0)
        expressions = [glob_expression(p, separator) for _, p in self._pairs]
        self._any = re.compile("|".join(f"(?:{e})" for e in expressions) or r"(?!)", flags)
        self._each = [re.compile(e, flags) for e in expressions]

    def find(self, text: str) -> list[tuple[str, str]]:
        """(label, pattern) of every pattern that fits the whole text, in their order."""
        if not self._any.fullmatch(text):
            return []
        return [
            pair for pair, each in zip(self._pairs, self._each, strict=True) if each.fullmatch(text)
        ]

    def __bool__(self) -> bool:
        return bool(self._pairs)
