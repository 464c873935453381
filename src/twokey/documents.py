"""Bounded YAML and JSON: bytes to plain values, with the line of each YAML node.

Hostile documents are refused before they cost anything: size, depth and node count are bounded,
the count after aliases are written out (they are how a small file becomes a huge one), duplicate
keys are errors (two readers would see two documents), and only plain values exist, no objects.
"""

import tomllib
from importlib.resources import files
from typing import Any, TypeVar

import msgspec
import yaml

from twokey.errors import InputError, LimitError

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
T = TypeVar("T")
_MERGE = "tag:yaml.org,2002:merge"
_COLLECTIONS = frozenset({"tag:yaml.org,2002:map", "tag:yaml.org,2002:seq"})


class Limits(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Bounds on input; each is a setting under `limits` in twokey.yaml.

    Sizes are bytes. `depth` bounds nesting, `nodes` the values of one YAML document,
    `documents` how many documents one file holds, `operations` how many one change has,
    `commits` how many a range spans.
    """

    bytes: int = 512 * 1024 * 1024
    yaml_bytes: int = 32 * 1024 * 1024
    depth: int = 200
    nodes: int = 2_000_000
    documents: int = 20_000
    operations: int = 200_000
    commits: int = 50_000


class YamlDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One document: its value and where each node stands.

    `lines` maps a path such as `$.domains.checkout.owners[0]` to a line, counted from 1.
    """

    value: Any
    line: int
    lines: dict[str, int]

    def line_of(self, path: str) -> int:
        """The line of `path`, or of its nearest ancestor that is in the document."""
        while path and path not in self.lines:
            path = path[: max(path.rfind("."), path.rfind("["), 0)]
        return self.lines.get(path, self.line)


def read_yaml(
    data: bytes, *, source: str, limits: Limits | None = None, lines: bool = False
) -> list[YamlDocument]:
    """The documents of a YAML stream; empty ones are left out.

    `lines=True` records the line of every node (for configuration); otherwise only each
    document's first line. Raises InputError or LimitError naming `source:line`.
    """
    limits = limits or Limits()
    if len(data) > limits.yaml_bytes:
        raise LimitError(
            f"{len(data)} bytes of YAML",
            where=source,
            expected=f"at most {limits.yaml_bytes}",
            do="Split the file, or raise limits.yaml_bytes.",
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start}", where=source) from None
    _guard(text, source, limits)
    try:
        nodes: list[yaml.Node | None] = list(yaml.compose_all(text, Loader=_LOADER))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(
            f"not YAML: {error.problem or error.context}", where=f"{source}:{line}"
        ) from None
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(f"not YAML: {_first_line(error)}", where=source) from None
    found = []
    for node in nodes:
        if node is not None:
            builder = _Builder(source, limits, lines=lines)
            value = builder.build(node, "$", 0)
            if value is not None:
                found.append(
                    YamlDocument(value=value, line=node.start_mark.line + 1, lines=builder.lines)
                )
    return found


def _guard(text: str, source: str, limits: Limits) -> None:
    """Bounds and forbidden constructs, on the event stream, before any tree is built."""
    depth = nodes = documents = 0
    try:
        for event in yaml.parse(text, Loader=_LOADER):
            line = event.start_mark.line + 1 if event.start_mark else 1
            if isinstance(event, (yaml.MappingStartEvent, yaml.SequenceStartEvent)):
                depth += 1
            elif isinstance(event, (yaml.MappingEndEvent, yaml.SequenceEndEvent)):
                depth -= 1
            elif isinstance(event, yaml.DocumentStartEvent):
                documents += 1
            nodes += 1
            if depth > limits.depth or nodes > limits.nodes or documents > limits.documents:
                raise LimitError(
                    "too deep or too many values",
                    where=f"{source}:{line}",
                    expected=f"depth {limits.depth}, {limits.nodes} values, "
                    f"{limits.documents} documents at most",
                    do="Split the file, or raise the setting under limits.",
                )
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise InputError(
            f"not YAML: {error.problem or error.context}", where=f"{source}:{line}"
        ) from None
    except yaml.YAMLError as error:
        raise InputError(f"not YAML: {_first_line(error)}", where=source) from None


class _Builder:
    """Nodes to plain values. Aliased nodes are built anew each time, and counted each time."""

    def __init__(self, source: str, limits: Limits, *, lines: bool) -> None:
        self._source, self._limits = source, limits
        self._constructor = _LOADER("")
        self._wanted = lines
        self._built = 0
        self.lines: dict[str, int] = {}

    def build(self, node: yaml.Node, path: str, depth: int) -> Any:
        """The value of a node that stands at `path`."""
        line = node.start_mark.line + 1
        self._built += 1
        if self._built > self._limits.nodes or depth > self._limits.depth:
            raise LimitError(
                "too deep or too many values once aliases are written out",
                where=f"{self._source}:{line}",
                do="Write it without aliases, or raise the setting under limits.",
            )
        if self._wanted:
            self.lines.setdefault(path, line)
        if isinstance(node, yaml.ScalarNode):
            return _scalar(node, self._constructor, self._source)
        if node.tag not in _COLLECTIONS:
            raise InputError(f"the tag {node.tag}", where=f"{self._source}:{line}", do="Remove it.")
        if isinstance(node, yaml.SequenceNode):
            return [self.build(n, f"{path}[{i}]", depth + 1) for i, n in enumerate(node.value)]
        return self._mapping(node, path, depth)

    def _mapping(self, node: yaml.Node, path: str, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = key_node.start_mark.line + 1
            where = f"{self._source}:{line}"
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag == _MERGE:
                raise InputError(
                    "a key that isn't a plain word", where=where, expected="plain keys"
                )
            key = key_node.value
            if key in found:
                raise InputError(
                    f"the key {key!r} stands twice",
                    where=where,
                    expected="each key once",
                    do="Remove one of them.",
                )
            if self._wanted:
                self.lines[f"{path}.{key}"] = line
            found[key] = self.build(value_node, f"{path}.{key}", depth + 1)
        return found


def _scalar(node: yaml.ScalarNode, constructor: Any, source: str) -> Any:
    line = node.start_mark.line + 1
    if node.tag in ("tag:yaml.org,2002:timestamp", "tag:yaml.org,2002:value"):
        return node.value
    try:
        return constructor.construct_object(node)
    except (yaml.YAMLError, ValueError) as error:
        raise InputError(
            f"a value that isn't plain: {_first_line(error)}", where=f"{source}:{line}"
        ) from None


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or ["unreadable"])[0][:200]


def read_data(path: str, kind: type[T]) -> T:
    """A data file of the package (TOML), checked against `kind`. `path` is relative to it."""
    text = files("twokey").joinpath(path).read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), kind)
