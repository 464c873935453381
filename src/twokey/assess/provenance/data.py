"""The signal data, read once and indexed by what is looked up."""

import re

import msgspec

from twokey.documents import read_data


class Tool(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one tool shows itself; see the head of signals.toml."""

    emails: tuple[str, ...] = ()
    bots: tuple[int, ...] = ()
    assistants: tuple[int, ...] = ()
    authors: tuple[str, ...] = ()
    suffixes: tuple[str, ...] = ()
    subjects: tuple[str, ...] = ()
    branches: tuple[str, ...] = ()
    footers: tuple[str, ...] = ()
    trailers: tuple[str, ...] = ()
    named: dict[str, str] = {}
    variables: tuple[str, ...] = ()


class Exceptions(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What looks like AI and isn't; which bots are deterministic."""

    not_authors: frozenset[int]
    not_emails: frozenset[str]
    automations: dict[str, str]


TOOLS = read_data("assess/provenance/signals.toml", dict[str, Tool])
EXCEPTIONS = read_data("assess/provenance/exceptions.toml", Exceptions)

BY_EMAIL = {email: name for name, tool in TOOLS.items() for email in tool.emails}
BY_NAMED = {
    email: (word, name) for name, tool in TOOLS.items() for email, word in tool.named.items()
}
BY_BOT = {bot: name for name, tool in TOOLS.items() for bot in tool.bots}
BY_ASSISTANT = {bot: name for name, tool in TOOLS.items() for bot in tool.assistants}
BY_AUTHOR = {author: name for name, tool in TOOLS.items() for author in tool.authors}
SUFFIXES = tuple((suffix, name) for name, tool in TOOLS.items() for suffix in tool.suffixes)
SUBJECTS = tuple((subject, name) for name, tool in TOOLS.items() for subject in tool.subjects)
BRANCHES = tuple((prefix, name) for name, tool in TOOLS.items() for prefix in tool.branches)
FOOTERS = tuple(
    (re.compile(footer, re.IGNORECASE), name)
    for name, tool in TOOLS.items()
    for footer in tool.footers
)
VARIABLES = tuple((variable, name) for name, tool in TOOLS.items() for variable in tool.variables)

_NOREPLY = re.compile(r"(\d+)\+[^@\s]+@users\.noreply\.github\.com")


def account_of(email: str) -> int | None:
    """The numeric account id in a forge's noreply address."""
    found = _NOREPLY.fullmatch(email.strip().lower())
    return int(found.group(1)) if found else None


def tool_of(name: str, email: str) -> str:
    """The tool behind an address, empty for people. The name decides only where the data say."""
    email = email.strip().lower()
    account = account_of(email)
    if account in EXCEPTIONS.not_authors or email in EXCEPTIONS.not_emails:
        return ""
    if account is not None:
        return BY_BOT.get(account, BY_ASSISTANT.get(account, ""))
    if email in BY_NAMED:
        word, tool = BY_NAMED[email]
        return tool if word in name.lower() else ""
    return BY_EMAIL.get(email, "")
