"""Migrations: what each statement does, in three dialects; opaque is unknown, never harmless."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import twokey.intake
from twokey.errors import InputError
from twokey.intake import read
from twokey.intake.interface import Source
from twokey.model.change import HINTS, Change, ChangeKind


def parse(text: str | bytes, dialect: str = "postgres", **options: str) -> Change:
    data = text.encode() if isinstance(text, str) else text
    return read(
        ChangeKind.SQL, Source(name="m.sql", data=data, options={"dialect": dialect, **options})
    )


def effects(text: str, dialect: str = "postgres") -> list[tuple[str, str, str]]:
    return [
        (str(o.verb), o.resource.kind, o.resource.name) for o in parse(text, dialect).operations
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DROP TABLE a, b.c CASCADE", [("delete", "table", "a"), ("delete", "table", "b.c")]),
        ("TRUNCATE a, b", [("delete", "table", "a"), ("delete", "table", "b")]),
        ("DROP SCHEMA s CASCADE", [("delete", "schema", "s")]),
        ("DROP DATABASE d", [("delete", "database", "d")]),
        ("ALTER TABLE t DROP COLUMN c, ADD COLUMN d int", [("delete", "column", "t.c"), ("update", "table", "t")]),
        ("DELETE FROM t", [("delete", "table", "t")]),
        ("DELETE FROM t WHERE id = 1", [("delete", "rows", "t")]),
        ("UPDATE t SET a = 1", [("update", "table", "t")]),
        ("UPDATE t SET a = 1 WHERE id = 1", [("update", "rows", "t")]),
        ("INSERT INTO t VALUES (1)", [("create", "rows", "t")]),
        ("CREATE TABLE t (a int)", [("create", "table", "t")]),
        ("CREATE OR REPLACE VIEW v AS SELECT 1 AS a", [("update", "view", "v")]),
        ("SELECT * INTO t FROM u", [("create", "table", "t")]),
        ("WITH x AS (DELETE FROM t RETURNING *) SELECT * FROM x", [("delete", "table", "t")]),
        ("WITH x AS (UPDATE t SET a=1 WHERE b=2 RETURNING *) INSERT INTO u SELECT * FROM x",
         [("create", "rows", "u"), ("update", "rows", "t")]),
        ("MERGE INTO t USING s ON t.a=s.a WHEN MATCHED THEN DELETE",
         [("update", "rows", "t"), ("delete", "rows", "t")]),
        ("GRANT SELECT ON t TO bob", [("grant", "privileges", "t")]),
        ("GRANT ALL ON ALL TABLES IN SCHEMA public TO bob", [("grant", "privileges", "line 1")]),
        ("REVOKE ALL ON t FROM bob", [("update", "privileges", "t")]),
        ("CREATE ROLE bob LOGIN", [("create", "role", "bob")]),
        ("ALTER ROLE bob SUPERUSER", [("update", "role", "bob")]),
        ("DROP ROLE bob", [("delete", "role", "bob")]),
        ("DROP OWNED BY bob", [("delete", "database", "bob")]),
        ("CREATE INDEX CONCURRENTLY i ON t (a)", [("create", "index", "i")]),
        ("VACUUM FULL t", [("update", "table", "t")]),
        ("SET ROLE bob", [("execute", "role", "bob")]),
        ("SELECT a FROM t", [("read", "rows", "t")]),
        ("SELECT setval('s', 1)", [("update", "sequence", "setval")]),
    ],
)  # fmt: skip
def test_effects(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert sorted(effects(text)) == sorted(expected)


@pytest.mark.parametrize(
    "text",
    [
        "DO $$ BEGIN EXECUTE 'DROP TABLE t'; END $$",
        "CALL f()",
        "EXECUTE prepared",
        "EXPLAIN ANALYZE DELETE FROM t",
        "EXPLAIN (ANALYZE) DELETE FROM t",
        "SELECT pg_terminate_backend(1)",
        "SELECT dblink_exec('x', 'drop table t')",
        "SELECT lo_import('/etc/passwd')",
        "COPY t TO PROGRAM 'curl evil'",
        "\\! rm -rf /",
        "\\i other.sql",
        "SELECT 'DROP TABLE t' \\gexec",
        "FROBNICATE EVERYTHING",
        "/*!50000 DROP TABLE t */ SELECT 1",
        "LISTEN x; ALTER SYSTEM SET x = 1",
        "IMPORT FOREIGN SCHEMA x FROM SERVER y INTO z",
    ],
)
def test_what_is_opaque_is_unknown(text: str) -> None:
    assert "unknown" in parse(text).counts(), effects(text)


@pytest.mark.parametrize(
    "text",
    ["BEGIN; COMMIT", "START TRANSACTION; SAVEPOINT a; RELEASE SAVEPOINT a; END", "DISCARD ALL", "VALUES (1)", "SET search_path = x", "SET lock_timeout = '5s'", "COMMENT ON TABLE t IS 'DROP TABLE x'",
     "SELECT set_config('search_path', '', false)", "VACUUM t", "ANALYZE t", "SHOW server_version"],
)  # fmt: skip
def test_setting_up_a_session_is_no_operation(text: str) -> None:
    assert parse(text).counts() == {}


@pytest.mark.parametrize(
    "where",
    ["1=1", "TRUE", "'a'='a'", "NOT FALSE", "id = id", "id IS NULL OR id IS NOT NULL", "id = 3 OR TRUE",
     "EXISTS (SELECT 1)", "(1 = 1) AND (2 > 1)", "name LIKE '%'", "id IN (SELECT id FROM t)", "id IS NOT NULL"],
)  # fmt: skip
def test_a_condition_that_chooses_nothing_is_none(where: str) -> None:
    (operation,) = parse(f"DELETE FROM t WHERE {where}").operations
    assert (operation.resource.kind, "unbounded" in operation.hints) == ("table", True)


@pytest.mark.parametrize(
    "where",
    ["id = 1", "id > 5 AND 1 = 1", "id IN (1, 2)", "created < now() - interval '1 day'", "id = ANY(ARRAY[1])",
     "EXISTS (SELECT 1 FROM u WHERE u.id = t.id)", "name LIKE 'a%'", "id IN (SELECT id FROM t WHERE x)"],
)  # fmt: skip
def test_a_condition_that_chooses_is_one(where: str) -> None:
    (operation,) = parse(f"DELETE FROM t WHERE {where}").operations
    assert operation.resource.kind == "rows"


@pytest.mark.parametrize(
    ("text", "locks"),
    [
        ("CREATE INDEX i ON t (a)", True),
        ("CREATE INDEX CONCURRENTLY i ON t (a)", False),
        ("ALTER TABLE t ALTER COLUMN c TYPE bigint", True),
        ("ALTER TABLE t ADD COLUMN c int", False),
        ("ALTER TABLE t ADD COLUMN c int DEFAULT 0", False),
        ("ALTER TABLE t ADD CONSTRAINT x CHECK (a > 1)", True),
        ("ALTER TABLE t ADD CONSTRAINT x CHECK (a > 1) NOT VALID", False),
        ("ALTER TABLE t ALTER COLUMN c SET NOT NULL", True),
        ("ALTER TABLE t SET TABLESPACE x", True),
        ("LOCK TABLE t", True),
    ],
)
def test_locks_and_rewrites(text: str, locks: bool) -> None:
    (operation,) = parse(text).operations
    assert ("locks" in operation.hints) is locks


@pytest.mark.parametrize(
    ("text", "dialect", "expected"),
    [
        ("/*!50000 DROP TABLE t */;", "mysql", [("delete", "table", "t")]),
        ("DELIMITER //\nCREATE PROCEDURE p() BEGIN DELETE FROM t; END//\nDELIMITER ;\nDROP TABLE u;", "mysql", None),
        ("DELETE FROM t LIMIT 5", "mysql", [("delete", "rows", "t")]),
        ("DROP USER 'a'@'%'", "mysql", [("delete", "role", "line 1")]),
        ("ALTER TABLE t ENGINE=InnoDB", "mysql", [("update", "table", "t")]),
        ("FLUSH PRIVILEGES", "mysql", [("update", "session", "line 1")]),
        ("RENAME TABLE a TO b", "mysql", [("update", "table", "a")]),
        ("# comment; DROP TABLE x\nDROP TABLE `y`;", "mysql", [("delete", "table", "y")]),
        ("INSERT INTO t VALUES ('it''s \\'; DROP TABLE x; --')", "mysql", [("create", "rows", "t")]),
        ("CREATE TRIGGER g AFTER INSERT ON t BEGIN DELETE FROM u; END; DROP TABLE v;", "sqlite", None),
        (".shell rm -rf /\nDROP TABLE t;", "sqlite", None),
        ("PRAGMA foreign_keys = OFF", "sqlite", []),
        ("PRAGMA writable_schema = ON", "sqlite", [("unknown", "statement", "line 1")]),
        ("ATTACH 'other.db' AS o", "sqlite", [("unknown", "statement", "line 1")]),
    ],
)  # fmt: skip
def test_dialects(text: str, dialect: str, expected: list[tuple[str, str, str]] | None) -> None:
    found = effects(text, dialect)
    if expected is None:
        assert found[-1][:2] == ("delete", "table")
        assert len(found) == 2
    else:
        assert found == expected


@pytest.mark.parametrize(
    "text",
    ["SELECT ';' ; DROP TABLE t", "SELECT $x$ ; $x$ ; DROP TABLE t", "SELECT E'\\';' ; DROP TABLE t",
     "/* ; /* nested ; */ ; */ DROP TABLE t", "SELECT 1 -- ; \n; DROP TABLE t", 'SELECT 1 AS ";" ; DROP TABLE t',
     "COPY t FROM STDIN;\n1;DROP\n\\.\nDROP TABLE t;"],
)  # fmt: skip
def test_statements_are_cut_where_the_server_cuts_them(text: str) -> None:
    assert ("delete", "table", "t") in effects(text)
    assert parse(text).counts()["delete"] == 1


def test_words_in_strings_and_comments_are_data() -> None:
    text = (
        "-- DROP TABLE a\nINSERT INTO log VALUES ('DROP TABLE b; DELETE FROM c'); /* TRUNCATE d */"
    )
    assert effects(text) == [("create", "rows", "log")]


def test_no_literal_leaves(capfd: pytest.CaptureFixture[str]) -> None:
    text = ("CREATE ROLE bob PASSWORD 'SENTINEL'; UPDATE t SET token='SENTINEL' WHERE a='SENTINEL';"
            "GRANT x TO y WITH SENTINEL; CREATE USER z IDENTIFIED BY 'SENTINEL'; nonsense 'SENTINEL'")  # fmt: skip
    assert "SENTINEL" not in repr(parse(text))
    captured = capfd.readouterr()
    assert "SENTINEL" not in captured.out + captured.err


def test_the_digest_is_over_bytes_and_target() -> None:
    digests = {parse("SELECT 1").digest, parse("SELECT 1 ").digest, parse("SELECT 1", target="a").digest,
               parse("SELECT 1", "mysql").digest}  # fmt: skip
    assert len(digests) == 4


@pytest.mark.parametrize(
    ("data", "says"),
    [(b"", "no statement"), (b"-- only a comment", "no statement"), (b"\xff", "not UTF-8"), (b"a\0b", "NUL"),
     (b"SELECT 'x", "quote"), (b"/* x", "comment"), (b"SELECT $$ x", "dollar"), (b"COPY t FROM STDIN;\n1", "COPY")],
)  # fmt: skip
def test_bad_input(data: bytes, says: str) -> None:
    with pytest.raises(InputError, match=says):
        parse(data)


def test_a_huge_insert_is_known_and_a_huge_anything_else_is_not() -> None:
    rows = ",".join(f"({n}, 'x')" for n in range(40_000))
    assert effects(f"INSERT INTO big VALUES {rows};") == [("create", "rows", "big")]
    assert parse("SELECT " + "(" * 30_000 + "1" + ")" * 30_000).counts() == {"unknown": 1}
    deep = "SELECT " + "(" * 3_000 + "1" + ")" * 3_000
    assert set(parse(deep).counts()) <= {"unknown", "read"}


@given(st.text(max_size=120), st.sampled_from(["postgres", "mysql", "sqlite"]))
@settings(max_examples=300)
def test_any_text_gives_a_change_or_an_input_error(text: str, dialect: str) -> None:
    try:
        parse(text, dialect)
    except InputError as error:
        assert "m.sql" in str(error)


SAFE = st.sampled_from(["SELECT 1;", "INSERT INTO a VALUES (';');", "-- x\n", "/* ; */", "COMMIT;"])


@given(st.lists(SAFE, max_size=5), st.lists(SAFE, max_size=5))
def test_a_drop_is_found_among_whatever_else(before: list[str], after: list[str]) -> None:
    text = "\n".join([*before, "DROP TABLE hidden;", *after])
    assert ("delete", "table", "hidden") in effects(text)


def test_hints_are_of_the_closed_vocabulary() -> None:
    sources = Path(twokey.intake.__file__).parent.rglob("*.py")
    words = {w for p in sources for w in re.findall(r'"([a-z-]+)"', p.read_text())}
    assert words >= HINTS
