"""A verdict over facts in memory, beside one bare Cedar call on the same policies."""

import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.unit.cases import case

from twokey.decide import decide
from twokey.decide.entities import facts_of
from twokey.decide.pack import load_pack

RUNS = 2_000


def timed(work: object) -> float:
    """Median microseconds of a call."""
    found = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()  # type: ignore[operator]
        found.append((time.perf_counter() - start) * 1e6)
    return statistics.median(found)


def main() -> None:
    """The blueprint alone, and with 200 policies of a user."""
    given = case(level="authored", tier="critical", domains=("checkout", "pricing"))
    levels = {p.id: p.level for p in given.roster.people}
    facts = facts_of(given.change, given.assessment, given.settings, levels)
    rule = (
        '@id("u{n}")\n@sentence("Ours")\n@signoff("senior")\n'
        "forbid(principal, action, resource) when {{ context.operations > {n} }};\n"
    )
    many = [("ours.cedar", "".join(rule.format(n=n + 10) for n in range(200)))]
    for name, user in (("blueprint", []), ("blueprint and 200 more", many)):
        pack = load_pack(user, ready=True)
        bare = timed(lambda pack=pack: pack.engine.ask(("Human", "x"), "y", facts))
        ours = timed(lambda pack=pack: decide(given, pack))
        against = f"bare Cedar call {bare:.0f} us, ratio {ours / bare:.1f}"
        print(f"{name}: verdict {ours:.0f} us (under 1,000), {against}")


if __name__ == "__main__":
    main()
