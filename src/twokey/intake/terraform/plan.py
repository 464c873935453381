"""The parts of a plan's JSON that are read, as documented by HashiCorp (JSON output format, 1.x).

`before` and `after` stay raw until their resource is looked at: decoding a large plan piece by
piece needs a fifth of the time and memory of decoding it whole.
"""

import msgspec
from msgspec import Raw

from twokey.errors import InputError

NULL = Raw(b"null")


class Delta(msgspec.Struct):
    """One `change` object."""

    actions: list[str]
    before: Raw = NULL
    after: Raw = NULL
    after_unknown: Raw = NULL
    before_sensitive: Raw = NULL
    after_sensitive: Raw = NULL
    replace_paths: Raw = NULL
    importing: Raw = NULL


class ResourceChange(msgspec.Struct):
    """One entry of `resource_changes`."""

    address: str
    change: Delta
    type: str = ""
    mode: str = "managed"
    previous_address: str = ""
    provider_name: str = ""
    deposed: str = ""
    action_reason: str = ""


class Deferred(msgspec.Struct):
    """One entry of `deferred_changes`: planned for later, its final action not known."""

    reason: str = ""
    resource_change: ResourceChange | None = None


class ActionInvocation(msgspec.Struct):
    """One entry of `action_invocations`: a provider action that applying runs."""

    address: str = ""
    type: str = ""
    provider_name: str = ""


class Check(msgspec.Struct):
    """One entry of `checks`."""

    status: str = ""


class Provisioner(msgspec.Struct):
    """A provisioner of a resource in `configuration`."""

    type: str = ""


class ConfiguredResource(msgspec.Struct):
    """A resource in `configuration`."""

    address: str = ""
    provisioners: list[Provisioner] = []


class ModuleCall(msgspec.Struct):
    """A module in `configuration`."""

    module: "Module | None" = None


class Module(msgspec.Struct):
    """The contents of a module in `configuration`."""

    resources: list[ConfiguredResource] = []
    module_calls: dict[str, ModuleCall] = {}


class Configuration(msgspec.Struct):
    """The `configuration` object."""

    root_module: Module | None = None


class Plan(msgspec.Struct):
    """A whole plan. What isn't named here isn't read, and never kept."""

    format_version: str
    resource_changes: list[ResourceChange] = []
    deferred_changes: list[Deferred] = []
    resource_drift: list[Raw] = []
    output_changes: dict[str, Delta] = {}
    action_invocations: list[ActionInvocation] = []
    deferred_action_invocations: list[Raw] = []
    checks: list[Check] = []
    configuration: Raw = NULL
    planned_values: Raw = NULL
    values: Raw = NULL
    applyable: bool | None = None
    complete: bool | None = None
    errored: bool = False


_PLAN = msgspec.json.Decoder(Plan)
_CONFIGURATION = msgspec.json.Decoder(Configuration)


def decode_plan(data: bytes, name: str) -> Plan:
    """The plan in `data`. Raises InputError where it is none, or of a format from the future."""
    try:
        plan = _PLAN.decode(data)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise InputError(
            f"no Terraform plan: {_words(error)}", where=name,
            expected="the output of `terraform show -json PLANFILE`",
        ) from None  # fmt: skip
    major, dot, minor = plan.format_version.partition(".")
    if not (dot and major in ("0", "1") and minor.isascii() and minor.isdigit()):
        raise InputError(
            f"format {plan.format_version[:20]!r}", where=f"{name}: format_version",
            expected="0.1 to 1.x", do="Update Twokey, or make the plan with a known version.",
        )  # fmt: skip
    if plan.values != NULL:
        raise InputError(
            "a state, not a plan", where=name, do="Run `terraform show -json PLANFILE`."
        )
    return plan


def decode_configuration(raw: Raw) -> Configuration:
    """The configuration, for provisioners; empty where it can't be read."""
    try:
        return _CONFIGURATION.decode(raw) if raw != NULL else Configuration()
    except (msgspec.DecodeError, RecursionError):
        return Configuration()


def _words(error: Exception) -> str:
    if isinstance(error, RecursionError):
        return "nested too deeply"
    return str(error).splitlines()[0][:160]
