"""What a Kubernetes object means beyond its verb, as hints."""

from collections.abc import Iterator
from typing import Any

from twokey.intake.kubernetes.objects import Manifest, Object
from twokey.intake.kubernetes.replace import at
from twokey.model.change import Verb

_RBAC = "rbac.authorization.k8s.io"
_CONTROL = {
    _RBAC,
    "admissionregistration.k8s.io",
    "apiregistration.k8s.io",
    "apiextensions.k8s.io",
    "scheduling.k8s.io",
    "certificates.k8s.io",
}
_CONTROL_KINDS = frozenset(
    {"Node", "IngressClass", "GatewayClass", "Gateway", "CSIDriver", "RuntimeClass"}
)
_BUILT_IN_GROUPS = frozenset(
    {
        "",
        "apps",
        "batch",
        "autoscaling",
        "policy",
        "events.k8s.io",
        "extensions",
        "coordination.k8s.io",
    }
)
_STATEFUL = frozenset({"PersistentVolumeClaim", "PersistentVolume", "StatefulSet", "Namespace"})
_EVERYONE = frozenset({"system:unauthenticated", "system:anonymous", "system:authenticated"})
_ESCALATING = frozenset({"escalate", "bind", "impersonate"})
_LABELS = (
    "app.kubernetes.io/name", "app.kubernetes.io/part-of", "app", "env", "environment", "tier", "team",
)  # fmt: skip
_MAX_LABEL = 63
_SCALES = ("spec.replicas", "spec.maxReplicas")


def hints_of(
    verb: Verb, manifest: Manifest, before: Object, after: Object, volumes: dict[str, Object]
) -> Iterator[str]:
    """Hints of the closed vocabulary. `volumes` are the PersistentVolumes in sight, by name."""
    identity, state = manifest.identity, after or before
    removes = verb in (Verb.DELETE, Verb.REPLACE)
    if identity.kind in _STATEFUL or (identity.group == "apiextensions.k8s.io" and removes):
        yield "stateful"
    if removes:
        yield from _removal(manifest, before, volumes)
    if identity.group in _CONTROL or identity.kind in _CONTROL_KINDS:
        yield "control-plane"
    if identity.group == _RBAC and verb is not Verb.DELETE:
        yield "grants"
        if _is_blanket(identity.kind, after):
            yield "operator-like"
    if identity.kind == "Secret" and before != after:
        yield "sensitive"
    if before and after:
        yield from _movement(identity.kind, before, after)
    if _is_privileged(state) and not _is_privileged(before):
        yield "control-plane"
    if identity.kind == "Service" and at(after, "spec.type") == "LoadBalancer" != at(
        before, "spec.type"
    ):
        yield "public"
    role = at(after, "metadata.annotations")
    if identity.kind == "ServiceAccount" and isinstance(role, dict) and _cloud_role(role):
        yield "grants"


def labels_of(body: Object) -> tuple[tuple[str, str], ...]:
    """Labels that name a service or an environment."""
    labels = at(body, "metadata.labels")
    if not isinstance(labels, dict):
        return ()
    return tuple(
        (key, value)
        for key in _LABELS
        if isinstance(value := labels.get(key), str) and 0 < len(value) <= _MAX_LABEL
    )


def _removal(manifest: Manifest, before: Object, volumes: dict[str, Object]) -> Iterator[str]:
    identity = manifest.identity
    if identity.kind in ("Namespace", "CustomResourceDefinition"):
        yield "cascades"
    volume = volumes.get(str(at(before, "spec.volumeName")), {})
    policy = at(before, "spec.persistentVolumeReclaimPolicy") or at(
        volume, "spec.persistentVolumeReclaimPolicy"
    )
    claims = at(before, "spec.persistentVolumeClaimRetentionPolicy.whenDeleted")
    if policy == "Retain" or (identity.kind == "StatefulSet" and claims != "Delete"):
        yield "keeps-data"
    custom = identity.group not in _BUILT_IN_GROUPS and not identity.group.endswith(".k8s.io")
    if custom:
        yield "uncertain"


def _movement(kind: str, before: Object, after: Object) -> Iterator[str]:
    if any(_falls(at(before, path), at(after, path)) for path in _SCALES):
        yield "zero"
    if (
        kind == "CronJob"
        and at(after, "spec.suspend") is True
        and at(before, "spec.suspend") is not True
    ):
        yield "zero"
    if _images(before) != _images(after):
        yield "image"
    shrinks = _shrinks(before, after)
    when = at(after, "spec.persistentVolumeClaimRetentionPolicy.whenScaled")
    if kind == "StatefulSet" and shrinks and when == "Delete":
        yield "data-write"
    if kind.endswith("WebhookConfiguration") and _policies(before) - _policies(after):
        yield "uncertain"


def _falls(before: object, after: object) -> bool:
    return after == 0 and after is not False and before != 0


def _shrinks(before: Object, after: Object) -> bool:
    old, new = at(before, "spec.replicas"), at(after, "spec.replicas")
    return isinstance(old, int) and isinstance(new, int) and new < old


def _policies(body: Object) -> set[tuple[str, str]]:
    hooks = body.get("webhooks")
    return {
        (str(h.get("name")), "Fail")
        for h in (hooks if isinstance(hooks, list) else [])
        if isinstance(h, dict) and h.get("failurePolicy", "Fail") == "Fail"
    }


def _pods(body: Object) -> Iterator[Object]:
    for path in ("spec", "spec.template.spec", "spec.jobTemplate.spec.template.spec"):
        spec = at(body, path)
        if isinstance(spec, dict) and ("containers" in spec or "initContainers" in spec):
            yield spec


def _containers(body: Object) -> Iterator[Object]:
    for spec in _pods(body):
        for field in ("containers", "initContainers", "ephemeralContainers"):
            found = spec.get(field)
            yield from (
                c for c in (found if isinstance(found, list) else []) if isinstance(c, dict)
            )


def _images(body: Object) -> list[Any]:
    return [c.get("image") for c in _containers(body)]


def _is_privileged(body: Object) -> bool:
    host = any(s.get(f) is True for s in _pods(body) for f in ("hostPID", "hostNetwork", "hostIPC"))
    paths = any(
        isinstance(v, dict) and "hostPath" in v
        for s in _pods(body)
        for v in _items(s.get("volumes"))
    )
    return (
        host or paths or any(at(c, "securityContext.privileged") is True for c in _containers(body))
    )


def _is_blanket(kind: str, body: Object) -> bool:
    if kind.endswith("Binding"):
        subjects = body.get("subjects")
        names = {
            str(s.get("name"))
            for s in (subjects if isinstance(subjects, list) else [])
            if isinstance(s, dict)
        }
        return at(body, "roleRef.name") == "cluster-admin" or bool(names & _EVERYONE)
    rules = body.get("rules")
    return any(
        _rule_is_blanket(r)
        for r in (rules if isinstance(rules, list) else [])
        if isinstance(r, dict)
    )


def _rule_is_blanket(rule: Object) -> bool:
    words = {f: set(_texts(rule.get(f))) for f in ("verbs", "resources", "apiGroups")}
    everything = all("*" in found for found in words.values())
    escalates = bool(words["verbs"] & _ESCALATING) or (
        "*" in words["verbs"] and _RBAC in words["apiGroups"]
    )
    return everything or escalates


def _items(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _texts(value: object) -> list[str]:
    return [str(v) for v in value] if isinstance(value, list) else []


def _cloud_role(annotations: Object) -> bool:
    keys = (
        "eks.amazonaws.com/role-arn",
        "iam.gke.io/gcp-service-account",
        "azure.workload.identity/client-id",
    )
    return any(key in annotations for key in keys)
