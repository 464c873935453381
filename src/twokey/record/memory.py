"""The ledger in memory, for tests and what-if. Same contract, nothing kept."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from twokey.errors import AlreadyRecordedError
from twokey.model.entry import NewEntry, StoredEntry
from twokey.record.merkle import completed_by, leaf_hash


class MemoryStore:
    """Entries in lists."""

    def __init__(self) -> None:
        self._entries: list[StoredEntry] = []
        self._nodes: dict[tuple[int, int], bytes] = {}
        self._keys: set[str] = set()
        self._blobs: dict[str, tuple[bytes, bytes]] = {}

    def append(self, entries: Sequence[NewEntry]) -> int:
        """See Store."""
        keys = [e.key for e in entries if e.key]
        if self._keys & set(keys) or len(keys) != len(set(keys)):
            raise AlreadyRecordedError(f"already recorded: {', '.join(keys)}", where="memory")
        first = self.size()
        for seq, entry in enumerate(entries, first):
            self._entries.append(
                StoredEntry(
                    seq=seq,
                    data=entry.data,
                    kind=entry.kind,
                    subject=entry.subject,
                    at=entry.at,
                    key=entry.key,
                )
            )
            for level, index, digest in completed_by(seq, leaf_hash(entry.data), self.node):
                self._nodes[level, index] = digest
        self._keys.update(keys)
        return first

    def read(self, start: int = 0, end: int | None = None) -> Iterator[StoredEntry]:
        """See Store."""
        return iter(self._entries[start:end])

    def select(
        self, *, kind: str = "", subject: str = "", since: datetime | None = None
    ) -> Iterator[StoredEntry]:
        """See Store."""
        return (
            e
            for e in list(self._entries)
            if kind in ("", e.kind) and subject in ("", e.subject) and (not since or e.at >= since)
        )

    def node(self, level: int, index: int) -> bytes:
        """See Store."""
        return self._nodes[level, index]

    def size(self) -> int:
        """See Store."""
        return len(self._entries)

    def blob(
        self, digest: str, put: tuple[bytes, bytes] | None = None
    ) -> tuple[bytes, bytes] | None:
        """See Store."""
        if put:
            self._blobs.setdefault(digest, put)
        return self._blobs.get(digest)
