"""Policies to a Pack: the blueprint and users' own, with their modes and one version."""

import difflib
import hashlib
from collections.abc import Mapping, Sequence
from importlib.resources import files

import msgspec

from twokey.decide.cedar import Engine, Parsed, parse, read_schema
from twokey.decide.interface import Policy
from twokey.errors import PolicyError
from twokey.model.decision import Mode

ALWAYS_ENFORCED = ("destroys-state", "guard-the-guard")
BLUEPRINT = (
    "ai-needs-senior",
    "high-blast-two-person",
    "ai-critical-domain",
    "one-domain-at-a-time",
    "destroys-state",
    "agent-reversible-only",
    "agent-no-blanket",
    "no-lone-agent-fix",
    "ai-volume",
    "change-record",
    "declare-provenance",
    "composed",
    "freeze",
    "staged",
    "guard-the-guard",
)
"""The built-in rules, a file each, in the order in which people read them."""


class Pack:
    """Everything that judges: policies in reading order, the engine, and a version over it all."""

    def __init__(self, policies: tuple[Policy, ...], engine: Engine, version: str) -> None:
        self.policies = policies
        self.engine = engine
        self.version = version

    @property
    def rules(self) -> tuple[str, ...]:
        """Rule ids in reading order, each once."""
        return tuple(dict.fromkeys(p.rule for p in self.policies))

    def enforcing(self) -> "Pack":
        """The same policies with every warning enforced, for tests of policies."""
        policies = tuple(
            msgspec.structs.replace(p, mode=Mode.ENFORCE) if p.mode is Mode.WARN else p
            for p in self.policies
        )
        return Pack(policies, self.engine, self.version)


def schema_text() -> str:
    """The schema of facts, in Cedar's own syntax."""
    return files("twokey").joinpath("decide/schema.cedarschema").read_text(encoding="utf-8")


def blueprint_texts() -> list[tuple[str, str]]:
    """(name, text) of each built-in rule."""
    folder = files("twokey").joinpath("decide/blueprint")
    return [
        (f"blueprint/{rule}.cedar", folder.joinpath(f"{rule}.cedar").read_text(encoding="utf-8"))
        for rule in BLUEPRINT
    ]


def load_pack(
    user: Sequence[tuple[str, str]] = (),
    *,
    modes: Mapping[str, Mode] | None = None,
    ready: bool = False,
) -> Pack:
    """The blueprint and the users' policies (name, text). Raises PolicyError with file and line.

    `modes` sets rules; otherwise destroys-state, guard-the-guard and the agent- rules enforce,
    and the others enforce where `ready` (people and domains are named), else warn.
    """
    modes = modes or {}
    schema = read_schema(schema_text())
    texts = [*blueprint_texts(), *user]
    policies: list[Policy] = []
    for name, text in texts:
        for parsed in parse(name, text, schema):
            policies.append(_policy(parsed, policies, modes, ready))
    _check_modes(modes, policies)
    described = [f"{p.id}={p.mode}" for p in policies]
    version = hashlib.sha256(
        msgspec.json.encode([schema_text(), [text for _, text in texts], described])
    ).hexdigest()
    return Pack(tuple(policies), Engine(schema, [t for _, t in texts]), f"sha256:{version}")


def _policy(
    parsed: Parsed, before: Sequence[Policy], modes: Mapping[str, Mode], ready: bool
) -> Policy:
    notes, where = parsed.annotations, parsed.where
    for needed in ("id", "sentence"):
        if not notes.get(needed):
            raise PolicyError(f"no @{needed}", where=where, do=f'Add @{needed}("...").')
    if notes.get("signoff") and notes.get("supply"):
        raise PolicyError(
            "both @signoff and @supply", where=where, expected="one of them, or none for a denial"
        )
    if any(p.id == notes["id"] for p in before):
        raise PolicyError(f"the id {notes['id']} stands twice", where=where, do="Rename one.")
    rule = notes["id"].partition("/")[0]
    return Policy(
        id=notes["id"],
        rule=rule,
        sentence=notes["sentence"],
        mode=modes.get(rule, _default_mode(rule, ready)),
        source=where,
        signoff=notes.get("signoff", ""),
        supply=notes.get("supply", ""),
        needs=notes.get("needs", ""),
    )


def _default_mode(rule: str, ready: bool) -> Mode:
    always = rule in ALWAYS_ENFORCED or rule.startswith("agent-") or rule not in BLUEPRINT
    return Mode.ENFORCE if always or ready else Mode.WARN


def _check_modes(modes: Mapping[str, Mode], policies: Sequence[Policy]) -> None:
    known = sorted({p.rule for p in policies})
    for rule in modes:
        if rule not in known:
            close = difflib.get_close_matches(rule, known, 3) or known
            raise PolicyError(
                f"no rule {rule!r}", where="rules", expected=" or ".join(close),
                do="`twokey policy list` shows all.",
            )  # fmt: skip
