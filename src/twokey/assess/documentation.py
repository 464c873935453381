"""Which files can't reach production: documentation, tests and examples.

Everything else can. A file that steers agents or judges changes is never harmless, whatever its
ending; that is decided where guards are found.
"""

import re

from twokey.model.change import Operation

_DIRECTORIES = re.compile(
    r"(?:^|/)(?:docs?|documentation|tests?|__tests__|spec|testdata|examples?|samples)/",
    re.IGNORECASE,
)
_TEXT = re.compile(r"\.(?:md|mdx|rst|adoc|asciidoc)$", re.IGNORECASE)
_PLAIN = re.compile(
    r"(?:^|/)(?:readme|changelog|changes|history|news|authors|contributors|contributing|license|"
    r"licence|copying|notice|code_of_conduct|security)(?:\.(?:txt|md|rst))?$",
    re.IGNORECASE,
)
_TEST_FILE = re.compile(
    r"(?:^|/)(?:test_[^/]+\.py|conftest\.py|[^/]+_test\.(?:py|go|rb|exs|cc|cpp)|"
    r"[^/]+\.(?:test|spec)\.[cm]?[jt]sx?|[^/]+Tests?\.(?:java|kt|cs|swift|scala)|[^/]+_spec\.rb)$"
)
_NEVER = frozenset({"symlink", "submodule", "mode"})


def is_harmless_path(path: str) -> bool:
    """True where a file of this name is documentation, a test or an example."""
    return any(p.search(path) for p in (_TEXT, _PLAIN, _TEST_FILE, _DIRECTORIES))


def is_harmless(operation: Operation) -> bool:
    """True where a file operation can't reach production by its path alone.

    A rename counts by both its names; symbolic links, submodules and mode changes never are.
    """
    if operation.resource.kind != "file" or _NEVER & set(operation.hints):
        return False
    names = [operation.resource.name, *([operation.previous] if operation.previous else [])]
    return all(is_harmless_path(name) for name in names)
