"""The options by which every command names a change and who hands it in."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click
import msgspec

from twokey.documents import Limits, read_yaml
from twokey.errors import InputError, UsageError
from twokey.model.assessment import ChangeRecord
from twokey.model.change import ChangeKind
from twokey.service.read_change import read_bounded
from twokey.service.request import Request

F = TypeVar("F", bound=Callable[..., Any])

_SOURCES = (
    ("--range", "range_", "A..B", ChangeKind.GIT, "Commits of a repository, as git names them."),
    ("--diff", "diff", "FILE", ChangeKind.DIFF, "A unified diff; - reads standard input."),
    ("--terraform-plan", "terraform_plan", "FILE", ChangeKind.TERRAFORM,
     "A plan file, or the JSON of `terraform show -json`."),
    ("--kubernetes", "kubernetes", "FILE", ChangeKind.KUBERNETES, "Manifests, YAML or JSON."),
    ("--cloudformation", "cloudformation", "FILE", ChangeKind.CLOUDFORMATION,
     "The output of `aws cloudformation describe-change-set`."),
    ("--sql", "sql", "FILE", ChangeKind.SQL, "A migration."),
)  # fmt: skip
_FORMAT_OPTIONS = (
    ("--branch", "Target branch of a range or diff."),
    ("--source-branch", "Branch the commits are on, for provenance."),
    ("--workspace", "Terraform workspace."),
    ("--cluster", "Kubernetes cluster."),
    ("--namespace", "Default namespace of manifests."),
    ("--dialect", "postgres, mysql or sqlite."),
    ("--target", "Database that a migration runs on."),
)
_PEOPLE = (
    ("--agent", "NAME", "The agent that hands the change in."),
    ("--operator", "PERSON", "The human who prompted the agent: roster id or e-mail."),
    ("--submitter", "PERSON", "Who hands it in: roster id, e-mail, or github:ID."),
)


def change_options(function: F) -> F:
    """Add all of them to a command; it receives `request: Request` in their place."""

    def with_request(**words: Any) -> Any:
        return function(request=_request(words), **words)

    wrapped: Any = with_request
    wrapped.__name__, wrapped.__doc__ = function.__name__, function.__doc__
    wrapped.__click_params__ = getattr(function, "__click_params__", [])
    options = [
        click.option(name, variable, metavar=metavar, help=text)
        for name, variable, metavar, _, text in _SOURCES
    ]
    options.append(click.option("--before", metavar="FILE", help="State before, for --kubernetes."))
    options += [click.option(name, metavar="NAME", help=text) for name, text in _FORMAT_OPTIONS]
    options += [click.option(name, metavar=m, help=text) for name, m, text in _PEOPLE]
    options += [
        click.option("--repository", metavar="DIR", default=".", help="Checkout of a range."),
        click.option("--text", metavar="FILE", help="Text of the pull request."),
        click.option("--record", metavar="FILE", help="Change record (YAML)."),
        click.option(
            "--rollback", multiple=True, metavar="RESOURCE=WHERE",
            help="Evidence of a snapshot, backup or tested restore; * for everything.",
        ),
    ]  # fmt: skip
    for option in reversed(options):
        wrapped = option(wrapped)
    result: F = wrapped
    return result


def _request(words: dict[str, Any]) -> Request:
    named = [(kind, words.pop(variable)) for _, variable, _, kind, _ in _SOURCES if words[variable]]
    for _, variable, _, _, _ in _SOURCES:
        words.pop(variable, None)
    if len(named) != 1:
        raise UsageError(
            "no change is named" if not named else "more than one change is named",
            expected="one of " + ", ".join(option for option, *_ in _SOURCES),
        )
    kind, spec = named[0]
    formats = [name.removeprefix("--").replace("-", "_") for name, _ in _FORMAT_OPTIONS]
    options = {name: value for name in formats if (value := words.pop(name))}
    before, text, record = words.pop("before"), words.pop("text"), words.pop("record")
    if before and kind is not ChangeKind.KUBERNETES:
        raise UsageError("--before goes with --kubernetes")
    return Request(
        kind=kind,
        spec=spec,
        before=before or "",
        repository=words.pop("repository"),
        options=options,
        agent=words.pop("agent") or "",
        operator=words.pop("operator") or "",
        submitter=words.pop("submitter") or "",
        text=read_bounded(text, Limits(bytes=1 << 20)).decode("utf-8", "replace") if text else "",
        record=read_record(record) if record else None,
        rollback=tuple(_evidence(each) for each in words.pop("rollback")),
    )


def read_record(path: str) -> ChangeRecord:
    """The change record in a YAML file."""
    documents = read_yaml(read_bounded(path, Limits(bytes=1 << 20)), source=path)
    try:
        return msgspec.convert(documents[0].value if documents else {}, ChangeRecord)
    except msgspec.ValidationError as error:
        raise InputError(
            str(error), where=path, expected="what, why, rollback, tests, watch: a text each"
        ) from None


def _evidence(word: str) -> tuple[str, str]:
    resource, sign, where = word.partition("=")
    if not (resource and sign and where):
        raise UsageError(f"--rollback {word!r}", expected="RESOURCE=WHERE")
    return resource, where


def write_output(data: bytes | str) -> None:
    """Machine output, to standard output alone."""
    if isinstance(data, bytes):
        sys.stdout.buffer.write(data + b"\n")
    else:
        click.echo(data, nl=False)


def step_summary(markdown: str) -> None:
    """Append to GitHub's step summary, where its variable is set."""
    path = os.environ.get("GITHUB_STEP_SUMMARY")
    if path:
        with Path(path).open("a", encoding="utf-8") as stream:
            stream.write(markdown)
