"""Bytes to a Change. One format a file; this registry is the only place that names them all.

Formats are imported when they are asked for: a check of a diff doesn't pay for the SQL parser.
"""

from importlib import import_module

from twokey.errors import UsageError
from twokey.intake.interface import Format, Source
from twokey.model.change import Change, ChangeKind

FORMATS = (
    (ChangeKind.DIFF, "twokey.intake.diff", "DiffFormat"),
    (ChangeKind.TERRAFORM, "twokey.intake.terraform", "TerraformFormat"),
    (ChangeKind.KUBERNETES, "twokey.intake.kubernetes", "KubernetesFormat"),
    (ChangeKind.CLOUDFORMATION, "twokey.intake.cloudformation", "CloudFormationFormat"),
    (ChangeKind.SQL, "twokey.intake.sql", "SqlFormat"),
)
"""(kind, module, class) of every format that is read from bytes. A git range is read by
`intake.git`, since it comes from a repository."""


def format_of(kind: ChangeKind) -> Format:
    """The reader of one format."""
    for known, module, name in FORMATS:
        if known is kind:
            reader: Format = getattr(import_module(module), name)()
            return reader
    raise UsageError(f"no reader for {kind}", expected=", ".join(k for k, _, _ in FORMATS))


def read(kind: ChangeKind, source: Source) -> Change:
    """The Change in `source`. Raises InputError on bytes that are none."""
    return format_of(kind).read(source)
