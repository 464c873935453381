"""Freeze windows: local wall-clock times in a named zone, compared as instants.

A time that doesn't exist (spring) or exists twice (autumn) is taken so that the window is the
longer one: the start at its earlier reading, the end at its later.
"""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from twokey.config import Freeze
from twokey.errors import ConfigError


def window(freeze: Freeze) -> tuple[datetime, datetime]:
    """Start and end of a freeze as instants in UTC. Raises ConfigError where they make no sense."""
    where = f"freezes: {freeze.name}"
    try:
        zone = ZoneInfo(freeze.timezone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ConfigError(
            f"unknown time zone {freeze.timezone!r}",
            where=where,
            expected="an IANA name such as Europe/Berlin",
        ) from None
    start, end = (_instants(text, zone, where) for text in (freeze.start, freeze.end))
    if max(end) <= min(start):
        raise ConfigError("it ends before it starts", where=where, do="Exchange start and end.")
    return min(start), max(end)


def active(
    freezes: tuple[Freeze, ...], now: datetime, environments: set[str], domains: set[str]
) -> tuple[str, ...]:
    """Names of the freezes that are on now for what the change reaches.

    A freeze without environments and domains covers everything. The end itself is outside.
    """
    found = []
    for freeze in freezes:
        start, end = window(freeze)
        covers = not (freeze.environments or freeze.domains) or bool(
            set(freeze.environments) & environments or set(freeze.domains) & domains
        )
        if covers and start <= now < end:
            found.append(freeze.name)
    return tuple(found)


def _instants(text: str, zone: ZoneInfo, where: str) -> list[datetime]:
    try:
        local = datetime.fromisoformat(text)
    except ValueError:
        raise ConfigError(
            f"{text!r} is no time", where=where, expected="ISO 8601, such as 2026-11-27T00:00"
        ) from None
    if local.tzinfo is not None:
        return [local.astimezone(UTC)]
    return [local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1)]
