"""`twokey init`: a commented twokey.yaml from what a repository holds."""

from pathlib import Path

import click

from twokey.config import NAME, parse_settings
from twokey.errors import UsageError
from twokey.service.initialize import PEOPLE, look, render


@click.command("init")
@click.argument("folder", default=".", type=click.Path(file_okay=False))
@click.option("--print", "only_print", is_flag=True, help="Print it instead of writing it.")
def command(folder: str, only_print: bool) -> None:
    """Look at FOLDER and write twokey.yaml with the domains, environments and owners found."""
    text = render(look(Path(folder)))
    parse_settings(text.encode())
    if only_print:
        click.echo(text, nl=False)
        return
    target, people = Path(folder) / NAME, Path(folder) / "people.yaml"
    if target.exists():
        raise UsageError(f"{target} exists", do="Nothing was written; --print shows the proposal.")
    target.write_text(text, encoding="utf-8")
    if not people.exists():
        people.write_text(PEOPLE, encoding="utf-8")
    click.echo(
        f"wrote {target} and {people}; read both, then commit them to the base branch", err=True
    )
    click.echo("next: twokey check --range main..HEAD", err=True)
