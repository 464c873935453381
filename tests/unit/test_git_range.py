"""Ranges of real repositories: verbs, hints, digests, histories and hostile settings."""

import os
from pathlib import Path

import pytest

from twokey.documents import Limits
from twokey.errors import InputError, LimitError
from twokey.intake import git
from twokey.model.change import Change

LIMITS = Limits()


def read(repository, spec: str, **options: str) -> Change:
    return git.read_range(repository.path, spec, limits=LIMITS, **options)


def verbs(change: Change) -> dict[str, str]:
    return {o.resource.name: str(o.verb) for o in change.operations}


@pytest.fixture
def base(repository):
    for n in range(6):
        repository.write(f"f{n}.txt", "".join(f"line {i} of {n}\n" for i in range(20)))
    repository.commit("Base")
    repository.git("checkout", "-q", "-b", "work")
    return repository


def test_every_kind_of_touch(base) -> None:
    (base.path / "f0.txt").unlink()
    base.write("f1.txt", "changed\n")
    base.git("mv", "f2.txt", "moved.txt")
    (base.path / "f3.txt").unlink()
    (base.path / "f3.txt").symlink_to("f4.txt")
    (base.path / "f4.txt").chmod(0o755)
    base.write("new.bin", bytes(range(256)))
    base.commit()
    change = read(base, "main..work")
    assert verbs(change) == {
        "f0.txt": "delete", "f1.txt": "update", "moved.txt": "update", "f3.txt": "replace",
        "f4.txt": "update", "new.bin": "create",
    }  # fmt: skip
    by_name = {o.resource.name: o for o in change.operations}
    assert by_name["moved.txt"].previous == "f2.txt"
    assert "symlink" in by_name["f3.txt"].hints
    assert by_name["f4.txt"].hints == ("mode",)
    assert by_name["new.bin"].hints == ("binary",)
    assert change.counts() == {"delete": 1, "update": 3, "replace": 1, "create": 1}
    assert by_name["f1.txt"].lines_added == 1
    assert by_name["f1.txt"].lines_removed == 20


def test_copies_are_created_with_their_origin(base) -> None:
    text = (base.path / "f1.txt").read_bytes()
    base.write("copy.txt", text)
    base.write("f1.txt", text + b"more\n")
    base.commit()
    by_name = {o.resource.name: o for o in read(base, "main..work").operations}
    assert (by_name["copy.txt"].verb, by_name["copy.txt"].previous) == ("create", "f1.txt")


def test_merge_base_not_the_tip_is_compared(base) -> None:
    base.write("f1.txt", "mine\n")
    base.commit()
    base.git("checkout", "-q", "main")
    base.write("other.txt")
    base.commit()
    assert set(verbs(read(base, "main..work"))) == {"f1.txt"}


def test_a_first_commit_is_compared_with_nothing(repository) -> None:
    repository.write("a.txt")
    repository.commit()
    assert verbs(read(repository, "HEAD")) == {"a.txt": "create"}


def test_names_that_are_not_utf8_and_names_that_lie(base) -> None:
    base.write(b"bad-\xff-name", "x\n")
    base.write("tab\tnew\nline", "x\n")
    base.write('quote"\\.txt', "x\n")
    base.commit()
    assert set(verbs(read(base, "main..work"))) == {
        "bad-\\xff-name", "tab\\x09new\\x0aline", 'quote"\\\\.txt'
    }  # fmt: skip


def test_submodules_and_lfs_pointers_are_named_as_such(base) -> None:
    base.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    base.write(".gitattributes", "*.big filter=lfs diff=lfs merge=lfs -text\n")
    base.write(
        "model.big", f"version https://git-lfs.github.com/spec/v1\noid sha256:{'0' * 64}\nsize 9\n"
    )
    base.git("add", ".gitattributes", "model.big")
    base.git("commit", "-q", "-m", "More")
    hints = {o.resource.name: o.hints for o in read(base, "main..work").operations}
    assert "submodule" in hints["sub"]
    assert hints["model.big"] == ("lfs",)


def test_the_digest_survives_what_does_not_change_the_content(base) -> None:
    base.write("f1.txt", "one\n")
    base.commit()
    base.write("f2.txt", "two\n")
    base.commit()
    before = read(base, "main..work", branch="main").digest
    base.git("checkout", "-q", "main")
    base.write("unrelated.txt")
    base.commit("Elsewhere")
    assert read(base, "main..work", branch="main").digest == before
    base.git("checkout", "-q", "-b", "squashed", "main")
    base.git("merge", "--squash", "-q", "work")
    base.git("commit", "-q", "-m", "Squashed", email="other@example.com")
    assert read(base, "main..squashed", branch="main").digest == before


def test_the_digest_breaks_where_content_or_target_changes(base) -> None:
    base.write("f1.txt", "one\n")
    base.commit()
    first = read(base, "main..work", branch="main").digest
    assert read(base, "main..work", branch="release").digest != first
    base.write("f1.txt", "two\n")
    base.commit()
    assert read(base, "main..work", branch="main").digest != first
    base.git("checkout", "-q", "main")
    base.write("f1.txt", "base moved under it\n")
    base.commit()
    base.git("checkout", "-q", "work")
    base.git("merge", "-q", "-X", "ours", "main")
    assert read(base, "main..work", branch="main").digest != first


def test_force_push_back_to_the_approved_content_is_the_approved_content(base) -> None:
    approved = base.commit("Empty")
    base.write("f1.txt", "one\n")
    approved = base.commit("Approved")
    digest = read(base, "main..work", branch="main").digest
    base.write("f1.txt", "evil\n")
    base.commit("After the approval")
    assert read(base, "main..work", branch="main").digest != digest
    base.git("reset", "-q", "--hard", approved)
    assert read(base, "main..work", branch="main").digest == digest


def test_settings_and_attributes_of_the_repository_change_nothing(base, tmp_path: Path) -> None:
    base.git("mv", "f2.txt", "moved.txt")
    base.write("f1.txt", "changed\n")
    base.commit()
    before = read(base, "main..work")
    ran = tmp_path / "ran"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {ran}\n")
    script.chmod(0o755)
    for key, value in {
        "diff.renames": "false", "diff.external": str(script), "diff.noprefix": "true",
        "core.fsmonitor": str(script), "core.pager": str(script), "log.showSignature": "true",
        "core.quotePath": "false", "diff.evil.textconv": str(script), "diff.ignoreSubmodules": "all",
        "core.hooksPath": str(tmp_path), "core.sshCommand": str(script), "gpg.program": str(script),
    }.items():  # fmt: skip
        base.git("config", key, value)
    (base.path / ".git" / "info" / "attributes").write_text("* diff=evil -diff binary\n")
    after = read(base, "main..work")
    assert after.digest == before.digest
    assert verbs(after) == verbs(before)
    assert not ran.exists()


def test_replaced_objects_are_ignored(base) -> None:
    base.write("f1.txt", "evil\n")
    evil = base.commit("Evil")
    base.git("replace", evil, base.git("rev-parse", "main"))
    assert verbs(read(base, "main..work")) == {"f1.txt": "update"}


def test_octopus_merges_and_clean_merges(base) -> None:
    for name in ("one", "two"):
        base.git("checkout", "-q", "-b", name, "main")
        base.write(f"{name}.txt")
        base.commit(name, email=f"{name}@example.com")
    base.git("checkout", "-q", "work")
    base.write("work.txt")
    base.commit("work", email="work@example.com")
    base.git("merge", "-q", "--no-ff", "one", "two", "-m", "Octopus", email="merger@example.com")
    change = read(base, "main..work")
    assert set(verbs(change)) == {"one.txt", "two.txt", "work.txt"}
    assert max(len(c.parents) for c in change.commits) == 3
    authors = {p.identity.email for p in change.parties.authors}
    assert {
        "one@example.com",
        "two@example.com",
        "work@example.com",
        "merger@example.com",
    } <= authors


def test_a_clean_merge_gives_no_hand_but_an_edited_one_does(base) -> None:
    base.write("work.txt")
    base.commit("work", email="work@example.com")
    base.git("checkout", "-q", "main")
    base.write("main.txt")
    base.commit("main", email="other@example.com")
    base.git("checkout", "-q", "work")
    base.git("merge", "-q", "main", "-m", "Update", email="clean@example.com")
    authors = {p.identity.email for p in read(base, "main..work").parties.authors}
    assert authors == {"work@example.com"}
    mergers = {p.identity.email for p in read(base, "main..work").parties.mergers}
    assert mergers == {"clean@example.com"}
    base.write("smuggled.txt")
    base.git("add", "-A")
    base.git("commit", "-q", "--amend", "--no-edit", email="evil@example.com",
             GIT_AUTHOR_EMAIL="evil@example.com")  # fmt: skip
    people = read(base, "main..work").parties.everyone()
    assert "evil@example.com" in {p.identity.email for p in people}


def test_unrelated_histories_and_shallow_clones(base, tmp_path: Path) -> None:
    base.git("checkout", "-q", "--orphan", "island")
    base.commit("Island")
    with pytest.raises(InputError, match="share no commit"):
        read(base, "main..island")
    base.git("checkout", "-q", "-f", "work")
    for n in range(4):
        base.write(f"n{n}.txt")
        base.commit()
    clone = tmp_path / "clone"
    base.git("clone", "-q", "--depth=2", "--no-single-branch", f"file://{base.path}", str(clone))
    with pytest.raises(InputError, match="unshallow"):
        git.read_range(clone, "origin/main..origin/work", limits=LIMITS)
    shallow = git.read_range(clone, "origin/work~1..origin/work", limits=LIMITS)
    assert any("shallow" in note for note in shallow.notes)


@pytest.mark.parametrize(
    "spec",
    ["nowhere..HEAD", "main..nowhere", "--upload-pack=x..HEAD", "-n1", "main..--help", "\0", ""],
)
def test_what_is_no_revision_is_one_clear_error(base, spec: str) -> None:
    with pytest.raises(InputError):
        read(base, spec)


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no git repository"):
        git.read_range(tmp_path, "a..b", limits=LIMITS)


def test_too_many_commits_or_files_are_refused(base) -> None:
    base.write("a.txt")
    base.write("b.txt")
    base.commit()
    base.commit("Another")
    with pytest.raises(LimitError, match=r"limits\.commits"):
        git.read_range(base.path, "main..work", limits=Limits(commits=1))
    with pytest.raises(LimitError, match=r"limits\.operations"):
        git.read_range(base.path, "main..work", limits=Limits(operations=1))


def test_messages_with_anything_in_them_are_read_whole(base) -> None:
    text = "Subject\n\n" + "\x1b[31m ünï \u202e commit 1234\nauthor x <y>\n" * 3
    base.write("a.txt")
    base.commit(text)
    (commit,) = list(git.read_commits(base.path, "main..work", limits=LIMITS))
    assert commit.message.strip() == text.strip()
    assert commit.author.email == "dev@example.com"


def test_the_remote_is_named_without_credentials(base) -> None:
    base.git("remote", "add", "origin", "https://user:secret@github.com/shop/web.git")
    assert git.remote_name(base.path) == "shop/web"
    base.git("remote", "set-url", "origin", "git@github.com:shop/web")
    assert git.remote_name(base.path) == "shop/web"


def test_a_file_is_read_from_a_commit_not_from_the_checkout(base) -> None:
    base.write("twokey.yaml", "version: 1\n")
    base.commit()
    base.write("twokey.yaml", "changed")
    assert git.read_blob(base.path, "work", "twokey.yaml", limits=LIMITS) == b"version: 1\n"
    assert git.read_blob(base.path, "work", "missing", limits=LIMITS) is None
    os.symlink("/etc/passwd", base.path / "link.yaml")
    assert git.read_blob(base.path, "work", ".", limits=LIMITS) is None
