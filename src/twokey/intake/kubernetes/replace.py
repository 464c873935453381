"""Fields that the API server refuses to change: the object must be deleted and created.

Sources: the validation of each kind in the Kubernetes API reference (v1.31 to 1.35).
"""

from typing import Any

from twokey.intake.kubernetes.objects import Object

_FIELDS: dict[str, tuple[str, ...]] = {
    "apps/Deployment": ("spec.selector",),
    "apps/DaemonSet": ("spec.selector",),
    "apps/ReplicaSet": ("spec.selector",),
    "apps/StatefulSet": (
        "spec.selector", "spec.serviceName", "spec.podManagementPolicy", "spec.volumeClaimTemplates",
    ),
    "batch/Job": ("spec.selector", "spec.template", "spec.completionMode"),
    "storage.k8s.io/StorageClass": (
        "provisioner", "parameters", "reclaimPolicy", "volumeBindingMode",
    ),
    "rbac.authorization.k8s.io/RoleBinding": ("roleRef",),
    "rbac.authorization.k8s.io/ClusterRoleBinding": ("roleRef",),
    "scheduling.k8s.io/PriorityClass": ("value", "preemptionPolicy"),
    "networking.k8s.io/IngressClass": ("spec.controller",),
    "Secret": ("type",),
    "PersistentVolumeClaim": (
        "spec.storageClassName", "spec.accessModes", "spec.volumeMode", "spec.volumeName",
        "spec.selector", "spec.dataSource",
    ),
    "PersistentVolume": ("spec.csi", "spec.nfs", "spec.hostPath", "spec.awsElasticBlockStore",
                         "spec.gcePersistentDisk", "spec.volumeMode", "spec.nodeAffinity"),
    "apiextensions.k8s.io/CustomResourceDefinition": ("spec.group", "spec.names.plural", "spec.scope"),
    "Service": ("spec.clusterIP",),
}  # fmt: skip
_POD_MUTABLE = ("activeDeadlineSeconds", "terminationGracePeriodSeconds", "tolerations")
_UNITS = {"Ki": 2**10, "Mi": 2**20, "Gi": 2**30, "Ti": 2**40, "Pi": 2**50,
          "k": 10**3, "M": 10**6, "G": 10**9, "T": 10**12, "P": 10**15}  # fmt: skip


def must_be_replaced(kind: str, before: Object, after: Object) -> str:
    """The field that forces a replacement; empty where an update will do."""
    for path in _FIELDS.get(kind, ()):
        if _differs(kind, path, at(before, path), at(after, path)):
            return path
    if kind in ("ConfigMap", "Secret") and before.get("immutable") is True:
        changed = [f for f in ("data", "binaryData", "stringData") if before.get(f) != after.get(f)]
        if changed or after.get("immutable") is not True:
            return (changed or ["immutable"])[0]
    if kind == "PersistentVolumeClaim" and _shrinks(before, after):
        return "spec.resources.requests.storage"
    if kind == "Pod" and _pod(before) != _pod(after):
        return "spec"
    return ""


def at(body: Object, path: str) -> Any:
    """The value at a dotted path; None where there is none."""
    value: Any = body
    for part in path.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _differs(kind: str, path: str, before: Any, after: Any) -> bool:
    if before == after:
        return False
    # What the server fills in by itself and the manifest leaves out isn't a change.
    server_filled = kind in ("Service", "PersistentVolumeClaim") or path == "spec.selector"
    if after is None and before is not None and server_filled and kind != "apps/StatefulSet":
        return False
    return not (before is None and kind in ("PersistentVolumeClaim", "Service", "batch/Job"))


def _shrinks(before: Object, after: Object) -> bool:
    old, new = (quantity(at(body, "spec.resources.requests.storage")) for body in (before, after))
    return old is not None and new is not None and new < old


def quantity(value: object) -> float | None:
    """A Kubernetes quantity in units; None where it is none."""
    text = str(value) if isinstance(value, (str, int, float)) else ""
    for unit, factor in _UNITS.items():
        if text.endswith(unit):
            return _number(text[: -len(unit)], factor)
    return _number(text, 1)


def _number(text: str, factor: int) -> float | None:
    try:
        return float(text) * factor
    except ValueError:
        return None


def _pod(body: Object) -> Any:
    spec = at(body, "spec")
    if not isinstance(spec, dict):
        return spec
    kept = {k: v for k, v in spec.items() if k not in _POD_MUTABLE}
    for field in ("containers", "initContainers"):
        if isinstance(kept.get(field), list):
            kept[field] = [
                {k: v for k, v in c.items() if k != "image"} if isinstance(c, dict) else c
                for c in kept[field]
            ]
    return kept
