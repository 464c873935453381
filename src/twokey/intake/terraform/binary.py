"""Binary plan files: shown as JSON by the program that made them.

The program runs in the module's folder without input, with a time limit, and without the
variables by which a shell could change what it does.
"""

import hashlib
import os
import shutil
import subprocess
from pathlib import Path

from twokey.documents import Limits
from twokey.errors import LimitError, ToolError

PROGRAMS = ("terraform", "tofu")
_ZIP = b"PK\x03\x04"
_SECONDS = 300


def is_plan_file(data: bytes) -> bool:
    """True for a plan file, which is a zip archive."""
    return data.startswith(_ZIP)


def read_plan_file(path: Path, *, limits: Limits, folder: str | None = None) -> tuple[bytes, str]:
    """(the plan as JSON, the file's SHA-256 in hex). `folder` is the module's, else the file's.

    Raises ToolError where neither program is there, or the one that is refuses the file.
    """
    programs = [program for program in PROGRAMS if shutil.which(program)]
    if not programs:
        raise ToolError(
            "a binary plan file needs terraform or tofu on the path", where=str(path),
            do="Or give the output of `terraform show -json PLANFILE`.",
        )  # fmt: skip
    before = _sha256(path)
    errors = []
    for program in programs:
        run = _show(program, path.resolve(), Path(folder) if folder else path.resolve().parent)
        if run.returncode == 0:
            if len(run.stdout) > limits.bytes:
                raise LimitError(f"more than {limits.bytes} bytes of plan", where=str(path))
            if _sha256(path) != before:
                raise ToolError("the plan file changed while it was read", where=str(path))
            return run.stdout, before
        lines = run.stderr.decode("utf-8", "replace").strip().splitlines()
        errors.append(next((x.strip("│ ") for x in lines if "Error:" in x), "it failed"))
    raise ToolError(
        f"{programs[0]} can't show it: {errors[0]}", where=str(path),
        do="Run it in the module's folder, after `terraform init`.",
    )  # fmt: skip


def _show(program: str, path: Path, folder: Path) -> "subprocess.CompletedProcess[bytes]":
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TF_CLI_ARGS", "TF_LOG"))}
    command = [program, f"-chdir={folder}", "show", "-json", "-no-color", str(path)]
    try:
        return subprocess.run(
            command, capture_output=True, stdin=subprocess.DEVNULL, timeout=_SECONDS, check=False,
            env=kept | {"TF_INPUT": "0", "CHECKPOINT_DISABLE": "1"},
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(
            f"{program} didn't answer: {type(error).__name__}", where=str(path)
        ) from None


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
