"""Whether a WHERE is one in effect: a condition that is true for every row is none."""

from sqlglot import exp
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.simplify import simplify


def is_bounded(statement: exp.Expr, dialect: str) -> bool:
    """True where a DELETE or UPDATE touches only rows that its condition chooses."""
    limit = statement.args.get("limit")
    if (
        dialect in ("mysql", "sqlite")
        and limit is not None
        and isinstance(limit.expression, exp.Literal)
    ):
        return True
    where = statement.args.get("where")
    return where is not None and not always(where.this)


def always(condition: exp.Expr) -> bool:
    """True where the condition holds for every row, as far as it can be seen."""
    try:
        condition = simplify(condition.copy())
    except (SqlglotError, RecursionError, AttributeError, TypeError, ValueError):
        return False
    return _always(condition)


def _always(node: exp.Expr | None) -> bool:
    match node:
        case exp.Paren():
            found = _always(node.this)
        case exp.Boolean():
            found = bool(node.this)
        case exp.Literal():
            found = not node.is_string and node.this not in ("0", "0.0")
        case exp.And():
            found = _always(node.left) and _always(node.right)
        case exp.Or():
            found = _always(node.left) or _always(node.right) or _complements(node)
        case exp.Not():
            found = _never(node.this)
        case exp.EQ() | exp.GTE() | exp.LTE() | exp.NullSafeEQ():
            found = node.left.sql() == node.right.sql()
        case exp.Like():
            pattern = node.expression
            found = isinstance(pattern, exp.Literal) and set(str(pattern.this)) == {"%"}
        case exp.Exists():
            inner = node.this
            chooses = inner.args.get("from_") or inner.args.get("where")
            found = isinstance(inner, exp.Select) and not chooses
        case exp.In():
            found = _whole_table(node)
        case exp.Is():  # IS NOT NULL: every row that has a value, so nothing is chosen
            found = bool(node.args.get("negate")) and isinstance(node.expression, exp.Null)
        case _:
            found = False
    return found


def _never(node: exp.Expr | None) -> bool:
    if isinstance(node, exp.Paren):
        return _never(node.this)
    if isinstance(node, exp.Boolean):
        return not node.this
    if isinstance(node, exp.Is):
        return isinstance(node.expression, exp.Null) and not node.args.get("negate")
    return isinstance(node, exp.NEQ) and node.left.sql() == node.right.sql()


def _complements(node: exp.Or) -> bool:
    """`x IS NULL OR x IS NOT NULL`, whichever comes first."""
    sides = [n for n in (node.left, node.right) if isinstance(n, exp.Is)]
    return len({bool(n.args.get("negate")) for n in sides}) == 2 and (
        sides[0].this.sql() == sides[1].this.sql()
    )


def _whole_table(node: exp.In) -> bool:
    """`id IN (SELECT id FROM ...)` with nothing that chooses."""
    query = node.args.get("query")
    inner = query.this if isinstance(query, exp.Subquery) else query
    if not isinstance(inner, exp.Select) or inner.args.get("where") or inner.args.get("joins"):
        return False
    chosen = [e.sql() for e in inner.expressions]
    return chosen == [node.this.sql()] and not inner.args.get("limit")
