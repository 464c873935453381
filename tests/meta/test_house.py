"""What a machine checks about the house itself."""

import ast
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "src" / "twokey").rglob("*.py"))


def test_sizes_stay_within_their_limits() -> None:
    run = subprocess.run(
        [sys.executable, ROOT / "tests" / "meta" / "sizes.py"], capture_output=True, text=True
    )
    assert run.returncode == 0, run.stdout


def test_every_public_name_has_a_docstring() -> None:
    bare = []
    for path in SOURCES:
        tree = ast.parse(path.read_text())
        if not ast.get_docstring(tree) and path.read_text().strip():
            bare.append(str(path))
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef) and not node.name.startswith("_"):
                bare += [f"{path}:{node.lineno} {node.name}"] * (not ast.get_docstring(node))
    assert not bare


def test_no_import_hides_inside_a_function_except_in_registries() -> None:
    allowed = re.compile(r"(?:intake/__init__|cli/__init__)\.py$")
    hidden = []
    for path in SOURCES:
        if allowed.search(str(path)):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.FunctionDef):
                inner = [n for n in ast.walk(node) if isinstance(n, ast.Import | ast.ImportFrom)]
                hidden += [f"{path}:{n.lineno}" for n in inner]
    assert not hidden


def test_the_imports_keep_the_layers() -> None:
    run = subprocess.run(
        [Path(sys.executable).with_name("lint-imports")], capture_output=True, text=True, cwd=ROOT
    )
    assert run.returncode == 0, run.stdout


def test_nothing_in_the_tree_names_a_machine_path() -> None:
    marks = ["/wo" + "rk/", "/ro" + "ot/", "bash_" + "jobs"]
    tracked = subprocess.run(["git", "ls-files", "-z"], capture_output=True, cwd=ROOT, check=True)
    found = []
    for name in tracked.stdout.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and name != "uv.lock":
            text = path.read_bytes().decode("utf-8", "replace")
            found += [f"{name}: {mark}" for mark in marks if mark in text]
    assert not found
