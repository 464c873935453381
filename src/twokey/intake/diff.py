"""A unified diff to a Change, line by line, as git and `diff -u` write them.

Hunks are counted by their headers, so that a removed line that looks like a header stays a line.
What isn't understood between hunks is a prologue (a mail, a commit message) and kept as text; a
hunk that ends too early is an error, since what is cut off can't be judged.
"""

import hashlib
import re

import msgspec

from twokey.errors import InputError, LimitError
from twokey.intake.interface import Source
from twokey.model.change import Change, ChangeKind, Operation, Resource, Target, Verb
from twokey.model.codec import canonical, digest_of, digest_pieces

_HUNK = re.compile(rb"@@ -(\d+)(?:,(\d+))? \+(\d+)(?:,(\d+))? @@")
_COMBINED = re.compile(rb"diff --(?:cc|combined) (.+)")
_INDEX = re.compile(rb"index ([0-9a-f]{4,64})\.\.([0-9a-f]{4,64})(?: (\d{6}))?")
_EXTENDED = re.compile(
    rb"(old mode|new mode|deleted file mode|new file mode|copy from|copy to|rename from|rename to|"
    rb"similarity index|dissimilarity index) (.*)"
)
_OCTAL = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_ESCAPES = dict(zip(b"ntrabfv", b"\n\t\r\a\b\f\v", strict=True))
_DEV_NULL = b"/dev/null"
_MAX_TEXT = 64 * 1024
_POINTER = b"version https://git-lfs.github.com/spec/"
_LINK, _SUBMODULE = "120000", "160000"


class _File(msgspec.Struct):
    """What one file's part of the diff has said so far."""

    before: bytes = b""
    after: bytes = b""
    headers: dict[str, str] = {}
    blobs: tuple[str, str] = ("", "")
    added: int = 0
    removed: int = 0
    hunks: int = 0
    binary: bool = False
    combined: bool = False
    pointer: bool = False
    content: bytes = b""


class DiffFormat:
    """Reads a unified diff. Options: `branch` (target branch)."""

    kind = ChangeKind.DIFF
    option = "--diff"
    help = "A unified diff; - reads standard input."

    def read(self, source: Source) -> Change:
        """See Format."""
        if not source.data.strip():
            raise InputError("an empty diff", where=source.name, expected="a unified diff")
        files, text = _Parser(source).parse()
        if not files:
            raise InputError("no file in it", where=source.name, expected="a unified diff")
        operations = _merged(tuple(map(_operation, files)))
        branch = source.options.get("branch", "")
        pieces = [o.digest.encode() for o in operations]
        return Change(
            kind=self.kind,
            digest=digest_pieces("diff", [*pieces, canonical(["target", branch])]),
            source=source.name,
            operations=operations,
            target=Target(branch=branch),
            notes=("A diff alone: nobody can tell which commit it applies to, or who wrote it.",),
            text=text,
        )


class _Parser:
    def __init__(self, source: Source) -> None:
        self._name = source.name
        self._limits = source.limits
        self._lines = source.data.split(b"\n")
        if self._lines and not self._lines[-1]:
            self._lines.pop()
        self._at = 0
        self._files: list[_File] = []
        self._prologue: list[bytes] = []
        self._text_bytes = 0

    def parse(self) -> tuple[list[_File], str]:
        """Every file of the diff, and what stands before and between them."""
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip(b"\r")
            if line.startswith(b"diff --git "):
                self._git_file(line)
            elif combined := _COMBINED.fullmatch(line):
                self._add(_File(before=combined.group(1), after=combined.group(1), combined=True))
                self._skip_combined()
            elif self._plain_header(line):
                self._plain_file()
            elif line.startswith((b"Index: ", b"Only in ")):
                self._at += 1
            elif re.match(rb"Binary files .+ differ$", line):
                self._plain_binary(line)
            elif _HUNK.match(line):
                raise self._error("a hunk without a file", "--- and +++ before it")
            else:
                self._keep(line)
        text = b"\n".join(self._prologue).decode("utf-8", "replace").strip()
        return self._files, text

    def _add(self, file: _File) -> _File:
        self._files.append(file)
        self._at += 1
        if len(self._files) > self._limits.operations:
            raise LimitError(
                f"more than {self._limits.operations} files", where=self._name,
                do="Split it, or raise limits.operations.",
            )  # fmt: skip
        return file

    def _keep(self, line: bytes) -> None:
        self._text_bytes += len(line) + 1
        if self._text_bytes <= _MAX_TEXT:
            self._prologue.append(line)
        self._at += 1

    def _plain_header(self, line: bytes) -> bool:
        following = self._lines[self._at + 1] if self._at + 1 < len(self._lines) else b""
        return line.startswith(b"--- ") and following.startswith(b"+++ ")

    def _git_file(self, line: bytes) -> None:
        file = self._add(_File(headers={}))
        file.before, file.after = _git_names(line[len(b"diff --git ") :])
        while self._at < len(self._lines):
            line = self._lines[self._at].rstrip(b"\r")
            extended, index = _EXTENDED.fullmatch(line), _INDEX.fullmatch(line)
            if extended:
                file.headers[extended.group(1).decode()] = _shown(_unquoted(extended.group(2)))
            elif index:
                file.blobs = (index.group(1).decode(), index.group(2).decode())
                if index.group(3):
                    file.headers.setdefault("mode", index.group(3).decode())
            elif line.startswith(b"Binary files ") or line == b"GIT binary patch":
                file.binary = True
                self._at += 1
                self._binary_patch(file)
                return
            elif self._plain_header(line):
                self._names(file)
                self._hunks(file)
                return
            else:
                return
            self._at += 1

    def _plain_file(self) -> None:
        file = _File(headers={})
        self._files.append(file)
        self._names(file)
        self._hunks(file)
        if not file.hunks:
            raise self._error("a file without a hunk", "@@ after +++")

    def _plain_binary(self, line: bytes) -> None:
        before, _, after = line[len(b"Binary files ") : -len(b" differ")].partition(b" and ")
        self._add(_File(before=_stripped(before), after=_stripped(after), binary=True, headers={}))

    def _names(self, file: _File) -> None:
        before, after = (
            _path(self._lines[self._at + offset].rstrip(b"\r")[4:]) for offset in (0, 1)
        )
        file.before = before if before == _DEV_NULL else _stripped(before)
        file.after = after if after == _DEV_NULL else _stripped(after)
        if file.before == file.after == _DEV_NULL:
            raise self._error("a file that is nothing before and after", "a path")
        self._at += 2

    def _hunks(self, file: _File) -> None:
        hasher = hashlib.sha256()
        while self._at < len(self._lines) and (found := _HUNK.match(self._lines[self._at])):
            hasher.update(found.group() + b"\n")
            self._at += 1
            self._hunk(file, found, hasher)
            file.hunks += 1
        file.content = hasher.digest()

    def _hunk(self, file: _File, found: "re.Match[bytes]", hasher: "hashlib._Hash") -> None:
        old, new = (int(found.group(i)) if found.group(i) else 1 for i in (2, 4))
        while old > 0 or new > 0:
            if self._at >= len(self._lines):
                raise self._error("the hunk is cut short", f"{old} and {new} more lines")
            line = self._lines[self._at]
            mark = line[:1]
            if mark == b"\\":
                pass
            elif mark == b"+":
                new, file.added = new - 1, file.added + 1
            elif mark == b"-":
                old, file.removed = old - 1, file.removed + 1
            elif mark in (b" ", b"", b"\r", b"\t"):
                old, new = old - 1, new - 1
            else:
                raise self._error(
                    "a line that is in no hunk", "a line that starts with +, - or blank"
                )
            file.pointer |= line[1:].startswith(_POINTER)
            hasher.update(line + b"\n")
            self._at += 1
            if old < 0 or new < 0:
                raise self._error("the hunk has more lines than its header says", "as many lines")
        if self._at < len(self._lines) and self._lines[self._at].startswith(b"\\"):
            hasher.update(self._lines[self._at])
            self._at += 1

    def _binary_patch(self, file: _File) -> None:
        hasher = hashlib.sha256()
        while self._at < len(self._lines):
            line = self._lines[self._at]
            if line.startswith((b"diff --git ", b"-- ")):
                break
            hasher.update(line + b"\n")
            self._at += 1
        file.content = hasher.digest()

    def _skip_combined(self) -> None:
        """A combined diff shows a merge against several parents: its effect isn't one diff."""
        file, hasher = self._files[-1], hashlib.sha256()
        while self._at < len(self._lines) and not self._lines[self._at].startswith(b"diff --"):
            hasher.update(self._lines[self._at] + b"\n")
            self._at += 1
        file.content = hasher.digest()

    def _error(self, what: str, expected: str) -> InputError:
        return InputError(
            what, where=f"{self._name}:{self._at + 1}", expected=expected, do="Make the diff anew."
        )


def _merged(operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """git writes a change of type (a file to a link) as a deletion and a creation of one path."""
    merged: list[Operation] = []
    for operation in operations:
        last = merged[-1] if merged else None
        if (
            last is not None
            and last.verb is Verb.DELETE
            and operation.verb is Verb.CREATE
            and last.resource == operation.resource
        ):
            merged[-1] = msgspec.structs.replace(
                operation,
                verb=Verb.REPLACE,
                digest=digest_of(f"{last.digest}{operation.digest}".encode()),
                hints=tuple(dict.fromkeys((*last.hints, *operation.hints))),
                lines_removed=last.lines_removed,
            )
        else:
            merged.append(operation)
    return tuple(merged)


def _operation(file: _File) -> Operation:
    headers = file.headers
    before, after = _shown(file.before), _shown(file.after)
    previous = headers.get("rename from", headers.get("copy from", ""))
    name = headers.get(
        "rename to", headers.get("copy to", before if file.after == _DEV_NULL else after)
    )
    modes = (headers.get("old mode", ""), headers.get("new mode", ""))
    piece = canonical(
        [name, previous, sorted(headers.items()), file.blobs, file.added, file.removed,
         file.content.hex(), file.combined, file.binary]
    )  # fmt: skip
    return Operation(
        verb=_verb(file, headers, modes),
        resource=Resource(kind="file", name=name),
        digest=digest_of(piece),
        previous=previous,
        hints=_hints(file, headers, modes),
        lines_added=file.added,
        lines_removed=file.removed,
    )


def _verb(file: _File, headers: dict[str, str], modes: tuple[str, str]) -> Verb:
    if file.combined:
        return Verb.UNKNOWN
    if "new file mode" in headers or "copy to" in headers or file.before == _DEV_NULL:
        return Verb.CREATE
    if "deleted file mode" in headers or file.after == _DEV_NULL:
        return Verb.DELETE
    kinds = {mode[:2] for mode in modes if mode}
    return Verb.REPLACE if len(kinds) > 1 else Verb.UPDATE


def _hints(file: _File, headers: dict[str, str], modes: tuple[str, str]) -> tuple[str, ...]:
    every = {
        *modes,
        headers.get("mode", ""),
        headers.get("new file mode", ""),
        headers.get("deleted file mode", ""),
    }
    found = (
        ("binary", file.binary),
        ("symlink", _LINK in every),
        ("submodule", _SUBMODULE in every),
        ("mode", bool(modes[0] and modes[1]) and modes[0][:2] == modes[1][:2]),
        ("lfs", file.pointer),
    )
    return tuple(name for name, applies in found if applies)


def _path(text: bytes) -> bytes:
    """The path in a --- or +++ line: quoted, or up to the tab before a time stamp."""
    return _unquoted(text) if text.startswith(b'"') else text.partition(b"\t")[0]


def _stripped(path: bytes) -> bytes:
    """Without git's a/ and b/ prefixes."""
    path = _unquoted(path)
    return path[2:] if path[:2] in (b"a/", b"b/", b"i/", b"w/", b"c/", b"o/") else path


def _unquoted(text: bytes) -> bytes:
    if len(text) < 2 or not (text.startswith(b'"') and text.endswith(b'"')):
        return text

    def plain(found: "re.Match[bytes]") -> bytes:
        code = found.group(1)
        if len(code) == 3:
            return bytes([int(code, 8) & 0xFF])
        return bytes([_ESCAPES.get(code[0], code[0])])

    return _OCTAL.sub(plain, text[1:-1])


def _git_names(rest: bytes) -> tuple[bytes, bytes]:
    """Both names of a `diff --git` line. Unquoted names with blanks are ambiguous unless both are
    the same, which they are wherever no other header names them."""
    if rest.startswith(b'"') or rest.endswith(b'"'):
        parts = re.fullmatch(rb'("(?:\\.|[^"\\])*"|\S+) ("(?:\\.|[^"\\])*"|\S+)', rest)
        if parts:
            return _stripped(parts.group(1)), _stripped(parts.group(2))
    middle = len(rest) // 2
    left, right = rest[:middle], rest[middle + 1 :]
    if rest[middle : middle + 1] == b" " and _stripped(left) == _stripped(right):
        return _stripped(left), _stripped(right)
    first, _, second = rest.partition(b" ")
    return _stripped(first), _stripped(second)


def _shown(name: bytes) -> str:
    text = name.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
