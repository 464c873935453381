"""A Change: a proposed modification of production, or of the road to it, in one shape.

Intake makes it from bytes and leaves out every value that could be a secret: an operation
names the attributes that change, never what they change to. What an operation means (which
environment, which domain, can it be undone) is added by assess.
"""

from datetime import datetime
from enum import StrEnum
from typing import NewType

import msgspec

from twokey.model.actor import Identity, Parties

Digest = NewType("Digest", str)
"""`sha256:` and 64 hexadecimal digits."""


class Verb(StrEnum):
    """What an operation does. `replace` is delete and create; `forget` drops it from control
    but leaves it running; `unknown` is judged as the worst."""

    CREATE = "create"
    READ = "read"
    UPDATE = "update"
    DELETE = "delete"
    REPLACE = "replace"
    EXECUTE = "execute"
    GRANT = "grant"
    FORGET = "forget"
    UNKNOWN = "unknown"


class ChangeKind(StrEnum):
    """The format a change came in."""

    GIT = "git"
    DIFF = "diff"
    TERRAFORM = "terraform"
    KUBERNETES = "kubernetes"
    CLOUDFORMATION = "cloudformation"
    SQL = "sql"
    COMMAND = "command"


class Resource(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What an operation acts on.

    `kind` is the format's own type: `file`, `aws_db_instance`, `apps/StatefulSet`,
    `AWS::RDS::DBInstance`, `table`. `name` is its address there: a path, a Terraform address,
    `namespace/name`, a logical id. Empty strings mean not stated.
    """

    kind: str
    name: str
    provider: str = ""
    account: str = ""
    region: str = ""
    namespace: str = ""
    service: str = ""
    labels: tuple[tuple[str, str], ...] = ()


class Operation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A verb on a resource.

    `digest` covers this one operation in canonical form, so that a retry can be seen to be a
    subset of what was released. `after` is the digest of the resource's state afterwards, empty
    where the format doesn't tell; a rollback is recognised by it. `attributes` are the names of
    what changes (`engine_version`, `spec.replicas`), never values. `reason` is the format's own
    word for why, such as `replace_because_cannot_update`. `previous` is the earlier name of
    something moved or renamed. `hints` are facts that intake alone can see, in a closed
    vocabulary (see HINTS).
    """

    verb: Verb
    resource: Resource
    digest: Digest
    after: str = ""
    attributes: tuple[str, ...] = ()
    reason: str = ""
    previous: str = ""
    hints: tuple[str, ...] = ()
    lines_added: int = 0
    lines_removed: int = 0


HINTS = frozenset(
    {
        "stateful",  # holds data that a plain re-create doesn't bring back
        "keeps-data",  # the format promises that the data stay (Retain, reclaim policy Retain)
        "snapshot",  # a snapshot is taken as part of the operation (final snapshot, Snapshot)
        "deletion-protection",  # the platform will refuse the deletion as things stand
        "point-in-time",  # backups with point-in-time recovery are visible
        "versioned",  # object versioning is on
        "data-write",  # writes or removes data rows or objects
        "unbounded",  # a DELETE or UPDATE with no effective WHERE
        "locks",  # takes a lock that stops writers, or rewrites a table
        "grants",  # hands out permissions
        "operator-like",  # grants everything: admin, *:*, cluster-admin, superuser
        "executes",  # runs a program at apply time (local-exec, external, a hook)
        "zero",  # scales to nothing
        "public",  # opens to the whole internet
        "binary",
        "symlink",
        "submodule",
        "mode",  # the file mode changes
        "lfs",
        "deferred",  # not part of this application; its final action isn't known
        "import",
        "uncertain",  # the format says that the verb may be worse than stated, and it was raised
        "cascades",  # takes what it contains along (a namespace, a schema, a CRD, a stack)
        "control-plane",  # changes what can change others, by the format's own knowledge
        "sensitive",  # a secret's value changes (its name only is kept)
        "image",  # the container image changes
    }
)
"""The closed vocabulary of `Operation.hints`."""


class Commit(msgspec.Struct, frozen=True, kw_only=True):
    """One commit of a git change, as provenance needs it. Messages stay out of the ledger."""

    id: str
    parents: tuple[str, ...]
    author: Identity
    committer: Identity
    authored_at: datetime
    message: str
    notes: str = ""
    tree: str = ""


class Target(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where the change would land. Every field is empty where the format doesn't say."""

    repository: str = ""
    branch: str = ""
    head: str = ""
    base: str = ""
    source_branch: str = ""
    workspace: str = ""
    cluster: str = ""
    stack: str = ""
    database: str = ""
    dialect: str = ""


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """A proposed modification.

    `digest` is what an approval binds (product.md, "What the digest binds"). `source` is how the
    user named it. `notes` are facts about the input itself that judging must know (a plan that
    errored, a shallow clone), each a sentence; `incomplete` is true where part of the change
    can't be seen, and is judged as an unknown operation. `text` is the request's own text (the
    body of a pull request, a title), read for a change record and provenance, never recorded.
    """

    kind: ChangeKind
    digest: Digest
    source: str
    operations: tuple[Operation, ...]
    target: Target = Target()
    parties: Parties = Parties()
    commits: tuple[Commit, ...] = ()
    unchanged: int = 0
    notes: tuple[str, ...] = ()
    incomplete: bool = False
    text: str = ""
    totals: tuple[tuple[str, int], ...] = ()

    def counts(self) -> dict[str, int]:
        """How many operations there are of each verb, only verbs that occur."""
        found: dict[str, int] = {}
        for operation in self.operations:
            found[operation.verb] = found.get(operation.verb, 0) + 1
        return found

    @property
    def lines(self) -> int:
        """Lines added and removed, over all operations that have lines."""
        return sum(o.lines_added + o.lines_removed for o in self.operations)
