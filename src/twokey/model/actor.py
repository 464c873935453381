"""Who acts: people, agents and automations, and on whose behalf."""

from enum import StrEnum
from typing import NewType

import msgspec

PersonId = NewType("PersonId", str)


class ActorKind(StrEnum):
    """What an actor is. An agent always has an operator, a human."""

    HUMAN = "human"
    AGENT = "agent"
    AUTOMATION = "automation"


class Level(StrEnum):
    """Seniority. Someone the roster doesn't name is judged as junior, and so is every agent."""

    JUNIOR = "junior"
    MID = "mid"
    SENIOR = "senior"


class Account(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An account at a forge, keyed by its numeric id, since logins are renamed and reused."""

    forge: str
    id: int
    login: str = ""


class Key(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """An SSH public key in `authorized_keys` form.

    `hardware` says that the roster knows the key to live on a security key. A signature still
    needs its touch flag to count as presence. `simulated` keys are for demonstrations only.
    """

    public: str
    hardware: bool = False
    simulated: bool = False


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody in the roster. `id` is what records carry; names stay in the roster."""

    id: PersonId
    name: str = ""
    level: Level = Level.JUNIOR
    teams: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    accounts: tuple[Account, ...] = ()
    keys: tuple[Key, ...] = ()
    on_call: bool = False
    roles: tuple[str, ...] = ()


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody appears in a change: a name and an address, or an account. Unverified."""

    name: str = ""
    email: str = ""
    account: Account | None = None


class Party(msgspec.Struct, frozen=True, kw_only=True):
    """One who had a hand in a change: what they are, how they appeared, whom the roster knows.

    `person` is None where the roster has nobody with this address or account.
    """

    kind: ActorKind
    identity: Identity
    person: PersonId | None = None


class Parties(msgspec.Struct, frozen=True, kw_only=True):
    """Everybody who had a hand in a change. All of them are no independent approvers.

    `submitter` hands the change in; `agent` is the name of an agent in the chain and `operator`
    the human who prompted it. `mergers` only merged the base in, cleanly: a hand that counts for
    two-person alone. Fields are empty or None where nothing is known.
    """

    authors: tuple[Party, ...] = ()
    co_authors: tuple[Party, ...] = ()
    committers: tuple[Party, ...] = ()
    pushers: tuple[Party, ...] = ()
    mergers: tuple[Party, ...] = ()
    submitter: Party | None = None
    agent: str | None = None
    operator: Party | None = None

    def everyone(self) -> tuple[Party, ...]:
        """All but mergers: author, co-author, committer, pusher, submitter, operator."""
        named = (*self.authors, *self.co_authors, *self.committers, *self.pushers)
        return named + tuple(p for p in (self.submitter, self.operator) if p is not None)
