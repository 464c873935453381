"""`twokey config`: the schemas that editors and readers use."""

import click
import msgspec

from twokey.cli.change_options import write_output
from twokey.config import settings_schema
from twokey.decide.pack import schema_text
from twokey.service.report.json_v1 import check_schema


@click.group("config")
def command() -> None:
    """Print schemas."""


@command.command("schema")
@click.argument("what", type=click.Choice(["settings", "check", "policy"]), default="settings")
def schema(what: str) -> None:
    """JSON Schema of twokey.yaml or of `check --format json`, or the facts that policies see."""
    if what == "policy":
        write_output(schema_text())
    elif what == "check":
        write_output(check_schema())
    else:
        write_output(msgspec.json.format(msgspec.json.encode(settings_schema()), indent=2))
