"""`make demo`: the real pipeline on real artefacts, in a folder of its own.

Nothing is faked but the people's hardware keys, which are software here and say so.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from twokey.bootstrap import Choice, bootstrap
from twokey.cli.change_options import read_record
from twokey.errors import RefusedError
from twokey.model.approval import Act
from twokey.model.change import ChangeKind
from twokey.record.verify import verify_log
from twokey.service.deps import Deps
from twokey.service.execute import execute
from twokey.service.outcome import Outcome
from twokey.service.report.text import check_text
from twokey.service.request import Request
from twokey.service.sign import sign
from twokey.service.submit import submit
from twokey.testing import UnsafeSecurityKey

HERE = Path(__file__).resolve().parent
COMMITS = {
    "base": "Shop as it runs today",
    "docs": "Describe how to run the shop\n\nCo-Authored-By: Claude <noreply@anthropic.com>",
    "sweep": "Unify rounding of prices\n\n🤖 Generated with [Claude Code](https://claude.com/claude-code)"
    "\n\nCo-Authored-By: Claude <noreply@anthropic.com>",
}


def main() -> None:
    """Run every scene; exit 1 where one doesn't come out as it must."""
    with tempfile.TemporaryDirectory(prefix="twokey-demo-") as folder:
        place = Path(folder)
        os.environ["XDG_STATE_HOME"] = str(place / "state")
        for name in ("CLAUDECODE", "CURSOR_AGENT", "GITHUB_STEP_SUMMARY"):
            os.environ.pop(name, None)
        repository = make_repository(place / "shop")
        os.chdir(repository)
        harmless(repository)
        sweep(repository)
        kiro()
        deps = live(place) if shutil.which("terraform") else without_terraform()
        verify(deps)


def harmless(repository: Path) -> None:
    """A documentation change, written with AI: nobody is bothered."""
    title("1  A documentation change, written with an assistant")
    outcome, _ = check(Request(kind=ChangeKind.GIT, spec="main..docs", repository=str(repository)))
    expect(outcome.decision.verdict == "allow", "documentation passes")


def sweep(repository: Path) -> None:
    """One pull request that touches pricing, checkout and identity at once."""
    title("2  A pull request that touches pricing, checkout and identity at once")
    outcome, _ = check(Request(kind=ChangeKind.GIT, spec="main..sweep", repository=str(repository)))
    rules = {h.rule for h in outcome.decision.holds}
    expect(outcome.decision.verdict == "hold" and "one-domain-at-a-time" in rules, "it is held")


def kiro() -> None:
    """The plan that an agent made: delete production and create it again."""
    title("3  An agent's plan deletes and recreates production, for a mid-level engineer")
    shutil.copy(HERE / "environment" / "plan.json", "plan.json")
    outcome, _ = check(by_agent("plan.json", "production"))
    expect(outcome.decision.verdict == "hold", "it is held")
    expect(outcome.assessment.tier.word == "critical", "it is critical")


def live(place: Path) -> Deps:
    """The same with a plan that Terraform makes here and now, released and executed."""
    title("4  The same, live: Terraform plans it, two people release it, it runs once")
    module = place / "environment"
    shutil.copytree(HERE / "environment", module)
    terraform(module, "init", "-input=false")
    terraform(module, "apply", "-auto-approve", "-var=release=1")
    terraform(module, "plan", "-out=plan.tfplan", "-var=release=2")
    shutil.copy("twokey.yaml", module)
    shutil.copy("people.yaml", module)
    os.chdir(module)
    request = by_agent("plan.tfplan", "production", record="record.yaml")
    outcome, deps = check(request)
    command = ["terraform", "apply", "-input=false", "-no-color", "plan.tfplan"]
    say("Execute it anyway:")
    refused(outcome.change.digest, command, deps)
    digest = release(request, outcome, deps)
    say("Execute it:")
    expect(execute(digest, command, deps) == 0, "exactly the approved plan ran")
    say("Execute it again, with the same approvals:")
    refused(digest, command, deps)
    return deps


def without_terraform() -> Deps:
    """The release without the execution, which needs Terraform."""
    title("4  Two people release it (executing it needs terraform on the path)")
    shutil.copy(HERE / "environment" / "record.yaml", "record.yaml")
    request = by_agent("plan.json", "production", record="record.yaml")
    outcome, deps = check(request)
    release(request, outcome, deps)
    return deps


def release(request: Request, outcome: Outcome, deps: Deps) -> str:
    """Approvals: one that must not count, and two that release it; returns the digest."""
    expect(outcome.decision.verdict == "hold", "it is held")
    say("The engineer who prompted the agent approves. It must not count:")
    outcome = approve("engineer-mid", outcome, request, deps)
    expect(outcome.decision.verdict == "hold", "the operator's own approval doesn't count")
    say("Two seniors who had no hand in it approve:")
    approve("senior-checkout", outcome, request, deps, show=False)
    outcome = approve("senior-pricing", outcome, request, deps)
    expect(outcome.decision.verdict == "allow", "two people release it")
    return outcome.change.digest


def verify(deps: Deps) -> None:
    """Recompute the ledger from its stored bytes."""
    title("5  The ledger, recomputed from its stored bytes")
    store = deps.ledger.store
    report = verify_log(store.read(), nodes=store.node, stored_root=deps.ledger.head()[1])
    expect(report.ok, f"{report.size} entries verify, root {report.root[:16]}")


def check(request: Request) -> tuple[Outcome, Deps]:
    """Judge and show."""
    choice = Choice(config=None if request.kind is ChangeKind.GIT else "twokey.yaml")
    deps = bootstrap(request, choice)
    outcome = submit(request, (), "", deps)
    print(check_text(outcome))
    return outcome, deps


def approve(
    person: str, outcome: Outcome, request: Request, deps: Deps, *, show: bool = True
) -> Outcome:
    """Sign as `person` with a software key, and judge again."""
    key = UnsafeSecurityKey(f"demo {person}".encode())
    sign(outcome.change, Act.APPROVE, key.sign, deps)
    if not show:
        return outcome
    again = submit(request, (), "", deps)
    approvals = {(a.person, a.why) for h in again.decision.holds for a in h.approvals}
    for who, why in sorted((who or "", why) for who, why in approvals):
        print(f"    {who:<18}{why or 'counts'}")
    print(f"    verdict: {again.decision.verdict}\n")
    return again


def by_agent(plan: str, workspace: str, record: str = "") -> Request:
    """A plan that the agent kiro hands in for a mid-level engineer."""
    return Request(
        kind=ChangeKind.TERRAFORM,
        spec=plan,
        options={"workspace": workspace},
        agent="kiro",
        operator="engineer-mid",
        record=read_record(record) if record else None,
        rollback=(("*", "the plan of release 1, applied again in a drill"),) if record else (),
    )


def refused(digest: str, command: list[str], deps: Deps) -> None:
    """Executing must be refused."""
    try:
        execute(digest, command, deps)
    except RefusedError as error:
        print(f"    refused (exit {error.exit_code}): {error.what}\n")
    else:
        expect(False, "execution is refused")


def make_repository(folder: Path) -> Path:
    """The fictional shop as a repository: a base and two branches."""
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for name in ("twokey.yaml", "people.yaml"):
        shutil.copy(HERE / "shop" / name, folder)
    for service in ("pricing", "checkout", "identity"):
        write(folder / "services" / service / "rounding.py", "PLACES = 4\n")
    write(folder / "docs" / "run.md", "# Run\n")
    commit(folder, "base")
    git(folder, "checkout", "-q", "-b", "docs")
    write(folder / "docs" / "run.md", "# Run\n\nStart it with `make run`.\n")
    commit(folder, "docs")
    git(folder, "checkout", "-q", "-b", "sweep", "main")
    for service in ("pricing", "checkout", "identity"):
        write(folder / "services" / service / "rounding.py", "PLACES = 2\n")
    commit(folder, "sweep")
    git(folder, "checkout", "-q", "main")
    return folder


def write(path: Path, text: str) -> None:
    """A file with its folders."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def commit(folder: Path, name: str) -> None:
    """Everything, as the mid-level engineer."""
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", COMMITS[name])


def git(folder: Path, *words: str) -> None:
    """git with the fictional engineer's identity."""
    identity = {
        f"GIT_{role}_{field}": value
        for role in ("AUTHOR", "COMMITTER")
        for field, value in (("NAME", "Engineer"), ("EMAIL", "engineer-mid@example.com"))
    }
    clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    subprocess.run(
        ["git", "-C", str(folder), "-c", "commit.gpgsign=false", *words],
        check=True, env=clean | identity | {"GIT_CONFIG_GLOBAL": os.devnull},
    )  # fmt: skip


def terraform(folder: Path, *words: str) -> None:
    """Terraform, quietly."""
    run = subprocess.run(
        ["terraform", *words, "-no-color"], cwd=folder, capture_output=True, text=True, check=False
    )
    if run.returncode:
        sys.exit(f"terraform {words[0]} failed:\n{run.stderr}")


def title(text: str) -> None:
    """A scene's heading."""
    print(f"\n=== {text}\n", flush=True)


def say(text: str) -> None:
    """What happens next."""
    print(f"  {text}", flush=True)


def expect(holds: bool, what: str) -> None:
    """The demo checks itself."""
    print(f"  {'✓' if holds else '✗'} {what}", flush=True)
    if not holds:
        sys.exit(1)


if __name__ == "__main__":
    main()
