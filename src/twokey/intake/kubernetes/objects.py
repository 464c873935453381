"""Manifests to objects: documents, lists, identity, and what of an object is its meaning.

The server's own fields (status, managedFields, resourceVersion ...) come and go without anybody
changing anything, so they are dropped before comparing and hashing.
"""

from collections.abc import Iterator
from typing import Any

import msgspec

from twokey.documents import Limits, read_yaml
from twokey.errors import InputError, LimitError

Object = dict[str, Any]

CLUSTER_SCOPED = frozenset(
    """
    Namespace Node PersistentVolume StorageClass CustomResourceDefinition ClusterRole ClusterRoleBinding
    MutatingWebhookConfiguration ValidatingWebhookConfiguration ValidatingAdmissionPolicy
    ValidatingAdmissionPolicyBinding MutatingAdmissionPolicy MutatingAdmissionPolicyBinding APIService
    PriorityClass IngressClass RuntimeClass CSIDriver CSINode VolumeAttachment GatewayClass ClusterIssuer
    CertificateSigningRequest FlowSchema PriorityLevelConfiguration ClusterPolicy
    """.split()  # noqa: SIM905
)
_SERVER_FIELDS = (
    "managedFields", "resourceVersion", "generation", "creationTimestamp", "selfLink", "uid",
    "deletionTimestamp", "deletionGracePeriodSeconds",
)  # fmt: skip
_SERVER_ANNOTATIONS = (
    "kubectl.kubernetes.io/last-applied-configuration",
    "deployment.kubernetes.io/revision",
)
_LISTS = ("List", "PodList", "ServiceList", "ConfigMapList", "DeploymentList")


class Identity(msgspec.Struct, frozen=True, order=True):
    """What makes two objects the same one, whatever API version they are written in."""

    group: str
    kind: str
    namespace: str
    name: str

    @property
    def type(self) -> str:
        """`apps/Deployment`; core kinds have no group."""
        return f"{self.group}/{self.kind}" if self.group else self.kind

    @property
    def address(self) -> str:
        """`namespace/name`, or `name` for what belongs to the whole cluster."""
        return f"{self.namespace}/{self.name}" if self.namespace else self.name


class Manifest(msgspec.Struct, frozen=True):
    """One object: identity, uid where the server gave one, and its meaning."""

    identity: Identity
    uid: str
    body: Object


def read_objects(
    data: bytes, *, name: str, namespace: str, limits: Limits
) -> dict[Identity, Manifest]:
    """All objects of a file, by identity. Raises InputError for what is no manifest."""
    found: dict[Identity, Manifest] = {}
    for where, body in _bodies(data, name, limits):
        manifest = _manifest(body, where, namespace, len(found))
        if manifest.identity in found:
            raise InputError(
                f"{manifest.identity.type} {manifest.identity.address} stands twice", where=where,
                expected="each object once", do="Remove one of them.",
            )  # fmt: skip
        found[manifest.identity] = manifest
        if len(found) > limits.operations:
            raise LimitError(
                f"more than {limits.operations} objects", where=name, do="Raise limits.operations."
            )
    return found


def _bodies(data: bytes, name: str, limits: Limits) -> Iterator[tuple[str, Object]]:
    if data.lstrip()[:1] == b"{" and b"\n---" not in data:
        try:
            documents = [(name, msgspec.json.decode(data))]
        except (msgspec.DecodeError, RecursionError) as error:
            raise InputError(f"not JSON: {str(error)[:160]}", where=name) from None
    else:
        documents = [
            (f"{name}:{d.line}", d.value) for d in read_yaml(data, source=name, limits=limits)
        ]
    for where, value in documents:
        yield from _unlisted(value, where, depth=0)


def _unlisted(value: object, where: str, depth: int) -> Iterator[tuple[str, Object]]:
    if not isinstance(value, dict):
        raise InputError("not an object", where=where, expected="a Kubernetes manifest")
    kind, items = value.get("kind"), value.get("items")
    is_list = kind in _LISTS or (
        isinstance(kind, str) and kind.endswith("List") and "items" in value
    )
    if is_list:
        if not isinstance(items, list) or depth > 4:
            raise InputError("a List without items", where=where, expected="items: [...]")
        for index, item in enumerate(items):
            yield from _unlisted(item, f"{where} items[{index}]", depth + 1)
    else:
        yield where, value


def _manifest(body: Object, where: str, namespace: str, number: int) -> Manifest:
    version, kind, metadata = body.get("apiVersion"), body.get("kind"), body.get("metadata")
    if not (isinstance(version, str) and isinstance(kind, str) and version and kind):
        raise InputError(
            "no apiVersion and kind", where=where, expected="a Kubernetes manifest",
            do="Render templates first (`helm template`, `kubectl kustomize`).",
        )  # fmt: skip
    if version.startswith("kustomize.config.k8s.io/"):
        raise InputError(
            "a Kustomization", where=where, do="Give the output of `kubectl kustomize`."
        )
    if not isinstance(metadata, dict):
        raise InputError("no metadata", where=where, expected="metadata.name")
    name, generated = metadata.get("name"), metadata.get("generateName")
    if not (isinstance(name, str) and name):
        if not (isinstance(generated, str) and generated):
            raise InputError("no metadata.name", where=where, expected="a name")
        name = f"{generated}* ({number})"
    group = version.rpartition("/")[0]
    space = metadata.get("namespace")
    if space is not None and not isinstance(space, str):
        raise InputError("a namespace that is no text", where=where, expected="metadata.namespace")
    scoped = "" if kind in CLUSTER_SCOPED else (space or namespace or "default")
    uid = metadata.get("uid")
    return Manifest(
        identity=Identity(group=group, kind=kind, namespace=scoped, name=name),
        uid=uid if isinstance(uid, str) else "",
        body=_meaning(body, metadata),
    )


def _meaning(body: Object, metadata: Object) -> Object:
    kept = {k: v for k, v in metadata.items() if k not in _SERVER_FIELDS and k != "namespace"}
    annotations = kept.get("annotations")
    if isinstance(annotations, dict):
        own = {k: v for k, v in annotations.items() if k not in _SERVER_ANNOTATIONS}
        kept = {k: v for k, v in kept.items() if k != "annotations"}
        kept |= {"annotations": own} if own else {}
    return {k: v for k, v in body.items() if k not in ("status", "metadata")} | {"metadata": kept}
