"""The ledger: facts in, receipts out. The only state there is."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from datetime import datetime

from twokey.model.entry import AnyFact, Receipt, StoredEntry, encode_fact
from twokey.record.interface import Store
from twokey.record.merkle import leaf_hash, root


class Ledger:
    """A store with the words of the product. `scope` is `local` for one machine's ledger."""

    def __init__(self, store: Store, *, scope: str = "local", name: str = "") -> None:
        self.store = store
        self.scope = scope
        self.name = name

    def record(self, fact: AnyFact, *, key: str = "") -> Receipt:
        """Append one fact; `key` makes it single. Durable when this returns."""
        return self.record_all([(fact, key)])[0]

    def record_all(self, facts: Sequence[tuple[AnyFact, str]]) -> list[Receipt]:
        """Append (fact, key) pairs in one transaction: all of them or none."""
        entries = [encode_fact(fact, key=key) for fact, key in facts]
        first = self.store.append(entries)
        size = first + len(entries)
        top = root(size, self.store.node).hex()
        return [
            Receipt(
                seq=first + offset,
                leaf=leaf_hash(entry.data).hex(),
                size=size,
                root=top,
                scope=self.scope,
                log=self.name,
            )
            for offset, entry in enumerate(entries)
        ]

    def select(
        self, *, kind: str = "", subject: str = "", since: datetime | None = None
    ) -> Iterator[StoredEntry]:
        """Entries of one kind, about one subject, not before a time; in order."""
        return self.store.select(kind=kind, subject=subject, since=since)

    def head(self) -> tuple[int, bytes]:
        """(size, root) as they are now."""
        size = self.store.size()
        return size, root(size, self.store.node)

    def remember(self, data: bytes) -> str:
        """Keep bytes beside the log, to be erased one day; returns their salted digest."""
        salt = os.urandom(16)
        digest = _salted(salt, data)
        self.store.blob(digest, (salt, data))
        return digest

    def recall(self, digest: str) -> bytes | None:
        """The bytes behind a salted digest; None where they were erased or altered."""
        found = self.store.blob(digest)
        if found is None or _salted(*found) != digest:
            return None
        return found[1]


def _salted(salt: bytes, data: bytes) -> str:
    return "salted:" + hashlib.sha256(salt + data).hexdigest()
