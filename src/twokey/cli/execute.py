"""`twokey execute`: run exactly what was approved, once."""

import click

from twokey.bootstrap import Choice, bootstrap
from twokey.model.change import ChangeKind
from twokey.service.execute import execute
from twokey.service.request import Request


@click.command("execute", context_settings={"ignore_unknown_options": True})
@click.argument("digest")
@click.argument("argv", nargs=-1, required=True, type=click.UNPROCESSED)
@click.pass_context
def command(ctx: click.Context, digest: str, argv: tuple[str, ...]) -> None:
    """Run CMD on a private copy of its file, if the copy has DIGEST and everything is released.

    \b
    twokey execute DIGEST -- terraform apply plan.tfplan
    twokey execute DIGEST -- kubectl apply -f manifests.yaml
    twokey execute DIGEST -- psql -d shop -f migration.sql
    """
    request = Request(kind=ChangeKind.COMMAND, spec="")
    deps = bootstrap(request, Choice(config=ctx.obj["config"]))
    ctx.exit(execute(digest, argv, deps))
