"""Verification, readable in one sitting. Imports no database and no policy engine.

    1 sequence    entries count from 0 without gaps
    2 form        each entry is a fact, and the indexes beside it say what its bytes say
    3 keys        no unique key stands twice
    4 leaves      each stored leaf hash is the hash of the stored bytes
    5 root        the tree recomputed from the bytes is the tree as stored
    6 checkpoint  the older checkpoint is a prefix of this log (only with `against`)

It streams: memory doesn't grow with the log. Without an older checkpoint from elsewhere, nobody
can tell a log that was rewritten as a whole from an honest one; the report says so.
"""

from collections.abc import Iterable

import msgspec

from twokey.model.entry import StoredEntry
from twokey.record.merkle import EMPTY_ROOT, Frontier, Nodes, leaf_hash

_MOST = 20


class _Head(msgspec.Struct):
    """What every fact has, of whatever kind and version."""

    fact: str
    subject: str
    at: str


class Finding(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that is wrong: the step, the entry (None for the whole), expected and found."""

    step: int
    seq: int | None
    expected: str
    found: str


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """What was verified. `against` is the size of the older checkpoint, None without one."""

    size: int
    root: str
    findings: tuple[Finding, ...]
    against: int | None

    @property
    def ok(self) -> bool:
        """True where nothing is wrong."""
        return not self.findings


def verify_log(
    entries: Iterable[StoredEntry],
    *,
    nodes: Nodes | None,
    stored_root: bytes,
    against: tuple[int, bytes] | None = None,
) -> Report:
    """Verify a whole log. `nodes` gives stored leaf hashes, None for a bundle that has none;
    `against` is (size, root) of an older checkpoint whose signature was checked already."""
    findings: list[Finding] = []
    keys: set[str] = set()
    frontier = Frontier()
    older: bytes | None = EMPTY_ROOT if against and against[0] == 0 else None
    for expected, entry in enumerate(entries):
        # 1 sequence
        if entry.seq != expected:
            _add(findings, 1, entry.seq, f"entry {expected}", f"entry {entry.seq}")
            break
        # 2 form
        _form(entry, findings)
        # 3 keys
        if entry.key and entry.key in keys:
            _add(findings, 3, entry.seq, "a key that stands once", entry.key)
        keys.update([entry.key] if entry.key else [])
        # 4 leaves
        leaf = leaf_hash(entry.data)
        stored = nodes(0, entry.seq) if nodes else leaf
        if stored != leaf:
            _add(findings, 4, entry.seq, stored.hex(), leaf.hex())
        frontier.append(leaf)
        if against and frontier.size == against[0]:
            older = frontier.root()
    # 5 root
    top = frontier.root()
    if top != stored_root:
        _add(findings, 5, None, stored_root.hex(), top.hex())
    # 6 checkpoint
    if against and older is None:
        _add(findings, 6, None, f"at least {against[0]} entries", f"{frontier.size} entries")
    elif against and older != against[1]:
        found = older.hex() if older else ""
        _add(findings, 6, None, f"root {against[1].hex()} at {against[0]} entries", found)
    return Report(
        size=frontier.size,
        root=top.hex(),
        findings=tuple(findings),
        against=against[0] if against else None,
    )


def _form(entry: StoredEntry, findings: list[Finding]) -> None:
    try:
        head = msgspec.json.decode(entry.data, type=_Head)
    except msgspec.DecodeError:
        _add(findings, 2, entry.seq, "a fact", "other bytes")
        return
    at = entry.at.isoformat().replace("+00:00", "Z")
    pairs = [(head.fact, entry.kind), (head.subject, entry.subject), (head.at, at)]
    for said, indexed in pairs:
        if said != indexed:
            _add(findings, 2, entry.seq, said, indexed)


def _add(findings: list[Finding], step: int, seq: int | None, expected: str, found: str) -> None:
    if len(findings) < _MOST:
        findings.append(Finding(step=step, seq=seq, expected=expected, found=found))
