"""The size report: how large files and functions are, with the worst offenders first.

Targets (house.md): file median 130 lines, 90th percentile 300, hard limit 500; functions 60 lines
at most, median 10; comments 3 to 7 %. Exits 1 where a hard limit is passed.
"""

import ast
import statistics
import sys
import tokenize
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
FILE_LIMIT, FUNCTION_LIMIT = 500, 60


def files() -> list[Path]:
    """Every Python file of the package."""
    return sorted((ROOT / "src" / "twokey").rglob("*.py"))


def functions(path: Path) -> list[tuple[int, str]]:
    """(lines, name) of every function in a file, without its docstring."""
    found = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            first = node.body[0]
            doc = 0
            if isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant):
                doc = (first.end_lineno or 0) - first.lineno + 1
            lines = (node.end_lineno or 0) - node.lineno + 1 - doc
            found.append((lines, f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"))
    return found


def comment_share(paths: list[Path]) -> float:
    """Lines that hold a comment, as a fraction of lines that aren't blank."""
    comments = code = 0
    for path in paths:
        with path.open("rb") as stream:
            comments += sum(t.type == tokenize.COMMENT for t in tokenize.tokenize(stream.readline))
        code += sum(bool(line.strip()) for line in path.read_text().splitlines())
    return comments / code


def report() -> tuple[list[str], list[str]]:
    """(lines of the report, hard limits that are passed)."""
    paths = files()
    sizes = sorted((len(p.read_text().splitlines()), str(p.relative_to(ROOT))) for p in paths)
    lengths = sorted(f for p in paths for f in functions(p))
    tests = sum(len(p.read_text().splitlines()) for p in (ROOT / "tests").rglob("*.py"))
    real = [n for n, name in sizes if n > 5]
    lines = [
        f"files      {len(sizes)}, median {statistics.median(real):.0f}, "
        f"90th percentile {real[int(len(real) * 0.9)]}, largest {sizes[-1][0]} lines",
        f"functions  {len(lengths)}, median {statistics.median(n for n, _ in lengths):.0f}, "
        f"largest {lengths[-1][0]} lines",
        f"weight     {sum(n for n, _ in sizes)} lines of code, {tests} of tests, "
        f"{comment_share(paths):.1%} comments",
        *(f"  {n:4d}  {name}" for n, name in sizes[-5:][::-1]),
        *(f"  {n:4d}  {name}" for n, name in lengths[-5:][::-1]),
    ]
    broken = [f"{name}: {n} lines" for n, name in sizes if n > FILE_LIMIT]
    broken += [f"{name}: {n} lines" for n, name in lengths if n > FUNCTION_LIMIT]
    return lines, broken


if __name__ == "__main__":
    shown, broken = report()
    print("\n".join([*shown, *(f"over the limit: {b}" for b in broken)]))
    sys.exit(bool(broken))
