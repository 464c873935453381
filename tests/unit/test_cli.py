"""The command line as a person and a pipeline use it: exit codes, streams, formats, bad input."""

import gzip
import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from twokey.cli import COMMANDS
from twokey.testing import UnsafeSecurityKey

SCHEMA = Path(__file__).parent.parent / "fixtures" / "sarif-2.1.0.schema.json.gz"
DIFF = "--- a/README.md\n+++ b/README.md\n@@ -1 +1 @@\n-a\n+b\n"
DROP = "DROP TABLE orders;"


def twokey(*words: str, cwd: Path, stdin: str = "", **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "twokey", *words], cwd=cwd, input=stdin, text=True, capture_output=True,
        env=os.environ | env, timeout=60, check=False,
    )  # fmt: skip


def test_verdicts_have_their_exit_codes(tmp_path: Path) -> None:
    assert twokey("check", "--diff", "-", cwd=tmp_path, stdin=DIFF).returncode == 0
    (tmp_path / "m.sql").write_text(DROP)
    held = twokey("check", "--sql", "m.sql", cwd=tmp_path)
    assert held.returncode == 10
    assert held.stdout.startswith("HELD  m.sql  critical  sha256:")
    (tmp_path / "m.sql").write_text("CREATE ROLE a SUPERUSER;")
    denied = twokey("check", "--sql", "m.sql", "--agent", "kiro", cwd=tmp_path)
    assert (denied.returncode, denied.stdout[:6]) == (20, "DENIED")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["check"], "no change is named"),
        (["check", "--sql", "a", "--diff", "b"], "more than one change"),
        (["check", "--sql", "missing.sql"], "missing.sql: can't be read"),
        (["check", "--sql", "."], "can't be read"),
        (["check", "--range", "a..b"], "no git repository"),
        (["check", "--diff", "-", "--rollback", "x"], "RESOURCE=WHERE"),
        (["check", "--diff", "-", "--before", "x"], "--before goes with --kubernetes"),
        (["check", "--diff", "-", "--authority", "ci"], "--base"),
        (["--config", "none.yaml", "check", "--diff", "-"], "none.yaml: no such file"),
        (["nonsense"], "No such command"),
        (["check", "--nonsense"], "No such option"),
        (["policy", "explain", "nonsense"], "no rule"),
        (["approve", "--diff", "d.diff"], "no terminal"),
        (["ledger", "show", "99"], "no entry 99"),
    ],
)
def test_usage_and_input_errors_are_one_sentence_and_exit_2(
    tmp_path: Path, words: list[str], says: str
) -> None:
    (tmp_path / "d.diff").write_text(DIFF)
    run = subprocess.run(
        [sys.executable, "-m", "twokey", *words], cwd=tmp_path, input=DIFF, text=True, capture_output=True,
        start_new_session=True, timeout=60, check=False,
    )  # fmt: skip
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr.count("\n") == 1
    assert says in run.stderr


def test_json_has_the_published_fields_and_fits_its_schema(tmp_path: Path) -> None:
    (tmp_path / "m.sql").write_text(DROP)
    answer = json.loads(twokey("check", "--sql", "m.sql", "--format", "json", cwd=tmp_path).stdout)
    schema = json.loads(twokey("config", "schema", "check", cwd=tmp_path).stdout)
    jsonschema.validate(answer, schema)
    assert set(answer) >= {
        "schema", "verdict", "tier", "change", "provenance", "blast", "reversibility", "risk", "holds", "denials",
        "would", "not_judged", "people", "authority", "policy", "receipt",
    }  # fmt: skip
    assert answer["schema"] == "twokey/check/1"
    assert answer["change"]["operations"] == {"delete": 1}
    assert answer["receipt"]["scope"] == "local"
    assert answer["authority"]["standing"] == "advisory"
    assert answer["risk"] is None
    hold = answer["holds"][0]
    assert set(hold) >= {
        "rule",
        "sentence",
        "mode",
        "signoff",
        "strength",
        "missing",
        "eligible",
        "approvals",
    }


def test_sarif_fits_the_official_schema(tmp_path: Path) -> None:
    (tmp_path / "m.sql").write_text(DROP)
    log = json.loads(twokey("check", "--sql", "m.sql", "--format", "sarif", cwd=tmp_path).stdout)
    schema = json.loads(gzip.decompress(SCHEMA.read_bytes()))
    jsonschema.Draft7Validator(schema).validate(log)
    results = log["runs"][0]["results"]
    assert {"error", "note"} == {r["level"] for r in results}
    assert {r["ruleId"] for r in results} <= {
        r["id"] for r in log["runs"][0]["tool"]["driver"]["rules"]
    }


HOSTILE = "a`|<b>](javascript:x)\u202e\x1b[31m@team"


def test_foreign_names_cannot_draw_anything(tmp_path: Path) -> None:
    plan = {
        "format_version": "1.2",
        "resource_changes": [
            {
                "address": HOSTILE,
                "type": "aws_db_instance",
                "change": {"actions": ["delete"], "before": {}},
            }
        ],
    }
    (tmp_path / "p.json").write_text(json.dumps(plan))
    text = twokey("check", "--terraform-plan", "p.json", cwd=tmp_path).stdout
    assert "\x1b" not in text
    assert "\u202e" not in text
    assert "\\u202e" in text
    summary = tmp_path / "summary.md"
    markdown = twokey("check", "--terraform-plan", "p.json", "--format", "markdown", cwd=tmp_path,
                      GITHUB_STEP_SUMMARY=str(summary)).stdout  # fmt: skip
    (row,) = [line for line in markdown.splitlines() if line.startswith("| delete")]
    assert row.count("`") == 2
    assert row.replace("\\|", "").count("|") == 4
    assert "\u202e" not in markdown
    assert "Twokey" in summary.read_text()


def test_eighty_columns(tmp_path: Path) -> None:
    (tmp_path / "m.sql").write_text("\n".join(f"DROP TABLE {'long_' * 12}{n};" for n in range(9)))
    for more in ((), ("--all",)):
        for line in twokey("check", "--sql", "m.sql", *more, cwd=tmp_path).stdout.splitlines():
            assert len(line) <= 80, line


def test_explain_and_the_draft_of_a_record(tmp_path: Path) -> None:
    (tmp_path / "m.sql").write_text(DROP)
    why = twokey("check", "--sql", "m.sql", "--explain", "destroys-state", cwd=tmp_path)
    assert "released by   two-person" in why.stdout
    draft = twokey("check", "--sql", "m.sql", "--draft-record", cwd=tmp_path)
    (tmp_path / "record.yaml").write_text(draft.stdout.replace('""', '"done"'))
    filled = twokey(
        "check", "--sql", "m.sql", "--record", "record.yaml", "--format", "json", cwd=tmp_path
    )
    assert "change-record" not in {w["rule"] for w in json.loads(filled.stdout)["would"]}


def test_provenance_is_a_line_a_commit(repository) -> None:
    repository.commit("Base")
    repository.commit("One\n\nCo-Authored-By: Claude <noreply@anthropic.com>")
    repository.commit("Two")
    run = twokey("provenance", "--range", "HEAD~2..HEAD", "--format", "json", cwd=repository.path)
    lines = [json.loads(line) for line in run.stdout.splitlines()]
    assert [(x["level"], x["tools"]) for x in lines] == [
        ("undeclared", []),
        ("authored", ["Claude Code"]),
    ]
    text = twokey("provenance", "--range", "HEAD~2..HEAD", cwd=repository.path).stdout
    assert "Claude Code" in text.splitlines()[1]


def test_init_writes_what_check_can_use(repository) -> None:
    repository.write("services/checkout/app.py")
    repository.write("k8s/web.yaml", "metadata:\n  namespace: shop-prod\n")
    repository.write(".github/CODEOWNERS", "services/checkout/ @shop/checkout-team\n")
    repository.commit("Base")
    run = twokey("init", cwd=repository.path)
    assert run.returncode == 0
    text = (repository.path / "twokey.yaml").read_text()
    assert 'paths: ["services/checkout/**"]' in text
    assert 'owners: ["team:checkout-team"]' in text
    assert 'namespaces: ["shop-prod"]' in text
    assert twokey("init", cwd=repository.path).returncode == 2
    repository.commit("Configure")
    repository.write("services/checkout/app.py", "changed\n")
    repository.commit("Change")
    answer = json.loads(
        twokey("check", "--range", "HEAD~1..HEAD", "--format", "json", cwd=repository.path).stdout
    )
    assert answer["policy"]["configured_by"] == "twokey.yaml at HEAD~1"
    assert [d["name"] for d in answer["blast"]["domains"]] == ["checkout"]


def test_ci_is_authoritative_and_judged_by_its_base(repository) -> None:
    repository.commit("Base")
    repository.write("twokey.yaml", "rules: {guard-the-guard: 'off'}\n")
    repository.commit("Loosen")
    words = (
        "check",
        "--range",
        "HEAD~1..HEAD",
        "--authority",
        "ci",
        "--base",
        "HEAD~1",
        "--format",
        "json",
    )
    assert twokey(*words, cwd=repository.path).returncode == 2
    answer = json.loads(twokey(*words, cwd=repository.path, CI="true").stdout)
    assert answer["authority"]["standing"] == "authoritative"
    assert "no twokey.yaml at HEAD~1" in answer["authority"]["why"]


def test_an_agent_in_the_environment_is_in_the_chain(tmp_path: Path) -> None:
    run = twokey(
        "check", "--diff", "-", "--format", "json", cwd=tmp_path, stdin=DIFF, CLAUDECODE="1"
    )
    assert json.loads(run.stdout)["provenance"]["level"] == "autonomous"
    (tmp_path / "m.sql").write_text("CREATE ROLE a SUPERUSER;")
    denied = twokey("check", "--sql", "m.sql", cwd=tmp_path, CLAUDECODE="1")
    assert denied.returncode == 20
    assert "claude_code" in denied.stdout
    assert "agent-no-blanket" in denied.stdout


PEOPLE = """
people:
  - id: ada
    level: senior
    keys: [{public: "%s"}]
"""


def test_approve_asks_at_the_terminal_and_signs_with_a_real_key(tmp_path: Path) -> None:
    subprocess.run(
        ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(tmp_path / "key")], check=True
    )
    (tmp_path / "twokey.yaml").write_text("people: people.yaml\n")
    (tmp_path / "people.yaml").write_text(PEOPLE % (tmp_path / "key.pub").read_text().strip())
    (tmp_path / "m.sql").write_text("UPDATE t SET a = 1 WHERE id = 1;")
    digest = json.loads(twokey("check", "--sql", "m.sql", "--format", "json", cwd=tmp_path).stdout)[
        "change"
    ]["digest"]
    words = [
        sys.executable,
        "-m",
        "twokey",
        "approve",
        "--sql",
        "m.sql",
        "--key",
        "key",
        "--out",
        "approval.json",
    ]

    def answer(text: str) -> int:
        pid, terminal = pty.fork()
        if pid == 0:  # pragma: no cover - the child
            os.chdir(tmp_path)
            os.execv(sys.executable, words)
        seen = b""
        try:
            while b"anything else to stop" not in seen:
                seen += os.read(terminal, 4096)
            os.write(terminal, text.encode() + b"\n")
            while os.read(terminal, 4096):
                pass
        except OSError:
            pass
        return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])

    assert answer("yes") == 2
    assert not (tmp_path / "approval.json").exists()
    assert answer(digest.removeprefix("sha256:")[:4]) == 0
    assert json.loads((tmp_path / "approval.json").read_text())["method"] == "ssh"
    shown = twokey("ledger", "show", cwd=tmp_path).stdout
    assert "stated/1" in shown
    other = twokey("check", "--sql", "m.sql", "--approvals", "approval.json", "--format", "json", cwd=tmp_path,
                   XDG_STATE_HOME=str(tmp_path / "elsewhere"))  # fmt: skip
    assert other.returncode in (0, 10)


def test_ledger_verify_and_checkpoints(tmp_path: Path) -> None:
    twokey("check", "--diff", "-", cwd=tmp_path, stdin=DIFF)
    checkpoint = twokey("ledger", "checkpoint", cwd=tmp_path)
    (tmp_path / "old").write_text(checkpoint.stdout)
    twokey("check", "--diff", "-", cwd=tmp_path, stdin=DIFF)
    good = twokey("ledger", "verify", "--against", "old", cwd=tmp_path)
    assert (good.returncode, good.stdout[:8]) == (0, "verified")
    assert "against a checkpoint of 1 entries" in good.stdout
    assert "against nothing older" in twokey("ledger", "verify", cwd=tmp_path).stdout
    (tmp_path / "state" / "twokey" / "ledger.db").unlink()
    twokey("check", "--diff", "-", cwd=tmp_path, stdin=DIFF)
    assert twokey("ledger", "verify", "--against", "old", cwd=tmp_path).returncode == 30


def test_help_names_every_command(tmp_path: Path) -> None:
    shown = twokey("--help", cwd=tmp_path).stdout
    for name, _ in COMMANDS:
        assert name in shown
        assert twokey(name, "--help", cwd=tmp_path).returncode == 0


def test_policy_commands(tmp_path: Path) -> None:
    assert "guard-the-guard" in twokey("policy", "list", cwd=tmp_path).stdout
    assert twokey("policy", "lint", cwd=tmp_path).returncode == 0
    (tmp_path / "twokey.yaml").write_text("policies: [ours.cedar]\n")
    (tmp_path / "ours.cedar").write_text(
        '@id("ours")\n@sentence("This is a violation")\n@signoff("nobody")\nforbid(principal, action, resource);\n'
    )
    lint = twokey("policy", "lint", cwd=tmp_path)
    assert lint.returncode == 30
    assert "nobody defined the sign-off nobody" in lint.stdout
    (tmp_path / "cases.yaml").write_text(
        "- name: held\n  facts: {tier: high}\n  expect: {verdict: hold, holds: [ours]}\n"
        "- name: wrong\n  expect: {verdict: allow}\n"
    )
    run = twokey("policy", "test", "cases.yaml", cwd=tmp_path)
    assert (run.returncode, run.stdout.splitlines()[-1]) == (30, "1 passed, 1 failed")
    assert "cases.yaml:4: wrong: expected allow, found hold (ours)" in run.stdout
    (tmp_path / "cases.yaml").write_text(
        "- name: x\n  facts: {nonsense: 1}\n  expect: {verdict: allow}\n"
    )
    assert "no fact 'nonsense'" in twokey("policy", "test", "cases.yaml", cwd=tmp_path).stderr


def test_keys_in_these_tests_are_software() -> None:
    assert UnsafeSecurityKey(b"a").public.startswith("sk-ssh-ed25519@openssh.com ")
