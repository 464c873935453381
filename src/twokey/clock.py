"""Time and ids, in one place so that tests can freeze them."""

import os
from collections.abc import Callable
from datetime import UTC, datetime


class Clock:
    """Says what time it is. Times are aware and in UTC."""

    def now(self) -> datetime:
        """The current time in UTC, whole microseconds."""
        return datetime.now(UTC)


class FixedClock(Clock):
    """A clock that stands still until it is told to move. For tests and simulations."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        """The time it was set to."""
        return self.at


Ids = Callable[[], str]


def random_id() -> str:
    """128 random bits as 32 hexadecimal digits."""
    return os.urandom(16).hex()
