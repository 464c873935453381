"""A 90 MB, 10,000-resource plan: time beside a bare typed decode, and peak memory.

The baseline is msgspec decoding the same bytes into typed structs with `before` and `after` as
plain values, and nothing else. Each side runs in a process of its own, in turn.
"""

import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from plan_maker import make_plan

COMMON = """
import json, sys, time
data = open(sys.argv[1], 'rb').read()
"""
OURS = (
    COMMON
    + """
from twokey.intake.terraform import TerraformFormat
from twokey.intake.interface import Source
start = time.perf_counter()
change = TerraformFormat().read(Source(name='plan', data=data))
took = time.perf_counter() - start
assert len(change.operations) == 8333, len(change.operations)
"""
)
BARE = (
    COMMON
    + """
import msgspec
from typing import Any
class Delta(msgspec.Struct):
    actions: list[str]
    before: Any = None
    after: Any = None
    after_unknown: Any = None
    before_sensitive: Any = None
    after_sensitive: Any = None
class Resource(msgspec.Struct):
    address: str
    change: Delta
    type: str = ''
    provider_name: str = ''
class Plan(msgspec.Struct):
    format_version: str
    resource_changes: list[Resource]
start = time.perf_counter()
plan = msgspec.json.decode(data, type=Plan)
took = time.perf_counter() - start
"""
)
END = """
peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))
print(json.dumps([took, int(peak.split()[1]) / 1024]))
"""


def run(code: str, path: str) -> tuple[float, float]:
    """(seconds, peak MB) of one side."""
    out = subprocess.run(
        [sys.executable, "-c", code + END, path], capture_output=True, text=True, check=True
    )
    seconds, peak = json.loads(out.stdout)
    return seconds, peak


def main() -> None:
    """Five pairs, medians."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "plan.json"
        data = make_plan(10_000)
        path.write_bytes(data)
        pairs = [(run(OURS, str(path)), run(BARE, str(path))) for _ in range(5)]
    ours, bare = (statistics.median(p[i][0] for p in pairs) for i in (0, 1))
    ratio = statistics.median(p[0][0] / p[1][0] for p in pairs)
    print(f"plan of {len(data) / 1e6:.0f} MB: ours {ours:.2f} s, bare typed decode {bare:.2f} s")
    peak = max(p[0][1] for p in pairs)
    print(f"ratio {ratio:.2f} (at most 1.5); peak memory {peak:.0f} MB (under 300)")


if __name__ == "__main__":
    main()
