"""What a store of entries offers. Written natively for each engine; one contract test for all."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Protocol

from twokey.model.entry import NewEntry, StoredEntry


class Store(Protocol):
    """An append-only sequence of entries with the tree over it, and erasable blobs beside it."""

    def append(self, entries: Sequence[NewEntry]) -> int:
        """Append all or nothing, durably; returns the sequence number of the first.

        Raises AlreadyRecordedError where a key is taken, RecordError where it can't be written.
        """
        ...

    def read(self, start: int = 0, end: int | None = None) -> Iterator[StoredEntry]:
        """Entries start ... end-1, in order, streamed."""
        ...

    def select(
        self, *, kind: str = "", subject: str = "", since: datetime | None = None
    ) -> Iterator[StoredEntry]:
        """Entries of one kind, about one subject, not before a time; in order."""
        ...

    def node(self, level: int, index: int) -> bytes:
        """The stored hash of a complete subtree."""
        ...

    def size(self) -> int:
        """How many entries there are."""
        ...

    def blob(
        self, digest: str, put: tuple[bytes, bytes] | None = None
    ) -> tuple[bytes, bytes] | None:
        """The (salt, bytes) behind a salted digest, None where erased; `put` stores them first."""
        ...
