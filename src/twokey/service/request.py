"""What somebody asks to have judged: where the change is, and who hands it in."""

import msgspec

from twokey.model.assessment import ChangeRecord
from twokey.model.change import ChangeKind


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A change by reference, with what only the person asking can say.

    `spec` is a path, `-` for standard input, or a range such as `main..HEAD`. `repository` is the
    checkout that a range is about. `options` are the format's own words. `agent`, `operator` and
    `submitter` name who acts; people by roster id or e-mail address. `text` is the request's own
    text (the body of a pull request). `rollback` are (resource or `*`, where the evidence is).
    """

    kind: ChangeKind
    spec: str
    before: str = ""
    repository: str = "."
    options: dict[str, str] = {}
    agent: str = ""
    operator: str = ""
    submitter: str = ""
    text: str = ""
    record: ChangeRecord | None = None
    rollback: tuple[tuple[str, str], ...] = ()
