"""`twokey policy`: policies as code."""

from pathlib import Path

import click

from twokey.bootstrap import Choice, bootstrap
from twokey.decide.cases import run_cases
from twokey.decide.lint import lint
from twokey.documents import Limits, read_yaml
from twokey.errors import UsageError
from twokey.model.change import ChangeKind
from twokey.service.deps import Deps
from twokey.service.read_change import read_bounded
from twokey.service.request import Request

FINDINGS = 30


@click.group("policy")
def command() -> None:
    """Test, lint and explain policies."""


def _deps(ctx: click.Context) -> Deps:
    request = Request(kind=ChangeKind.COMMAND, spec="")
    return bootstrap(request, Choice(config=ctx.obj["config"]))


@command.command("list")
@click.pass_context
def list_(ctx: click.Context) -> None:
    """Every rule: mode, what releases it, its sentence."""
    for policy in _deps(ctx).pack.policies:
        released = policy.signoff or policy.supply or "denied"
        click.echo(f"{policy.mode:<8} {policy.id:<36} {released}")


@command.command("explain")
@click.argument("rule")
@click.pass_context
def explain(ctx: click.Context, rule: str) -> None:
    """What a rule says, what releases it, and where it stands."""
    found = [p for p in _deps(ctx).pack.policies if rule in (p.rule, p.id)]
    if not found:
        raise UsageError(f"no rule {rule!r}", do="`twokey policy list` shows all.")
    for policy in found:
        click.echo(f"{policy.id}  ({policy.mode})\n  {policy.sentence}")
        click.echo(f"  released by: {policy.signoff or policy.supply or 'nothing; it is denied'}")
        if policy.needs:
            click.echo(f"  needs the source: {policy.needs}")
        click.echo(f"  {policy.source}\n")


@command.command("lint")
@click.pass_context
def lint_(ctx: click.Context) -> None:
    """Load, validate, and look for what is worth a second look."""
    deps = _deps(ctx)
    found = lint(deps.pack, deps.settings.signoffs)
    for finding in found:
        click.echo(f"{finding.where}: {finding.sentence}")
    click.echo(f"{len(deps.pack.policies)} policies, {len(found)} findings")
    ctx.exit(FINDINGS if found else 0)


@command.command("test")
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--enforce-all", is_flag=True, help="As if people and domains were named.")
@click.pass_context
def test(ctx: click.Context, files: tuple[str, ...], enforce_all: bool) -> None:
    """Run cases: facts in, expected verdict and holds out."""
    deps = _deps(ctx)
    pack = deps.pack.enforcing() if enforce_all else deps.pack
    failed = passed = 0
    for name in files:
        data = read_bounded(str(Path(name)), Limits(bytes=1 << 22))
        for document in read_yaml(data, source=name, lines=True):
            for result in run_cases(pack, document, name):
                passed, failed = passed + (not result.problems), failed + bool(result.problems)
                for problem in result.problems:
                    click.echo(f"{name}:{result.line}: {result.name}: {problem}")
    click.echo(f"{passed} passed, {failed} failed")
    ctx.exit(FINDINGS if failed else 0)
