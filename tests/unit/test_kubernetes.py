"""Manifests: verbs as the API server sees them, what data and rights are at stake, bad input."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twokey.documents import Limits
from twokey.errors import InputError
from twokey.intake import read
from twokey.intake.interface import Source
from twokey.model.change import Change, ChangeKind

DEPLOYMENT = """
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: "web:1"}]}
"""
STATEFUL = """
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db, namespace: shop}
spec: {serviceName: db, replicas: 3, template: {spec: {containers: [{name: db, image: "pg:1"}]}}}
"""
CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data, namespace: shop}
spec: {storageClassName: fast, volumeName: pv1, resources: {requests: {storage: 10Gi}}}
"""
VOLUME = """
apiVersion: v1
kind: PersistentVolume
metadata: {name: pv1}
spec: {persistentVolumeReclaimPolicy: Retain}
"""
BINDING = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
roleRef: {kind: ClusterRole, name: view}
subjects: [{kind: User, name: someone}]
"""


def parse(after: str, before: str | None = None, **options: str) -> Change:
    return read(
        ChangeKind.KUBERNETES,
        Source(name="k.yaml", data=after.encode(), options=options,
               before=None if before is None else before.encode()),
    )  # fmt: skip


def one(after: str, before: str) -> tuple[str, tuple[str, ...]]:
    (operation,) = parse(after, before).operations
    return str(operation.verb), operation.hints


def test_only_after_means_create() -> None:
    change = parse(f"{DEPLOYMENT}---\n{STATEFUL}---\n")
    assert change.counts() == {"create": 2}
    assert {o.resource.name for o in change.operations} == {"shop/web", "shop/db"}
    assert change.operations[0].resource.namespace == "shop"


def test_lists_json_and_empty_documents() -> None:
    listed = "apiVersion: v1\nkind: List\nitems:\n- {apiVersion: v1, kind: ConfigMap, metadata: {name: a}}\n"
    assert parse(f"---\n# Source: chart\n---\n{listed}").counts() == {"create": 1}
    text = '{"apiVersion":"v1","kind":"ConfigMapList","items":[{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"}}]}'
    (operation,) = parse(text).operations
    assert operation.resource.name == "default/a"


def test_what_the_server_adds_is_no_change() -> None:
    served = DEPLOYMENT.replace(
        "metadata: {name: web,",
        "metadata: {uid: u1, resourceVersion: '9', generation: 4, creationTimestamp: 2026-01-01T00:00:00Z,"
        " managedFields: [{manager: x}], name: web,", 1,
    ) + "status: {replicas: 3}\n"  # fmt: skip
    change = parse(DEPLOYMENT, served)
    assert (change.counts(), change.unchanged) == ({}, 1)
    newer = DEPLOYMENT.replace("apps/v1", "apps/v1beta2")
    assert parse(newer, DEPLOYMENT).counts() == {}


@pytest.mark.parametrize(
    ("before", "old", "new", "verb", "hint"),
    [
        (DEPLOYMENT, "web:1", "web:2", "update", "image"),
        (DEPLOYMENT, "replicas: 3", "replicas: 0", "update", "zero"),
        (DEPLOYMENT, "selector: {matchLabels: {app: web}}", "selector: {matchLabels: {app: x}}", "replace", ""),
        (DEPLOYMENT, '"web:1"', '"web:1", securityContext: {privileged: true}', "update", "control-plane"),
        (STATEFUL, "serviceName: db", "serviceName: db2", "replace", "stateful"),
        (STATEFUL, "replicas: 3", "replicas: 5", "update", "stateful"),
        (CLAIM, "storage: 10Gi", "storage: 20Gi", "update", "stateful"),
        (CLAIM, "storage: 10Gi", "storage: 5Gi", "replace", "stateful"),
        (CLAIM, "storageClassName: fast", "storageClassName: slow", "replace", "stateful"),
        (BINDING, "name: view", "name: cluster-admin", "replace", "operator-like"),
        (BINDING, "name: someone", "name: 'system:unauthenticated'", "update", "operator-like"),
    ],
)  # fmt: skip
def test_changes(before: str, old: str, new: str, verb: str, hint: str) -> None:
    found, hints = one(before.replace(old, new, 1), before)
    assert found == verb
    assert not hint or hint in hints


def test_deletes_and_what_they_take_along() -> None:
    keep = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: keep}\n"
    namespace = "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n"
    crd = ("apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\n"
           "metadata: {name: tests.example.com}\nspec: {group: example.com}\n")  # fmt: skip
    custom = "apiVersion: db.example.com/v1\nkind: Cluster\nmetadata: {name: main}\n"
    before = "---\n".join([keep, namespace, crd, custom, CLAIM, STATEFUL])
    change = parse(keep, before)
    assert change.counts() == {"delete": 5}
    hints = {o.resource.kind: set(o.hints) for o in change.operations}
    assert {"cascades", "stateful"} <= hints["Namespace"]
    assert {"cascades", "stateful", "control-plane"} <= hints[
        "apiextensions.k8s.io/CustomResourceDefinition"
    ]
    assert "uncertain" in hints["db.example.com/Cluster"]
    assert hints["PersistentVolumeClaim"] == {"stateful"}
    retained = parse(keep, "---\n".join([keep, CLAIM, VOLUME]))
    claim = next(o for o in retained.operations if o.resource.kind == "PersistentVolumeClaim")
    assert "keeps-data" in claim.hints
    assert dict(change.totals) == {"resources": 6}


@pytest.mark.parametrize(
    ("rules", "blanket"),
    [
        ("[{verbs: ['*'], resources: ['*'], apiGroups: ['*']}]", True),
        (
            "[{verbs: [escalate], resources: [clusterroles], apiGroups: [rbac.authorization.k8s.io]}]",
            True,
        ),
        ("[{verbs: [get, list], resources: [pods], apiGroups: ['']}]", False),
    ],
)
def test_roles(rules: str, blanket: bool) -> None:
    text = f"apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata: {{name: r}}\nrules: {rules}\n"
    (operation,) = parse(text).operations
    assert operation.verb == "create"
    assert ("operator-like" in operation.hints) is blanket
    assert {"grants", "control-plane"} <= set(operation.hints)


def test_a_webhook_that_no_longer_fails_closed_is_noticed() -> None:
    hook = ("apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingWebhookConfiguration\n"
            "metadata: {name: w}\nwebhooks: [{name: a, failurePolicy: Fail}]\n")  # fmt: skip
    verb, hints = one(hook.replace("Fail}", "Ignore}"), hook)
    assert verb == "update"
    assert {"control-plane", "uncertain"} <= set(hints)


def test_secrets_stay_inside() -> None:
    before = "apiVersion: v1\nkind: Secret\nmetadata: {name: s}\ndata: {password: U0VOVElORUw=}\n"
    change = parse(before.replace("U0VOVElORUw=", "SENTINELTWO="), before)
    assert "SENTINEL" not in repr(change)
    assert "U0VOVE" not in repr(change)
    assert change.operations[0].attributes == ("data",)
    assert change.operations[0].hints == ("sensitive",)


def test_the_digest_ignores_order_and_writing_but_not_content_or_place() -> None:
    one_way = parse(f"{DEPLOYMENT}---\n{STATEFUL}").digest
    assert parse(f"# comment\n{STATEFUL}---\n{DEPLOYMENT}").digest == one_way
    assert parse(f"{DEPLOYMENT}---\n{STATEFUL}", cluster="prod").digest != one_way
    assert parse(f"{DEPLOYMENT}---\n{STATEFUL.replace('pg:1', 'pg:2')}").digest != one_way
    recreated = DEPLOYMENT.replace("{name: web,", "{uid: other, name: web,", 1)
    new = DEPLOYMENT.replace("web:1", "web:2")
    assert parse(new, DEPLOYMENT).digest != parse(new, recreated).digest


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "no object"),
        ("---\n---\n", "no object"),
        ("- a\n- b\n", "not an object"),
        ("kind: Pod\n", "no apiVersion"),
        ("apiVersion: v1\nkind: Pod\n", "no metadata"),
        ("apiVersion: v1\nkind: Pod\nmetadata: {}\n", r"no metadata\.name"),
        (
            "apiVersion: kustomize.config.k8s.io/v1\nkind: Kustomization\nmetadata: {name: x}\n",
            "Kustomization",
        ),
        ("a: {{ .Values.x }}\n", "k.yaml:1"),
        (DEPLOYMENT + "---" + DEPLOYMENT, "stands twice"),
        ("apiVersion: v1\nkind: List\nitems: 5\n", "List without items"),
        ("{" * 50_000, "not JSON"),
        ("a: &a [*a]\n", "alias"),
        ("a:\n\t- b\n", "not YAML"),
    ],
)
def test_bad_input(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse(text)


@given(st.binary(max_size=200), st.none() | st.binary(max_size=60))
@settings(max_examples=200)
def test_any_bytes_give_a_change_or_an_input_error(data: bytes, before: bytes | None) -> None:
    source = Source(name="k", data=data, before=before, limits=Limits())
    with pytest.raises(InputError):
        assert not read(ChangeKind.KUBERNETES, source).operations
        raise InputError("an empty change would be harmless")


KINDS = st.sampled_from(
    ["Pod", "Secret", "StatefulSet", "Service", "Role", "CronJob", "PersistentVolumeClaim"]
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda v: st.lists(v, max_size=3)
    | st.dictionaries(st.sampled_from(["spec", "template", "containers", "replicas", "rules", "verbs",
                                       "subjects", "metadata", "labels", "annotations", "volumes"]), v, max_size=4),
    max_leaves=12,
)  # fmt: skip


@given(KINDS, VALUES, VALUES)
@settings(max_examples=300)
def test_any_object_gives_a_change(kind: str, old: object, new: object) -> None:
    import json

    bodies = [
        json.dumps({"apiVersion": "apps/v1", "kind": kind, "metadata": {"name": "x"}, "spec": v, "rules": v,
                    "subjects": v})
        for v in (new, old)
    ]  # fmt: skip
    change = parse(bodies[0], bodies[1])
    assert len(change.operations) + change.unchanged == 1
