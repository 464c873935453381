"""A realistic Terraform plan of any size, for the bench: nested objects, about 9 kB a resource."""

import json


def make_plan(resources: int) -> bytes:
    """The bytes of a plan of so many resources: creates, updates, deletes and replaces."""
    actions = [["update"], ["create"], ["no-op"], ["delete"], ["delete", "create"], ["update"]]
    changes = [_resource(n, actions[n % len(actions)]) for n in range(resources)]
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "resource_changes": changes,
        "output_changes": {},
        "timestamp": "2026-11-01T00:00:00Z",
        "applyable": True,
        "complete": True,
        "errored": False,
    }
    return json.dumps(plan, separators=(",", ":"), sort_keys=True).encode()


def _resource(number: int, actions: list[str]) -> dict[str, object]:
    state = {
        "id": f"i-{number:012x}",
        "arn": f"arn:aws:ec2:eu-west-1:123456789012:instance/i-{number:012x}",
        "tags": {"Name": f"web-{number}", "service": "web", "env": "prod", "owner": "team-web"},
        "network_interface": [
            {
                "device_index": i,
                "network_interface_id": f"eni-{number:08x}{i}",
                "security_groups": [f"sg-{number + j:017x}" for j in range(6)],
                "private_ips": [f"10.0.{number % 250}.{j}" for j in range(8)],
                "ipv6_addresses": [],
                "delete_on_termination": True,
            }
            for i in range(5)
        ],
        "user_data": "#!/bin/sh\n" + f"echo {number} >> /var/log/boot\n" * 30,
        "metadata_options": [{"http_endpoint": "enabled", "http_tokens": "required"}],
        "ebs_block_device": [
            {"device_name": f"/dev/sd{c}", "volume_size": 100, "iops": 3000, "encrypted": True,
             "kms_key_id": f"arn:aws:kms:eu-west-1:123456789012:key/{number:032x}"}
            for c in "bcdefghijklm"
        ],
        "root_block_device": [{"volume_size": 50, "tags": {}, "throughput": 0.125}],
    }  # fmt: skip
    after = {**state, "instance_type": "m7i.large", "user_data": state["user_data"] + "# more\n"}
    return {
        "address": f'module.web["{number % 40}"].aws_instance.this[{number}]',
        "module_address": f'module.web["{number % 40}"]',
        "mode": "managed",
        "type": "aws_instance",
        "name": "this",
        "index": number,
        "provider_name": "registry.terraform.io/hashicorp/aws",
        "change": {
            "actions": actions,
            "before": None if actions == ["create"] else state,
            "after": None if actions == ["delete"] else (state if actions == ["no-op"] else after),
            "after_unknown": {},
            "before_sensitive": {"user_data": True},
            "after_sensitive": {"user_data": True},
        },
    }
