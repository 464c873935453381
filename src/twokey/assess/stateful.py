"""Which resources hold data that creating them anew doesn't bring back.

Known types are named; a type that nobody named is judged by the words in its name, since a
provider that we never saw also calls a database a database. The types and words stand in
`stateful.toml`.
"""

import re
from itertools import pairwise

import msgspec

from twokey.documents import read_data
from twokey.model.change import Operation


class StateData(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The data file: sets of type names, and of words in type names."""

    terraform: frozenset[str]
    cloudformation: frozenset[str]
    kubernetes: frozenset[str]
    sql: frozenset[str]
    stateless: frozenset[str]
    words: frozenset[str]
    around: frozenset[str]
    routine: frozenset[str]


DATA = read_data("assess/stateful.toml", StateData)
_BESIDE_DATA = re.compile(
    r"^(?:aws_s3_bucket_|aws_ecr_(?:repository|lifecycle)_?p|aws_dynamodb_table_re)"
)
_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")


def is_stateful(operation: Operation) -> bool:
    """True where the resource holds data, by what intake saw, by its type, or by its name."""
    resource = operation.resource
    if "stateful" in operation.hints:
        return True
    if resource.kind == "file":
        return False
    if resource.kind in DATA.stateless or _BESIDE_DATA.match(resource.kind):
        return False
    short = resource.kind.rpartition("/")[2]
    if resource.kind in DATA.terraform or resource.kind in DATA.cloudformation:
        return True
    if short in DATA.kubernetes or short in DATA.sql:
        return True
    return _by_words(resource.kind)


def _by_words(kind: str) -> bool:
    words = [w.lower() for w in _SPLIT.split(kind) if w]
    joined = {"".join(pair) for pair in pairwise(words)}
    holds = (set(words) | joined) & DATA.words
    return bool(holds) and not set(words[-2:]) & DATA.around
