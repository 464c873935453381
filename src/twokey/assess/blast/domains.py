"""Business domains: those of the configuration, and guesses by name where it has none of them."""

import re
from itertools import pairwise

from twokey.assess.blast.codeowners import CodeOwners
from twokey.assess.blast.matchers import MatcherSet
from twokey.config import Domain, Roster, Settings
from twokey.model.assessment import Criticality, DomainReach, Effect, Membership
from twokey.model.change import Change, Operation

_GUESSES = {
    "checkout": ("checkout", "checkouts", "basket", "cart"),
    "payment": ("payment", "payments", "billing", "invoicing"),
    "pricing": ("pricing", "price", "prices", "pricefeed"),
    "identity": (
        "identity",
        "auth",
        "authn",
        "authz",
        "authentication",
        "authorization",
        "login",
        "sso",
        "oauth",
    ),
    "accounts": ("account", "accounts"),
    "global-configuration": (
        "globalconfig",
        "globalconfiguration",
        "globalsettings",
        "sharedconfig",
    ),
}
_WORD_TO_DOMAIN = {word: name for name, words in _GUESSES.items() for word in words}
_SPLIT = re.compile(r"[^A-Za-z0-9]+|(?<=[a-z0-9])(?=[A-Z])")
_NOT_PLACES = re.compile(r"^\.github/|(?:^|/)(?:node_modules|vendor|third_party)/")


class Domains:
    """Finds the domains that an operation belongs to."""

    def __init__(self, settings: Settings, roster: Roster, codeowners: bytes | None) -> None:
        self._named = settings.domains
        self._configured = MatcherSet(settings.domains)
        self._guesses = settings.guesses
        owners = codeowners if settings.codeowners else None
        self._codeowners = CodeOwners(owners, roster)

    def of(self, operation: Operation, change: Change) -> tuple[Membership, ...]:
        """The domains, by the configuration; a guess only for a name that it doesn't define."""
        found = [Membership(name=n, via=v) for n, v in self._configured.find(operation, change)]
        if self._guesses and not found:
            found += [
                Membership(name=name, via=f"named {word}", guessed=True)
                for name, word in self._guess(operation)
                if name not in self._named
            ]
        return tuple(found)

    def reach(self, effects: tuple[Effect, ...]) -> tuple[DomainReach, ...]:
        """Each domain that the effects touch, most critical first, with owners and a path to it."""
        members: dict[str, list[tuple[Effect, Membership]]] = {}
        for effect in effects:
            for membership in effect.domains:
                members.setdefault(membership.name, []).append((effect, membership))
        reached = [self._reach_of(name, found) for name, found in members.items()]
        order = list(Criticality)
        return tuple(sorted(reached, key=lambda d: (-order.index(d.criticality), d.name)))

    def _reach_of(self, name: str, found: list[tuple[Effect, Membership]]) -> DomainReach:
        effect, membership = found[0]
        domain = self._named.get(name) or Domain(criticality=Criticality.CRITICAL)
        owners = domain.owners or self._codeowners.of_paths(
            [e.operation.resource.name for e, _ in found if e.operation.resource.kind == "file"]
        )
        return DomainReach(
            name=name,
            criticality=domain.criticality,
            owners=tuple(owners),
            guessed=membership.guessed,
            path=(effect.operation.resource.name, membership.via),
            operations=len(found),
        )

    def _guess(self, operation: Operation) -> list[tuple[str, str]]:
        resource = operation.resource
        places = [resource.name, resource.namespace, resource.service, operation.previous]
        found: dict[str, str] = {}
        for place in places:
            if not place or _NOT_PLACES.search(place):
                continue
            words = [w.lower() for w in _SPLIT.split(place) if w]
            for word in (*words, *("".join(pair) for pair in pairwise(words))):
                if word in _WORD_TO_DOMAIN:
                    found.setdefault(_WORD_TO_DOMAIN[word], word)
        return list(found.items())
