"""`twokey break-glass`: pass the holds in an emergency."""

from typing import Any

import click

from twokey.approve.sshsign import sign as ssh_sign
from twokey.approve.transport import from_document, to_document
from twokey.bootstrap import Choice, bootstrap
from twokey.cli.approve import hand_over, key_file
from twokey.cli.change_options import change_options
from twokey.cli.terminal import confirm_digest
from twokey.documents import Limits
from twokey.model.approval import Act
from twokey.service.break_glass import break_glass
from twokey.service.read_change import read_bounded
from twokey.service.report.text import check_text
from twokey.service.request import Request
from twokey.service.sign import sign
from twokey.service.submit import submit


@click.command("break-glass")
@click.option("--reason", required=True, help="Why it can't wait; kept for the review.")
@click.option("--key", metavar="FILE", help="Your security key.")
@click.option("--second", metavar="FILE", help="A second person's statement, from --out.")
@click.option("--only-sign", is_flag=True, help="Sign as the second person; breaks nothing.")
@click.option("--out", metavar="FILE", help="Write the statement here.")
@change_options
@click.pass_context
def command(ctx: click.Context, /, request: Request, **words: Any) -> None:
    """An on-call human passes the holds of one change for one hour. It will be reviewed."""
    deps = bootstrap(request, Choice(config=ctx.obj["config"]))
    outcome = submit(request, (), "", deps)
    change = outcome.change
    confirm_digest(change.digest, check_text(outcome) + f"\nBREAK-GLASS: {change.digest}")
    key = key_file(words["key"])
    signed = sign(change, Act.BREAK_GLASS, lambda data: ssh_sign(key, data), deps)
    hand_over(to_document(signed), request, deps, out=words["out"], ref=False)
    if words["only_sign"]:
        return
    second = None
    if words["second"]:
        data = read_bounded(words["second"], Limits())
        second = from_document(data, source=words["second"])
    fact = break_glass(change, signed, words["reason"], deps, second=second)
    click.echo(
        f"GLASS BROKEN by {fact.person} for {change.digest} until {fact.until:%H:%M} UTC. "
        "Tell your team now; two people close the follow-up.",
        err=True,
    )
