"""Matchers of the configuration against operations of any format."""

from collections.abc import Mapping

from twokey.assess.patterns import PatternSet
from twokey.config import Matchers
from twokey.model.change import Change, ChangeKind, Operation

_SEPARATOR = {"paths": "/", "terraform": "."}


class MatcherSet:
    """Named matchers, compiled once; says which names an operation belongs to, and why."""

    def __init__(self, named: Mapping[str, Matchers]) -> None:
        self._sets = {
            field: PatternSet(
                [(name, p) for name, m in named.items() for p in getattr(m, field)],
                separator=_SEPARATOR.get(field, ""),
                fold=field not in _SEPARATOR,
            )
            for field in Matchers.__struct_fields__
        }

    def find(self, operation: Operation, change: Change) -> list[tuple[str, str]]:
        """(name, why) for each name that the operation belongs to; each name once."""
        found: dict[str, str] = {}
        for field, text in _texts(operation, change):
            for name, pattern in self._sets[field].find(text):
                found.setdefault(name, f"{field}: {pattern}")
        return list(found.items())


def _texts(operation: Operation, change: Change) -> list[tuple[str, str]]:
    resource = operation.resource
    texts: list[tuple[str, str]] = []
    for name in (resource.name, operation.previous):
        if not name:
            continue
        if resource.kind == "file":
            texts.append(("paths", name))
        elif change.kind is ChangeKind.TERRAFORM:
            texts += [("terraform", name), ("terraform", _without_index(name))]
        elif change.kind is ChangeKind.SQL:
            texts += [("tables", name), ("tables", name.rpartition(".")[2])]
    if change.kind is ChangeKind.TERRAFORM:
        texts.append(("terraform", resource.kind))
    elif change.kind is ChangeKind.CLOUDFORMATION:
        texts.append(("cloudformation", resource.kind))
    elif change.kind is ChangeKind.KUBERNETES:
        texts += [("kinds", resource.kind), ("kinds", resource.kind.rpartition("/")[2])]
    texts += [("services", label) for key, label in resource.labels if key in _SERVICE_LABELS]
    texts += [
        (field, text)
        for field, text in (
            ("services", resource.service),
            ("namespaces", resource.namespace),
            ("accounts", resource.account),
        )
        if text
    ]
    return texts


_SERVICE_LABELS = frozenset(
    {"service", "Service", "app", "app.kubernetes.io/name", "app.kubernetes.io/part-of"}
)


def _without_index(address: str) -> str:
    """`module.a["x"].b.c[0]` as `module.a.b.c`: matchers are written without instance keys."""
    out: list[str] = []
    quoted = depth = 0
    for letter in address:
        if letter == '"':
            quoted ^= 1
        if not quoted and letter == "[":
            depth += 1
        if not depth:
            out.append(letter)
        if not quoted and letter == "]":
            depth -= 1
    return "".join(out)
