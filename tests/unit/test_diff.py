"""Unified diffs: git's, plain ones, and those made to deceive. git itself is the judge."""

import random
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from twokey.documents import Limits
from twokey.errors import InputError, LimitError
from twokey.intake import git, read
from twokey.intake.interface import Source
from twokey.model.change import Change, ChangeKind

GIT = """diff --git a/x.txt b/x.txt
index 1111111..2222222 100644
--- a/x.txt
+++ b/x.txt
@@ -1,2 +1,2 @@
 same
-old
+new
"""


def parse(text: str | bytes, **limits: int) -> Change:
    data = text.encode() if isinstance(text, str) else text
    return read(ChangeKind.DIFF, Source(name="x.diff", data=data, limits=Limits(**limits)))


def verbs(change: Change) -> list[tuple[str, str]]:
    return [(str(o.verb), o.resource.name) for o in change.operations]


def test_plain_and_git_diffs() -> None:
    assert verbs(parse(GIT)) == [("update", "x.txt")]
    plain = (
        "--- old/x.c\t2026-01-01 00:00:00\n+++ new/x.c\t2026-01-02 00:00:00\n@@ -1 +1 @@\n-a\n+b\n"
    )
    assert verbs(parse(plain)) == [("update", "new/x.c")]
    gone = "--- a/x.c\n+++ /dev/null\n@@ -1 +0,0 @@\n-a\n"
    assert verbs(parse(gone)) == [("delete", "x.c")]


def test_a_removed_line_that_looks_like_a_header_stays_a_line() -> None:
    text = "--- a/x.sql\n+++ b/x.sql\n@@ -1,3 +1,1 @@\n keep\n--- a/secret\n-++ b/secret\n"
    (operation,) = parse(text).operations
    assert (operation.resource.name, operation.lines_removed) == ("x.sql", 2)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "empty"),
        (" \n\n", "empty"),
        ("just words\n", "no file"),
        (GIT[: GIT.index("-old")], "cut short"),
        (GIT + "@@ -1 +1 @@\n", "cut short"),
        ("@@ -1 +1 @@\n-a\n+b\n", "without a file"),
        (GIT.replace("-old", "!old"), "in no hunk"),
        ("--- /dev/null\n+++ /dev/null\n@@ -1 +1 @@\n-a\n+b\n", "nothing before and after"),
    ],
)
def test_what_cannot_be_judged_is_refused(text: str, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse(text)


def test_a_combined_diff_is_not_understood() -> None:
    text = "diff --cc x.txt\nindex 1,2..3\n--- a/x.txt\n+++ b/x.txt\n@@@ -1,1 -1,1 +1,1 @@@\n- a\n -b\n++c\n"
    assert verbs(parse(text)) == [("unknown", "x.txt")]


def test_renames_modes_links_binaries_and_quoted_names() -> None:
    text = (
        'diff --git "a/t\\303\\244b\\t.txt" "b/t\\303\\244b\\t.txt"\nold mode 100644\nnew mode 100755\n'
        "diff --git a/a b.txt b/a b.txt\nnew file mode 120000\nindex 0000000..1111111\n"
        "--- /dev/null\n+++ b/a b.txt\n@@ -0,0 +1 @@\n+target\n\\ No newline at end of file\n"
        "diff --git a/one b/two\nsimilarity index 100%\nrename from one\nrename to two\n"
        "diff --git a/pic.png b/pic.png\nindex 1111111..2222222 100644\nBinary files a/pic.png and b/pic.png differ\n"
    )
    change = parse(text)
    assert verbs(change) == [
        ("update", "täb\\x09.txt"), ("create", "a b.txt"), ("update", "two"), ("update", "pic.png"),
    ]  # fmt: skip
    assert [o.hints for o in change.operations] == [("mode",), ("symlink",), (), ("binary",)]
    assert change.operations[2].previous == "one"


def test_a_mail_keeps_its_text_for_provenance() -> None:
    mail = f"From abc\nSubject: [PATCH] x\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n---\n{GIT}-- \n2.39\n"
    assert "Co-Authored-By" in parse(mail).text


def test_bounds() -> None:
    with pytest.raises(LimitError, match="files"):
        parse(GIT + GIT.replace("x.txt", "y.txt"), operations=1)


def test_the_digest_is_over_what_the_hunks_say() -> None:
    assert parse(GIT).digest == parse("prologue\n" + GIT).digest
    assert parse(GIT).digest != parse(GIT.replace("+new", "+nev")).digest


@given(st.binary(max_size=400) | st.text(max_size=200).map(lambda t: (GIT + t).encode()))
@settings(max_examples=300)
def test_any_bytes_give_a_change_or_an_input_error(data: bytes) -> None:
    try:
        assert parse(data).operations
    except InputError as error:
        assert "x.diff" in str(error)


@pytest.mark.parametrize("seed", range(12))
def test_the_same_operations_as_git_finds_for_a_random_range(repository, seed: int) -> None:
    chance = random.Random(seed)
    for n in range(12):
        repository.write(
            f"d{n % 3}/file {n}.txt", "".join(f"{chance.random()}\n" for _ in range(12))
        )
    repository.commit("Base")
    for n in range(12):
        path = repository.path / f"d{n % 3}" / f"file {n}.txt"
        match chance.randrange(6):
            case 0:
                path.unlink()
            case 1:
                path.write_text(path.read_text() + "--- a/evil\n+++ b/evil\n")
            case 2:
                path.rename(path.with_name(f"mövéd {n}"))
            case 3:
                path.write_bytes(bytes([0, 255]) * 40)
            case 4:
                path.unlink()
                path.symlink_to("elsewhere")
    repository.commit("Work")
    data = subprocess.run(
        ["git", "diff", "-M", "-C", "HEAD~1..HEAD"],
        cwd=repository.path,
        capture_output=True,
        check=True,
    ).stdout
    if not data:
        return
    ours = git.read_range(repository.path, "HEAD~1..HEAD", limits=Limits())
    facts = [
        sorted(
            (str(o.verb), o.resource.name, o.previous, o.lines_added, o.lines_removed)
            for o in c.operations
        )
        for c in (ours, parse(data))
    ]
    assert facts[0] == facts[1]
