"""CloudFormation change sets to a Change: the output of DescribeChangeSet, its pages and nested
sets, in one file (a document, a list, or documents one after another).

What can't be seen is judged as unknown: a page that is missing, a nested set that isn't given, an
action that isn't known. `Conditional` replacement counts as replacement.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

from twokey.errors import InputError, LimitError
from twokey.intake.interface import Source
from twokey.model.change import Change, ChangeKind, Operation, Resource, Target, Verb
from twokey.model.codec import canonical, digest_of, digest_pieces

_ARN = re.compile(r"arn:[a-z-]+:cloudformation:([a-z0-9-]+):(\d{12}):(?:stack|changeSet)/([^/]+)/")
_GRANTS = re.compile(r"AWS::(?:IAM|SSO|Organizations)::|::\w*Policy$|AWS::Lambda::Permission")
_STACK = "AWS::CloudFormation::Stack"
_MOST_DOCUMENTS = 1_000


class _Reference(msgspec.Struct, rename="pascal"):
    attribute: str = ""
    name: str = ""
    requires_recreation: str = ""


class _Detail(msgspec.Struct, rename="pascal"):
    target: _Reference | None = None
    evaluation: str = ""


class _ResourceChange(msgspec.Struct, rename="pascal"):
    logical_resource_id: str
    resource_type: str
    action: str = ""
    physical_resource_id: str = ""
    policy_action: str = ""
    replacement: str = ""
    details: list[_Detail] = []
    change_set_id: str = ""


class _Item(msgspec.Struct, rename="pascal"):
    type: str = "Resource"
    resource_change: _ResourceChange | None = None


class _ChangeSet(msgspec.Struct, rename="pascal"):
    change_set_id: str
    stack_id: str
    changes: list[_Item] = []
    stack_name: str = ""
    status: str = ""
    execution_status: str = ""
    status_reason: str | None = None
    next_token: str | None = None
    parent_change_set_id: str | None = None
    capabilities: list[str] | None = None


class CloudFormationFormat:
    """Reads change sets. No options."""

    kind = ChangeKind.CLOUDFORMATION
    option = "--cloudformation"
    help = "The output of `aws cloudformation describe-change-set`."

    def read(self, source: Source) -> Change:
        """See Format."""
        sets = [_change_set(d, source.name) for d in _documents(source.data, source.name)]
        by_id: dict[str, list[_ChangeSet]] = {}
        for each in sets:
            by_id.setdefault(each.change_set_id, []).append(each)
        root = next((s for s in sets if not s.parent_change_set_id), sets[0])
        reader = _Reader(by_id, source)
        operations = tuple(reader.operations(root.change_set_id, "", ()))
        notes = reader.notes + [n for s in sets for n in _state(s)]
        place = _ARN.match(root.stack_id)
        pieces = [o.digest.encode() for o in operations]
        return Change(
            kind=self.kind,
            digest=digest_pieces(
                "cloudformation", [*pieces, canonical(["target", root.change_set_id])]
            ),
            source=source.name,
            operations=operations,
            target=Target(stack=root.stack_name or (place.group(3) if place else "")),
            notes=tuple(dict.fromkeys(notes)),
            incomplete=reader.incomplete or any(_unusable(s) for s in sets),
        )


class _Reader:
    """Walks change sets and their nested ones."""

    def __init__(self, by_id: dict[str, list[_ChangeSet]], source: Source) -> None:
        self._by_id = by_id
        self._limit, self._name = source.limits.operations, source.name
        self._count = 0
        self.notes: list[str] = []
        self.incomplete = False

    def operations(
        self, identifier: str, prefix: str, above: tuple[str, ...]
    ) -> Iterator[Operation]:
        """Operations of one change set, all its pages, and of those nested in it."""
        pages = self._by_id.get(identifier, [])
        if not pages or identifier in above:
            self._missing(f"The nested change set of {prefix.rstrip('/')} isn't in the file.")
            return
        if sum(bool(p.next_token) for p in pages) >= len(pages):
            self._missing(
                "A page of the change set is missing: it has a NextToken and no successor."
            )
        seen: set[bytes] = set()
        for page in pages:
            for item in page.changes:
                mark = msgspec.json.encode(item)
                if mark not in seen:
                    seen.add(mark)
                    yield from self._item(item, page, prefix, (*above, identifier))

    def _item(
        self, item: _Item, page: _ChangeSet, prefix: str, above: tuple[str, ...]
    ) -> Iterator[Operation]:
        self._count += 1
        if self._count > self._limit:
            raise LimitError(
                f"more than {self._limit} changes", where=self._name, do="Raise limits.operations."
            )
        change = item.resource_change
        if item.type != "Resource" or change is None:
            yield _operation(
                Verb.UNKNOWN, _ResourceChange(item.type or "change", "unknown"), page, prefix
            )
            return
        yield _operation(_verb(change), change, page, prefix)
        if change.resource_type == _STACK and change.action != "Remove":
            if change.change_set_id:
                yield from self.operations(
                    change.change_set_id, f"{prefix}{change.logical_resource_id}/", above
                )
            elif change.action in ("Modify", "Dynamic"):
                self._missing(
                    f"The nested stack {prefix}{change.logical_resource_id} isn't shown: "
                    "make the change set with IncludeNestedStacks."
                )

    def _missing(self, note: str) -> None:
        self.notes.append(note)
        self.incomplete = True


def _documents(data: bytes, name: str) -> list[Any]:
    """The JSON documents of the file, flattened: one, a list, or several in a row."""
    try:
        found = msgspec.json.decode(data)
    except (msgspec.DecodeError, RecursionError):
        try:
            parts = re.split(rb"(?<=\})\s*(?=\{\s*\")", data.strip())
            found = [msgspec.json.decode(part) for part in parts]
        except (msgspec.DecodeError, RecursionError) as error:
            raise InputError(f"not JSON: {str(error)[:160]}", where=name) from None
    documents = found if isinstance(found, list) else [found]
    if not 0 < len(documents) <= _MOST_DOCUMENTS:
        raise InputError("no change set in it", where=name, expected="DescribeChangeSet's output")
    return documents


def _change_set(document: Any, name: str) -> _ChangeSet:
    if isinstance(document, dict) and "ChangeSetId" not in document:
        kinds = {
            "Stacks": "stacks",
            "Summaries": "a list of change sets",
            "Resources": "a template",
            "StackResources": "stack resources",
        }
        kind = next((word for key, word in kinds.items() if key in document), "something else")
        raise InputError(
            f"{kind}, not a change set", where=name,
            expected="the output of `aws cloudformation describe-change-set`",
        )  # fmt: skip
    try:
        return msgspec.convert(document, _ChangeSet)
    except (msgspec.ValidationError, RecursionError) as error:
        raise InputError(
            f"no change set: {str(error)[:160]}", where=name, expected="DescribeChangeSet's output"
        ) from None


def _unusable(change_set: _ChangeSet) -> bool:
    status, execution = change_set.status, change_set.execution_status
    return status not in ("", "CREATE_COMPLETE") or execution not in ("", "AVAILABLE")


def _state(change_set: _ChangeSet) -> Iterator[str]:
    if _unusable(change_set):
        yield (
            f"The change set is {change_set.status or 'of unknown status'}, "
            f"{change_set.execution_status or 'not executable'}: it can't be executed as it is."
        )
    if any("IAM" in c for c in change_set.capabilities or []):
        yield "It was made with an IAM capability: it may change permissions."


def _verb(change: _ResourceChange) -> Verb:
    match change.action:
        case "Add":
            return Verb.CREATE
        case "Modify":
            return Verb.REPLACE if _is_replaced(change) else Verb.UPDATE
        case "Remove":
            return Verb.FORGET if change.policy_action == "Retain" else Verb.DELETE
        case "Import":
            return Verb.READ
        case "SyncWithActual":
            return Verb.UPDATE
    return Verb.UNKNOWN


def _is_replaced(change: _ResourceChange) -> bool:
    """Also where a detail says so, whatever the summary says."""
    always = any(d.target and d.target.requires_recreation == "Always" for d in change.details)
    policy = change.policy_action.startswith("ReplaceAnd")
    return change.replacement in ("True", "Conditional") or always or policy


def _operation(verb: Verb, change: _ResourceChange, page: _ChangeSet, prefix: str) -> Operation:
    place = _ARN.match(page.stack_id)
    region, account = (place.group(1), place.group(2)) if place else ("", "")
    details = sorted({_attribute(d.target) for d in change.details if d.target} - {""})
    hints = (
        ("keeps-data", change.policy_action in ("Retain", "ReplaceAndRetain")),
        ("snapshot", change.policy_action in ("Snapshot", "ReplaceAndSnapshot")),
        ("uncertain", change.replacement == "Conditional"),
        ("import", change.action == "Import"),
        ("grants", bool(_GRANTS.search(change.resource_type)) and verb is not Verb.DELETE),
        ("cascades", change.resource_type == _STACK and verb is Verb.DELETE),
    )
    name = prefix + change.logical_resource_id
    return Operation(
        verb=verb,
        resource=Resource(
            kind=change.resource_type, name=name, provider="aws", account=account, region=region
        ),
        digest=digest_of(canonical([page.change_set_id, name, msgspec.to_builtins(change)])),
        attributes=tuple(details),
        reason=f"replacement {change.replacement}" if change.replacement else "",
        hints=tuple(hint for hint, applies in hints if applies),
    )


def _attribute(reference: _Reference) -> str:
    return reference.name or reference.attribute
