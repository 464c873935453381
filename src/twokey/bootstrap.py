"""The only file that picks implementations: words and files to Deps.

What judges is read from where the actor can't write it. For a range that is the base branch: a
change can't loosen the rules that judge it. `--config` is for advisory runs alone.
"""

import os
from collections.abc import Callable
from pathlib import Path, PurePosixPath

import msgspec

from twokey.approve.roster import RosterIndex
from twokey.clock import Clock
from twokey.config import (
    NAME,
    Roster,
    Settings,
    find_config,
    parse_roster,
    parse_settings,
)
from twokey.decide.pack import load_pack
from twokey.documents import Limits
from twokey.errors import ConfigError, UsageError
from twokey.intake import git
from twokey.model.change import ChangeKind
from twokey.record import open_ledger
from twokey.service.deps import Authority, Deps, Standing
from twokey.service.request import Request

Reader = Callable[[str], bytes | None]
"""A path relative to the configuration's folder, to bytes; None where there is no such file."""

_CODEOWNERS = (".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS")
_MOST = 4 * 1024 * 1024


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """What the command line says about the run itself, not about the change."""

    config: str | None = None
    authority: str = ""
    base: str = ""
    ledger: str = ""


class _Found(msgspec.Struct, frozen=True, kw_only=True):
    """A configuration's place: how to read beside it, its name, and how to call it."""

    read: Reader
    name: str
    words: str
    first: bool = False


def bootstrap(request: Request, choice: Choice, *, clock: Clock | None = None) -> Deps:
    """Deps for judging `request`. Raises ConfigError where what judges can't be read."""
    clock = clock or Clock()
    found = _find(request, choice)
    data = found.read(found.name) if found.name else None
    settings = parse_settings(data, source=found.words) if data is not None else Settings()
    roster = _roster(settings, found)
    return Deps(
        settings=settings,
        roster=roster,
        people=RosterIndex(roster, forge=settings.forge),
        pack=load_pack(
            _policies(settings, found),
            modes=settings.rules,
            ready=settings.names_people_and_domains,
        ),
        ledger=open_ledger(Path(choice.ledger) if choice.ledger else None),
        clock=clock,
        authority=_authority(choice, found),
        configured_by=found.words if data is not None else f"built-in defaults ({found.words})",
        codeowners=next(filter(None, map(found.read, _CODEOWNERS)), None),
        first_configuration=found.first,
        environment=dict(os.environ),
    )


def _find(request: Request, choice: Choice) -> _Found:
    if choice.authority and choice.config:
        raise UsageError(
            "--config with --authority", do="An authoritative run reads its base branch."
        )
    if choice.config:
        path = Path(choice.config)
        if not path.is_file():
            raise ConfigError("no such file", where=choice.config, do="Check --config.")
        return _on_disk(path, "--config " + choice.config)
    base = choice.base or (_base_of(request) if request.kind is ChangeKind.GIT else "")
    if choice.authority and not base:
        raise UsageError("--authority ci needs --base REV", do="Name the protected branch.")
    nearest = find_config(_start(request))
    if base:
        return _at_base(request, base, nearest, authoritative=bool(choice.authority))
    if nearest is None:
        return _on_disk(_start(request) / NAME, "no twokey.yaml here or above")
    return _on_disk(nearest, str(os.path.relpath(nearest)))


def _at_base(request: Request, base: str, nearest: Path | None, *, authoritative: bool) -> _Found:
    repository = Path(request.repository)
    commit = git.resolve(repository, base)

    def read(path: str) -> bytes | None:
        return git.read_blob(repository, commit, path, limits=Limits())

    if read(NAME) is not None:
        return _Found(read=read, name=NAME, words=f"{NAME} at {base}")
    if authoritative or nearest is None:
        return _Found(read=read, name=NAME, words=f"no {NAME} at {base}", first=True)
    # The base has none yet, so there is nothing to loosen: the first one may speak for itself.
    disk = _on_disk(nearest, f"{os.path.relpath(nearest)}, since {base} has none")
    return msgspec.structs.replace(disk, first=True)


def _on_disk(path: Path, words: str) -> _Found:
    folder = path.parent

    def read(name: str) -> bytes | None:
        target = folder / name
        if not target.is_file():
            return None
        with target.open("rb") as stream:
            data = stream.read(_MOST + 1)
        if len(data) > _MOST:
            raise ConfigError(f"more than {_MOST} bytes", where=str(target))
        return data

    return _Found(read=read, name=path.name, words=words)


def _base_of(request: Request) -> str:
    """The side of a range that its change can't have written; empty for a first commit."""
    left, dots, _ = request.spec.partition("..")
    if dots:
        return left
    parent = f"{request.spec}^"
    return parent if git.exists(Path(request.repository), parent) else ""


def _start(request: Request) -> Path:
    folder = Path(request.repository) if request.kind is ChangeKind.GIT else Path()
    return folder.resolve()


def _roster(settings: Settings, found: _Found) -> Roster:
    if not settings.people:
        return Roster()
    data = found.read(_inside(settings.people, "people"))
    if data is None:
        raise ConfigError(
            f"people: {settings.people} isn't there", where=found.words,
            expected="the file beside twokey.yaml", do="Add it, or remove the line.",
        )  # fmt: skip
    return parse_roster(data, source=settings.people)


def _policies(settings: Settings, found: _Found) -> list[tuple[str, str]]:
    texts = []
    for name in settings.policies:
        data = found.read(_inside(name, "policies"))
        if data is None:
            raise ConfigError(
                f"policies: {name} isn't there", where=found.words,
                expected="a file beside twokey.yaml (name each; no globs)",
            )  # fmt: skip
        texts.append((name, data.decode("utf-8", "replace")))
    return texts


def _inside(name: str, field: str) -> str:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts:
        raise ConfigError(
            f"{field}: {name} leaves the folder", where=NAME, expected="a path below twokey.yaml"
        )
    return name


def _authority(choice: Choice, found: _Found) -> Authority:
    if not choice.authority:
        return Authority(standing=Standing.ADVISORY, why="run on this machine")
    if os.environ.get("CI", "").lower() not in ("true", "1"):
        raise UsageError("--authority ci outside CI", do="Leave it out on a workstation.")
    return Authority(standing=Standing.AUTHORITATIVE, why=f"CI, judged by {found.words}")
