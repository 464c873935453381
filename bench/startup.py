"""Whole processes beside `python -c pass` of the same interpreter: --version and a small check."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

DIFF = b"--- a/src/x.py\n+++ b/src/x.py\n@@ -1 +1 @@\n-a\n+b\n"


def timed(command: list[str], folder: str) -> float:
    """Milliseconds of one run."""
    start = time.perf_counter()
    subprocess.run(
        command, input=DIFF, stdout=subprocess.DEVNULL, cwd=folder, check=True,
        env=os.environ | {"XDG_STATE_HOME": folder},
    )  # fmt: skip
    return (time.perf_counter() - start) * 1000


def main() -> None:
    """Fifteen rounds of all three in turn, medians."""
    program = str(Path(sys.executable).with_name("twokey"))
    with tempfile.TemporaryDirectory() as folder:
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "twokey --version": [program, "--version"],
            "twokey check": [program, "check", "--diff", "-"],
        }
        rounds = [{name: timed(c, folder) for name, c in commands.items()} for _ in range(15)][1:]
    base = statistics.median(r["python -c pass"] for r in rounds)
    print(f"python -c pass {base:.0f} ms")
    for name, most in (("twokey --version", 60), ("twokey check", 400)):
        above = statistics.median(r[name] - r["python -c pass"] for r in rounds)
        ratio = statistics.median(r[name] / r["python -c pass"] for r in rounds)
        print(f"{name}: {above:.0f} ms above it (at most {most}), ratio {ratio:.1f}")


if __name__ == "__main__":
    main()
