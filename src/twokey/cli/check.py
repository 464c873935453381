"""`twokey check`: gate one change."""

from typing import Any

import click

from twokey.bootstrap import Choice, bootstrap
from twokey.cli.change_options import change_options, step_summary, write_output
from twokey.errors import UsageError
from twokey.model.decision import Verdict
from twokey.service.explain import draft_record, explain
from twokey.service.outcome import Outcome
from twokey.service.report.json_v1 import check_json
from twokey.service.report.markdown import check_markdown
from twokey.service.report.sarif import check_sarif
from twokey.service.report.text import check_text
from twokey.service.request import Request
from twokey.service.submit import submit

EXIT = {Verdict.ALLOW: 0, Verdict.HOLD: 10, Verdict.DENY: 20}
_COLOURS = {"allow": "green", "hold": "yellow", "deny": "red"}


@click.command("check")
@click.option(
    "--approvals", multiple=True, metavar="PATH", help="Signed approvals: file or folder."
)
@click.option("--reviews", metavar="FILE", help="Forge reviews, as the forge's API gives them.")
@click.option("--authority", type=click.Choice(["ci"]), help="Claim the standing of a CI run.")
@click.option("--base", metavar="REV", help="Where an authoritative run reads what judges.")
@click.option("--format", "form", default="text", help="How to answer.",
              type=click.Choice(["text", "json", "sarif", "markdown"]))  # fmt: skip
@click.option("--all", "everything", is_flag=True, help="Show every operation.")
@click.option("--explain", "rule", metavar="RULE", help="Why one rule holds.")
@click.option("--draft-record", is_flag=True, help="Print a draft of the change record.")
@change_options
@click.pass_context
def command(ctx: click.Context, /, request: Request, **words: Any) -> None:
    """Gate one change: verdict first, then what is missing and who can give it."""
    choice = Choice(
        config=ctx.obj["config"], authority=words["authority"] or "", base=words["base"] or ""
    )
    deps = bootstrap(request, choice)
    outcome = submit(request, words["approvals"], words["reviews"] or "", deps)
    step_summary(check_markdown(outcome))
    if ctx.obj["verbose"]:
        click.echo(f"configuration: {deps.configured_by}; ledger: {deps.ledger.name}", err=True)
    if words["rule"]:
        write_output(explain(outcome, words["rule"]))
    elif words["draft_record"]:
        write_output(draft_record(outcome))
    elif not (ctx.obj["quiet"] and words["form"] == "text"):
        write_output(_render(outcome, words["form"], everything=words["everything"]))
    ctx.exit(EXIT[outcome.decision.verdict])


def _render(outcome: Outcome, form: str, *, everything: bool) -> bytes | str:
    match form:
        case "text":
            return check_text(outcome, everything=everything, paint=paint)
        case "json":
            return check_json(outcome, everything=everything)
        case "sarif":
            return check_sarif(outcome)
        case "markdown":
            return check_markdown(outcome, everything=everything)
    raise UsageError(f"no format {form}")


def paint(text: str, meaning: str) -> str:
    """Colour by meaning; click drops it where the output is no terminal."""
    if meaning == "dim":
        return click.style(text, dim=True)
    return click.style(text, fg=_COLOURS[meaning], bold=True)
