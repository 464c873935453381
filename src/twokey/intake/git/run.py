"""Calling git so that only its own answer comes back.

No hooks, pagers, external diffs, text conversions, replacements, lazy fetches, prompts or system
and user settings; and no word that begins with a dash is ever taken for an option.
"""

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from twokey.errors import InputError, ToolError

_OPTIONS = (
    "-c", "core.fsmonitor=false",
    "-c", "core.hooksPath=/dev/null",
    "-c", "core.quotePath=true",
    "-c", "core.attributesFile=/dev/null",
    "-c", "diff.algorithm=myers",
    "-c", "diff.renameLimit=20000",
    "-c", "diff.suppressBlankEmpty=false",
    "-c", "diff.orderFile=",
    "-c", "log.showSignature=false",
    "-c", "log.mailmap=false",
    "-c", "protocol.allow=never",
    "-c", "safe.directory=*",
)  # fmt: skip
"""`safe.directory=*`: the ownership check guards against settings of a repository that run
programs, and none of those is in force here."""
_SECONDS = 600


def environment() -> dict[str, str]:
    """The environment of every call: the path, and nothing of the user's git settings."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
    return kept | {
        "GIT_CONFIG_NOSYSTEM": "1",
        "GIT_CONFIG_GLOBAL": os.devnull,
        "GIT_NO_REPLACE_OBJECTS": "1",
        "GIT_NO_LAZY_FETCH": "1",
        "GIT_TERMINAL_PROMPT": "0",
        "GIT_OPTIONAL_LOCKS": "0",
        "GIT_ATTR_NOSYSTEM": "1",
        "GIT_PAGER": "cat",
        "LC_ALL": "C",
    }


def command(repository: Path, *words: str) -> list[str]:
    """The whole command line of one call."""
    return ["git", "-C", str(repository), *_OPTIONS, *words]


def git(repository: Path, *words: str, stdin: bytes | None = None) -> bytes:
    """The output of one call. Raises InputError with git's own first line where it fails."""
    code, out, err = attempt(repository, *words, stdin=stdin)
    if code != 0:
        raise failure(repository, words, err)
    return out


def attempt(repository: Path, *words: str, stdin: bytes | None = None) -> tuple[int, bytes, bytes]:
    """(exit code, output, errors) of one call."""
    try:
        run = subprocess.run(
            command(repository, *words), input=stdin, capture_output=True, env=environment(),
            timeout=_SECONDS, check=False,
            stdin=subprocess.DEVNULL if stdin is None else None,
        )  # fmt: skip
    except FileNotFoundError:
        raise ToolError("git isn't installed", do="Install git 2.38 or newer.") from None
    except (subprocess.TimeoutExpired, ValueError, OSError) as error:
        raise ToolError(
            f"git didn't answer: {type(error).__name__}", where=str(repository)
        ) from None
    return run.returncode, run.stdout, run.stderr


@contextmanager
def stream(repository: Path, *words: str) -> Iterator[IO[bytes]]:
    """The output of one call as it comes. A failure is raised at the end of the block."""
    with subprocess.Popen(
        command(repository, *words), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL, env=environment(),
    ) as process:  # fmt: skip
        if process.stdout is None or process.stderr is None:
            raise ToolError("git has no output")
        try:
            yield process.stdout
        except BaseException:
            process.kill()
            raise
        errors = process.stderr.read()
        if process.wait() != 0:
            raise failure(repository, words, errors)


def failure(repository: Path, words: tuple[str, ...], errors: bytes) -> InputError:
    """git's own words as an error of ours."""
    lines = errors.decode("utf-8", "backslashreplace").strip().splitlines() or ["no reason given"]
    said = next((line for line in lines if line.startswith(("fatal:", "error:"))), lines[0])
    return InputError(
        f"git {words[0]}: {said.removeprefix('fatal: ')[:300]}", where=str(repository),
        do="Check the repository and the revision's name.",
    )  # fmt: skip


def shown(name: bytes) -> str:
    """A path as text: UTF-8 as it is, other bytes and control characters as `\\xNN`.

    A backslash is doubled, so that two different paths never look the same.
    """
    text = name.replace(b"\\", b"\\\\").decode("utf-8", "backslashreplace")
    return "".join(c if c.isprintable() else f"\\x{ord(c):02x}" for c in text)
