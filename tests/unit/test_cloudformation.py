"""Change sets: actions, replacement, pages, nesting, and what can't be seen."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twokey.errors import InputError
from twokey.intake import read
from twokey.intake.interface import Source
from twokey.model.change import Change, ChangeKind

ARN = "arn:aws:cloudformation:eu-west-1:123456789012:changeSet/one/11111111"
STACK = "arn:aws:cloudformation:eu-west-1:123456789012:stack/shop/22222222"


def resource(action: str, **more: Any) -> dict[str, Any]:
    return {
        "Type": "Resource",
        "ResourceChange": {
            "Action": action,
            "LogicalResourceId": "Db",
            "ResourceType": "AWS::RDS::DBInstance",
        }
        | more,
    }


def change_set(*changes: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {
        "ChangeSetId": ARN, "StackId": STACK, "StackName": "shop", "Status": "CREATE_COMPLETE",
        "ExecutionStatus": "AVAILABLE", "Changes": list(changes),
    } | more  # fmt: skip


def parse(document: Any) -> Change:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    return read(ChangeKind.CLOUDFORMATION, Source(name="cs.json", data=data))


@pytest.mark.parametrize(
    ("change", "verb", "hint"),
    [
        (resource("Add"), "create", ""),
        (resource("Modify", Replacement="False"), "update", ""),
        (resource("Modify", Replacement="True"), "replace", ""),
        (resource("Modify", Replacement="Conditional"), "replace", "uncertain"),
        (resource("Modify", Replacement="True", PolicyAction="ReplaceAndRetain"), "replace", "keeps-data"),
        (resource("Modify", Replacement="True", PolicyAction="ReplaceAndSnapshot"), "replace", "snapshot"),
        (resource("Modify", Replacement="False",
                  Details=[{"Target": {"Attribute": "Properties", "Name": "Engine", "RequiresRecreation": "Always"}}]),
         "replace", ""),
        (resource("Remove"), "delete", ""),
        (resource("Remove", PolicyAction="Delete"), "delete", ""),
        (resource("Remove", PolicyAction="Snapshot"), "delete", "snapshot"),
        (resource("Remove", PolicyAction="Retain"), "forget", "keeps-data"),
        (resource("Import"), "read", "import"),
        (resource("SyncWithActual"), "update", ""),
        (resource("Dynamic"), "unknown", ""),
        (resource("Frobnicate"), "unknown", ""),
        ({"Type": "Hook"}, "unknown", ""),
    ],
)  # fmt: skip
def test_actions(change: dict[str, Any], verb: str, hint: str) -> None:
    (operation,) = parse(change_set(change)).operations
    assert operation.verb == verb
    assert not hint or hint in operation.hints


def test_place_and_names() -> None:
    change = parse(change_set(resource("Add")))
    place = change.operations[0].resource
    assert (place.account, place.region, change.target.stack) == (
        "123456789012",
        "eu-west-1",
        "shop",
    )


def test_pages_are_joined_and_a_missing_one_is_noticed() -> None:
    first = change_set(resource("Add", LogicalResourceId="A"), NextToken="t")
    second = change_set(resource("Remove", LogicalResourceId="B"))
    joined = parse([second, first])
    assert (joined.counts(), joined.incomplete) == ({"create": 1, "delete": 1}, False)
    rows = (json.dumps(first) + "\n" + json.dumps(second)).encode()
    assert parse(rows).counts() == {"create": 1, "delete": 1}
    alone = parse(first)
    assert alone.incomplete
    assert "NextToken" in alone.notes[0]


def test_nested_sets() -> None:
    nested = ARN.replace("one", "nested")
    stack = resource(
        "Modify",
        ResourceType="AWS::CloudFormation::Stack",
        LogicalResourceId="Sub",
        ChangeSetId=nested,
    )
    inner = change_set(resource("Remove"), ChangeSetId=nested, ParentChangeSetId=ARN)
    change = parse([change_set(stack), inner])
    assert [o.resource.name for o in change.operations] == ["Sub", "Sub/Db"]
    assert not change.incomplete
    assert parse(change_set(stack)).incomplete
    unseen = resource("Modify", ResourceType="AWS::CloudFormation::Stack", LogicalResourceId="Sub")
    assert parse(change_set(unseen)).incomplete
    loop = change_set(
        resource("Modify", ResourceType="AWS::CloudFormation::Stack", ChangeSetId=ARN)
    )
    assert parse(loop).incomplete


@pytest.mark.parametrize("more", [{"ExecutionStatus": "OBSOLETE"}, {"Status": "FAILED"}])
def test_a_set_that_cannot_be_executed_says_so(more: dict[str, str]) -> None:
    change = parse(change_set(resource("Add"), **more))
    assert change.incomplete
    assert "can't be executed" in change.notes[0]


def test_no_value_leaves_and_the_digest_binds_the_arn() -> None:
    detail = {"Target": {"Name": "Password", "BeforeValue": "SENTINEL", "AfterValue": "SENTINEL"}}
    document = change_set(resource("Modify", Details=[detail], BeforeContext="SENTINEL"),
                          Parameters=[{"ParameterKey": "P", "ParameterValue": "SENTINEL"}])  # fmt: skip
    assert "SENTINEL" not in repr(parse(document))
    other = parse(change_set(resource("Add"), ChangeSetId=ARN.replace("111", "333")))
    assert other.digest != parse(change_set(resource("Add"))).digest


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not JSON"),
        (b"[]", "no change set"),
        (b"{", "not JSON"),
        (b'{"Stacks":[]}', "stacks"),
        (b'{"Resources":{}}', "a template"),
        (b'{"Summaries":[]}', "a list of change sets"),
        (b'{"ChangeSetId":1,"StackId":2}', "no change set"),
        (b"[" * 100_000, "not JSON"),
    ],
)
def test_bad_input(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse(data)


@given(st.binary(max_size=200))
@settings(max_examples=200)
def test_any_bytes_give_an_input_error(data: bytes) -> None:
    with pytest.raises(InputError):
        parse(data)
