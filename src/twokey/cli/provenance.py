"""`twokey provenance`: who or what wrote each commit."""

import sys
from pathlib import Path

import click

from twokey.documents import Limits
from twokey.service.provenance import provenance_of_range, provenance_text
from twokey.service.report.json_v1 import commit_line


@click.command("provenance")
@click.option(
    "--range", "range_", metavar="A..B", required=True, help="Commits, as git names them."
)
@click.option("--repository", metavar="DIR", default=".", help="The checkout.")
@click.option("--format", "form", default="text", type=click.Choice(["text", "json"]),
              help="Text, or a line of JSON a commit.")  # fmt: skip
def command(range_: str, repository: str, form: str) -> None:
    """One line per commit: level, tools, signals."""
    for found in provenance_of_range(Path(repository), range_, Limits(commits=2_000_000)):
        if form == "json":
            sys.stdout.buffer.write(commit_line(found) + b"\n")
        else:
            click.echo(provenance_text(found))
