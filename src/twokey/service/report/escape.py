"""Foreign strings, made safe to show. A resource's name must not be able to draw a verdict."""

import re
import unicodedata

_INVISIBLE = frozenset({"Cc", "Cf", "Co", "Cs", "Cn", "Zl", "Zp"})
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+!|<>~@&$-])")


def plain(text: str, *, width: int = 0) -> str:
    """`text` with control, bidirectional, unassigned and surrogate characters as `\\u….`.

    `width` shortens in the middle, keeping both ends, since addresses differ at their ends.
    """
    shown = "".join(
        letter if unicodedata.category(letter) not in _INVISIBLE else f"\\u{ord(letter):04x}"
        for letter in text
    )
    if width and len(shown) > width:
        head = (width - 1) // 2
        shown = f"{shown[:head]}…{shown[-(width - 1 - head) :]}"
    return shown


def markdown(text: str) -> str:
    """`text` for Markdown: no markup, no mention, no link, no line break."""
    return _MARKDOWN.sub(r"\\\1", plain(text))


def code(text: str) -> str:
    """`text` as a Markdown code span that it can't end by itself."""
    shown = plain(text).replace("`", "'").replace("|", "\\|")
    return f"`{shown}`" if shown else ""
