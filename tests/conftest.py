"""Fixtures that many tests share: repositories made by git itself, and a clean environment."""

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Git = Callable[..., str]
AGENT_VARIABLES = ("CLAUDECODE", "CURSOR_AGENT", "GEMINI_CLI", "OPENCODE", "AWS_EXECUTION_ENV",
                   "CODEX_SANDBOX", "CODEX_THREAD_ID", "CODEX_CI", "CLINE_ACTIVE")  # fmt: skip


@pytest.fixture(autouse=True)
def _alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test writes outside its folder, and none depends on who runs it."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    for name in (*AGENT_VARIABLES, "CI", "GITHUB_STEP_SUMMARY"):
        monkeypatch.delenv(name, raising=False)


class Repository:
    """A repository with a fictional engineer as author and committer."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.mkdir(parents=True)
        self.git("init", "-q", "-b", "main")

    def git(
        self, *words: str, email: str = "dev@example.com", name: str = "Dev", **more: str
    ) -> str:
        clean = {k: v for k, v in os.environ.items() if not k.startswith("GIT_")}
        clean |= {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
        for role in ("AUTHOR", "COMMITTER"):
            clean |= {f"GIT_{role}_NAME": name, f"GIT_{role}_EMAIL": email}
        run = subprocess.run(
            ["git", "-c", "protocol.file.allow=always", *words], cwd=self.path, env=clean | more,
            capture_output=True, check=False,
        )  # fmt: skip
        assert run.returncode == 0, run.stderr.decode()
        return run.stdout.decode("utf-8", "replace").strip()

    def write(self, name: str | bytes, data: str | bytes = "x\n") -> None:
        path = os.path.join(os.fsencode(self.path), os.fsencode(name))
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as stream:
            stream.write(data.encode() if isinstance(data, str) else data)

    def commit(self, message: str = "Change", **who: str) -> str:
        self.git("add", "-A")
        self.git("commit", "-q", "--allow-empty", "-m", message, **who)
        return self.git("rev-parse", "HEAD")


@pytest.fixture
def repository(tmp_path: Path) -> Repository:
    """An empty repository on `main`."""
    return Repository(tmp_path / "repository")
