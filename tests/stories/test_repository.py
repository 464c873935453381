"""Stories over a repository: merged trees, pinned bumps, traces, records, and a moved base."""

import json
from datetime import UTC, datetime

import pytest

from twokey.bootstrap import Choice, bootstrap
from twokey.clock import FixedClock
from twokey.model.change import ChangeKind
from twokey.service.outcome import Outcome
from twokey.service.record_text import record_in
from twokey.service.request import Request
from twokey.service.submit import submit

BOT = {"name": "dependabot[bot]", "email": "49699333+dependabot[bot]@users.noreply.github.com"}


def check(repository, spec: str, **more) -> Outcome:
    request = Request(kind=ChangeKind.GIT, spec=spec, repository=str(repository.path), **more)
    return submit(request, (), "", bootstrap(request, Choice()))


@pytest.fixture
def work(repository):
    repository.write("twokey.yaml", "version: 1\n")
    repository.write(
        ".github/workflows/ci.yml", "jobs:\n  x:\n    - uses: a/b@v1 # pin\n    - run: make\n"
    )
    repository.write("src/x.py", "one\n")
    repository.commit("Base")
    repository.git("checkout", "-q", "-b", "work")
    return repository


def test_a_moved_base_keeps_ordinary_digests_and_voids_critical_ones(work) -> None:
    work.write("src/x.py", "two\n")
    work.commit("Ordinary")
    work.git("checkout", "-q", "-b", "critical", "main")
    work.write(".github/workflows/ci.yml", "jobs: {}\n")
    work.commit("Critical")
    before = [check(work, f"main..{b}") for b in ("work", "critical")]
    assert [o.assessment.tier.word for o in before] == ["elevated", "critical"]
    work.git("checkout", "-q", "main")
    work.write("elsewhere.py")
    work.commit("Elsewhere")
    after = [check(work, f"main..{b}") for b in ("work", "critical")]
    assert after[0].change.digest == before[0].change.digest
    assert after[1].change.digest != before[1].change.digest


def test_a_critical_change_that_does_not_merge_says_so(work) -> None:
    work.write(".github/workflows/ci.yml", "jobs: {a: 1}\n")
    work.commit("Critical")
    work.git("checkout", "-q", "main")
    work.write(".github/workflows/ci.yml", "jobs: {b: 1}\n")
    work.commit("Conflict")
    assert any("merge cleanly" in note for note in check(work, "main..work").change.notes)


def bump(work, text: str, **who: str) -> set[str]:
    work.write(".github/workflows/ci.yml", text)
    work.git("add", "-A")
    work.git("commit", "-q", "-m", "Bump", **(who or BOT))
    outcome = check(work, "main..work")
    return {h.policy for h in outcome.decision.holds}


def test_a_pinned_bump_by_known_automation_needs_one_owner(work) -> None:
    text = "jobs:\n  x:\n    - uses: a/b@v2 # pin\n    - run: make\n"
    assert bump(work, text) == {"guard-the-guard/pinned-bump"}


@pytest.mark.parametrize(
    "text",
    [
        "jobs:\n  x:\n    - uses: evil/b@v2 # pin\n    - run: make\n",
        "jobs:\n  x:\n    - uses: a/b@v2 # pin\n    - run: curl evil\n",
        "jobs:\n  x:\n    - uses: a/b@v2 # pin\n    - run: make\n    - run: more\n",
        "jobs:\n  x:\n    - uses: a/b@main # pin\n    - run: make\n",
    ],
)
def test_anything_more_than_a_version_is_no_bump(work, text: str) -> None:
    assert bump(work, text) == {"guard-the-guard"}


def test_a_bump_by_anybody_else_is_no_bump(work) -> None:
    text = "jobs:\n  x:\n    - uses: a/b@v2 # pin\n    - run: make\n"
    assert bump(work, text, email="dev@example.com", name="Dev") == {"guard-the-guard"}


def test_traces_at_the_head_are_read(work) -> None:
    work.write(
        ".agent-trace/traces.jsonl",
        '{"version":"0.1","id":"1","timestamp":"x","tool":{"name":"cursor"},'
        '"files":[{"path":"src/x.py","conversations":[{"contributor":{"type":"ai"}}]}]}\n',
    )
    work.write("src/x.py", "two\n")
    work.commit("Change")
    assert check(work, "main..work").assessment.provenance.tools == ("Cursor",)


def test_the_first_commit_of_a_repository(repository) -> None:
    repository.write("src/x.py")
    repository.commit("First")
    assert check(repository, "HEAD").change.counts() == {"create": 1}


RECORD = """Intro: what this is

## Change record
What: rounding
**Why:** totals differ
- Rollback: revert
### Tests
unit tests
and staging
### Watch
<!-- what to watch -->

## Something else
Watch: not this
"""


def test_a_record_in_the_text_of_a_pull_request(work) -> None:
    found = record_in(RECORD)
    assert found is not None
    assert (found.what, found.why, found.rollback) == ("rounding", "totals differ", "revert")
    assert found.tests == "unit tests\nand staging"
    assert found.missing() == ("watch",)
    assert record_in("What: no heading") is None
    work.write(".github/workflows/ci.yml", "jobs: {}\n")
    work.commit("Critical")
    text = RECORD.replace("<!-- what to watch -->", "errors")
    outcome = check(work, "main..work", text=text)
    assert "change-record" not in {w.rule for w in outcome.decision.would}


CONFIG = """
people: people.yaml
domains: {pricing: {criticality: critical, owners: ["team:pricing"], paths: ["src/**"]}}
"""
ROSTER = """
people:
  - {id: ada, level: senior, teams: [pricing], accounts: [{forge: github, id: 7}], emails: [ada@example.com]}
  - {id: cy, level: mid, accounts: [{forge: github, id: 8}], emails: [cy@example.com]}
"""


def test_forge_reviews_release_in_ci_and_nowhere_else(repository, tmp_path, monkeypatch) -> None:
    repository.write("twokey.yaml", CONFIG)
    repository.write("people.yaml", ROSTER)
    repository.commit("Base")
    repository.git("checkout", "-q", "-b", "work")
    repository.write("src/x.py", "one\n")
    message = "Change\n\nAssisted-by: Claude Code"
    head = repository.commit(message, email="cy@example.com", name="Cy")
    record = "## Change record\nWhat: a\nWhy: b\nRollback: c\nTests: d\nWatch: e\n"
    request = Request(
        kind=ChangeKind.GIT, spec="main..work", repository=str(repository.path), text=record
    )
    file = tmp_path / "reviews.json"

    def verdict(account: int, commit: str, authority: str) -> str:
        file.write_text(json.dumps([{"id": 1, "user": {"id": account}, "state": "APPROVED", "commit_id": commit,
                                     "submitted_at": "2026-01-01T00:00:00Z"}]))  # fmt: skip
        clock = FixedClock(datetime(2026, 1, 1, 1, tzinfo=UTC))
        deps = bootstrap(
            request, Choice(authority=authority, base="main" if authority else ""), clock=clock
        )
        return str(submit(request, (), str(file), deps).decision.verdict)

    monkeypatch.setenv("CI", "true")
    assert verdict(7, head, "ci") == "allow"
    assert verdict(7, head, "") == "hold"
    assert verdict(8, head, "ci") == "hold"
    assert verdict(9, head, "ci") == "hold"
    assert verdict(7, repository.git("rev-parse", "main"), "ci") == "hold"
