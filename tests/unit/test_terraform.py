"""Plans: every action, live ones by Terraform itself, digests, secrets and bad input."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twokey.documents import Limits
from twokey.errors import InputError, ToolError
from twokey.intake import read
from twokey.intake.interface import Source
from twokey.intake.terraform import read_plan_file
from twokey.model.change import Change, ChangeKind

needs_terraform = pytest.mark.skipif(
    shutil.which("terraform") is None, reason="terraform is not installed"
)


def resource(actions: list[str], **more: Any) -> dict[str, Any]:
    change = {
        "actions": actions,
        "before": more.pop("before", None if actions[:1] == ["create"] else {"a": 1}),
        "after": more.pop("after", None if actions in (["delete"], ["forget"]) else {"a": 2}),
        "after_unknown": more.pop("after_unknown", {}),
        "before_sensitive": more.pop("before_sensitive", False),
        "after_sensitive": more.pop("after_sensitive", False),
    } | more.pop("change", {})
    kind = more.pop("type", "aws_instance")
    return {
        "address": more.pop("address", f"{kind}.x"), "mode": "managed", "type": kind, "name": "x",
        "provider_name": "registry.terraform.io/hashicorp/aws", "change": change, **more,
    }  # fmt: skip


def plan(*resources: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"format_version": "1.2", "resource_changes": list(resources), **more}


def parse(document: Any, **options: str) -> Change:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read(ChangeKind.TERRAFORM, Source(name="plan.json", data=data, options=options))


@pytest.mark.parametrize(
    ("actions", "counts"),
    [
        (["no-op"], {}),
        (["create"], {"create": 1}),
        (["read"], {"read": 1}),
        (["update"], {"update": 1}),
        (["delete"], {"delete": 1}),
        (["delete", "create"], {"replace": 1}),
        (["create", "delete"], {"replace": 1}),
        (["forget"], {"forget": 1}),
        (["create", "forget"], {"create": 1, "forget": 1}),
        (["explode"], {"unknown": 1}),
        (["update", "delete"], {"unknown": 1}),
        ([], {"unknown": 1}),
    ],
)
def test_every_action(actions: list[str], counts: dict[str, int]) -> None:
    change = parse(plan(resource(actions, before={"a": 1}, after={"a": 2})))
    assert change.counts() == counts
    assert change.unchanged == (actions == ["no-op"])


def test_imports_moves_and_deposed_objects() -> None:
    imported = resource(["no-op"], change={"importing": {"id": "i-1"}})
    moved = resource(["no-op"], address="aws_instance.y", previous_address="aws_instance.x")
    moved_and_updated = resource(
        ["update"], address="aws_instance.z", previous_address="aws_instance.w"
    )
    deposed = resource(["delete"], deposed="abcd1234")
    change = parse(plan(imported, moved, moved_and_updated, deposed))
    assert change.counts() == {"read": 1, "update": 1, "delete": 1}
    assert change.operations[0].hints == ("import",)
    assert change.operations[1].previous == "aws_instance.w"
    assert change.operations[2].resource.name == "aws_instance.x (deposed abcd1234)"
    assert change.unchanged == 1
    assert parse(plan(moved)).digest != parse(plan(resource(["no-op"]))).digest


def test_deferred_changes_drift_actions_and_unfinished_plans() -> None:
    deferred = [
        {"reason": "instance_count_unknown", "resource_change": resource(["create"])},
        {"reason": "provider_config_unknown", "resource_change": resource(["delete"])},
        {"reason": "resource_config_unknown"},
    ]
    change = parse(
        plan(deferred_changes=deferred, complete=False, resource_drift=[{}, {}],
             action_invocations=[{"address": "action.aws_lambda_invoke.x", "type": "aws_lambda_invoke"}])
    )  # fmt: skip
    assert change.counts() == {"unknown": 2, "delete": 1, "execute": 1}
    assert change.incomplete
    assert any("2 resources changed outside" in note for note in change.notes)
    assert parse(plan(errored=True)).incomplete
    assert not parse(plan(applyable=False)).incomplete


def test_nested_modules_and_provisioners_run_programs() -> None:
    configuration = {
        "root_module": {
            "module_calls": {
                "m": {"module": {"resources": [
                    {"address": "null_resource.x", "provisioners": [{"type": "local-exec"}]}]}}
            }
        }
    }  # fmt: skip
    change = parse(
        plan(
            resource(
                ["create"], type="null_resource", address='module.m["a.b[0]"].null_resource.x[0]'
            ),
            resource(["create"]),
            configuration=configuration,
        )
    )
    assert [("executes" in o.hints) for o in change.operations] == [True, False]


@pytest.mark.parametrize(
    ("kind", "before", "after", "hint"),
    [
        ("aws_db_instance", {"deletion_protection": True}, {}, "deletion-protection"),
        ("aws_db_instance", {"skip_final_snapshot": False, "final_snapshot_identifier": "s"}, {}, "snapshot"),
        ("aws_db_instance", {"backup_retention_period": 7}, {}, "point-in-time"),
        ("aws_dynamodb_table", {"point_in_time_recovery": [{"enabled": True}]}, {}, "point-in-time"),
        ("aws_s3_bucket", {"versioning": [{"enabled": True}]}, {}, "versioned"),
        ("aws_ecs_service", {"desired_count": 3}, {"desired_count": 0}, "zero"),
        ("aws_security_group_rule", {}, {"type": "ingress", "cidr_blocks": ["0.0.0.0/0"]}, "public"),
        ("aws_iam_role_policy", {}, {"policy": '{"Statement":[]}'}, "grants"),
        ("aws_iam_role_policy", {}, {"policy": '{"Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}'},
         "operator-like"),
        ("aws_iam_role_policy", {}, {"policy": '{"Statement":[{"Effect":"Allow","NotAction":"x:*","Resource":"*"}]}'},
         "operator-like"),
        ("aws_iam_role_policy_attachment", {}, {"policy_arn": "arn:aws:iam::aws:policy/AdministratorAccess"},
         "operator-like"),
        ("google_project_iam_member", {}, {"role": "roles/owner"}, "operator-like"),
        ("azurerm_role_assignment", {}, {"role_definition_name": "Owner"}, "operator-like"),
    ],
)  # fmt: skip
def test_hints_from_values(kind: str, before: Any, after: Any, hint: str) -> None:
    change = parse(plan(resource(["update"], type=kind, before=before, after=after)))
    assert hint in change.operations[0].hints


def test_a_bucket_that_may_be_emptied_by_force_keeps_no_versions() -> None:
    state = {"versioning": [{"enabled": True}], "force_destroy": True}
    change = parse(plan(resource(["delete"], type="aws_s3_bucket", before=state)))
    assert "versioned" not in change.operations[0].hints


def test_the_digest_covers_content_and_target_and_nothing_else() -> None:
    one, two = resource(["update"]), resource(["delete"], address="aws_instance.y")
    digest = parse(plan(one, two)).digest
    assert parse(plan(two, one, timestamp="2026-01-01T00:00:00Z")).digest == digest
    assert parse(json.dumps(plan(one, two), indent=3, sort_keys=True).encode()).digest == digest
    others = [
        plan(one),
        plan(resource(["update"], after={"a": 3}), two),
        plan(resource(["update"], after_unknown={"b": True}), two),
        plan(one | {"provider_name": "evil"}, two),
        plan(resource(["update"], change={"replace_paths": [["a"]]}), two),
        plan(one, two, output_changes={"o": {"actions": ["update"], "before": 1, "after": 2}}),
    ]
    digests = [digest, *(parse(p).digest for p in others)]
    digests += [
        parse(plan(one, two), workspace="prod").digest,
        parse(plan(one, two), plan_sha256="0").digest,
    ]
    assert len(set(digests)) == len(digests)


def test_no_value_ever_leaves() -> None:
    secret = "SENTINEL-hunter2"
    document = plan(
        resource(["update"], before={"password": secret, "note": secret, "tags": {"owner": secret}},
                 after={"password": secret + "2", "note": secret}, after_sensitive={"password": True}),
        variables={"token": {"value": secret}},
        prior_state={"values": {"x": secret}},
        output_changes={"o": {"actions": ["create"], "before": None, "after": secret}},
        planned_values={"outputs": {"o": {"value": secret}}},
    )  # fmt: skip
    change = parse(document)
    assert secret not in msgspec.json.encode(change).decode()
    assert secret not in repr(change)
    assert (
        change.operations[0].attributes == ("note", "password", "tags")[1:]
        or "password" in change.operations[0].attributes
    )
    assert "sensitive" in change.operations[0].hints


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no Terraform plan"),
        (b"{", "no Terraform plan"),
        (b"[" * 100_000, "no Terraform plan"),
        (b'{"format_version":"1.2","resource_changes":[{"address":1}]}', "no Terraform plan"),
        (b'{"format_version":"2.0"}', "format"),
        (b'{"format_version":"x"}', "format"),
        (b'{"format_version":"1.0","values":{"root_module":{}}}', "a state, not a plan"),
        (b'{"resource_changes":[]}', "format_version"),
        (b'{"format_version":"1.2","resource_changes":[{"address":"a","change":{"actions":["update"],'
         b'"before":' + b"[" * 200_000 + b"]" * 200_000 + b"}}]}", "nested too deeply"),
    ],
)  # fmt: skip
def test_bad_input_is_one_clear_error(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says) as caught:
        parse(data)
    assert "plan.json" in str(caught.value)


def test_the_number_of_resources_is_bounded() -> None:
    document = json.dumps(plan(resource(["create"]), resource(["create"]))).encode()
    with pytest.raises(InputError, match=r"limits\.operations"):
        read(ChangeKind.TERRAFORM, Source(name="p", data=document, limits=Limits(operations=1)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(st.binary(max_size=200) | JSON.map(lambda v: json.dumps(v).encode()))
@settings(max_examples=200)
def test_any_bytes_give_a_change_or_an_input_error(data: bytes) -> None:
    with pytest.raises(InputError):
        parse(data)


@given(JSON, JSON, st.lists(st.text(max_size=8), max_size=3), JSON)
@settings(max_examples=200)
def test_any_values_give_a_change(
    before: Any, after: Any, actions: list[str], sensitive: Any
) -> None:
    document = plan(
        resource(actions or ["x"], before=before, after=after, after_sensitive=sensitive)
    )
    assert sum(parse(document).counts().values()) >= 1 or actions == ["no-op"]


MAIN = """
variable "n" { type = string }
resource "terraform_data" "kept" { input = "same" }
resource "terraform_data" "updated" { input = var.n }
resource "terraform_data" "replaced" { triggers_replace = [var.n] }
resource "terraform_data" "many" {
  count = var.n == "1" ? 3 : 1
  input = count.index
}
output "o" { value = var.n }
"""


def terraform(folder: Path, *words: str) -> str:
    run = subprocess.run(["terraform", *words], cwd=folder, capture_output=True, text=True, check=False,
                         env=os.environ | {"CHECKPOINT_DISABLE": "1"})  # fmt: skip
    assert run.returncode == 0, run.stderr
    return run.stdout


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("module")
    (folder / "main.tf").write_text(MAIN)
    terraform(folder, "init", "-input=false")
    terraform(folder, "apply", "-auto-approve", "-var=n=1")
    return folder


@needs_terraform
def test_a_real_plan_and_its_file(module: Path) -> None:
    terraform(module, "plan", "-out=p.tfplan", "-var=n=2")
    data, sha = read_plan_file(module / "p.tfplan", limits=Limits())
    change = read(ChangeKind.TERRAFORM, Source(name="p", data=data, options={"plan_sha256": sha}))
    assert change.counts() == {"update": 1, "replace": 1, "delete": 2}
    assert change.unchanged == 2
    assert dict(change.totals) == {"resources": 6}
    reasons = {o.resource.name: o.reason for o in change.operations}
    assert reasons["terraform_data.many[1]"] == "delete_because_count_index"
    again = terraform(module, "show", "-json", "p.tfplan").encode()
    assert parse(again).digest != change.digest


@needs_terraform
def test_real_moves_forgets_and_destroys(module: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(module, folder)
    text = MAIN.replace('"kept"', '"renamed"').replace(
        'resource "terraform_data" "updated" { input = var.n }', ""
    )
    text += (
        "moved {\n  from = terraform_data.kept\n  to   = terraform_data.renamed\n}\n"
        "removed {\n  from = terraform_data.updated\n  lifecycle { destroy = false }\n}\n"
    )
    (folder / "main.tf").write_text(text)
    terraform(folder, "plan", "-out=p.tfplan", "-var=n=1")
    change = parse(terraform(folder, "show", "-json", "p.tfplan").encode())
    assert change.counts() == {"forget": 1}
    (folder / "main.tf").write_text(MAIN)
    terraform(folder, "plan", "-destroy", "-out=d.tfplan", "-var=n=1")
    assert parse(terraform(folder, "show", "-json", "d.tfplan").encode()).counts() == {"delete": 6}


@needs_terraform
def test_a_plan_file_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "x.tfplan").write_bytes(b"PK\x03\x04 nonsense")
    with pytest.raises(ToolError, match="can't show it"):
        read_plan_file(tmp_path / "x.tfplan", limits=Limits())
