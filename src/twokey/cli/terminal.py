"""Asking the person at the terminal, and nobody else.

The answer is read from the controlling terminal, never from standard input: what pipes text into
the command isn't a person.
"""

from pathlib import Path

from twokey.errors import UsageError

_TERMINAL = Path("/dev/tty")


def confirm_digest(digest: str, shown: str) -> None:
    """Show the change and have the digest's first four digits typed. Raises UsageError."""
    wanted = digest.removeprefix("sha256:")[:4]
    try:
        with _TERMINAL.open("r+b", buffering=0) as terminal:
            question = f"{shown}\nSign exactly this? Type {wanted} to sign, anything else to stop: "
            terminal.write(question.encode())
            answer = terminal.readline(64).decode("utf-8", "replace").strip()
    except OSError:
        raise UsageError(
            "there is no terminal to ask at", do="Run this yourself, in a terminal."
        ) from None
    if answer != wanted:
        raise UsageError("not signed", do="Nothing was recorded.")
