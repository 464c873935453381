"""What a resource's values say beyond its verb, as hints. Values are looked at and let go.

Attribute names are those of the AWS, Google, Azure and Kubernetes providers' documentation.
"""

import re
from collections.abc import Iterator
from typing import Any

import msgspec

_PROTECTED = (
    "deletion_protection", "deletion_protection_enabled", "enable_deletion_protection",
    "disable_api_termination", "termination_protection", "prevent_deletion",
)  # fmt: skip
_COUNTS = (
    "desired_count",
    "desired_capacity",
    "replicas",
    "max_size",
    "max_capacity",
    "node_count",
)
_WORLD = frozenset({"0.0.0.0/0", "::/0"})
_OWNER_ROLES = frozenset(
    {
        "roles/owner",
        "roles/editor",
        "roles/iam.securityAdmin",
        "roles/resourcemanager.organizationAdmin",
        "Owner",
        "Contributor",
        "User Access Administrator",
        "cluster-admin",
    }
)
_ADMIN_POLICIES = re.compile(r":policy/(?:AdministratorAccess|IAMFullAccess|PowerUserAccess)$")
_GRANTING = re.compile(
    r"_iam_|_role_assignment$|_role_binding|_role_policy|_grant|_policy_attachment$|^aws_iam_|"
    r"_access_entry|_access_policy|_lambda_permission$|_membership$|_collaborator$"
)
_ARN = re.compile(r"arn:[a-z-]+:[a-z0-9-]*:([a-z0-9-]*):(\d{12})?:")
_LABELS = (
    "service", "Service", "app", "env", "Env", "environment", "Environment", "domain", "Name",
)  # fmt: skip
_MAX_LABEL = 100

Values = dict[str, Any]


def hints_of(kind: str, before: Values, after: Values) -> Iterator[str]:
    """Hints of the closed vocabulary, from a resource's type and its values on both sides."""
    state = before or after
    if any(before.get(name) is True for name in _PROTECTED):
        yield "deletion-protection"
    if state.get("skip_final_snapshot") is False and state.get("final_snapshot_identifier"):
        yield "snapshot"
    if _has_backups(state):
        yield "point-in-time"
    if (
        _first(state, "versioning").get("enabled") is True
        and state.get("force_destroy") is not True
    ):
        yield "versioned"
    if any(_falls_to_zero(before.get(name), after.get(name)) for name in _COUNTS):
        yield "zero"
    if _is_public(after) and not _is_public(before):
        yield "public"
    yield from _grants(kind, after)


def labels_of(values: Values, sensitive: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """Tags that name a service or an environment; only short, public, allow-listed ones."""
    found: dict[str, str] = {}
    for field in ("tags", "tags_all", "labels"):
        tags = values.get(field)
        if field not in sensitive and isinstance(tags, dict):
            for key in _LABELS:
                value = tags.get(key)
                if isinstance(value, str) and 0 < len(value) <= _MAX_LABEL:
                    found.setdefault(key, value)
    return tuple(sorted(found.items()))


def place_of(values: Values) -> tuple[str, str]:
    """(account, region) by the provider's own fields, else by an ARN; empty where not stated."""
    region, account = values.get("region"), values.get("project") or values.get("account_id")
    arn = values.get("arn")
    found = _ARN.match(arn) if isinstance(arn, str) else None
    if found:
        region, account = region or found.group(1), account or found.group(2)
    return (
        account if isinstance(account, str) else "",
        region if isinstance(region, str) else "",
    )


def _has_backups(state: Values) -> bool:
    days = state.get("backup_retention_period")
    recovery = _first(state, "point_in_time_recovery").get("enabled")
    google = _first(_first(state, "settings"), "backup_configuration").get("enabled")
    counted = isinstance(days, int) and not isinstance(days, bool) and days > 0
    return counted or recovery is True or google is True


def _first(values: Values, name: str) -> Values:
    found = values.get(name)
    block = found[0] if isinstance(found, list) and found else found
    return block if isinstance(block, dict) else {}


def _falls_to_zero(before: object, after: object) -> bool:
    return isinstance(before, int) and before > 0 and after == 0 and after is not False


def _is_public(values: Values) -> bool:
    acl = values.get("acl")
    if values.get("publicly_accessible") is True or (
        isinstance(acl, str) and acl.startswith("public-")
    ):
        return True
    rules = values.get("ingress")
    blocks = [*rules, values] if isinstance(rules, list) else [values]
    egress = values.get("type") == "egress"
    return not egress and any(
        _WORLD & set(_texts(block.get(field)))
        for block in blocks
        if isinstance(block, dict)
        for field in ("cidr_blocks", "ipv6_cidr_blocks", "source_ranges", "cidr_ipv4", "cidr_ipv6")
    )


def _grants(kind: str, after: Values) -> Iterator[str]:
    documents = [
        after.get(field)
        for field in ("policy", "inline_policy", "assume_role_policy", "policy_data")
    ]
    granting = bool(_GRANTING.search(kind)) or any(isinstance(d, str) for d in documents)
    if not granting or not after:
        return
    yield "grants"
    roles = {*_texts(after.get("role")), *_texts(after.get("role_definition_name"))}
    roles |= set(_texts(_first(after, "role_ref").get("name")))
    arns = [*_texts(after.get("policy_arn")), *_texts(after.get("managed_policy_arns"))]
    if (
        roles & _OWNER_ROLES
        or any(_ADMIN_POLICIES.search(arn) for arn in arns)
        or any(_is_blanket(d) for d in documents if isinstance(d, str))
    ):
        yield "operator-like"


def _is_blanket(text: str) -> bool:
    """True where a policy document allows everything, or everything of IAM, on everything."""
    try:
        document = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return False
    statements = document.get("Statement") if isinstance(document, dict) else None
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, dict) or statement.get("Effect") != "Allow":
            continue
        actions = {a.lower() for a in _texts(statement.get("Action"))}
        everywhere = "*" in _texts(statement.get("Resource")) or "NotResource" in statement
        if everywhere and (actions & {"*", "*:*", "iam:*"} or "NotAction" in statement):
            return True
    return False


def _texts(value: object) -> list[str]:
    if isinstance(value, str):
        return [value]
    return [v for v in value if isinstance(v, str)] if isinstance(value, list) else []
