"""Quorum: every way in which an approval must not count, and the best assignment of those that do."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.unit.cases import NOW, approval, case, people
from twokey.config import Settings, Signoff, SignoffSlot, Thresholds
from twokey.decide.people import smallest_set
from twokey.decide.quorum import fits, judge, unfilled
from twokey.decide.signoffs import requirement
from twokey.errors import PolicyError
from twokey.model.actor import Account, ActorKind, Identity, Level, Parties, Party, Person, PersonId
from twokey.model.approval import Act, Proof
from twokey.model.decision import Hold, Mode, Requirement, Slot

ONE = Requirement(signoff="independent", slots=(Slot(count=1, label="one human"),))


def why(given_approval, needed: Requirement = ONE, **facts) -> str:
    (judged,) = judge(needed, case(approvals=(given_approval,), **facts)).judged
    assert judged.counts is (judged.why == "")
    return judged.why


def test_an_approval_that_counts() -> None:
    found = judge(ONE, case(approvals=(approval("ada"),)))
    assert (found.released, found.missing, found.counted) == (True, (), ("ada",))


@pytest.mark.parametrize(
    ("given_approval", "says"),
    [
        (approval("ada", digest="sha256:" + "b" * 64), "other content"),
        (approval("ada", kind="git"), "for a git change"),
        (approval("ada", problem="it is broken"), "it is broken"),
        (approval("ada", expires_at=NOW), "expired"),
        (
            approval(
                "ada", made_at=NOW - timedelta(hours=73), expires_at=NOW + timedelta(days=300)
            ),
            "expired",
        ),
        (approval("ada", made_at=NOW + timedelta(minutes=3)), "future"),
        (approval("ada", bot=True), "bots"),
        (approval(None), "the roster has nobody"),
        (approval("nobody"), "the roster has nobody"),
    ],
)
def test_why_an_approval_does_not_count(given_approval, says: str) -> None:
    assert says in why(given_approval)


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"author": "ada"}, "wrote it"),
        ({"co_authors": ("ada",)}, "co-wrote it"),
        ({"agent": "kiro", "operator": "ada"}, "operates the agent"),
    ],
)
def test_whoever_had_a_hand_in_it_is_not_independent(facts, says: str) -> None:
    assert says in why(approval("ada"), **facts)


def test_committers_pushers_and_submitters_have_a_hand_too() -> None:
    import msgspec

    ada = Party(kind=ActorKind.HUMAN, identity=Identity(), person=PersonId("ada"))
    for field, value in (("committers", (ada,)), ("pushers", (ada,)), ("submitter", ada)):
        given_case = case(approvals=(approval("ada"),))
        assessment = msgspec.structs.replace(
            given_case.assessment, parties=Parties(**{field: value})
        )
        given_case = msgspec.structs.replace(given_case, assessment=assessment)
        assert not judge(ONE, given_case).released


def test_a_clean_merge_is_a_hand_for_two_person_alone() -> None:
    import msgspec

    ada = Party(kind=ActorKind.HUMAN, identity=Identity(), person=PersonId("ada"))
    given_case = case(level="human", author="cy", approvals=(approval("ada"),))
    parties = msgspec.structs.replace(given_case.assessment.parties, mergers=(ada,))
    assessment = msgspec.structs.replace(given_case.assessment, parties=parties)
    given_case = msgspec.structs.replace(given_case, assessment=assessment)
    assert judge(requirement("senior", given_case), given_case).released
    two = judge(requirement("two-person", given_case), given_case)
    assert not two.released
    assert "merged the base" in two.judged[0].why


def test_one_person_counts_once_by_whatever_channels() -> None:
    two = Requirement(signoff="two", slots=(Slot(count=2, label="two humans"),))
    both = (
        approval("ada", nonce="1"),
        approval("ada", nonce="2", method="review", strength=Proof.SESSION),
    )
    found = judge(two, case(approvals=both))
    assert not found.released
    assert found.judged[1].why == "this person has signed already"


def test_only_the_giver_withdraws() -> None:
    good = approval("ada", nonce="n1")
    for taker, released in (("ada", False), ("bo", True)):
        back = approval(taker, act=Act.WITHDRAW, of="n1", nonce="n2")
        assert judge(ONE, case(approvals=(good, back))).released is released
    forged = approval("ada", act=Act.WITHDRAW, of="n1", nonce="n2", problem="forged")
    assert judge(ONE, case(approvals=(good, forged))).released


def test_an_approval_is_no_declaration_and_the_other_way_round() -> None:
    assert not judge(ONE, case(approvals=(approval("ada", act=Act.DECLARE_HUMAN),))).released


def test_strength() -> None:
    needed = Requirement(signoff="x", slots=ONE.slots, strength=Proof.PRESENCE)
    assert "strength 0" in why(approval("ada", strength=Proof.SESSION), needed)
    assert why(approval("ada", strength=Proof.PRESENCE), needed) == ""


@pytest.mark.parametrize(
    ("level", "tier", "agent", "least"),
    [("human", "high", None, 0), ("assisted", "high", None, 0), ("authored", "elevated", None, 0),
     ("authored", "high", None, 1), ("undeclared", "high", None, 1), ("human", "high", "kiro", 1),
     ("human", "critical", None, 1)],
)  # fmt: skip
def test_the_least_strength(level: str, tier: str, agent: str | None, least: int) -> None:
    assert requirement("senior", case(level=level, tier=tier, agent=agent)).strength == least


@pytest.mark.parametrize(
    ("level", "approvers", "released"),
    [
        ("human", ("di",), True),
        ("assisted", ("di",), True),
        ("automated", ("di",), False),
        ("automated", ("di", "ed"), True),
        ("authored", ("di", "ed"), False),
        ("authored", ("di", "ada"), True),
        ("undeclared", ("ada", "bo"), True),
        ("autonomous", ("ada",), False),
    ],
)
def test_two_person_by_provenance(level: str, approvers: tuple[str, ...], released: bool) -> None:
    given_case = case(level=level, approvals=tuple(map(approval, approvers)))
    assert judge(requirement("two-person", given_case), given_case).released is released


def test_the_other_built_in_signoffs() -> None:
    owners = case(domains=("checkout", "pricing"), approvals=(approval("ada"),))
    found = judge(requirement("domain-owner", owners), owners)
    assert (found.released, found.missing, found.eligible) == (
        False,
        ("one owner of pricing",),
        ("bo",),
    )
    agent = case(agent="kiro", operator="cy", author="", approvals=(approval("cy"),))
    assert judge(requirement("operator", agent), agent).released
    commander = case(approvals=(approval("ed"),))
    assert judge(requirement("incident-commander", commander), commander).released
    assert not judge(requirement("freeze-exception", commander), commander).released
    with pytest.raises(PolicyError, match="no sign-off 'nonsense'"):
        requirement("nonsense", commander)


def test_a_configured_signoff_replaces_a_built_in_one() -> None:
    signoff = Signoff(people=(SignoffSlot(count=2, level=Level.SENIOR),), strength=1)
    needed = requirement("senior", case(settings=Settings(signoffs={"senior": signoff})))
    assert (needed.slots[0].count, needed.slots[0].level, needed.strength) == (2, Level.SENIOR, 1)


def test_a_setting_shortens_lives() -> None:
    short = Settings(thresholds=Thresholds(approval_hours=0.05))
    assert "expired" in why(approval("ada"), settings=short)


SLOTS = st.lists(
    st.builds(Slot, count=st.just(1), label=st.just("x"), level=st.sampled_from([None, Level.MID, Level.SENIOR]),
              members=st.sampled_from([(), ("team:a",), ("team:b", "p1")])),
    max_size=4,
)  # fmt: skip
PEOPLE = st.lists(
    st.tuples(st.sampled_from(list(Level)), st.sampled_from([(), ("a",), ("b",), ("a", "b")])),
    max_size=5,
)


@given(SLOTS, PEOPLE)
@settings(max_examples=300)
def test_the_best_assignment_is_found(
    slots: list[Slot], who: list[tuple[Level, tuple[str, ...]]]
) -> None:
    """Against trying every order: quorum must never miss a filling that exists."""
    signed = [
        Person(id=PersonId(f"p{n}"), level=level, teams=teams)
        for n, (level, teams) in enumerate(who)
    ]
    given_case = case()
    found = len(slots) - len(
        unfilled(Requirement(signoff="x", slots=tuple(slots)), signed, given_case)
    )
    padded: list[Person | None] = [*signed, *([None] * len(slots))]
    best = max(
        sum(p is not None and fits(p, s, given_case) for p, s in zip(order, slots, strict=False))
        for order in permutations(padded[: len(signed) + 1] + [None] * max(0, len(slots) - 1), len(slots))
    ) if slots else 0  # fmt: skip
    assert found == best


def hold(name: str, given_case) -> Hold:
    return Hold(
        rule=name,
        policy=name,
        sentence="s",
        mode=Mode.ENFORCE,
        requirement=requirement(name, given_case),
    )


def test_the_smallest_set_of_people() -> None:
    given_case = case(level="authored", domains=("checkout", "pricing"), approvals=())
    holds = [hold(n, given_case) for n in ("senior", "two-person", "domain-owner")]
    assert smallest_set(holds, given_case) == (("ada", "bo"), ())
    half = case(level="authored", domains=("checkout", "pricing"), approvals=(approval("ada"),))
    assert smallest_set(holds, half) == (("bo",), ())


def test_when_nobody_can_it_says_what_to_configure() -> None:
    alone = case(level="authored", author="ada", roster=people(ada="senior"))
    found, advice = smallest_set([hold("two-person", alone)], alone)
    assert found is None
    assert (
        "the roster lacks one senior who had no hand in it (1 named, 1 of them involved)"
        in advice[0]
    )
    empty = case(roster=people())
    assert "no people are configured" in smallest_set([hold("senior", empty)], empty)[1][0]


def test_a_renamed_login_stays_the_person_and_a_reused_one_is_nobody() -> None:
    from twokey.approve.roster import RosterIndex
    from twokey.config import Roster

    ada = Person(id=PersonId("ada"), emails=("ada@example.com",),
                 accounts=(Account(forge="github", id=7, login="ada-old"),))  # fmt: skip
    index = RosterIndex(Roster(people=(ada,)))
    assert index.resolve(Identity(account=Account(forge="github", id=7, login="ada-new"))) == "ada"
    assert index.resolve(Identity(account=Account(forge="github", id=8, login="ada-old"))) is None
    assert index.resolve(Identity(email="7+whatever@users.noreply.github.com")) == "ada"
    assert index.resolve(Identity(email=" ADA@Example.com ")) == "ada"
