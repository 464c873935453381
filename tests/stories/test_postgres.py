"""A migration on a real PostgreSQL, started here: judged, signed, executed once."""

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stories.test_release import World
from twokey.errors import RefusedError
from twokey.model.decision import Verdict


def _programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True)
    return found[0].parent if found else None


pytestmark = pytest.mark.skipif(
    _programs() is None or shutil.which("psql") is None, reason="postgresql is not installed"
)


@pytest.fixture
def server() -> Iterator[Path]:
    """A server of its own on a socket in its own folder, run by a user who isn't root."""
    programs, folder = _programs(), Path(tempfile.mkdtemp(prefix="twokey-pg-"))
    user = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    prefix = ["runuser", "-u", user, "--"] if os.geteuid() == 0 else []
    folder.chmod(0o755)
    shutil.chown(folder, user)
    data = folder / "data"

    def run(*words: str) -> None:
        subprocess.run([*prefix, *words], check=True, cwd=folder, capture_output=True)

    run(f"{programs}/initdb", "-D", str(data), "-A", "trust", "-U", "postgres")
    options = f"-k {folder} -c listen_addresses="
    run(f"{programs}/pg_ctl", "-D", str(data), "-w", "-l", f"{folder}/log", "-o", options, "start")
    yield folder
    run(f"{programs}/pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    shutil.rmtree(folder)


def test_exactly_the_approved_migration_runs_once(server: Path, tmp_path: Path) -> None:
    def query(text: str, database: str = "shop") -> str:
        words = [
            "psql",
            "-h",
            str(server),
            "-U",
            "postgres",
            "-d",
            database,
            "-X",
            "-A",
            "-t",
            "-c",
            text,
        ]
        return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()

    query("CREATE DATABASE shop", "postgres")
    query("CREATE TABLE orders AS SELECT generate_series(1, 5) AS id")
    world = World(tmp_path)
    request = world.sql("BEGIN;\nDELETE FROM orders;\nCOMMIT;\n", target=f"{server}/shop")
    words = ["psql", "-h", str(server), "-U", "postgres", "-X", "-v", "ON_ERROR_STOP=1", "-d", "shop",
             "-f", str(tmp_path / "m.sql")]  # fmt: skip
    with pytest.raises(RefusedError):
        world.execute(request, words)
    assert query("SELECT count(*) FROM orders") == "5"
    world.approve("ada", request)
    assert world.approve("bo", request).decision.verdict is Verdict.ALLOW
    assert world.execute(request, words) == 0
    assert query("SELECT count(*) FROM orders") == "0"
    query("INSERT INTO orders VALUES (1)")
    with pytest.raises(RefusedError):
        world.execute(request, words)
    assert query("SELECT count(*) FROM orders") == "1"


def test_a_migration_that_fails_says_so_by_its_own_code(server: Path, tmp_path: Path) -> None:
    world = World(tmp_path)
    request = world.sql("DROP TABLE nowhere;", target=f"{server}/shop")
    for person in ("ada", "bo"):
        world.approve(person, request)
    words = ["psql", "-h", str(server), "-U", "postgres", "-X", "-v", "ON_ERROR_STOP=1", "-d", "shop",
             "-f", str(tmp_path / "m.sql")]  # fmt: skip
    assert world.execute(request, words) == 2
    words[words.index("shop")] = "postgres"
    with pytest.raises(RefusedError, match="target"):
        world.execute(request, words)
