"""The roster, indexed: who is behind an address, an account or a key.

A person is one person whatever they use. Logins are never looked up, since they are renamed and
reused; accounts go by numeric id.
"""

import re

import msgspec

from twokey.config import Roster
from twokey.model.actor import Account, Identity, Key, Parties, Party, Person, PersonId

_NOREPLY = re.compile(r"(\d+)\+[^@]+@users\.noreply\.github\.com", re.IGNORECASE)


class RosterIndex:
    """Look-ups over a roster."""

    def __init__(self, roster: Roster, *, forge: str = "github") -> None:
        self._forge = forge
        self._people = {p.id: p for p in roster.people}
        self._emails = {e.strip().lower(): p.id for p in roster.people for e in p.emails}
        self._accounts = {(a.forge, a.id): p.id for p in roster.people for a in p.accounts}
        self._keys = {
            key_body(k.public): (p.id, k) for p in roster.people for k in p.keys if k.public.strip()
        }

    def by_id(self, person: PersonId) -> Person | None:
        """The person with this id."""
        return self._people.get(person)

    def by_key(self, body: str) -> tuple[PersonId, Key] | None:
        """Whose key this is; `body` is `key_body` of its public line."""
        return self._keys.get(body)

    def by_account(self, account: Account) -> PersonId | None:
        """Whose account this is, by forge and numeric id."""
        return self._accounts.get((account.forge, account.id))

    def resolve(self, identity: Identity) -> PersonId | None:
        """Who is behind an account or an e-mail address; a forge's noreply address carries the
        account's id. None where the roster doesn't know."""
        if identity.account is not None:
            found = self.by_account(identity.account)
            if found is not None:
                return found
        email = identity.email.strip().lower()
        noreply = _NOREPLY.fullmatch(email)
        if noreply:
            return self._accounts.get((self._forge, int(noreply.group(1))))
        return self._emails.get(email)


def key_body(public: str) -> str:
    """Type and base64 of an `authorized_keys` line, without its comment."""
    return " ".join(public.split()[:2])


def resolve_parties(parties: Parties, people: RosterIndex) -> Parties:
    """The same parties with the person behind each, where the roster knows."""

    def known(party: Party) -> Party:
        if party.person is not None:
            return party
        return msgspec.structs.replace(party, person=people.resolve(party.identity))

    return msgspec.structs.replace(
        parties,
        authors=tuple(map(known, parties.authors)),
        co_authors=tuple(map(known, parties.co_authors)),
        committers=tuple(map(known, parties.committers)),
        pushers=tuple(map(known, parties.pushers)),
        mergers=tuple(map(known, parties.mergers)),
        submitter=known(parties.submitter) if parties.submitter else None,
        operator=known(parties.operator) if parties.operator else None,
    )
