"""Stories over the whole way: held, signed, released, executed once; and everything that mustn't."""

import os
import shutil
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from twokey.approve.challenge import encode, statement_for
from twokey.approve.transport import to_document
from twokey.bootstrap import Choice, bootstrap
from twokey.clock import FixedClock
from twokey.config import parse_roster, parse_settings
from twokey.errors import RefusedError, UsageError
from twokey.model.approval import Act, Signed
from twokey.model.assessment import ChangeRecord
from twokey.model.change import ChangeKind
from twokey.model.decision import Verdict
from twokey.service.break_glass import break_glass
from twokey.service.deps import Deps
from twokey.service.execute import execute
from twokey.service.outcome import Outcome
from twokey.service.request import Request
from twokey.service.sign import sign
from twokey.service.submit import submit
from twokey.testing import UnsafeSecurityKey

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
RECORD = ChangeRecord(what="a", why="b", rollback="c", tests="d", watch="e")
CONFIG = """
version: 1
people: people.yaml
environments: {production: {production: true, databases: [shop], workspaces: [prod]}}
domains: {checkout: {criticality: critical, owners: ["team:checkout"], tables: [orders]}}
"""
needs_terraform = pytest.mark.skipif(
    shutil.which("terraform") is None, reason="terraform is not installed"
)


def key(person: str) -> UnsafeSecurityKey:
    return UnsafeSecurityKey(person.encode())


def people() -> str:
    rows = ["version: 1", "people:"]
    for n, (name, level) in enumerate(
        (("ada", "senior"), ("bo", "senior"), ("cy", "mid"), ("di", "senior"))
    ):
        rows.append(
            f"  - {{id: {name}, level: {level}, teams: [checkout], on_call: {str(name != 'bo').lower()},"
        )
        rows.append(
            f"     emails: [{name}@example.com], accounts: [{{forge: github, id: {n + 1}}}],"
        )
        rows.append(f"     keys: [{{simulated: true, public: '{key(name).public}'}}]}}")
    return "\n".join(rows) + "\n"


class World:
    """A folder with configuration, a clock, and short words for what people do."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.clock = FixedClock(NOW)
        (folder / "twokey.yaml").write_text(CONFIG)
        (folder / "people.yaml").write_text(people())

    def deps(self, request: Request) -> Deps:
        choice = Choice(config=str(self.folder / "twokey.yaml"))
        return msgspec.structs.replace(bootstrap(request, choice, clock=self.clock), environment={})

    def sql(
        self, text: str = "DROP TABLE orders;", target: str = "shop", **more: object
    ) -> Request:
        (self.folder / "m.sql").write_text(text)
        by_ai = "Generated with [Claude Code](https://claude.ai/code)"
        defaults = {
            "submitter": "cy",
            "record": RECORD,
            "rollback": (("*", "backup 7"),),
            "text": by_ai,
        }
        return Request(kind=ChangeKind.SQL, spec=str(self.folder / "m.sql"), options={"target": target},
                       **(defaults | more))  # type: ignore[arg-type] # fmt: skip

    def check(self, request: Request) -> Outcome:
        return submit(request, (), "", self.deps(request))

    def approve(
        self, person: str, request: Request, act: Act = Act.APPROVE, *, touched: bool = True
    ) -> Outcome:
        outcome = self.check(request)
        sign(
            outcome.change,
            act,
            lambda data: key(person).sign(data, touched=touched),
            self.deps(request),
        )
        return self.check(request)

    def execute(self, request: Request, argv: list[str], digest: str = "") -> int:
        return execute(digest or self.check(request).change.digest, argv, self.deps(request))


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    monkeypatch.chdir(tmp_path)
    return World(tmp_path)


@pytest.fixture
def psql(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program named psql that keeps what it was given: which bytes ran is the question here."""
    folder = tmp_path / "bin"
    folder.mkdir()
    ran = tmp_path / "ran"
    program = folder / "psql"
    program.write_text(
        f"#!{sys.executable}\nimport pathlib, sys\n"
        f"pathlib.Path({str(ran)!r}).open('a').write(pathlib.Path(sys.argv[sys.argv.index('-f') + 1]).read_text())\n"
        "sys.exit(int(pathlib.Path(sys.argv[0]).with_name('code').read_text() or 0))\n"
    )
    (folder / "code").write_text("0")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return ran


def argv(world: World) -> list[str]:
    return ["psql", "-d", "shop", "-f", str(world.folder / "m.sql")]


def test_held_released_by_two_and_run_once(world: World, psql: Path) -> None:
    request = world.sql()
    assert world.check(request).decision.verdict is Verdict.HOLD
    with pytest.raises(RefusedError) as held:
        world.execute(request, argv(world))
    assert held.value.exit_code == 10
    assert world.approve("cy", request).decision.verdict is Verdict.HOLD
    assert world.approve("ada", request).decision.verdict is Verdict.HOLD
    released = world.approve("bo", request)
    assert released.decision.verdict is Verdict.ALLOW
    assert released.simulated
    assert world.execute(request, argv(world)) == 0
    assert psql.read_text() == "DROP TABLE orders;"
    with pytest.raises(RefusedError):
        world.execute(request, argv(world))
    assert psql.read_text() == "DROP TABLE orders;"


def test_what_was_approved_is_what_runs(world: World, psql: Path) -> None:
    request = world.sql()
    digest = world.check(request).change.digest
    world.approve("ada", request)
    world.approve("bo", request)
    (world.folder / "m.sql").write_text("DROP DATABASE shop;")
    with pytest.raises(RefusedError, match="isn't what was judged") as refused:
        world.execute(request, argv(world), digest)
    assert refused.value.exit_code == 20
    assert not psql.exists()


@pytest.mark.parametrize(
    "command",
    [
        ["psql", "-d", "other", "-f", "m.sql"],
        ["psql", "-f", "m.sql"],
        ["psql", "-h", "elsewhere", "-d", "shop", "-f", "m.sql"],
        ["kubectl", "apply", "-f", "m.yaml"],
        ["psql", "-d", "shop", "-f", "m.sql", "-c", "DROP TABLE x"],
        ["psql", "-d", "shop", "-f", "m.sql", "-f", "n.sql"],
        ["psql", "-d", "shop", "-v", "x=1", "-f", "m.sql"],
        ["bash", "-c", "psql -d shop -f m.sql"],
        ["terraform", "apply"],
        ["terraform", "apply", "-target=x", "plan"],
        ["terraform", "destroy", "plan"],
        ["kubectl", "apply", "-f", "a", "--prune"],
        ["kubectl", "delete", "-f", "a"],
    ],
)
def test_commands_that_could_do_something_else_are_not_run(
    world: World, psql: Path, command: list[str]
) -> None:
    request = world.sql()
    for person in ("ada", "bo"):
        world.approve(person, request)
    with pytest.raises(RefusedError):
        world.execute(request, command)
    assert not psql.exists()


def test_an_approval_for_other_content_an_old_one_and_an_untouched_one(world: World) -> None:
    request = world.sql()
    world.approve("ada", request)
    world.approve("bo", request, touched=False)
    outcome = world.check(request)
    assert outcome.decision.verdict is Verdict.HOLD
    whys = {a.person: a.why for h in outcome.decision.holds for a in h.approvals if not a.counts}
    assert "strength 0" in whys["bo"]
    assert world.approve("bo", request).decision.verdict is Verdict.ALLOW
    assert world.check(world.sql("DROP TABLE orders; ")).decision.verdict is Verdict.HOLD
    world.clock.at = NOW + timedelta(hours=73)
    assert world.check(world.sql()).decision.verdict is Verdict.HOLD


def test_an_approval_made_elsewhere_travels_as_a_file(world: World, psql: Path) -> None:
    request = world.sql()
    change = world.check(request).change
    for person in ("ada", "bo"):
        statement = encode(statement_for(change, Act.APPROVE, NOW, lifetime=timedelta(hours=1)))
        signed = Signed(method="ssh", statement=statement, proof=key(person).sign(statement))
        (world.folder / f"{person}.json").write_bytes(to_document(signed))
    paths = [str(world.folder / f"{person}.json") for person in ("ada", "bo")]
    for _ in range(2):
        outcome = submit(request, paths, "", world.deps(request))
        assert outcome.decision.verdict is Verdict.ALLOW
    assert world.execute(request, argv(world)) == 0
    assert submit(request, paths, "", world.deps(request)).decision.verdict is Verdict.HOLD


def test_the_same_human_behind_another_account_is_the_submitter(world: World) -> None:
    request = world.sql(submitter="github:1")
    assert world.check(request).change.parties.submitter.person == "ada"
    outcome = world.approve("ada", request)
    whys = {a.why for h in outcome.decision.holds for a in h.approvals}
    assert whys == {"not independent: this person handed it in"}


def test_break_glass_passes_a_freeze(world: World) -> None:
    freeze = "freezes: [{name: sale, start: '2026-10-01', end: '2026-12-01'}]\n"
    (world.folder / "twokey.yaml").write_text(CONFIG + freeze)
    request = world.sql()
    outcome, deps = world.check(request), world.deps(request)
    assert "freeze" in {h.rule for h in outcome.decision.holds}
    break_glass(
        outcome.change, sign(outcome.change, Act.BREAK_GLASS, key("ada").sign, deps), "down", deps
    )
    assert world.check(request).decision.verdict is Verdict.ALLOW


def test_a_withdrawn_approval_is_gone(world: World) -> None:
    request = world.sql()
    world.approve("ada", request)
    released = world.approve("bo", request)
    (nonce,) = {a.nonce for h in released.decision.holds for a in h.approvals if a.person == "ada"}
    sign(released.change, Act.WITHDRAW, key("ada").sign, world.deps(request), of=nonce)
    assert world.check(request).decision.verdict is Verdict.HOLD


def test_somebody_removed_from_the_roster_no_longer_counts(world: World) -> None:
    request = world.sql()
    for person in ("ada", "bo"):
        world.approve(person, request)
    text = (world.folder / "people.yaml").read_text()
    (world.folder / "people.yaml").write_text(
        text.replace("id: bo,", "id: ex,").replace(key("bo").public, key("x").public)
    )
    assert world.check(request).decision.verdict is Verdict.HOLD


def test_leaving_the_agent_out_the_second_time_does_not_help(world: World, psql: Path) -> None:
    text = "CREATE ROLE root SUPERUSER;"
    first = world.check(world.sql(text, agent="kiro", operator="cy"))
    assert first.decision.verdict is Verdict.DENY
    second = world.sql(text)
    for person in ("ada", "bo"):
        world.approve(person, second)
    with pytest.raises(RefusedError) as refused:
        world.execute(second, argv(world))
    assert refused.value.exit_code == 20


def test_a_failed_run_may_be_retried_within_the_hour_by_the_same_actor(
    world: World, psql: Path
) -> None:
    request = world.sql()
    for person in ("ada", "bo"):
        world.approve(person, request)
    (world.folder / "bin" / "code").write_text("3")
    assert world.execute(request, argv(world)) == 3
    assert world.check(request).decision.verdict is Verdict.ALLOW
    assert (
        world.check(msgspec.structs.replace(request, submitter="di")).decision.verdict
        is Verdict.HOLD
    )
    assert (
        world.check(world.sql("DROP TABLE orders; DROP TABLE more;")).decision.verdict
        is Verdict.HOLD
    )
    world.clock.at = NOW + timedelta(minutes=61)
    assert world.check(world.sql()).decision.verdict is Verdict.HOLD


def test_break_glass(world: World, psql: Path) -> None:
    request = world.sql()
    outcome, deps = world.check(request), world.deps(request)

    def statement(person: str, **more: bool):
        return sign(outcome.change, Act.BREAK_GLASS, lambda d: key(person).sign(d, **more), deps)

    with pytest.raises(RefusedError, match="on call"):
        break_glass(outcome.change, statement("bo"), "down", deps)
    with pytest.raises(RefusedError, match="presence"):
        break_glass(outcome.change, statement("ada", touched=False), "down", deps)
    with pytest.raises(RefusedError, match="reason"):
        break_glass(outcome.change, statement("ada"), " ", deps)
    break_glass(outcome.change, statement("ada"), "checkout is down", deps)
    passed = world.check(request)
    assert passed.decision.verdict is Verdict.ALLOW
    assert "break-glass by ada" in passed.decision.passed_by
    assert world.check(world.sql("DROP TABLE x;")).decision.verdict is Verdict.HOLD
    agent = world.check(world.sql(agent="kiro", operator="ada"))
    assert agent.decision.verdict is Verdict.HOLD
    with pytest.raises(RefusedError, match="second person"):
        break_glass(outcome.change, statement("ada"), "again", deps)
    break_glass(outcome.change, statement("ada"), "again", deps, second=statement("di"))
    world.clock.at = NOW + timedelta(minutes=61)
    assert world.check(world.sql()).decision.verdict is Verdict.HOLD


def test_no_reason_and_no_name_reaches_an_entry(world: World) -> None:
    request = world.sql("DROP TABLE orders; -- SENTINEL")
    outcome, deps = world.check(request), world.deps(request)
    signed = sign(outcome.change, Act.BREAK_GLASS, key("ada").sign, deps)
    break_glass(outcome.change, signed, "SENTINEL", deps)
    entries = b"".join(e.data for e in deps.ledger.store.read())
    for word in (b"SENTINEL", b"orders", b"m.sql", b"example.com"):
        assert word not in entries


def test_break_glass_passes_no_denial(world: World) -> None:
    settings = parse_settings((CONFIG + "policies: [ours.cedar]\n").encode())
    assert settings.policies
    (world.folder / "twokey.yaml").write_text(CONFIG + "policies: [ours.cedar]\n")
    (world.folder / "ours.cedar").write_text(
        '@id("never")\n@sentence("Never")\nforbid(principal, action, resource);\n'
    )
    request = world.sql()
    outcome, deps = world.check(request), world.deps(request)
    break_glass(
        outcome.change, sign(outcome.change, Act.BREAK_GLASS, key("ada").sign, deps), "x", deps
    )
    assert world.check(request).decision.verdict is Verdict.DENY


def test_slicing_does_not_help(world: World) -> None:
    """Eight slices of 80 lines pass one by one; within a day they are one change of 640."""
    (world.folder / "twokey.yaml").write_text(CONFIG + "rules: {ai-needs-senior: 'off'}\n")

    def piece(n: int) -> Outcome:
        body = "".join(f"+line {i}\n" for i in range(80))
        (world.folder / "d.diff").write_text(
            f"--- /dev/null\n+++ b/src/part{n}.py\n@@ -0,0 +1,80 @@\n{body}"
        )
        return world.check(
            Request(kind=ChangeKind.DIFF, spec=str(world.folder / "d.diff"), submitter="cy")
        )

    tiers = [piece(n).assessment.tier.word for n in range(8)]
    assert tiers[:6] == ["elevated"] * 6
    assert tiers[6:] == ["high", "high"]
    assert piece(7).assessment.lines_24h == 6 * 80 + 80
    world.clock.at = NOW + timedelta(hours=25)
    assert piece(9).assessment.tier.word == "elevated"


def test_freezes_hold_by_the_wall_clock_of_their_zone(world: World) -> None:
    (world.folder / "twokey.yaml").write_text(
        CONFIG
        + "freezes: [{name: sale, start: '2026-10-25T02:30', end: '2026-11-02T00:00', timezone: Europe/Berlin}]\n"
    )
    request = world.sql("UPDATE orders SET a = 1 WHERE id = 1;")

    def frozen(at: datetime) -> bool:
        world.clock.at = at
        return "freeze" in {h.rule for h in world.check(request).decision.holds}

    # 02:30 stands twice on the night when summer time ends; the earlier one begins the freeze.
    assert not frozen(datetime(2026, 10, 25, 0, 29, tzinfo=UTC))
    assert frozen(datetime(2026, 10, 25, 0, 30, tzinfo=UTC))
    assert frozen(datetime(2026, 11, 1, 22, 59, tzinfo=UTC))
    assert not frozen(datetime(2026, 11, 1, 23, 0, tzinfo=UTC))


def test_a_ledger_that_cannot_be_written_allows_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = world.sql("SELECT 1;")
    deps = world.deps(request)

    def broken(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("disk full")

    monkeypatch.setattr(deps.ledger.store, "size", broken)
    with pytest.raises(Exception, match="disk full"):
        submit(request, (), "", deps)


def test_the_author_of_configuration_cannot_loosen_it_in_the_same_change(repository) -> None:
    repository.write("twokey.yaml", CONFIG)
    repository.write("people.yaml", people())
    repository.commit("Base", email="cy@example.com")
    repository.git("checkout", "-q", "-b", "work")
    repository.write(
        "twokey.yaml", CONFIG + "rules: {guard-the-guard: 'off', ai-needs-senior: 'off'}\n"
    )
    repository.commit("Loosen", email="cy@example.com")
    request = Request(kind=ChangeKind.GIT, spec="main..work", repository=str(repository.path))
    deps = bootstrap(request, Choice())
    assert deps.configured_by == "twokey.yaml at main"
    outcome = submit(request, (), "", deps)
    assert "guard-the-guard" in {h.rule for h in outcome.decision.holds}
    with pytest.raises(UsageError, match="--config with --authority"):
        bootstrap(request, Choice(config="x", authority="ci"))


def test_the_first_configuration_is_no_loosening(repository) -> None:
    repository.commit("Base")
    repository.git("checkout", "-q", "-b", "work")
    repository.write("twokey.yaml", "version: 1\n")
    repository.commit("Configure")
    request = Request(kind=ChangeKind.GIT, spec="main..work", repository=str(repository.path))
    outcome = submit(request, (), "", bootstrap(request, Choice()))
    assert outcome.decision.verdict is Verdict.ALLOW


MANIFEST = """
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: b}
roleRef: {kind: ClusterRole, name: %s}
"""


def test_applying_the_last_released_state_again_is_no_change(
    world: World, tmp_path: Path, monkeypatch
) -> None:
    program = tmp_path / "bin" / "kubectl"
    program.parent.mkdir()
    program.write_text("#!/bin/sh\nexit 0\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}{os.pathsep}{os.environ['PATH']}")
    file = tmp_path / "m.yaml"
    request = Request(kind=ChangeKind.KUBERNETES, spec=str(file), options={"cluster": "prod"}, submitter="cy",
                      record=RECORD, text="Generated with [Claude Code](https://claude.ai/code)")  # fmt: skip
    words = ["kubectl", "--context", "prod", "apply", "-f", str(file)]
    file.write_text(MANIFEST % "view")
    for person in ("ada", "bo"):
        world.approve(person, request)
    assert world.execute(request, words) == 0
    assert world.check(request).decision.verdict is Verdict.ALLOW
    other = msgspec.structs.replace(request, options={"cluster": "other"})
    assert world.check(other).decision.verdict is Verdict.HOLD
    file.write_text(MANIFEST % "edit")
    assert world.check(request).decision.verdict is Verdict.HOLD
    for person in ("ada", "bo"):
        world.approve(person, request)
    assert world.execute(request, words) == 0
    file.write_text(MANIFEST % "view")
    assert not world.check(request).assessment.retry


@needs_terraform
def test_a_terraform_plan_is_applied_once_and_rolled_back(world: World) -> None:
    module = world.folder
    (module / "main.tf").write_text(
        'variable "n" { type = string }\nresource "terraform_data" "x" { input = var.n }\n'
    )

    def terraform(*words: str) -> None:
        subprocess.run(
            ["terraform", *words, "-no-color"], cwd=module, check=True, capture_output=True
        )

    terraform("init")
    terraform("apply", "-auto-approve", "-var=n=0")
    outcomes = []
    for release in ("1", "2", "1"):
        terraform("plan", "-out=p.tfplan", f"-var=n={release}")
        request = Request(
            kind=ChangeKind.TERRAFORM,
            spec="p.tfplan",
            options={"workspace": "prod"},
            submitter="ada",
        )
        outcome = world.check(request)
        outcomes.append(outcome)
        if outcome.decision.verdict is not Verdict.ALLOW:
            outcome = world.approve("bo", request)
        assert world.execute(request, ["terraform", "apply", "-input=false", "p.tfplan"]) == 0
    assert [o.assessment.proven_rollback for o in outcomes] == [False, False, True]


def test_the_roster_of_these_stories_is_sound() -> None:
    assert len(parse_roster(people().encode(), source="p").people) == 4
