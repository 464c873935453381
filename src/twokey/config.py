"""twokey.yaml to frozen Settings. A message about it names the file and the line."""

import re
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from twokey.documents import Limits, YamlDocument, read_yaml
from twokey.errors import ConfigError, InputError
from twokey.model.actor import Level, Person
from twokey.model.assessment import Criticality
from twokey.model.decision import Mode

NAME = "twokey.yaml"
T = TypeVar("T")
Patterns = tuple[str, ...]


class _Section(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    pass


class Matchers(_Section, frozen=True, kw_only=True):
    """How something is recognised. A list each, of globs (`*` within a segment, `**` across):
    repository paths, services, Terraform addresses or types, Kubernetes namespaces and kinds,
    cloud accounts, database tables, CloudFormation types."""

    paths: Patterns = ()
    services: Patterns = ()
    terraform: Patterns = ()
    namespaces: Patterns = ()
    kinds: Patterns = ()
    accounts: Patterns = ()
    tables: Patterns = ()
    cloudformation: Patterns = ()


class Environment(_Section, frozen=True, kw_only=True):
    """An environment and how it is recognised. `size` is the number of resources in it, where no
    format tells; used for shares."""

    production: bool = False
    branches: Patterns = ()
    workspaces: Patterns = ()
    namespaces: Patterns = ()
    clusters: Patterns = ()
    accounts: Patterns = ()
    stacks: Patterns = ()
    databases: Patterns = ()
    paths: Patterns = ()
    size: int | None = None


class Domain(Matchers, frozen=True, kw_only=True):
    """A business area: how critical, who owns it (`team:checkout` or a person's id), and what
    belongs to it."""

    criticality: Criticality = Criticality.NORMAL
    owners: tuple[str, ...] = ()


class Agent(_Section, frozen=True, kw_only=True):
    """A coding agent: who may operate it, and what it may touch. One that isn't named here has
    no scope."""

    operators: tuple[str, ...] = ()
    scope: Matchers = Matchers()
    environments: tuple[str, ...] = ()


class SignoffSlot(_Section, frozen=True, kw_only=True):
    """People of one description within a sign-off."""

    count: Annotated[int, msgspec.Meta(ge=1, le=20)] = 1
    level: Level | None = None
    members: tuple[str, ...] = ()
    role: str = ""


class Signoff(_Section, frozen=True, kw_only=True):
    """A sign-off of your own, or another shape for a built-in one."""

    people: tuple[SignoffSlot, ...]
    strength: Annotated[int, msgspec.Meta(ge=0, le=3)] = 0


class Freeze(_Section, frozen=True, kw_only=True):
    """A window in which nothing ships. Times are ISO 8601 local to `timezone` (an IANA name)."""

    name: str
    start: str
    end: str
    timezone: str = "UTC"
    environments: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()


class Thresholds(_Section, frozen=True, kw_only=True):
    """The numbers behind tiers and rules; see product.md, Tier.

    `share` is a fraction of an environment; `lines` and `resources` make an AI-involved change
    high; `undo_hours` makes a change critical; `ai_volume` is AI-involved changes to a critical
    domain in 24 hours; `approval_hours` is how long an approval lives.
    """

    share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.10
    lines: Annotated[int, msgspec.Meta(ge=1)] = 500
    resources: Annotated[int, msgspec.Meta(ge=1)] = 30
    undo_hours: Annotated[float, msgspec.Meta(gt=0)] = 4
    ai_volume: Annotated[int, msgspec.Meta(ge=1)] = 10
    approval_hours: Annotated[float, msgspec.Meta(gt=0, le=720)] = 72


class Settings(_Section, frozen=True, kw_only=True):
    """The whole of twokey.yaml."""

    version: Annotated[int, msgspec.Meta(ge=1, le=1)] = 1
    environments: dict[str, Environment] = {}
    domains: dict[str, Domain] = {}
    control_planes: dict[str, Matchers] = {}
    people: str = ""
    codeowners: bool = True
    agents: dict[str, Agent] = {}
    signoffs: dict[str, Signoff] = {}
    rules: dict[str, Mode] = {}
    thresholds: Thresholds = Thresholds()
    freezes: tuple[Freeze, ...] = ()
    policies: Patterns = ()
    protected_branches: Patterns = ("main", "master", "release/*")
    guesses: bool = True
    forge: str = "github"
    limits: Limits = Limits()

    @property
    def names_people_and_domains(self) -> bool:
        """True where rules may enforce: somebody can sign, and something is worth guarding."""
        return bool(self.people and self.domains)


class Roster(_Section, frozen=True, kw_only=True):
    """people.yaml: everybody who may sign, with level, teams, addresses, accounts and keys."""

    version: Annotated[int, msgspec.Meta(ge=1, le=1)] = 1
    people: tuple[Person, ...] = ()


def parse_settings(data: bytes, *, source: str = NAME) -> Settings:
    """Settings from the bytes of twokey.yaml. Raises ConfigError naming file and line."""
    return _parse(data, Settings, source)


def parse_roster(data: bytes, *, source: str) -> Roster:
    """The roster from the bytes of people.yaml; refuses an id, address, account or key that
    stands at two people, since that would let one person be two."""
    roster = _parse(data, Roster, source)
    seen: dict[str, str] = {}
    for person in roster.people:
        marks = {f"e-mail {e.lower()}" for e in person.emails}
        marks |= {f"account {a.forge}/{a.id}" for a in person.accounts}
        marks |= {f"key {' '.join(k.public.split()[:2])}" for k in person.keys}
        for mark in sorted(marks | {f"id {person.id}"}):
            if mark in seen:
                raise ConfigError(
                    f"{mark} stands twice, at {seen[mark]} and {person.id}",
                    where=source,
                    expected="each id, address, account and key at one person",
                    do="Merge the two entries, or remove it from one.",
                )
            seen[mark] = person.id
    return roster


def find_config(start: Path) -> Path | None:
    """The nearest twokey.yaml in `start` or above it."""
    for folder in (start, *start.parents):
        candidate = folder / NAME
        if candidate.is_file():
            return candidate
    return None


def _parse(data: bytes, kind: type[T], source: str) -> T:
    try:
        documents = read_yaml(data, source=source, lines=True)
    except InputError as error:
        raise ConfigError(
            error.what, where=error.where, expected=error.expected, do=error.do
        ) from None
    if not documents:
        return kind()
    if len(documents) > 1:
        raise ConfigError(
            "a second document", where=f"{source}:{documents[1].line}", expected="one document"
        )
    return _convert(documents[0], kind, source)


def _convert(document: YamlDocument, kind: type[T], source: str) -> T:
    try:
        return msgspec.convert(document.value, kind, strict=True)
    except msgspec.ValidationError as error:
        text, _, path = str(error).partition(" - at `")
        path = path.rstrip("`") or "$"
        raise ConfigError(
            f"{text} ({path.removeprefix('$.')})" if path != "$" else text,
            where=f"{source}:{_line(document, path, text)}",
            do="`twokey config schema` prints what is allowed.",
        ) from None


def _line(document: YamlDocument, path: str, text: str) -> int:
    """msgspec writes map keys as `[...]`; find the first node that fits, and the unknown field."""
    unknown = re.search(r"unknown field `([^`]+)`", text)
    pattern = re.escape(path).replace(re.escape("[...]"), r"\.[^.\[]+")
    if unknown:
        pattern += r"\." + re.escape(unknown.group(1))
    for known, line in document.lines.items():
        if re.fullmatch(pattern, known):
            return line
    return document.line_of(path)


def settings_schema() -> dict[str, Any]:
    """The JSON Schema of twokey.yaml, for editors."""
    schema: dict[str, Any] = msgspec.json.schema(Settings)
    return schema
