"""A migration to statements, by a lexer that knows each dialect's quotes and comments.

What MySQL executes inside `/*! ... */` is a statement like any other. In the other dialects such
a comment says that the file is meant for MySQL, so the statement isn't understood.
"""

import re
from collections.abc import Iterator

import msgspec

from twokey.errors import InputError

_DOLLAR = re.compile(r"\$(?:[A-Za-z_\x80-\uffff][A-Za-z0-9_\x80-\uffff]*)?\$")
_DELIMITER = re.compile(r"[ \t]*delimiter[ \t]+(\S+)[^\n]*\n?", re.IGNORECASE)
_VERSIONED = re.compile(r"/\*M?!\d*")
_BODY = re.compile(r"\bCREATE\b[^;]*\bTRIGGER\b|\bBEGIN\s+ATOMIC\b", re.IGNORECASE)
_BODY_END = re.compile(r"\bEND\s*$", re.IGNORECASE)
_PLAIN = re.compile(r"[\w\s,()=<>.]+")
_COPY = re.compile(r"\s*COPY\b.*\bFROM\s+STDIN\b", re.IGNORECASE | re.DOTALL)


class Statement(msgspec.Struct, frozen=True):
    """One statement without its comments: the line it starts on, its text, and whether it is a
    command of the client (`\\i`, `.read`) rather than SQL, or holds a comment for MySQL."""

    line: int
    text: str
    client: bool = False
    foreign: bool = False


def statements(text: str, dialect: str, name: str) -> Iterator[Statement]:
    """The statements of a file. Raises InputError where a quote or a comment doesn't end."""
    yield from _Lexer(text, dialect, name).run()


class _Lexer:
    def __init__(self, text: str, dialect: str, name: str) -> None:
        self._text, self._dialect, self._name = text, dialect, name
        self._at = self._start = 0
        self._end = ";"
        self._out: list[str] = []
        self._empty = True
        self._foreign = False
        self._versioned = 0

    def run(self) -> Iterator[Statement]:
        """Every statement, in order."""
        while self._at < len(self._text):
            if self._empty and (found := self._client()):
                yield found
                continue
            if self._text.startswith(self._end, self._at) and not self._in_body():
                self._at += len(self._end)
                yield from self._flush()
                continue
            self._step()
        yield from self._flush()

    def _flush(self) -> Iterator[Statement]:
        text = "".join(self._out).strip()
        if text:
            yield Statement(self._line(), text, foreign=self._foreign)
            if self._dialect == "postgres" and _COPY.match(text):
                self._skip_copy()
        self._out, self._empty, self._foreign = [], True, False

    def _in_body(self) -> bool:
        """True inside the body of a trigger or an SQL function, whose semicolons are its own."""
        head = "".join(self._out[:40]).lstrip()[:6].upper()
        if self._end != ";" or head != "CREATE":
            return False
        text = "".join(self._out)
        return bool(_BODY.search(text)) and not _BODY_END.search(text[-40:])

    def _line(self) -> int:
        return self._text.count("\n", 0, self._start) + 1

    def _client(self) -> Statement | None:
        """A line for the client, which only counts at the start of a statement."""
        at_line_start = self._at == 0 or self._text[self._at - 1] == "\n"
        if self._dialect == "mysql" and at_line_start:
            found = _DELIMITER.match(self._text, self._at)
            if found:
                self._end, self._at = found.group(1), found.end()
                return None
        mark = {"postgres": "\\", "sqlite": "."}.get(self._dialect)
        if (
            mark is None
            or not self._text.startswith(mark, self._at)
            or not (at_line_start or mark == "\\")
        ):
            return None
        end = self._text.find("\n", self._at)
        end = len(self._text) if end < 0 else end
        self._start, line = self._at, self._text[self._at : end]
        self._at = end
        self._out = []
        return Statement(self._line(), line.strip(), client=True)

    def _step(self) -> None:
        text, at = self._text, self._at
        letter, pair = text[at], text[at : at + 2]
        if pair == "--" or (letter == "#" and self._dialect == "mysql"):
            end = text.find("\n", at)
            self._at = len(text) if end < 0 else end
            self._out.append(" ")
        elif pair == "/*":
            self._comment()
        elif self._versioned and pair == "*/":
            self._versioned -= 1
            self._take(2, " ")
        elif letter in "'\"" or (letter == "`" and self._dialect != "postgres"):
            self._quoted(letter)
        elif letter == "$" and self._dialect == "postgres" and (found := _DOLLAR.match(text, at)):
            self._until(found.group(), len(found.group()), "dollar quote")
        else:
            run = _PLAIN.match(text, at) if self._end == ";" and not self._empty else None
            plain = run.group() if run else letter
            self._take(len(plain), plain)

    def _take(self, count: int, text: str) -> None:
        if self._empty and text.strip():
            self._start, self._empty = self._at, False
        self._out.append(text)
        self._at += count

    def _comment(self) -> None:
        found = _VERSIONED.match(self._text, self._at)
        if found and self._dialect == "mysql":
            self._versioned += 1
            self._take(len(found.group()), " ")
            return
        self._foreign |= bool(found)
        start, depth, at = self._at, 1, self._at + 2
        while depth:
            close, nested = self._text.find("*/", at), self._text.find("/*", at)
            if close < 0:
                raise self._error("a comment that doesn't end", start)
            if self._dialect == "postgres" and 0 <= nested < close:
                depth, at = depth + 1, nested + 2
            else:
                depth, at = depth - 1, close + 2
        self._at = at
        self._out.append(" ")

    def _quoted(self, quote: str) -> None:
        before = "".join(self._out[-2:])[-2:]
        escapes = quote != "`" and (
            self._dialect == "mysql"
            or (quote == "'" and re.search(r"(?:^|[^A-Za-z0-9_])[eE]$", before) is not None)
        )
        at, text = self._at + 1, self._text
        while at < len(text):
            if (escapes and text[at] == "\\") or text.startswith(quote * 2, at):
                at += 2
            elif text[at] == quote:
                self._take(at + 1 - self._at, text[self._at : at + 1])
                return
            else:
                at += 1
        raise self._error("a quote that doesn't end", self._at)

    def _until(self, closing: str, skip: int, what: str) -> None:
        end = self._text.find(closing, self._at + skip)
        if end < 0:
            raise self._error(f"a {what} that doesn't end", self._at)
        stop = end + len(closing)
        self._take(stop - self._at, self._text[self._at : stop])

    def _skip_copy(self) -> None:
        """Rows of a COPY from standard input, up to the line `\\.`."""
        end = self._text.find("\n\\.", self._at)
        if end < 0:
            raise self._error("COPY FROM STDIN without its end", self._at)
        self._at = end + 3

    def _error(self, what: str, at: int) -> InputError:
        line = self._text.count("\n", 0, at) + 1
        return InputError(what, where=f"{self._name}:{line}", expected=f"{self._dialect} SQL")
