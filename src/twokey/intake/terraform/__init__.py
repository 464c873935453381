"""Terraform and OpenTofu plans to a Change: `terraform show -json`, formats 0.1 to 1.x.

The digest covers each change in canonical form, the outputs, the workspace and the plan file;
not the time stamp or the order. A no-op is no operation, unless it moves or imports something.
Sensitive values are compared and hashed here, and go no further.
"""

from collections.abc import Iterator
from typing import Any

import msgspec
from msgspec import Raw

from twokey.errors import InputError, LimitError
from twokey.intake.interface import Source
from twokey.intake.terraform.binary import is_plan_file, read_plan_file
from twokey.intake.terraform.facts import Values, hints_of, labels_of, place_of
from twokey.intake.terraform.plan import (
    NULL,
    Delta,
    Module,
    Plan,
    ResourceChange,
    decode_configuration,
    decode_plan,
)
from twokey.model.change import Change, ChangeKind, Operation, Resource, Target, Verb
from twokey.model.codec import canonical, digest_of, digest_pieces

__all__ = ["TerraformFormat", "is_plan_file", "read_plan_file"]

_VERBS: dict[tuple[str, ...], tuple[Verb, ...]] = {
    ("no-op",): (),
    ("create",): (Verb.CREATE,),
    ("read",): (Verb.READ,),
    ("update",): (Verb.UPDATE,),
    ("delete",): (Verb.DELETE,),
    ("delete", "create"): (Verb.REPLACE,),
    ("create", "delete"): (Verb.REPLACE,),
    ("forget",): (Verb.FORGET,),
    ("create", "forget"): (Verb.CREATE, Verb.FORGET),
    ("forget", "create"): (Verb.CREATE, Verb.FORGET),
}
_KEPT_WHEN_DEFERRED = (Verb.DELETE, Verb.REPLACE, Verb.FORGET)
_VALUE = msgspec.json.Decoder()
_RUNS_PROGRAMS = ("local-exec", "remote-exec")


class TerraformFormat:
    """Reads a plan's JSON. Options: `workspace`, and `plan_sha256` of the binary plan file."""

    kind = ChangeKind.TERRAFORM
    option = "--terraform-plan"
    help = "A plan file, or the JSON of `terraform show -json`."

    def read(self, source: Source) -> Change:
        """See Format."""
        plan = decode_plan(source.data, source.name)
        if len(plan.resource_changes) > source.limits.operations:
            raise LimitError(
                f"more than {source.limits.operations} resources", where=source.name,
                do="Raise limits.operations in twokey.yaml.",
            )  # fmt: skip
        running = frozenset(_running(decode_configuration(plan.configuration).root_module, ""))
        operations: list[Operation] = []
        pieces: list[bytes] = []
        unchanged = existing = 0
        for change in plan.resource_changes:
            existing += change.mode == "managed" and change.change.before != NULL
            found = _operations(change, running, source.name)
            operations += found
            unchanged += not found
            if found or change.previous_address:
                pieces.append(_piece_digest(found, change))
        operations += _deferred(plan, running, source.name)
        operations += [
            _invocation(a.address, a.type, a.provider_name) for a in plan.action_invocations
        ]
        pieces += [o.digest.encode() for o in operations]
        pieces += [
            canonical(["output", name, _output(d, source.name)])
            for name, d in plan.output_changes.items()
        ]
        workspace, sha = source.options.get("workspace", ""), source.options.get("plan_sha256", "")
        return Change(
            kind=self.kind,
            digest=digest_pieces("terraform", [*pieces, canonical(["target", workspace, sha])]),
            source=source.name,
            operations=tuple(operations),
            target=Target(workspace=workspace),
            unchanged=unchanged,
            notes=tuple(_notes(plan)),
            incomplete=plan.errored
            or plan.complete is False
            or bool(plan.deferred_action_invocations),
            totals=(("resources", existing),),
        )


def _operations(
    change: ResourceChange, running: frozenset[str], name: str, *, deferred: bool = False
) -> list[Operation]:
    """The operations of one resource change: none for a no-op, two for create with forget."""
    delta = change.change
    verbs = _VERBS.get(tuple(delta.actions), (Verb.UNKNOWN,))
    imported = delta.importing != NULL
    if not verbs and imported:
        verbs = (Verb.READ,)
    if deferred:
        planned = verbs or (Verb.UNKNOWN,)
        verbs = tuple(v if v in _KEPT_WHEN_DEFERRED else Verb.UNKNOWN for v in planned)
    if not verbs:
        return []
    before, after = _values(delta.before, name), _values(delta.after, name)
    unknown = _values(delta.after_unknown, name)
    sensitive = _sensitive(delta, name)
    bound: list[Any] = [
        change.address,
        change.deposed,
        change.mode,
        change.type,
        change.provider_name,
    ]
    bound += [delta.actions, change.previous_address, before, after, unknown]
    bound += [_value(raw, name) for raw in (delta.replace_paths, delta.importing)]
    piece = canonical(bound)
    state = before or after
    account, region = place_of(state)
    labels = labels_of(state, sensitive)
    address = f"{change.address} (deposed {change.deposed})" if change.deposed else change.address
    attributes = _changed(before, after, unknown) if before and after else ()
    hints = [*hints_of(change.type, before, after)]
    hints += ["sensitive"] if sensitive & set(attributes) else []
    hints += ["import"] if imported else []
    hints += ["deferred"] if deferred else []
    hints += ["executes"] if _bare(change.address) in running or change.type == "external" else []
    resource = Resource(
        kind=change.type,
        name=address,
        provider=change.provider_name,
        account=account,
        region=region,
        service=dict(labels).get("service", dict(labels).get("Service", "")),
        labels=labels,
    )
    return [
        Operation(
            verb=verb,
            resource=resource,
            digest=digest_of(piece + verb.encode()),
            after=digest_of(canonical([change.address, after, unknown])) if after else "",
            attributes=attributes,
            reason=change.action_reason,
            previous=change.previous_address,
            hints=tuple(dict.fromkeys(hints)),
        )
        for verb in verbs
    ]


def _piece_digest(found: list[Operation], change: ResourceChange) -> bytes:
    """A move without an operation still changes the state file, so it is bound too."""
    if found:
        return canonical(["change", change.address, change.deposed])
    return canonical(["moved", change.address, change.previous_address])


def _deferred(plan: Plan, running: frozenset[str], name: str) -> Iterator[Operation]:
    for each in plan.deferred_changes:
        if each.resource_change is None:
            yield _invocation("a deferred change", "", "", verb=Verb.UNKNOWN)
        else:
            yield from _operations(each.resource_change, running, name, deferred=True)


def _invocation(address: str, kind: str, provider: str, *, verb: Verb = Verb.EXECUTE) -> Operation:
    return Operation(
        verb=verb,
        resource=Resource(kind=kind or "action", name=address or "an action", provider=provider),
        digest=digest_of(canonical(["action", address, kind, provider, verb])),
        hints=("executes",),
    )


def _values(raw: Raw, name: str) -> Values:
    """An object's values; a bare value as `{"": value}`, so that it is compared too."""
    value = _value(raw, name)
    if isinstance(value, dict):
        return value
    return {} if value in (None, False) else {"": value}


def _value(raw: Raw, name: str) -> Any:
    try:
        return _VALUE.decode(raw)
    except (msgspec.DecodeError, RecursionError):
        raise InputError("a value that can't be read", where=name) from None


def _output(delta: Delta, name: str) -> list[Any]:
    return [
        delta.actions,
        *(_value(raw, name) for raw in (delta.before, delta.after, delta.after_unknown)),
    ]


def _sensitive(delta: Delta, name: str) -> frozenset[str]:
    """Names of attributes that hold something sensitive on either side."""
    found: set[str] = set()
    for raw in (delta.before_sensitive, delta.after_sensitive):
        value = _value(raw, name)
        if value is True:
            found.update(_values(delta.before, name), _values(delta.after, name))
        elif isinstance(value, dict):
            found.update(key for key, inner in value.items() if _any_true(inner))
    return frozenset(found)


def _any_true(value: object) -> bool:
    if isinstance(value, dict):
        return any(map(_any_true, value.values()))
    return any(map(_any_true, value)) if isinstance(value, list) else value is True


def _changed(before: Values, after: Values, unknown: Values) -> tuple[str, ...]:
    names = {k for k in before.keys() | after.keys() if before.get(k) != after.get(k)}
    return tuple(sorted(names | {k for k, v in unknown.items() if v not in (False, [], {})}))


def _running(module: Module | None, prefix: str) -> Iterator[str]:
    """Addresses, without keys, of resources whose provisioners run programs."""
    if module is None:
        return
    for resource in module.resources:
        if any(p.type in _RUNS_PROGRAMS for p in resource.provisioners):
            yield prefix + resource.address
    for name, call in module.module_calls.items():
        yield from _running(call.module, f"{prefix}module.{name}.")


def _bare(address: str) -> str:
    """An address without instance keys."""
    out: list[str] = []
    depth, quoted = 0, False
    for letter in address:
        quoted ^= letter == '"'
        depth += (letter == "[") * (not quoted)
        if not depth:
            out.append(letter)
        depth -= (letter == "]") * (not quoted)
    return "".join(out)


def _notes(plan: Plan) -> Iterator[str]:
    if plan.errored:
        yield "The plan errored: it shows only part of what would happen."
    elif plan.complete is False:
        yield "The plan isn't complete: a second plan must follow it."
    if plan.applyable is False and not plan.errored:
        yield "Terraform says that there is nothing to apply."
    if plan.resource_drift:
        yield f"{len(plan.resource_drift)} resources changed outside Terraform since the last run."
    if plan.deferred_changes:
        yield f"{len(plan.deferred_changes)} changes are deferred: their effect isn't known."
    if plan.deferred_action_invocations:
        yield f"{len(plan.deferred_action_invocations)} actions are deferred."
    failed = sum(c.status in ("fail", "error") for c in plan.checks)
    if failed:
        yield f"{failed} of its checks fail."
