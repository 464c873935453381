"""`twokey approve`: a person's signature for exactly this change."""

import hashlib
from pathlib import Path
from typing import Any

import click

from twokey.approve.sshsign import sign as ssh_sign
from twokey.approve.transport import to_document
from twokey.bootstrap import Choice, bootstrap
from twokey.cli.change_options import change_options
from twokey.cli.terminal import confirm_digest
from twokey.errors import UsageError
from twokey.intake.git.refs import store_approval
from twokey.model.approval import Act
from twokey.model.change import ChangeKind
from twokey.service.deps import Deps
from twokey.service.report.text import check_text
from twokey.service.request import Request
from twokey.service.sign import sign
from twokey.service.submit import submit

_KEYS = ("id_ed25519_sk", "id_ecdsa_sk", "id_ed25519", "id_ecdsa", "id_rsa")


@click.command("approve")
@click.option("--key", metavar="FILE", help="Your SSH key, or the public half of one in an agent.")
@click.option("--out", metavar="FILE", help="Write the approval here, to be handed over.")
@click.option("--ref", is_flag=True, help="Keep it under refs/twokey/approvals/, to be pushed.")
@click.option("--withdraw", metavar="NONCE", help="Take back an approval of yours.")
@click.option("--declare-human", is_flag=True, help="Declare, as submitter, that people wrote it.")
@change_options
@click.pass_context
def command(ctx: click.Context, /, request: Request, **words: Any) -> None:
    """Show the dangerous part, ask on the terminal, sign, verify and record."""
    if words["withdraw"] and words["declare_human"]:
        raise UsageError("--withdraw and --declare-human are two acts", do="Do one at a time.")
    deps = bootstrap(request, Choice(config=ctx.obj["config"]))
    outcome = submit(request, (), "", deps)
    act = Act.DECLARE_HUMAN if words["declare_human"] else Act.APPROVE
    act = Act.WITHDRAW if words["withdraw"] else act
    shown = check_text(outcome) + f"\n{act}: {outcome.change.digest}"
    confirm_digest(outcome.change.digest, shown)
    key = key_file(words["key"])
    signed = sign(
        outcome.change, act, lambda data: ssh_sign(key, data), deps, of=words["withdraw"] or ""
    )
    hand_over(to_document(signed), request, deps, out=words["out"], ref=words["ref"])


def hand_over(document: bytes, request: Request, deps: Deps, *, out: str | None, ref: bool) -> None:
    """Write the signed statement where it was asked for, and say where it is."""
    click.echo(f"signed and recorded in {deps.ledger.name or 'the local ledger'}", err=True)
    if out:
        Path(out).write_bytes(document)
        click.echo(f"written to {out}; the gate reads it with --approvals {out}", err=True)
    if ref:
        if request.kind is not ChangeKind.GIT:
            raise UsageError("--ref goes with --range", do="Use --out for other changes.")
        name = store_approval(Path(request.repository), _ref_name(document), document)
        click.echo(f"kept as {name}; push it with: git push origin {name}", err=True)


def key_file(named: str | None) -> Path:
    """The key that was named, else the first usual one of this user, security keys first."""
    places = [Path(named)] if named else [Path.home() / ".ssh" / name for name in _KEYS]
    for place in places:
        if place.is_file():
            return place
    raise UsageError("no SSH key", expected=named or "one in ~/.ssh", do="Give --key FILE.")


def _ref_name(document: bytes) -> str:
    return hashlib.sha256(document).hexdigest()[:32]
