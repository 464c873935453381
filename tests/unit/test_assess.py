"""Environments, domains, control planes, guards, undo and tiers: by meaning, not by a list seen."""

from datetime import UTC, datetime

import pytest

from twokey.assess import World, assess
from twokey.assess.blast.codeowners import CodeOwners
from twokey.assess.documentation import is_harmless_path
from twokey.assess.patterns import PatternSet
from twokey.config import Roster, Settings, parse_roster, parse_settings
from twokey.model.actor import Parties
from twokey.model.assessment import Assessment, Evidence, Level, Provenance
from twokey.model.change import Change, ChangeKind, Digest, Operation, Resource, Target, Verb

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)


def look(
    *operations: Operation, kind: ChangeKind = ChangeKind.TERRAFORM, settings: Settings | None = None,
    level: Level = Level.HUMAN, target: Target | None = None, evidence: Evidence | None = None,
    incomplete: bool = False, totals: int = 0, codeowners: bytes | None = None,
) -> Assessment:  # fmt: skip
    change = Change(
        kind=kind, digest=Digest("sha256:0"), source="x", operations=operations, target=target or Target(),
        parties=Parties(), incomplete=incomplete, totals=(("resources", totals),) if totals else (),
    )  # fmt: skip
    world = World(settings=settings or Settings(), roster=Roster(), now=NOW, evidence=evidence or Evidence(),
                  codeowners=codeowners)  # fmt: skip
    return assess(change, Provenance(level=level), world)


def op(verb: str, kind: str, name: str = "", *hints: str, **more: str) -> Operation:
    lines = int(more.pop("lines", 0))
    previous = more.pop("previous", "")
    resource = Resource(kind=kind, name=name or f"{kind}.x", **more)
    return Operation(verb=Verb(verb), resource=resource, digest=Digest("sha256:1"), hints=hints,
                     lines_added=lines, previous=previous)  # fmt: skip


def file(
    name: str, verb: str = "update", *hints: str, branch: str = "main", **more: str
) -> Assessment:
    return look(
        op(verb, "file", name, *hints, **more), kind=ChangeKind.GIT, target=Target(branch=branch)
    )


@pytest.mark.parametrize(
    ("verb", "kind", "hints", "tier", "undo"),
    [
        ("create", "aws_instance", (), "elevated", "reversible"),
        ("update", "aws_ecs_service", (), "elevated", "reversible"),
        ("read", "aws_ami", (), "elevated", "reversible"),
        ("replace", "aws_ecs_task_definition", (), "elevated", "reversible"),
        ("delete", "aws_instance", (), "high", "recoverable"),
        ("replace", "aws_instance", (), "high", "recoverable"),
        ("delete", "aws_db_instance", (), "critical", "irreversible"),
        ("replace", "aws_db_instance", ("snapshot",), "critical", "recoverable"),
        ("delete", "somecloud_database_cluster", (), "critical", "irreversible"),
        ("delete", "somecloud_storage_bucket", (), "critical", "irreversible"),
        ("delete", "somecloud_database_parameter_group", (), "high", "recoverable"),
        ("delete", "aws_db_subnet_group", (), "high", "recoverable"),
        ("unknown", "aws_instance", (), "critical", "irreversible"),
        ("forget", "aws_instance", (), "elevated", "recoverable"),
        ("update", "aws_iam_role", (), "critical", "reversible"),
        ("update", "aws_route53_record", (), "critical", "reversible"),
        ("create", "kubernetes_cluster_role_binding", (), "critical", "reversible"),
        ("update", "null_resource", ("executes",), "elevated", "recoverable"),
    ],
)
def test_operations(verb: str, kind: str, hints: tuple[str, ...], tier: str, undo: str) -> None:
    found = look(op(verb, kind, "", *hints))
    assert (found.tier.word, found.reversibility.level) == (tier, undo)


def test_outside_production_nothing_is_critical() -> None:
    found = look(op("delete", "aws_db_instance"), target=Target(workspace="dev"))
    assert (found.tier.word, found.production) == ("routine", False)
    for workspace in ("", "prod", "eu-prod", "something-else"):
        assert (
            look(op("delete", "aws_db_instance"), target=Target(workspace=workspace)).tier.word
            == "critical"
        )


def test_where_marks_disagree_production_wins() -> None:
    settings = parse_settings(
        b"environments:\n  prod: {production: true, accounts: ['1']}\n  dev: {workspaces: [dev]}\n"
    )
    found = look(
        op("update", "aws_x", account="1"), target=Target(workspace="dev"), settings=settings
    )
    assert found.production


@pytest.mark.parametrize(
    ("path", "harmless"),
    [
        ("README.md", True), ("docs/a.png", True), ("tests/test_x.py", True), ("a/b_test.go", True),
        ("src/x.spec.ts", True), ("examples/main.tf", True), ("LICENSE", True), ("CHANGELOG", True),
        ("src/contest/x.py", False), ("requirements.txt", False), ("CMakeLists.txt", False), ("latest/x.py", False),
        ("src/attests.py", False), ("robots.txt", False), ("Dockerfile", False), ("documents/x.py", False),
    ],
)  # fmt: skip
def test_what_cannot_reach_production(path: str, harmless: bool) -> None:
    assert is_harmless_path(path) is harmless
    assert (file(path).tier.word == "routine") is harmless


def test_a_name_does_not_make_a_link_a_mode_or_a_move_harmless() -> None:
    assert file("docs/a.md", "create", "symlink").tier.word != "routine"
    assert file("docs/run.sh", "update", "mode").tier.word != "routine"
    assert file("docs/app.py", "update", previous="src/app.py").tier.word != "routine"
    assert file("docs/a.md", "update", previous="docs/b.md").tier.word == "routine"


@pytest.mark.parametrize(
    ("path", "guard"),
    [
        ("twokey.yaml", "Twokey's configuration"), ("a/b/twokey.yaml", "Twokey's configuration"),
        (".github/workflows/x.yml", "CI workflows"), ("CODEOWNERS", "CODEOWNERS"), ("docs/CODEOWNERS", "CODEOWNERS"),
        ("CLAUDE.md", "agent settings"), ("pkg/CLAUDE.md", "agent settings"), ("claude.md", "agent settings"),
        (".claude/settings.json", "agent settings"), (".mcp.json", "agent tools"), ("rules/x.cedar", "policy"),
        (".husky/pre-commit", "hooks"), ("src/app.py", ""), ("docs/workflows.md", ""), ("my-CODEOWNERS", ""),
    ],
)  # fmt: skip
def test_what_judges_or_reaches(path: str, guard: str) -> None:
    (effect,) = file(path).effects
    assert effect.guards == guard
    assert not (guard and effect.harmless)


def test_domains_by_configuration_then_by_guess() -> None:
    settings = parse_settings(
        b"domains:\n  checkout: {criticality: critical, owners: ['team:c'], paths: ['shop/**'], terraform: ['module.shop.*']}\n"
        b"  search: {criticality: normal, paths: ['search/**']}\n"
    )

    def names(
        name: str, kind: str = "file", change: ChangeKind = ChangeKind.GIT
    ) -> list[tuple[str, bool]]:
        found = look(op("update", kind, name), kind=change, settings=settings)
        return [(d.name, d.guessed) for d in found.blast.domains]

    assert names("shop/deep/x.py") == [("checkout", False)]
    assert names("search/x.py") == [("search", False)]
    assert names("services/pricing/x.py") == [("pricing", True)]
    assert names("services/PriceFeed/x.py") == [("pricing", True)]
    assert names("pkg/author.py") == []
    assert names(".github/workflows/checkout.yml") == []
    assert names('module.shop["a.b"].aws_x.y[0]', "aws_x", ChangeKind.TERRAFORM) == [
        ("checkout", False)
    ]
    assert names("module.shopping.aws_x.y", "aws_x", ChangeKind.TERRAFORM) == []


def test_tiers_by_domains_size_and_share() -> None:
    assert file("services/pricing/x.py").tier.word == "high"
    two = look(
        op("update", "file", "checkout/a.py"),
        op("update", "file", "pricing/a.py"),
        kind=ChangeKind.GIT,
    )
    assert two.tier.word == "critical"
    large = op("update", "file", "src/x.py", lines="501")
    assert look(large, kind=ChangeKind.GIT, level=Level.ASSISTED).tier.word == "high"
    assert look(large, kind=ChangeKind.GIT, level=Level.HUMAN).tier.word == "elevated"
    many = [op("update", "aws_x", f"aws_x.{n}") for n in range(31)]
    assert look(*many, level=Level.UNDECLARED).tier.word == "high"
    routine = [op("replace", "aws_launch_template", f"t.{n}") for n in range(2)]
    assert look(*routine, totals=20).tier.word == "elevated"
    found = look(*routine, totals=19)
    assert (found.tier.word, round(found.blast.share[0][1], 3)) == ("high", 0.105)


def test_what_cannot_be_seen_is_critical() -> None:
    assert look(incomplete=True).tier.word == "critical"
    assert look().tier.word == "routine"


def test_rollback_evidence_makes_it_recoverable() -> None:
    lost = op("delete", "aws_db_instance", "aws_db_instance.orders")
    found = look(lost, evidence=Evidence(rollback=(("aws_db_instance.orders", "snapshot 7"),)))
    assert (found.reversibility.level, found.reversibility.evidence) == (
        "recoverable",
        ("rollback evidence: snapshot 7",),
    )
    other = look(lost, evidence=Evidence(rollback=(("aws_db_instance.other", "snapshot 7"),)))
    assert other.reversibility.level == "irreversible"


def test_a_branch_that_is_not_protected_is_not_production() -> None:
    assert file("src/x.py", branch="feature/x").tier.word == "routine"
    assert file("src/x.py", branch="release/1").tier.word == "elevated"
    assert file("src/x.py", branch="").tier.word == "elevated"


@pytest.mark.parametrize(
    ("pattern", "separator", "yes", "no"),
    [
        ("a/*.py", "/", ["a/b.py"], ["a/b/c.py", "x/a/b.py"]),
        ("a/**", "/", ["a/b", "a/b/c"], ["b/a/c"]),
        ("**/x", "/", ["x", "a/x", "a/b/x"], ["ax"]),
        ("a/", "/", ["a/b/c"], ["b/a/c"]),
        ("module.*.db", ".", ["module.a.db"], ["module.a.b.db"]),
        ("prod*", "", ["prod", "prod/eu.x"], ["eu-prod"]),
        ("a?c.(x)", "/", ["abc.(x)"], ["a/c.(x)"]),
    ],
)
def test_globs(pattern: str, separator: str, yes: list[str], no: list[str]) -> None:
    found = PatternSet([("p", pattern)], separator=separator)
    assert all(found.find(text) for text in yes)
    assert not any(found.find(text) for text in no)


OWNERS = b"""
# comment
*                 @org/everyone
/services/pay/    @org/pay @lead   # both
*.tf              lead@example.com
docs/*            @org/docs
/services/pay/free
[Section] @org/gitlab
"""


@pytest.mark.parametrize(
    ("path", "owners"),
    [
        ("a/b.py", ("team:everyone",)),
        ("services/pay/deep/x.py", ("team:pay", "ada")),
        ("deep/x.tf", ("ada",)),
        ("docs/x.md", ("team:docs",)),
        ("docs/deep/x.md", ("team:everyone",)),
        ("services/pay/free", ()),
    ],
)
def test_codeowners(path: str, owners: tuple[str, ...]) -> None:
    roster = parse_roster(
        b"people: [{id: ada, emails: [lead@example.com], accounts: [{forge: github, id: 1, login: lead}]}]",
        source="p",
    )
    assert CodeOwners(OWNERS, roster).of(path) == owners


def test_owners_of_a_guessed_domain_come_from_codeowners() -> None:
    found = look(
        op("update", "file", "services/pricing/x.py"), kind=ChangeKind.GIT, codeowners=b"* @o/all\n"
    )
    assert found.blast.domains[0].owners == ("team:all",)
