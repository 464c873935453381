"""Kubernetes manifests to a Change: before and after, or only after (then everything is created).

Verbs are those that the API server would see, so a new role binding is a `create` with the hint
`grants`. A field that the server refuses to change makes an update a `replace`.
"""

from twokey.errors import InputError
from twokey.intake.interface import Source
from twokey.intake.kubernetes.facts import hints_of, labels_of
from twokey.intake.kubernetes.objects import Identity, Manifest, Object, read_objects
from twokey.intake.kubernetes.replace import must_be_replaced
from twokey.model.change import Change, ChangeKind, Operation, Resource, Target, Verb
from twokey.model.codec import canonical, digest_of, digest_pieces

_MOST_ATTRIBUTES = 40
_SERVICES = ("app.kubernetes.io/name", "app")


class KubernetesFormat:
    """Reads manifests. Options: `namespace` (for objects without one), `cluster`."""

    kind = ChangeKind.KUBERNETES
    option = "--kubernetes"
    help = "Manifests, YAML or JSON."

    def read(self, source: Source) -> Change:
        """See Format."""
        namespace, cluster = source.options.get("namespace", ""), source.options.get("cluster", "")
        after = read_objects(
            source.data, name=source.name, namespace=namespace, limits=source.limits
        )
        before: dict[Identity, Manifest] = {}
        if source.before is not None:
            before = read_objects(
                source.before, name=source.before_name or "before", namespace=namespace,
                limits=source.limits,
            )  # fmt: skip
        if not after and not before:
            raise InputError("no object in it", where=source.name, expected="Kubernetes manifests")
        volumes = {
            m.identity.name: m.body
            for m in (*before.values(), *after.values())
            if m.identity.kind == "PersistentVolume"
        }
        found = [
            _operation(before.get(i), after.get(i), volumes)
            for i in sorted(before.keys() | after.keys())
        ]
        operations = tuple(o for o in found if o is not None)
        pieces = [o.digest.encode() for o in operations]
        return Change(
            kind=self.kind,
            digest=digest_pieces(
                "kubernetes", [*pieces, canonical(["target", cluster, namespace])]
            ),
            source=source.name,
            operations=operations,
            target=Target(cluster=cluster),
            unchanged=len(found) - len(operations),
            notes=()
            if source.before is not None
            else ("Without --before, every object counts as new.",),
            totals=(("resources", len(before)),) if before else (),
        )


def _operation(
    before: Manifest | None, after: Manifest | None, volumes: dict[str, Object]
) -> Operation | None:
    old, new = before.body if before else {}, after.body if after else {}
    manifest = after or before
    if manifest is None or _without_version(old) == _without_version(new):
        return None
    identity = manifest.identity
    forced = must_be_replaced(identity.type, old, new) if before and after else ""
    verb = Verb.CREATE if not before else Verb.DELETE if not after else Verb.UPDATE
    verb = Verb.REPLACE if forced else verb
    uid = (before or manifest).uid
    labels = labels_of(new or old)
    hashes = [digest_of(canonical(body)) if body else "" for body in (old, new)]
    return Operation(
        verb=verb,
        resource=Resource(
            kind=identity.type,
            name=identity.address,
            provider="kubernetes",
            namespace=identity.name if identity.kind == "Namespace" else identity.namespace,
            service=next((v for k, v in labels if k in _SERVICES), ""),
            labels=labels,
        ),
        digest=digest_of(canonical([verb, identity.type, identity.address, uid, *hashes])),
        after=digest_of(canonical([identity.type, identity.address, new])) if new else "",
        attributes=tuple(_changed(old, new, "")[:_MOST_ATTRIBUTES]) if before and after else (),
        reason=f"{forced} can't be changed in place" if forced else "",
        hints=tuple(dict.fromkeys(hints_of(verb, manifest, old, new, volumes))),
    )


def _without_version(body: Object) -> Object:
    return {k: v for k, v in body.items() if k != "apiVersion"}


def _changed(before: object, after: object, path: str) -> list[str]:
    """Dotted paths of what differs; lists differ as a whole."""
    if before == after:
        return []
    if isinstance(before, dict) and isinstance(after, dict) and path not in ("data", "stringData"):
        return [
            found
            for key in sorted(before.keys() | after.keys(), key=str)
            for found in _changed(before.get(key), after.get(key), f"{path}.{key}".lstrip("."))
        ]
    return [path]
