"""`twokey init`: look at a repository and write a commented twokey.yaml with what is there.

Everything found is a proposal with its reason beside it. Nothing is invented: no people, no
thresholds; and a file that exists is never overwritten.
"""

import re
from collections import Counter
from pathlib import Path

import msgspec

from twokey.documents import Limits
from twokey.errors import InputError, UsageError
from twokey.intake import git

_DOMAIN = re.compile(
    r"(?:^|/)(checkout|payments?|billing|pricing|identity|auth|accounts?|orders?|inventory|search|catalog)/",
    re.IGNORECASE,
)
_NAMESPACE = re.compile(
    rb"^\s*namespace:\s*['\"]?([a-z0-9][a-z0-9-]{0,62})['\"]?\s*$", re.MULTILINE
)
_TEAM = re.compile(r"@[\w.-]+/([\w.-]+)")
_CRITICAL = frozenset(
    {"checkout", "payment", "payments", "pricing", "identity", "auth", "account", "accounts"}
)
_LANGUAGES = {
    ".py": "Python",
    ".go": "Go",
    ".ts": "TypeScript",
    ".js": "JavaScript",
    ".java": "Java",
    ".rb": "Ruby",
    ".rs": "Rust",
    ".tf": "Terraform",
    ".sql": "SQL",
    ".kt": "Kotlin",
    ".cs": "C#",
}
_MOST_MANIFESTS = 200


class Findings(msgspec.Struct, frozen=True, kw_only=True):
    """What a look at the repository gave."""

    branch: str
    languages: tuple[str, ...]
    domains: tuple[tuple[str, str], ...]
    namespaces: tuple[str, ...]
    modules: tuple[str, ...]
    workflows: int
    teams: tuple[str, ...]


def look(folder: Path) -> Findings:
    """Paths, CODEOWNERS, manifests and modules of the checkout's current commit."""
    try:
        paths = git.list_paths(folder, git.resolve(folder, "HEAD"))
    except InputError:
        raise UsageError(
            "no commit to look at", do="Run this in a git repository with a commit."
        ) from None
    places: dict[str, str] = {}
    for path in paths:
        found = _DOMAIN.search("/" + path)
        if found and not path.startswith((".", "test", "docs/", "node_modules/", "vendor/")):
            end = found.end() - 2
            places.setdefault(found.group(1).lower(), path[:end])
    owners = b""
    for name in (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"):
        owners = owners or git.read_blob(folder, "HEAD", name, limits=Limits()) or b""
    return Findings(
        branch=git.default_branch(folder),
        languages=_languages(paths),
        domains=tuple(sorted(places.items())),
        namespaces=_namespaces(folder, paths),
        modules=tuple(sorted({str(Path(p).parent) for p in paths if p.endswith(".tf")}))[:20],
        workflows=sum(p.startswith(".github/workflows/") for p in paths),
        teams=tuple(sorted(set(_TEAM.findall(owners.decode("utf-8", "replace"))))),
    )


def render(found: Findings) -> str:
    """A commented twokey.yaml."""
    sections = (_head(found), _environments(found), _domains(found), _AGENTS, _modules(found))
    return "\n".join("\n".join(section) + "\n" for section in sections if section)


_AGENTS = [
    "# Coding agents: who may operate each, and what it may touch. One that isn't named",
    "# has no scope.",
    "# agents:",
    "#   claude_code: {operators: [someone], environments: [staging]}",
]


def _head(found: Findings) -> list[str]:
    what = ", ".join(found.languages) or "no known language"
    return [
        "# Twokey: nothing with a high blast radius reaches production on one key.",
        f"# Written by `twokey init` from what it found: {what},",
        f"# {found.workflows} workflows, {len(found.modules)} folders of Terraform.",
        "# `twokey config schema` prints everything that may stand here.",
        "version: 1",
        "",
        "# Who may sign, with levels, teams, accounts (by numeric id) and SSH keys. Until people",
        "# and domains are named, most rules only warn.",
        "# people: people.yaml",
    ]


def _environments(found: Findings) -> list[str]:
    production = [n for n in found.namespaces if "prod" in n]
    others = [n for n in found.namespaces if "prod" not in n]
    lines = [
        "# What isn't recognised counts as production.",
        "environments:",
        "  production:",
        "    production: true",
        f"    branches: [{_quoted(found.branch)}]",
        '    workspaces: ["prod*"]',
    ]
    if production:
        lines.append(f"    namespaces: [{', '.join(map(_quoted, production))}]")
    if others:
        lines.append("  # Namespaces found in manifests; say which of them aren't production:")
        lines.append(f"  # staging: {{namespaces: [{', '.join(map(_quoted, others))}]}}")
    return lines


def _domains(found: Findings) -> list[str]:
    lines = ["# Business areas, by folders found. Check each: criticality, and who owns it."]
    lines.append("domains:" if found.domains else "# domains: {}")
    for name, place in found.domains:
        team = next((t for t in found.teams if name in t.lower()), "")
        owners = f"owners: [{_quoted('team:' + team)}]  # from CODEOWNERS"
        lines += [
            f"  {name}:",
            f"    criticality: {'critical' if name in _CRITICAL else 'normal'}",
            f"    paths: [{_quoted(place + '/**')}]",
            f"    {owners if team else '# owners: [team:...]'}",
        ]
    return lines


def _modules(found: Findings) -> list[str]:
    return [f"# Terraform found in: {', '.join(found.modules[:8])}"] if found.modules else []


PEOPLE = """# Who may sign. On the base branch this file decides; a change to it needs two people.
version: 1
people: []
#  - id: someone              # what records carry; no names needed
#    level: senior            # junior, mid, senior
#    teams: [checkout]
#    emails: [someone@example.com]
#    accounts: [{forge: github, id: 1234567}]
#    on_call: true            # may break glass
#    keys:
#      - public: "sk-ssh-ed25519@openssh.com AAAA..."
#        hardware: true       # a security key, whose touch we check
"""


def _languages(paths: list[str]) -> tuple[str, ...]:
    counts = Counter(_LANGUAGES.get(Path(p).suffix, "") for p in paths)
    counts.pop("", None)
    return tuple(name for name, _ in counts.most_common(5))


def _namespaces(folder: Path, paths: list[str]) -> tuple[str, ...]:
    manifests = [p for p in paths if p.endswith((".yaml", ".yml")) and not p.startswith(".")]
    found: set[str] = set()
    for path in manifests[:_MOST_MANIFESTS]:
        data = git.read_blob(folder, "HEAD", path, limits=Limits()) or b""
        found.update(n.decode() for n in _NAMESPACE.findall(data[:65536]))
    return tuple(sorted(found - {"default"}))


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
