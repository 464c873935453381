"""The command line. One command a file; each is imported only when it is called.

Shells stay thin: they turn words into a Request, call one verb, and render what comes back.
"""

import sys
from importlib import import_module

import click

from twokey import __version__
from twokey.errors import TwokeyError

COMMANDS = (
    ("init", "Look at a repository and write a commented twokey.yaml."),
    ("check", "Gate one change: a range, a diff, a plan, a manifest, a migration."),
    ("provenance", "Who or what wrote each commit of a range."),
    ("approve", "Sign off exactly this change, with your SSH key."),
    ("break-glass", "Pass the holds in an emergency, as an on-call human."),
    ("execute", "Run exactly what was approved, once."),
    ("ledger", "Look at the record, and verify it."),
    ("policy", "Test, lint and explain policies."),
    ("config", "Print the schemas of configuration and reports."),
)
"""(name, what it does) of every command; the module is `twokey.cli.<name>` with underscores."""


class _Lazy(click.Group):
    """A group that imports a command when it is asked for, since imports are most of the time."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return [name for name, _ in COMMANDS]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in dict(COMMANDS):
            return None
        module = import_module(f"twokey.cli.{cmd_name.replace('-', '_')}")
        command: click.Command = module.command
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(COMMANDS)


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="twokey")
@click.option("--config", metavar="FILE", help="Configuration for an advisory run.")
@click.option("--quiet", is_flag=True, help="Say only what must be said.")
@click.option("--verbose", is_flag=True, help="Say where configuration and ledger are.")
@click.pass_context
def root(ctx: click.Context, config: str | None, quiet: bool, verbose: bool) -> None:
    """Change control for AI-assisted engineering.

    Exit codes: 0 allowed or clean, 10 held, 20 denied, 30 findings, 2 usage or input, 1 internal.
    """
    ctx.obj = {"config": config, "quiet": quiet, "verbose": verbose}


def main() -> None:
    """Run the command line. Every failure ends in one sentence on stderr and its own exit code."""
    try:
        code = root.main(prog_name="twokey", standalone_mode=False)
    except TwokeyError as error:
        click.echo(f"twokey: {_safe(error.sentence())}", err=True)
        code = error.exit_code
    except click.exceptions.Abort:
        click.echo("twokey: stopped", err=True)
        code = 1
    except click.ClickException as error:
        click.echo(f"twokey: {_safe(error.format_message())}. `twokey --help` shows how.", err=True)
        code = 2
    except BrokenPipeError:
        code = 1
    except Exception as error:  # noqa: BLE001 - the last line of defence: never a traceback, never 0
        name = type(error).__name__
        click.echo(
            f"twokey: internal error ({name}): {_safe(str(error))[:300]}. Nothing was released. "
            "Please report this.",
            err=True,
        )
        code = 1
    sys.exit(code if isinstance(code, int) else 0)


def _safe(text: str) -> str:
    return "".join(c if c.isprintable() or c == " " else f"\\u{ord(c):04x}" for c in text)
