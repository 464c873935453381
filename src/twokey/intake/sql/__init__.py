"""SQL migrations to a Change: PostgreSQL, MySQL and SQLite.

Statements are cut by our own lexer, understood by sqlglot, and where it gives up by a short list
of exact forms. Whatever is left is `unknown`, one operation a statement. The digest binds the
bytes and the target. No literal ever leaves.
"""

import logging
from collections.abc import Iterator

import sqlglot
from sqlglot import exp
from sqlglot.errors import SqlglotError

from twokey.errors import InputError, LimitError
from twokey.intake.interface import Source
from twokey.intake.sql.commands import command_effects
from twokey.intake.sql.effects import UNKNOWN, Effect, effects
from twokey.intake.sql.lexer import Statement, statements
from twokey.model.change import Change, ChangeKind, Operation, Resource, Target, Verb
from twokey.model.codec import canonical, digest_of

DIALECTS = ("postgres", "mysql", "sqlite")
_MOST_PARSED = 200_000
_NESTED = 400
_INSERTS = ("insert into", "insert ignore into", "replace into")
logging.getLogger("sqlglot").setLevel(logging.CRITICAL)  # it would print statements, secrets too


class SqlFormat:
    """Reads a migration. Options: `dialect` (postgres by default), `target` (the database)."""

    kind = ChangeKind.SQL
    option = "--sql"
    help = "A migration."

    def read(self, source: Source) -> Change:
        """See Format."""
        dialect = source.options.get("dialect", "postgres")
        target = source.options.get("target", "")
        if dialect not in DIALECTS:
            raise InputError(
                f"dialect {dialect!r}", where="--dialect", expected=", ".join(DIALECTS)
            )
        found = list(statements(_text(source), dialect, source.name))
        if not found:
            raise InputError("no statement in it", where=source.name, expected=f"{dialect} SQL")
        operations: list[Operation] = []
        for statement in found:
            operations += _operations(statement, dialect, target, len(operations))
            if len(operations) > source.limits.operations:
                raise LimitError(
                    f"more than {source.limits.operations} effects", where=source.name,
                    do="Split the migration, or raise limits.operations.",
                )  # fmt: skip
        return Change(
            kind=self.kind,
            digest=digest_of(b"sql\0" + canonical([dialect, target]) + source.data),
            source=source.name,
            operations=tuple(operations),
            target=Target(database=target, dialect=dialect),
        )


def _text(source: Source) -> str:
    try:
        text = source.data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"not UTF-8 at byte {error.start}", where=source.name) from None
    if "\0" in text:
        raise InputError("a NUL byte", where=source.name, expected="text")
    return text


def _operations(
    statement: Statement, dialect: str, target: str, number: int
) -> Iterator[Operation]:
    digest = canonical([dialect, target, statement.text])
    for index, effect in enumerate(_effects(statement, dialect)):
        yield Operation(
            verb=effect.verb,
            resource=Resource(
                kind=effect.kind,
                name=effect.name or f"line {statement.line}",
                provider=dialect,
            ),
            digest=digest_of(digest + f"{index}/{number}".encode()),
            attributes=effect.attributes,
            reason=f"line {statement.line}",
            hints=effect.hints,
        )


def _effects(statement: Statement, dialect: str) -> Iterator[Effect]:
    if statement.client:
        yield from _client(statement.text)
        return
    if statement.foreign:
        yield UNKNOWN
        return
    text = statement.text
    if len(text) > _MOST_PARSED or text.count("(") > _NESTED * 50:
        yield from _long(text)
        return
    try:
        trees = sqlglot.parse(text, dialect=dialect)
    except (SqlglotError, RecursionError, ValueError, TypeError, AttributeError, IndexError):
        yield from command_effects(text)
        return
    if len(trees) != 1 or trees[0] is None:
        yield UNKNOWN  # the parser cuts it elsewhere than we do, or sees nothing in it
        return
    tree = trees[0]
    if isinstance(tree, exp.Command) or (
        isinstance(tree, exp.Alter) and not tree.args.get("actions")
    ):
        yield from command_effects(text)
        return
    try:
        found = list(effects(tree, dialect))
    except (RecursionError, KeyError, AttributeError, TypeError):
        found = [UNKNOWN]
    # What parses as a mere expression (`SAVEPOINT a`) may still be a statement that is known.
    yield from command_effects(text) if found == [UNKNOWN] else found


def _client(text: str) -> Iterator[Effect]:
    """psql's and sqlite's own commands: `\\!` and `.shell` run programs, the rest isn't known."""
    if text.startswith(("\\!", ".shell", ".system")):
        yield Effect(Verb.UNKNOWN, "program", "", ("executes",))
    elif not text.startswith(
        ("\\echo", "\\set ON_ERROR_STOP", "\\timing", "\\restrict", "\\unrestrict", "\\.")
    ):
        yield UNKNOWN


def _long(text: str) -> Iterator[Effect]:
    """A statement too long to parse. A plain INSERT of many rows is known by its start."""
    head = " ".join(text[:200].split()).lower()
    start = next((s for s in _INSERTS if head.startswith(s)), "")
    if start and " values " in head + " " and " select " not in head:
        name = head[len(start) :].split("(")[0].split()[0].strip('"`')
        yield Effect(Verb.CREATE, "rows", name, ("data-write",))
    else:
        yield UNKNOWN
