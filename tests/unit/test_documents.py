"""Bounded YAML: hostile documents are refused with one message that names the line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from twokey.documents import Limits, read_yaml
from twokey.errors import InputError, LimitError


def test_values_and_lines() -> None:
    (document,) = read_yaml(b"a:\n  - b\n  - c: 1\n", source="x.yaml", lines=True)
    assert document.value == {"a": ["b", {"c": 1}]}
    assert document.line_of("$.a[1].c") == 3
    assert document.line_of("$.a[1].unknown") == 3


def test_many_documents_and_empty_ones() -> None:
    found = read_yaml(b"---\na: 1\n---\n---\nb: 2\n", source="x")
    assert [(d.value, d.line) for d in found] == [({"a": 1}, 2), ({"b": 2}, 5)]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (b"a: &x [*x]\n", "aliases are written out"),
        (b"a: &x\n  b: *x\n", "aliases are written out"),
        (b"a: 1\na: 2\n", "x:2: the key 'a' stands twice"),
        (b"a: !!python/object/apply:os.system [id]\n", "x:1"),
        (b"a: [1, 2\nb: 3\n", "not YAML"),
        (b"\tfoo: 1\n", "not YAML"),
        (b"\xff\xfe\x00", "not UTF-8"),
        (b"? [a]\n: 1\n", "a key that isn't a plain word"),
        (b"<<: {a: 1}\n", "a key that isn't a plain word"),
        (b"a: \x00\n", "not YAML"),
    ],
)
def test_refused(text: bytes, says: str) -> None:
    with pytest.raises(InputError, match=".*") as caught:
        read_yaml(text, source="x")
    assert says in str(caught.value)


def test_billion_laughs_costs_nothing() -> None:
    laughs = b"a: &a [x,x,x,x,x,x,x,x,x]\n" + b"".join(
        b"%c: &%c [%s]\n" % (c, c, b",".join(b"*%c" % (c - 1) for _ in range(9)))
        for c in range(ord("b"), ord("k"))
    )
    with pytest.raises(LimitError, match="aliases are written out"):
        read_yaml(laughs, source="x")


def test_an_honest_alias_is_written_out() -> None:
    (document,) = read_yaml(b"a: &x {b: [1]}\nc: *x\n", source="x")
    assert document.value == {"a": {"b": [1]}, "c": {"b": [1]}}


@pytest.mark.parametrize("text", [b"[" * 5000, b"{a: " * 5000, b"- " * 5000])
def test_depth_is_bounded(text: bytes) -> None:
    with pytest.raises(LimitError, match="too deep"):
        read_yaml(text, source="x")


def test_size_is_a_setting() -> None:
    with pytest.raises(LimitError, match=r"raise limits\.yaml_bytes"):
        read_yaml(b"a: 1", source="x", limits=Limits(yaml_bytes=3))


@given(st.binary(max_size=300))
def test_any_bytes_give_documents_or_an_input_error(data: bytes) -> None:
    try:
        read_yaml(data, source="x")
    except InputError as error:
        assert str(error).startswith("x")
