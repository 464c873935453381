"""What every format reader offers: bytes in, a Change or an InputError out.

A reader is pure: no network, no clock. It never keeps a value that could be a secret.
"""

from typing import Protocol

import msgspec

from twokey.documents import Limits
from twokey.model.change import Change, ChangeKind


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What the user handed in. `name` is how messages call it (a path, `<stdin>`).

    `before` is the earlier state where the format takes one; `options` are the format's own
    words (`dialect`, `target`, `cluster` ...), each documented at the reader.
    """

    name: str
    data: bytes
    before: bytes | None = None
    before_name: str = ""
    options: dict[str, str] = {}
    limits: Limits = Limits()


class Format(Protocol):
    """One change format. `option` is the command line's word for it, `help` its line there."""

    kind: ChangeKind
    option: str
    help: str

    def read(self, source: Source) -> Change:
        """The Change in `source`. Raises InputError, and nothing else, on any bytes."""
        ...
