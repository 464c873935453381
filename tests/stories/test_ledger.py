"""The ledger: who alters it is convicted, and what was acknowledged is there."""

import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from twokey.errors import AlreadyRecordedError, ProofError, RecordError
from twokey.model.change import Digest
from twokey.model.entry import NewEntry, Started, Stated, encode_fact
from twokey.record import Ledger, MemoryStore, SqliteStore
from twokey.record.checkpoint import log_key, open_checkpoint
from twokey.record.merkle import inclusion_proof, leaf_hash, verify_inclusion
from twokey.record.verify import Report, verify_log

NOW = datetime(2026, 11, 1, 12, 0, 0, 123456, tzinfo=UTC)


def fact(n: int) -> Started:
    return Started(
        at=NOW,
        subject=Digest(f"sha256:{n}"),
        execution=str(n),
        kind="sql",
        target=Digest("t"),
        actor=None,
    )


def entry(n: int, key: str = "") -> NewEntry:
    return encode_fact(fact(n), key=key)


def check(ledger: Ledger, against: tuple[int, bytes] | None = None) -> Report:
    return verify_log(
        ledger.store.read(), nodes=ledger.store.node, stored_root=ledger.head()[1], against=against
    )


@pytest.fixture(params=["memory", "sqlite"])
def store(request: pytest.FixtureRequest, tmp_path: Path):
    return MemoryStore() if request.param == "memory" else SqliteStore(tmp_path / "l.db")


def test_the_contract_of_a_store(store) -> None:
    assert store.append([entry(0), entry(1, "k")]) == 0
    assert store.append([entry(2)]) == 2
    with pytest.raises(AlreadyRecordedError):
        store.append([entry(3), entry(4, "k")])
    assert store.size() == 3
    assert [e.seq for e in store.read(1)] == [1, 2]
    assert [e.seq for e in store.select(subject="sha256:2")] == [2]
    assert [e.seq for e in store.select(kind="started/1", since=NOW)] == [0, 1, 2]
    assert next(store.read()).at == NOW
    store.blob("d", (b"salt", b"data"))
    assert store.blob("d") == (b"salt", b"data")
    assert store.blob("missing") is None
    assert check(Ledger(store)).ok
    proof = inclusion_proof(1, 3, store.node)
    assert verify_inclusion(leaf_hash(entry(1).data), 1, 3, proof, Ledger(store).head()[1])


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = Ledger(SqliteStore(tmp_path / "l.db"))
    for n in range(9):
        ledger.record(fact(n), key=f"k{n}")
    return ledger


def tamper(ledger: Ledger, sql: str, *values: object) -> None:
    with closing(sqlite3.connect(ledger.store.path)) as db, db:
        db.executescript("DROP TRIGGER entries_stay; DROP TRIGGER entries_remain;")
        db.execute(sql, values)


@pytest.mark.parametrize(
    ("sql", "step"),
    [
        ("UPDATE entries SET data = replace(data, 'sql', 'sqx') WHERE seq = 4", 4),
        ("DELETE FROM entries WHERE seq = 8", 5),
        ("DELETE FROM entries WHERE seq = 4", 1),
        ("UPDATE entries SET kind = 'decided/1' WHERE seq = 4", 2),
        ("UPDATE entries SET subject = 'other' WHERE seq = 4", 2),
        ("UPDATE entries SET at = at + 1 WHERE seq = 4", 2),
        ("UPDATE nodes SET hash = zeroblob(32) WHERE level = 3", 5),
        ("UPDATE entries SET data = x'00' WHERE seq = 4", 2),
    ],
)
def test_whoever_alters_it_is_convicted(ledger: Ledger, sql: str, step: int) -> None:
    older = ledger.head()
    assert check(ledger).ok
    tamper(ledger, sql)
    try:
        found = check(ledger, older).findings
    except RecordError:
        return
    assert step in {f.step for f in found} or 6 in {f.step for f in found}


def test_swapping_two_entries_is_seen(ledger: Ledger) -> None:
    tamper(ledger, "UPDATE entries SET data = (SELECT data FROM entries e WHERE e.seq = 7 - entries.seq) "
                   "WHERE seq IN (3, 4)")  # fmt: skip
    assert not check(ledger).ok


def test_a_rollback_or_a_rewrite_is_seen_against_an_older_checkpoint(
    ledger: Ledger, tmp_path: Path
) -> None:
    yesterday = tmp_path / "yesterday.db"
    with (
        closing(sqlite3.connect(ledger.store.path)) as source,
        closing(sqlite3.connect(yesterday)) as copy,
    ):
        source.backup(copy)
    ledger.record(fact(10))
    older = ledger.head()
    rolled_back = Ledger(SqliteStore(yesterday))
    assert check(rolled_back).ok
    assert check(rolled_back, older).findings[0].step == 6
    rewritten = Ledger(SqliteStore(tmp_path / "new.db"))
    for n in range(20):
        rewritten.record(fact(n + 100))
    assert check(rewritten).ok
    assert not check(rewritten, older).ok


def test_mistakes_are_stopped_by_the_database_itself(ledger: Ledger) -> None:
    with closing(sqlite3.connect(ledger.store.path)) as db, db:
        for sql in ("UPDATE entries SET kind = 'x'", "DELETE FROM entries"):
            with pytest.raises(sqlite3.IntegrityError, match="append-only"):
                db.execute(sql)


def test_checkpoints_are_signed_and_forged_ones_are_not(tmp_path: Path) -> None:
    key, made = log_key(tmp_path)
    assert made
    assert (tmp_path / "ledger.key").stat().st_mode & 0o777 == 0o600
    text = key.sign(3, b"\x01" * 32)
    assert open_checkpoint(text, key.verifier).size == 3
    (tmp_path / "other").mkdir()
    other, _ = log_key(tmp_path / "other")
    for forged in (
        text.replace("\n3\n", "\n4\n"),
        other.sign(3, b"\x01" * 32),
        text[:-20],
        "",
        "x" * 70_000,
    ):
        with pytest.raises(ProofError):
            open_checkpoint(forged, key.verifier)
    (tmp_path / "ledger.key").chmod(0o644)
    with pytest.raises(RecordError, match="others may read"):
        log_key(tmp_path)


def _write(path: Path, start: int, count: int, key: str) -> None:
    ledger = Ledger(SqliteStore(path))
    for n in range(count):
        try:
            ledger.record(fact(start + n), key=f"{key}{n}" if key else "")
        except AlreadyRecordedError:
            pass


def _together(path: Path, key: str = "") -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_write, args=(path, 1000 * w, 40, key)) for w in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0


def test_many_processes_write_one_log_without_gaps(tmp_path: Path) -> None:
    _together(tmp_path / "l.db")
    report = check(Ledger(SqliteStore(tmp_path / "l.db")))
    assert (report.ok, report.size) == (True, 160)


def test_a_key_is_taken_once_however_many_try(tmp_path: Path) -> None:
    _together(tmp_path / "l.db", key="same")
    report = check(Ledger(SqliteStore(tmp_path / "l.db")))
    assert (report.ok, report.size) == (True, 40)


WRITER = """
import sys
from pathlib import Path
from tests.stories.test_ledger import fact
from twokey.record import Ledger, SqliteStore
ledger = Ledger(SqliteStore(Path(sys.argv[1])))
for n in range(100_000):
    print(ledger.record(fact(n)).seq, flush=True)
"""


def test_what_was_acknowledged_survives_kill_9(tmp_path: Path) -> None:
    path = tmp_path / "l.db"
    acknowledged = -1
    for round_ in range(8):
        writer = subprocess.Popen(
            [sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE, text=True,
            cwd=Path(__file__).parents[2], env=os.environ | {"PYTHONPATH": str(Path(__file__).parents[2])},
        )  # fmt: skip
        assert writer.stdout
        first = writer.stdout.readline()
        time.sleep(0.01 * round_)
        writer.send_signal(signal.SIGKILL)
        rest = writer.stdout.read()
        writer.stdout.close()
        writer.wait()
        lines = [int(x) for x in (first + rest).splitlines() if x]
        acknowledged = max([acknowledged, *lines[: -1 if len(lines) > 1 else None]])
        report = check(Ledger(SqliteStore(path)))
        assert report.ok
        assert report.size > acknowledged


def test_a_full_or_read_only_disk_loses_nothing_and_says_so(tmp_path: Path) -> None:
    ledger = Ledger(SqliteStore(tmp_path / "l.db"))
    ledger.record(fact(0))
    ledger.store._db.execute("PRAGMA max_page_count = 1")
    big = Stated(at=NOW, subject=Digest("x"), act="approve", person=None, method="ssh", strength=0,
                 statement=b"", proof="p" * 500_000, nonce="n")  # fmt: skip
    with pytest.raises(RecordError, match="full"):
        ledger.record(big)
    ledger.store._db.execute("PRAGMA max_page_count = 1000000")
    assert (check(ledger).ok, ledger.head()[0]) == (True, 1)
    with pytest.raises(RecordError):
        SqliteStore(tmp_path)


def test_blobs_can_be_erased_and_altered_ones_are_not_believed(ledger: Ledger) -> None:
    digest = ledger.remember(b"because")
    assert ledger.recall(digest) == b"because"
    with closing(sqlite3.connect(ledger.store.path)) as db, db:
        db.execute("UPDATE blobs SET data = x'00'")
    assert ledger.recall(digest) is None
    with closing(sqlite3.connect(ledger.store.path)) as db, db:
        db.execute("DELETE FROM blobs")
    assert ledger.recall(digest) is None
    assert check(ledger).ok
