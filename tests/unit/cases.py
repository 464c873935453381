"""Cases for policy and quorum: a change with chosen facts, people, and approvals."""

from datetime import UTC, datetime, timedelta
from typing import Any

from twokey.config import Roster, Settings
from twokey.decide import Case
from twokey.model.actor import (
    ActorKind,
    Identity,
    Parties,
    Party,
    Person,
    PersonId,
)
from twokey.model.actor import (
    Level as Seniority,
)
from twokey.model.approval import Act, Proof, Statement, Verified
from twokey.model.assessment import (
    Assessment,
    Blast,
    Criticality,
    DomainReach,
    Effect,
    Level,
    Membership,
    Provenance,
    Reversibility,
    Tier,
    Undo,
)
from twokey.model.change import Change, ChangeKind, Digest, Operation, Resource, Verb

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
DIGEST = Digest("sha256:" + "a" * 64)


def party(person: str) -> Party:
    return Party(kind=ActorKind.HUMAN, identity=Identity(name=person), person=PersonId(person))


def people(**levels: str) -> Roster:
    return Roster(
        people=tuple(
            Person(id=PersonId(name), level=Seniority(level.split(":")[0]), teams=tuple(level.split(":")[1:]),
                   roles=tuple(level.split(":")[1:]))
            for name, level in levels.items()
        )
    )  # fmt: skip


ROSTER = people(
    ada="senior:checkout", bo="senior:pricing", cy="mid", di="junior", ed="mid:incident-commander"
)


def effect(verb: str = "update", **more: Any) -> Effect:
    operation = Operation(
        verb=Verb(verb),
        resource=Resource(kind=more.pop("kind", "aws_x"), name=more.pop("name", "x")),
        digest=DIGEST,
    )
    undo = Undo(more.pop("undo", "reversible"))
    planes = tuple(Membership(name=n, via="test") for n in more.pop("planes", ()))
    return Effect(
        operation=operation, environment="production", production=more.pop("production", True),
        undo=Reversibility(level=undo), control_planes=planes, **more,
    )  # fmt: skip


def case(
    level: str = "human", tier: str = "elevated", author: str = "cy", domains: tuple[str, ...] = (),
    effects: tuple[Effect, ...] = (), approvals: tuple[Verified, ...] = (), agent: str | None = None,
    operator: str | None = None, roster: Roster = ROSTER, settings: Settings | None = None, **more: Any,
) -> Case:  # fmt: skip
    effects = effects or (effect(),)
    parties = Parties(
        authors=(party(author),) if author else (), agent=agent,
        operator=party(operator) if operator else None,
        co_authors=tuple(map(party, more.pop("co_authors", ()))),
    )  # fmt: skip
    change = Change(kind=ChangeKind.TERRAFORM, digest=DIGEST, source="plan", operations=tuple(e.operation for e in effects),
                    parties=parties)  # fmt: skip
    reach = tuple(
        DomainReach(name=d, criticality=Criticality.CRITICAL, owners=(f"team:{d}",))
        for d in domains
    )
    blast = more.pop("blast", Blast(domains=reach, environments=("production",)))
    production = more.pop("production", True)
    worst = max((e.undo for e in effects), key=lambda u: u.level.rank)
    assessment = Assessment(
        provenance=Provenance(level=Level(level)), parties=parties, effects=effects, blast=blast,
        reversibility=worst, tier=Tier[tier.upper()], production=production, **more,
    )  # fmt: skip
    return Case(change=change, assessment=assessment, approvals=approvals, settings=settings or Settings(),
                roster=roster, now=NOW)  # fmt: skip


def approval(person: str | None, **more: Any) -> Verified:
    statement = Statement(
        act=more.pop("act", Act.APPROVE), digest=more.pop("digest", DIGEST), kind=more.pop("kind", "terraform"),
        target="t", nonce=more.pop("nonce", f"n-{person}"), made_at=more.pop("made_at", NOW - timedelta(minutes=5)),
        expires_at=more.pop("expires_at", NOW + timedelta(hours=1)), of=more.pop("of", ""),
    )  # fmt: skip
    return Verified(
        statement=statement, method=more.pop("method", "ssh"), strength=more.pop("strength", Proof.PRESENCE),
        person=PersonId(person) if person else None, **more,
    )  # fmt: skip
