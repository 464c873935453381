"""The ledger: append-only, tamper-evident, the only state. Entries, the tree over them, blobs."""

import os
from pathlib import Path

from twokey.errors import RecordError
from twokey.record.log import Ledger
from twokey.record.memory import MemoryStore
from twokey.record.sqlite import SqliteStore

__all__ = ["Ledger", "MemoryStore", "SqliteStore", "open_ledger", "state_folder"]


def state_folder() -> Path:
    """`$XDG_STATE_HOME/twokey`, made with mode 0700; never inside a checkout."""
    named = os.environ.get("XDG_STATE_HOME", "")
    base = Path(named) if Path(named).is_absolute() else Path.home() / ".local" / "state"
    folder = base / "twokey"
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise RecordError(
            f"the state folder can't be made: {error.strerror}", where=str(folder),
            do="Set XDG_STATE_HOME to a folder that you may write.",
        ) from None  # fmt: skip
    return folder


def open_ledger(path: Path | None = None) -> Ledger:
    """The ledger of this user on this machine, or the one at `path`."""
    path = path or state_folder() / "ledger.db"
    return Ledger(SqliteStore(path), name=str(path))
