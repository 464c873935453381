"""The ledger on SQLite: one file, any number of processes.

Writers are serialised by BEGIN IMMEDIATE, with the tree's edge read inside the transaction.
WAL with synchronous FULL: an acknowledged entry survives power loss. The triggers that refuse
UPDATE and DELETE stop mistakes, not an attacker with the file; `verify` convicts the attacker.
"""

import sqlite3
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from twokey.errors import AlreadyRecordedError, RecordError
from twokey.model.entry import NewEntry, StoredEntry
from twokey.record.merkle import completed_by, leaf_hash

BUSY_SECONDS = 30
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_SCHEMA = """
CREATE TABLE IF NOT EXISTS entries (
    seq INTEGER PRIMARY KEY, data BLOB NOT NULL, kind TEXT NOT NULL, subject TEXT NOT NULL,
    at INTEGER NOT NULL, key TEXT UNIQUE);
CREATE INDEX IF NOT EXISTS entries_kind ON entries (kind, at);
CREATE INDEX IF NOT EXISTS entries_subject ON entries (subject, kind);
CREATE TABLE IF NOT EXISTS nodes (
    level INTEGER NOT NULL, idx INTEGER NOT NULL, hash BLOB NOT NULL,
    PRIMARY KEY (level, idx)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS blobs (digest TEXT PRIMARY KEY, salt BLOB NOT NULL, data BLOB NOT NULL);
CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE UPDATE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER IF NOT EXISTS entries_remain BEFORE DELETE ON entries
    BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
PRAGMA user_version = 1;
"""
_COLUMNS = "seq, data, kind, subject, at, key"


class SqliteStore:
    """Entries in a SQLite file, made at first use with mode 0600."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            if not path.exists():
                path.touch(mode=0o600)
            self._db = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None)
            self._db.execute("PRAGMA journal_mode = WAL")
            self._db.execute("PRAGMA synchronous = FULL")
            if self._db.execute("PRAGMA user_version").fetchone()[0] == 0:
                self._db.executescript(_SCHEMA)
        except (OSError, sqlite3.Error) as error:
            raise self._trouble(error) from None

    def append(self, entries: Sequence[NewEntry]) -> int:
        """See Store."""
        try:
            self._db.execute("BEGIN IMMEDIATE")
            first = self.size()
            for seq, entry in enumerate(entries, first):
                self._insert(seq, entry)
            self._db.execute("COMMIT")
        except BaseException as error:
            self._rollback()
            if isinstance(error, sqlite3.IntegrityError) and "key" in str(error):
                keys = ", ".join(e.key for e in entries if e.key)
                raise AlreadyRecordedError(
                    f"already recorded: {keys}", where=str(self.path)
                ) from None
            if isinstance(error, sqlite3.Error):
                raise self._trouble(error) from None
            raise
        return first

    def _insert(self, seq: int, entry: NewEntry) -> None:
        self._db.execute(
            f"INSERT INTO entries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",  # noqa: S608 - constants
            (seq, entry.data, entry.kind, entry.subject, _micros(entry.at), entry.key or None),
        )
        self._db.executemany(
            "INSERT INTO nodes (level, idx, hash) VALUES (?, ?, ?)",
            completed_by(seq, leaf_hash(entry.data), self.node),
        )

    def read(self, start: int = 0, end: int | None = None) -> Iterator[StoredEntry]:
        """See Store."""
        stop = self.size() if end is None else end
        return self._rows("seq >= ? AND seq < ?", (start, stop))

    def select(
        self, *, kind: str = "", subject: str = "", since: datetime | None = None
    ) -> Iterator[StoredEntry]:
        """See Store."""
        wanted = [("kind = ?", kind), ("subject = ?", subject)]
        parts: list[tuple[str, str | int]] = [(sql, value) for sql, value in wanted if value]
        if since is not None:
            parts.append(("at >= ?", _micros(since)))
        where = " AND ".join(sql for sql, _ in parts) or "1"
        return self._rows(where, tuple(value for _, value in parts))

    def node(self, level: int, index: int) -> bytes:
        """See Store."""
        row = self._one("SELECT hash FROM nodes WHERE level = ? AND idx = ?", (level, index))
        if row is None:
            raise RecordError(f"the tree's node {level}/{index} is missing", where=str(self.path))
        return bytes(row[0])

    def size(self) -> int:
        """See Store."""
        row = self._one("SELECT COALESCE(MAX(seq) + 1, 0) FROM entries", ())
        return int(row[0]) if row else 0

    def blob(
        self, digest: str, put: tuple[bytes, bytes] | None = None
    ) -> tuple[bytes, bytes] | None:
        """See Store."""
        try:
            if put:
                self._db.execute("INSERT OR IGNORE INTO blobs VALUES (?, ?, ?)", (digest, *put))
        except sqlite3.Error as error:
            raise self._trouble(error) from None
        row = self._one("SELECT salt, data FROM blobs WHERE digest = ?", (digest,))
        return (bytes(row[0]), bytes(row[1])) if row else None

    def close(self) -> None:
        """Let go of the file. Nothing is lost without it: every append is durable by itself."""
        self._db.close()

    def __del__(self) -> None:
        if hasattr(self, "_db"):
            self._db.close()

    def _rows(self, where: str, values: tuple[str | int, ...]) -> Iterator[StoredEntry]:
        try:
            cursor = self._db.execute(
                f"SELECT {_COLUMNS} FROM entries WHERE {where} ORDER BY seq",  # noqa: S608 - constants
                values,
            )
            for seq, data, kind, subject, at, key in cursor:
                yield StoredEntry(
                    seq=seq, data=bytes(data), kind=kind, subject=subject,
                    at=_EPOCH + at * _MICROSECOND, key=key or "",
                )  # fmt: skip
        except (sqlite3.Error, TypeError, OverflowError) as error:
            raise self._trouble(error) from None

    def _one(self, sql: str, values: tuple[str | int, ...]) -> tuple[bytes, ...] | None:
        try:
            row: tuple[bytes, ...] | None = self._db.execute(sql, values).fetchone()
        except sqlite3.Error as error:
            raise self._trouble(error) from None
        return row

    def _rollback(self) -> None:
        if self._db.in_transaction:
            self._db.execute("ROLLBACK")

    def _trouble(self, error: Exception) -> RecordError:
        return RecordError(
            f"the ledger can't be used: {error}", where=str(self.path),
            do="Check the disk and the file's owner; without a record nothing is allowed.",
        )  # fmt: skip


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND
