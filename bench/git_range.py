"""1,000 commits and 10,000 files, beside `git log --numstat` plus `git diff --numstat`."""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from twokey.assess.provenance import Context, provenance_of
from twokey.documents import Limits
from twokey.intake.git import read_range

COMMITS, FILES = 1_000, 10_000


def make(folder: Path) -> None:
    """A repository by `git fast-import`: a base, then commits that touch ten files each."""
    lines = [
        b"commit refs/heads/main\ncommitter Dev <dev@example.com> 1700000000 +0000\ndata 4\nBase\n"
    ]
    lines += [
        f"M 100644 inline d{n % 100}/f{n}.py\ndata 17\nvalue = {n:08d}\n\n".encode()
        for n in range(FILES)
    ]
    for c in range(COMMITS):
        message = f"Change {c}\n\nBody of the change.\n" + (
            "\nCo-Authored-By: Claude <noreply@anthropic.com>\n" if c % 3 == 0 else ""
        )
        lines.append(
            f"commit refs/heads/work\ncommitter Dev <dev@example.com> {1700000001 + c} +0000\n"
            f"data {len(message)}\n{message}".encode()
        )
        if c == 0:
            lines.append(b"from refs/heads/main\n")
        lines += [
            f"M 100644 inline d{n % 100}/f{n}.py\ndata 17\nvalue = {n + c + 1:08d}\n\n".encode()
            for n in range(c * 10, c * 10 + 10)
        ]
    subprocess.run(["git", "init", "-q", "-b", "main", str(folder)], check=True)
    subprocess.run(
        ["git", "-C", str(folder), "fast-import", "--quiet"], input=b"".join(lines), check=True
    )


def raw(folder: Path) -> None:
    """What git alone does."""
    for words in (["log", "--numstat"], ["diff", "--numstat"]):
        subprocess.run(
            ["git", "-C", str(folder), *words, "main..work"], stdout=subprocess.DEVNULL, check=True
        )


def ours(folder: Path) -> None:
    """Reading the range and scanning every commit."""
    change = read_range(folder, "main..work", limits=Limits(), branch="main")
    provenance_of(change, context=Context())
    if (len(change.commits), len(change.operations)) != (COMMITS, FILES):
        sys.exit("the range wasn't read whole")


def timed(work: object, folder: Path) -> float:
    """Seconds of one run."""
    start = time.perf_counter()
    work(folder)  # type: ignore[operator]
    return time.perf_counter() - start


def main() -> None:
    """Seven pairs, medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make(folder)
        pairs = [(timed(ours, folder), timed(raw, folder)) for _ in range(7)]
    mine, bare = (statistics.median(p[i] for p in pairs) for i in (0, 1))
    ratio = statistics.median(a / b for a, b in pairs)
    print(f"{COMMITS} commits, {FILES} files: ours {mine:.2f} s, git alone {bare:.2f} s")
    print(f"ratio {ratio:.2f} (at most 1.5)")


if __name__ == "__main__":
    main()
