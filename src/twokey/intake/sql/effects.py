"""A parsed statement to its effects: the whole tree is walked, since a DELETE can hide in a CTE."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import msgspec
from sqlglot import exp

from twokey.intake.sql.where import is_bounded
from twokey.model.change import Verb

_PURE = frozenset(
    """
    set_config current_setting version pg_backend_pid pg_get_serial_sequence format_type to_regclass
    gen_random_uuid uuid_generate_v4 uuid last_insert_rowid changes total_changes found_rows row_count
    pg_table_size pg_total_relation_size pg_relation_size pg_size_pretty has_table_privilege
    json_build_object jsonb_build_object json_agg jsonb_agg row_to_json to_jsonb to_json jsonb_set
    regexp_replace regexp_matches translate btrim quote_ident quote_literal format string_to_array
    inet_aton inet_ntoa conv elt field strftime julianday typeof printf random hex
    """.split()  # noqa: SIM905
)
_SEQUENCES = frozenset({"setval", "nextval"})
_VOLATILE = (exp.Rand, exp.Uuid)
_HARMLESS = (
    exp.Set, exp.Use, exp.Transaction, exp.Commit, exp.Rollback, exp.Comment, exp.Describe, exp.Show,
    exp.Analyze, exp.Semicolon,
)  # fmt: skip
_DROPS = {"TABLE", "SCHEMA", "DATABASE", "MATERIALIZED VIEW", "SEQUENCE", "COLUMN"}
_GUARDED_SETTINGS = (
    "session_replication_role",
    "foreign_key_checks",
    "unique_checks",
    "sql_safe_updates",
)


class Effect(msgspec.Struct, frozen=True):
    """One effect: verb, kind and name of the resource, hints, attributes."""

    verb: Verb
    kind: str
    name: str
    hints: tuple[str, ...] = ()
    attributes: tuple[str, ...] = ()


UNKNOWN = Effect(Verb.UNKNOWN, "statement", "")


def effects(tree: exp.Expr, dialect: str) -> Iterator[Effect]:
    """Every effect of a statement; none for those that only set up the session."""
    found = list(_walk(tree, dialect))
    if found:
        yield from found
    elif isinstance(tree, (exp.Query, exp.Values)):
        yield from _read(tree)
    elif isinstance(tree, exp.Pragma):
        yield from [UNKNOWN] if "writable_schema" in tree.sql().lower() else []
    elif isinstance(tree, exp.Set):
        yield from _settings(tree)
    elif not isinstance(tree, _HARMLESS):
        yield UNKNOWN


def _walk(tree: exp.Expr, dialect: str) -> Iterator[Effect]:
    for node in tree.walk(prune=_is_routine):
        inside = isinstance(node.parent, (exp.Alter, exp.When))
        for kind, read in _READERS:
            if isinstance(node, kind) and not inside:
                yield from read(node, dialect)


def _is_routine(node: exp.Expr) -> bool:
    """A body that is stored now and runs later, if ever."""
    kind = str(node.args.get("kind")).upper()
    return isinstance(node, exp.Create) and kind in ("FUNCTION", "PROCEDURE", "TRIGGER", "EVENT")


def _name(node: exp.Expr | None) -> str:
    """A table's name as written, schema first, in lower case unless quoted."""
    if isinstance(node, exp.Schema):
        node = node.this
    if isinstance(node, exp.Table):
        parts = [p for p in (node.args.get("catalog"), node.args.get("db"), node.this) if p]
        return ".".join(map(_name, parts))
    if isinstance(node, exp.Identifier):
        return str(node.this) if node.args.get("quoted") else str(node.this).lower()
    return node.name if node is not None else ""


def _drop(node: exp.Drop) -> Iterator[Effect]:
    kind = str(node.args.get("kind") or "").upper()
    if node.args.get("materialized"):
        kind = "MATERIALIZED VIEW"
    targets = node.args.get("tables") or [node.this]
    hints = (
        *(("stateful",) if kind in _DROPS - {"MATERIALIZED VIEW"} else ()),
        *(("cascades",) if node.args.get("cascade") else ()),
    )
    for target in targets:
        yield Effect(Verb.DELETE, kind.lower() or "object", _name(target), hints)


def _rows(verb: Verb, node: exp.Delete | exp.Update, dialect: str) -> Effect:
    name = _name(node.this)
    if is_bounded(node, dialect):
        return Effect(verb, "rows", name, ("data-write",))
    hints = ("stateful", "data-write", "unbounded")
    columns = sorted({_name(e.this.this) for e in node.expressions if isinstance(e, exp.EQ)})
    return Effect(verb, "table", name, hints, tuple(columns) if verb is Verb.UPDATE else ())


def _insert(node: exp.Insert) -> Effect:
    if node.args.get("overwrite"):
        return Effect(Verb.REPLACE, "table", _name(node.this), ("stateful", "data-write"))
    return Effect(Verb.CREATE, "rows", _name(node.this), ("data-write",))


def _merge(node: exp.Merge) -> Iterator[Effect]:
    name = _name(node.this)
    whens = [w.args.get("then") for w in node.args["whens"].expressions]
    yield Effect(Verb.UPDATE, "rows", name, ("data-write",))
    if any(isinstance(w, exp.Var) and w.name.upper() == "DELETE" for w in whens):
        yield Effect(Verb.DELETE, "rows", name, ("data-write",))


def _alter(node: exp.Alter) -> Iterator[Effect]:
    kind, name = str(node.args.get("kind") or "TABLE").lower(), _name(node.this)
    hints: set[str] = set()
    attributes: set[str] = set()
    others = False
    for action in node.args.get("actions") or [None]:
        if isinstance(action, exp.Drop) and str(action.args.get("kind")).upper() == "COLUMN":
            column = _name(action.this) or _name((action.args.get("tables") or [None])[0])
            yield Effect(Verb.DELETE, "column", f"{name}.{column}", ("stateful",))
            continue
        others = True
        if action is None:
            yield Effect(Verb.UNKNOWN, kind, name)
            return
        attributes.add(type(action).__name__.lower())
        checked = not node.args.get("not_valid")
        hints |= {"locks"} if checked and _locks(action) else set()
    if others:
        yield Effect(Verb.UPDATE, kind, name, tuple(sorted(hints)), tuple(sorted(attributes)))


def _locks(action: exp.Expr) -> bool:
    """Whether writers wait, or the table is written anew."""
    if isinstance(action, exp.ColumnDef):
        default = action.find(exp.DefaultColumnConstraint)
        calls = default is not None and (
            default.find(exp.Anonymous) or any(default.find(kind) for kind in _VOLATILE)
        )
        return bool(calls)
    kinds = (exp.AddConstraint, exp.AlterColumn, exp.ModifyColumn, exp.AlterSet)
    return isinstance(action, kinds) and not (
        isinstance(action, exp.AlterColumn)
        and (action.args.get("default") or action.args.get("drop"))
    )


def _create(node: exp.Create, dialect: str) -> Effect:
    kind = str(node.args.get("kind") or "object").lower()
    target = node.this
    replaces = bool(node.args.get("replace"))
    if kind == "index" and isinstance(target, exp.Index):
        concurrent = node.args.get("concurrently")
        hints = () if concurrent or dialect == "sqlite" else ("locks",)
        return Effect(Verb.CREATE, kind, _name(target.this), hints)
    text = node.sql(dialect=dialect).upper() if kind in ("function", "procedure") else ""
    hints = ("grants",) if "SECURITY DEFINER" in text else ()
    inner = target.this if isinstance(target, (exp.UserDefinedFunction, exp.Schema)) else target
    return Effect(Verb.UPDATE if replaces else Verb.CREATE, kind, _name(inner), hints)


def _grant(node: exp.Grant | exp.Revoke) -> Effect:
    everything = any(p.sql().upper().startswith("ALL") for p in node.args.get("privileges") or [])
    option = bool(node.args.get("grant_option"))
    public = any(p.name.upper() == "PUBLIC" for p in node.args.get("principals") or [])
    securable = node.args.get("securable")
    name = _name(securable) if isinstance(securable, exp.Table) else ""
    if isinstance(node, exp.Revoke):
        return Effect(Verb.UPDATE, "privileges", name, ("grants",))
    wide = everything and (option or public or not name or "*" in name)
    return Effect(Verb.GRANT, "privileges", name, ("grants", *(("operator-like",) if wide else ())))


def _copy(node: exp.Copy) -> Effect:
    name = _name(node.this)
    if "PROGRAM" in node.sql(dialect="postgres").upper():
        return Effect(Verb.UNKNOWN, "program", name, ("executes",))
    if node.args.get("kind"):
        return Effect(Verb.CREATE, "rows", name, ("data-write",))
    return Effect(Verb.READ, "rows", name)


def _read(tree: exp.Expr) -> Iterator[Effect]:
    """A query. A function that nobody knows may write, so it isn't understood."""
    called = {f.name.lower() for f in tree.find_all(exp.Anonymous)}
    for name in sorted(called & _SEQUENCES):
        yield Effect(Verb.UPDATE, "sequence", name)
    for name in sorted(called - _SEQUENCES - _PURE):
        yield Effect(Verb.UNKNOWN, "function", name)
    if not called - _PURE:
        tables = sorted({_name(t) for t in tree.find_all(exp.Table)} - {""})
        if tables:
            yield Effect(Verb.READ, "rows", tables[0])


def _settings(tree: exp.Set) -> Iterator[Effect]:
    text = tree.sql().lower()
    for name in _GUARDED_SETTINGS:
        if name in text:
            yield Effect(Verb.UPDATE, "setting", name)


def _truncate(node: exp.TruncateTable) -> Iterator[Effect]:
    for table in node.expressions:
        yield Effect(Verb.DELETE, "table", _name(table), ("stateful", "data-write", "unbounded"))


def _into(node: exp.Into) -> Effect:
    return Effect(Verb.CREATE, "table", _name(node.this), ("data-write",))


_READERS: tuple[tuple[type[exp.Expr], Callable[[Any, str], Iterable[Effect]]], ...] = (
    (exp.Drop, lambda node, _: _drop(node)),
    (exp.TruncateTable, lambda node, _: _truncate(node)),
    (exp.Delete, lambda node, dialect: [_rows(Verb.DELETE, node, dialect)]),
    (exp.Update, lambda node, dialect: [_rows(Verb.UPDATE, node, dialect)]),
    (exp.Insert, lambda node, _: [_insert(node)]),
    (exp.Merge, lambda node, _: _merge(node)),
    (exp.Alter, lambda node, _: _alter(node)),
    (exp.Create, lambda node, dialect: [_create(node, dialect)]),
    (exp.Grant, lambda node, _: [_grant(node)]),
    (exp.Revoke, lambda node, _: [_grant(node)]),
    (exp.Copy, lambda node, _: [_copy(node)]),
    (exp.Into, lambda node, _: [_into(node)]),
    (exp.Command, lambda _node, _: [UNKNOWN]),
)
"""What each kind of node does, wherever in the tree it stands."""
