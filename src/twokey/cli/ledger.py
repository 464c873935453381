"""`twokey ledger`: look at the record, and verify it."""

from pathlib import Path

import click
import msgspec

from twokey.cli.change_options import write_output
from twokey.errors import ProofError, UsageError
from twokey.record import open_ledger, state_folder
from twokey.record.checkpoint import log_key, open_checkpoint
from twokey.record.verify import verify_log


@click.group("ledger")
def command() -> None:
    """The record: append-only, tamper-evident, verifiable offline."""


@command.command("show")
@click.argument("seq", type=int, required=False)
@click.option("--last", type=int, default=20, help="How many entries, newest last.")
def show(seq: int | None, last: int) -> None:
    """Entries as lines, or one entry whole."""
    store = open_ledger().store
    if seq is not None:
        for entry in store.read(seq, seq + 1):
            write_output(msgspec.json.format(entry.data, indent=2))
            return
        raise UsageError(f"no entry {seq}", expected=f"0 to {store.size() - 1}")
    for entry in store.read(max(0, store.size() - last)):
        click.echo(
            f"{entry.seq:>6}  {entry.at:%Y-%m-%d %H:%M:%S}  {entry.kind:<14}  {entry.subject[:19]}"
        )


@command.command("checkpoint")
def checkpoint() -> None:
    """Sign the log's size and root; keep it elsewhere to catch a rollback or a rewrite."""
    key, made = log_key(state_folder())
    if made:
        click.echo(
            f"made the log's key in {state_folder()}; its verifier: {key.verifier}", err=True
        )
    size, root = open_ledger().head()
    click.echo(key.sign(size, root), nl=False)


@command.command("verify")
@click.option("--against", metavar="FILE", help="An older checkpoint, from elsewhere.")
@click.option("--verifier", metavar="KEY", help="The log's public key; default: this machine's.")
@click.pass_context
def verify(ctx: click.Context, against: str | None, verifier: str | None) -> None:
    """Recompute everything from the stored bytes, and compare."""
    ledger = open_ledger()
    older = None
    if against:
        known = verifier or log_key(state_folder())[0].verifier
        try:
            text = Path(against).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            raise ProofError("no checkpoint", where=against) from None
        checkpoint = open_checkpoint(text, known)
        older = (checkpoint.size, checkpoint.root)
    report = verify_log(
        ledger.store.read(), nodes=ledger.store.node, stored_root=ledger.head()[1], against=older
    )
    for finding in report.findings:
        place = "the log" if finding.seq is None else f"entry {finding.seq}"
        click.echo(
            f"{place}: step {finding.step}: expected {finding.expected}, found {finding.found}"
        )
    compared = (
        f"against a checkpoint of {report.against} entries"
        if report.against is not None
        else "against nothing older: a whole rewrite can't be seen (give --against)"
    )
    word = "verified" if report.ok else "NOT verified"
    click.echo(f"{word}: {report.size} entries, root {report.root[:16]}, {compared}")
    ctx.exit(0 if report.ok else 30)
