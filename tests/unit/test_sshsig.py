"""SSH signatures: interoperable with ssh-keygen both ways, and stricter where it matters."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokey.approve import verify
from twokey.approve.challenge import encode, parse, statement_for
from twokey.approve.reviews import read_reviews
from twokey.approve.roster import RosterIndex
from twokey.approve.sshsig import check_signature, read_signature
from twokey.approve.sshsign import sign
from twokey.approve.transport import from_document, to_document
from twokey.config import Roster
from twokey.errors import InputError, ProofError, ToolError
from twokey.model.actor import Account, Key, Person, PersonId
from twokey.model.approval import Act, Proof, Signed
from twokey.model.change import Change, ChangeKind, Digest, Target
from twokey.testing import UnsafeSecurityKey

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
CHANGE = Change(
    kind=ChangeKind.GIT, digest=Digest("sha256:" + "1" * 64), source="a..b", operations=(),
    target=Target(head="f" * 40),
)  # fmt: skip


def keygen(folder: Path, kind: str, bits: str = "") -> Path:
    key = folder / f"key_{kind}{bits}"
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, *(["-b", bits] if bits else []), "-N", "", "-f", str(key)],
        check=True,
    )
    return key


def statement(act: Act = Act.APPROVE) -> bytes:
    return encode(statement_for(CHANGE, act, NOW, lifetime=timedelta(hours=1)))


def index(*keys: Key) -> RosterIndex:
    accounts = (Account(forge="github", id=7, login="ada"),)
    return RosterIndex(Roster(people=(Person(id=PersonId("ada"), keys=keys, accounts=accounts),)))


@pytest.mark.parametrize(("kind", "bits"), [("ed25519", ""), ("ecdsa", "256"), ("ecdsa", "384"),
                                            ("ecdsa", "521"), ("rsa", "2048")])  # fmt: skip
def test_what_ssh_keygen_signs_we_verify(tmp_path: Path, kind: str, bits: str) -> None:
    key = keygen(tmp_path, kind, bits)
    data = statement()
    signed = Signed(method="ssh", statement=data, proof=sign(key, data))
    people = index(Key(public=Path(f"{key}.pub").read_text()))
    result = verify(signed, people)
    assert (result.person, result.strength, result.problem) == ("ada", Proof.SESSION, "")
    forged = Signed(method="ssh", statement=statement(), proof=signed.proof)
    assert "isn't this key's" in verify(forged, people).problem
    assert verify(signed, index()).person is None


def test_what_our_software_key_signs_ssh_keygen_verifies_even_untouched(tmp_path: Path) -> None:
    key, data = UnsafeSecurityKey(b"seed"), statement()
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ada {key.public}\n")
    for touched, strength in ((True, Proof.PRESENCE), (False, Proof.SESSION)):
        signature = tmp_path / "s.sig"
        signature.write_text(key.sign(data, touched=touched))
        run = subprocess.run(
            ["ssh-keygen", "-Y", "verify", "-n", "twokey", "-I", "ada", "-f", str(allowed), "-s", str(signature),
             "-O", "no-touch-required"],
            input=data, capture_output=True, check=False,
        )  # fmt: skip
        naive = subprocess.run(
            ["ssh-keygen", "-Y", "check-novalidate", "-n", "twokey", "-s", str(signature)],
            input=data, capture_output=True, check=False,
        )  # fmt: skip
        assert naive.returncode == 0, naive.stderr + run.stderr
        signed = Signed(method="ssh", statement=data, proof=signature.read_text())
        result = verify(signed, index(Key(public=key.public, hardware=True)))
        assert (result.person, result.strength) == ("ada", strength)


def test_presence_needs_the_rosters_word_that_the_key_is_hardware() -> None:
    key, data = UnsafeSecurityKey(b"seed"), statement()
    signed = Signed(method="ssh", statement=data, proof=key.sign(data))
    assert verify(signed, index(Key(public=key.public))).strength is Proof.SESSION
    simulated = verify(signed, index(Key(public=key.public, simulated=True)))
    assert (simulated.strength, simulated.simulated) == (Proof.PRESENCE, True)


def test_other_namespaces_weak_keys_and_altered_bytes_are_refused(tmp_path: Path) -> None:
    key, data = UnsafeSecurityKey(b"seed"), statement()
    with pytest.raises(ProofError, match="another purpose"):
        read_signature(key.sign(data, namespace="git"))
    good = read_signature(key.sign(data))
    with pytest.raises(ProofError, match="isn't this key's"):
        check_signature(good, data + b" ")
    with pytest.raises(ProofError):
        read_signature("-----BEGIN SSH SIGNATURE-----\n????\n-----END SSH SIGNATURE-----")
    weak = keygen(tmp_path, "rsa", "1024")
    try:
        armoured = sign(weak, data)
    except ToolError:
        return  # this OpenSSH refuses such keys itself
    with pytest.raises(ProofError, match="below 2048"):
        check_signature(read_signature(armoured), data)


@given(st.text(max_size=200), st.binary(max_size=200))
def test_any_bytes_are_refused_with_a_proof_error(text: str, data: bytes) -> None:
    with pytest.raises(ProofError):
        read_signature(text)
    with pytest.raises(ProofError):
        parse(data)
    import base64

    armoured = f"-----BEGIN SSH SIGNATURE-----\n{base64.b64encode(b'SSHSIG' + data).decode()}\n-----END SSH SIGNATURE-----"
    with pytest.raises(ProofError):
        check_signature(read_signature(armoured), b"x")


def test_statements_have_one_form() -> None:
    data = statement()
    assert encode(parse(data)) == data
    for other in (data + b" ", data.replace(b'","', b'", "', 1), data.replace(b"{", b'{"x":1,', 1),
                  data.replace(b"statement/1", b"statement/2"), data[:-1]):  # fmt: skip
        with pytest.raises(ProofError):
            parse(other)


def test_an_approval_file_carries_only_ssh() -> None:
    signed = Signed(method="ssh", statement=statement(), proof="p")
    assert from_document(to_document(signed), source="x") == signed
    forged = to_document(Signed(method="review", statement=statement(), proof="p"))
    for bad in (forged, b"{}", b"[" * 100_000, b"x" * 200_000):
        with pytest.raises(InputError):
            from_document(bad, source="x")


def reviews(
    *states: tuple[str, int], commit: str = "f" * 40, kind: str = "User"
) -> list[tuple[str | None, str]]:
    listed = [
        {"id": n, "user": {"id": user, "login": "renamed", "type": kind}, "state": state, "commit_id": commit,
         "submitted_at": f"2026-11-01T10:0{n}:00Z"}
        for n, (state, user) in enumerate(states)
    ]  # fmt: skip
    import json

    signed = read_reviews(
        json.dumps(listed).encode(), source="r", change=CHANGE, forge="github", fetched_by_gate=True
    )
    people = index()
    return [(v.person, v.problem) for v in (verify(s, people) for s in signed)]


def bots(*states: tuple[str, int]) -> list[bool]:
    import json

    listed = [
        {"id": 1, "user": {"id": user, "login": "copilot-pull-request-reviewer[bot]", "type": "User"},
         "state": state, "commit_id": "f" * 40, "submitted_at": "2026-11-01T10:00:00Z"}
        for state, user in states
    ]  # fmt: skip
    data = json.dumps(listed).encode()
    signed = read_reviews(data, source="r", change=CHANGE, forge="github", fetched_by_gate=True)
    return [verify(s, index()).bot for s in signed]


def test_reviews_by_numeric_id_on_the_very_head() -> None:
    assert reviews(("APPROVED", 7)) == [("ada", "")]
    assert reviews(("APPROVED", 8)) == [(None, "")]
    assert bots(("APPROVED", 7)) == [True]
    assert reviews(("APPROVED", 7), commit="e" * 40) == [
        ("ada", "it is a review of another commit")
    ]


def test_the_latest_decisive_review_counts() -> None:
    assert reviews(("APPROVED", 7), ("COMMENTED", 7)) == [("ada", "")]
    assert reviews(("APPROVED", 7), ("CHANGES_REQUESTED", 7)) == []
    assert reviews(("APPROVED", 7), ("DISMISSED", 7)) == []
    assert reviews(("CHANGES_REQUESTED", 7), ("APPROVED", 7)) == [("ada", "")]


def test_a_file_of_reviews_counts_only_where_a_gate_fetched_it() -> None:
    data = b'[{"id":1,"user":{"id":7},"state":"APPROVED","commit_id":"%s","submitted_at":"2026-11-01T10:00:00Z"}]' % (b"f" * 40)  # fmt: skip
    (signed,) = read_reviews(data, source="r", change=CHANGE, forge="github", fetched_by_gate=False)
    assert "only where a gate" in verify(signed, index()).problem
    with pytest.raises(InputError):
        read_reviews(b"{}", source="r", change=CHANGE, forge="github", fetched_by_gate=False)
