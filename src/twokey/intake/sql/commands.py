"""Statements that the parser leaves opaque, and that are simple enough to know exactly.

Each is matched from its first word to its last; whatever else stands there makes it unknown.
"""

import re
from collections.abc import Iterator

from twokey.intake.sql.effects import UNKNOWN, Effect
from twokey.model.change import Verb

_ID = r'(?:"(?:[^"]|"")+"|`[^`]+`|[\w$]+)'
_NAME = rf"({_ID}(?:\.{_ID}){{0,2}})"
_IF = r"(?:IF (?:NOT )?EXISTS )?"
_TAIL = r"(?: CASCADE| RESTRICT)?"
_OBJECTS = (
    "TYPE|DOMAIN|AGGREGATE|OPERATOR|COLLATION|POLICY|RULE|PUBLICATION|SUBSCRIPTION|SERVER|EVENT|"
    "TRIGGER|STATISTICS|CAST|LANGUAGE"
)
_NAMED = "FUNCTION|PROCEDURE|SCHEMA|DATABASE|DOMAIN|EXTENSION"
_MINOR = (
    "OWNER TO|SET SCHEMA|SET WITHOUT OIDS|REPLICA IDENTITY|VALIDATE CONSTRAINT|CLUSTER ON|INHERIT|"
    "NO INHERIT|ALTER CONSTRAINT"
)
_SUPER = re.compile(r"(?<!NO)\b(?:SUPERUSER|CREATEROLE|BYPASSRLS|REPLICATION)\b", re.IGNORECASE)


def _table(
    *rows: tuple[str, Verb, str, tuple[str, ...]],
) -> list[tuple[re.Pattern[str], Verb, str, tuple[str, ...]]]:
    return [(re.compile(p, re.IGNORECASE | re.DOTALL), v, k, h) for p, v, k, h in rows]


_KNOWN = _table(
    (rf"LOCK (?:TABLES? )?(?:ONLY )?{_NAME}.*", Verb.UPDATE, "table", ("locks",)),
    (r"UNLOCK TABLES", Verb.READ, "session", ()),
    (r"(?:START TRANSACTION|BEGIN|SAVEPOINT|RELEASE|ABORT)\b[\w ,]*", Verb.READ, "session", ()),
    (r"DISCARD (?:ALL|PLANS|SEQUENCES|TEMP|TEMPORARY)", Verb.READ, "session", ()),
    (r"FLUSH [\w ,]+", Verb.UPDATE, "session", ()),
    (rf"VACUUM FULL(?: (?:FREEZE|VERBOSE|ANALYZE))* ?{_NAME}?", Verb.UPDATE, "table", ("locks",)),
    (rf"VACUUM(?: \([\w, ]+\))?(?: (?:FREEZE|VERBOSE|ANALYZE))* ?{_NAME}?", Verb.READ, "table", ()),
    (rf"(?:ANALYZE|OPTIMIZE|CHECK)(?: VERBOSE)?(?: TABLE)? ?{_NAME}?", Verb.READ, "table", ()),
    (rf"CLUSTER(?: VERBOSE)? {_NAME}.*", Verb.UPDATE, "table", ("locks",)),
    (rf"REINDEX(?: \([\w ]+\))? (?:INDEX|TABLE|SCHEMA|DATABASE) CONCURRENTLY {_NAME}", Verb.UPDATE, "index", ()),
    (rf"REINDEX(?: \([\w ]+\))?(?: (?:INDEX|TABLE|SCHEMA|DATABASE))? ?{_NAME}", Verb.UPDATE, "index", ("locks",)),
    (rf"REFRESH MATERIALIZED VIEW(?: CONCURRENTLY)? {_NAME}.*", Verb.UPDATE, "materialized view", ()),
    (rf"DROP (?:ROLE|USER|GROUP) {_IF}(?:'[^']*'(?:@'[^']*')?|{_NAME}).*", Verb.DELETE, "role", ("grants",)),
    (rf"DROP OWNED BY {_NAME}{_TAIL}", Verb.DELETE, "database", ("stateful", "cascades")),
    (rf"DROP EXTENSION {_IF}{_NAME}{_TAIL}", Verb.DELETE, "extension", ("cascades",)),
    (rf"DROP (?:{_OBJECTS}) {_IF}{_NAME}.*", Verb.DELETE, "object", ()),
    (rf"DROP TABLESPACE {_IF}{_NAME}", Verb.DELETE, "database", ("stateful",)),
    (rf"CREATE EXTENSION {_IF}{_NAME}.*", Verb.CREATE, "extension", ()),
    (rf"CREATE (?:TYPE|DOMAIN|SEQUENCE|AGGREGATE|COLLATION|PUBLICATION|STATISTICS) {_IF}{_NAME}.*",
     Verb.CREATE, "object", ()),
    (rf"CREATE POLICY {_NAME} ON .*", Verb.CREATE, "policy", ("grants",)),
    (rf"ALTER TYPE {_NAME} (?:ADD VALUE|RENAME VALUE|RENAME TO|OWNER TO|SET SCHEMA) .*", Verb.UPDATE, "type", ()),
    (rf"ALTER SEQUENCE {_IF}{_NAME} .*", Verb.UPDATE, "sequence", ()),
    (rf"ALTER (?:INDEX|VIEW|MATERIALIZED VIEW) {_IF}{_NAME} (?:RENAME TO|OWNER TO|SET SCHEMA) .*", Verb.UPDATE, "object", ()),
    (rf"ALTER (?:{_NAMED}) {_NAME}.*(?:RENAME TO|OWNER TO|SET SCHEMA|UPDATE) ?.*", Verb.UPDATE, "object", ()),
    (rf"ALTER TABLE {_IF}(?:ONLY )?{_NAME} (?:ENABLE|FORCE) ROW LEVEL SECURITY", Verb.UPDATE, "policy", ()),
    (rf"ALTER TABLE {_IF}(?:ONLY )?{_NAME} (?:DISABLE|NO FORCE) ROW LEVEL SECURITY", Verb.UPDATE, "policy", ("grants",)),
    (rf"ALTER TABLE {_IF}(?:ONLY )?{_NAME} (?:{_MINOR}) [^,]*", Verb.UPDATE, "table", ()),
    (rf"ALTER TABLE {_IF}(?:ONLY )?{_NAME} (?:ENABLE|DISABLE)(?: ALWAYS| REPLICA)? (?:TRIGGER|RULE) [^,]*",
     Verb.UPDATE, "table", ()),
    (rf"ALTER TABLE {_IF}(?:ONLY )?{_NAME} (?:ATTACH|DETACH) PARTITION .*", Verb.UPDATE, "table", ("locks",)),
    (rf"ALTER TABLE {_IF}(?:ONLY )?{_NAME} SET (?:UN)?LOGGED", Verb.UPDATE, "table", ("locks",)),
    (rf"ALTER TABLE {_IF}{_NAME} (?:ENGINE ?=|CONVERT TO CHARACTER SET|ORDER BY|FORCE)[^,]*", Verb.UPDATE, "table", ("locks",)),
    (rf"RENAME TABLE {_NAME} TO .*", Verb.UPDATE, "table", ()),
    (rf"REPLACE (?:INTO )?{_NAME} .*", Verb.UPDATE, "rows", ("data-write",)),
    (rf"LOAD DATA .* INTO TABLE {_NAME}.*", Verb.CREATE, "rows", ("data-write",)),
    (rf"SET (?:LOCAL |SESSION )?(?:ROLE|SESSION AUTHORIZATION) ?{_NAME}?", Verb.EXECUTE, "role", ("grants",)),
    (r"RESET (?:ALL|[\w.]+)", Verb.READ, "session", ()),
    (r"(?:SHOW|EXPLAIN(?! *(?:\(|ANALYZE)))\b.*", Verb.READ, "session", ()),
)  # fmt: skip
_ROLE = re.compile(
    rf"(CREATE|ALTER) (?:ROLE|USER|GROUP) {_IF}(?:'[^']*'(?:@'[^']*')?|{_NAME}).*",
    re.IGNORECASE | re.DOTALL,
)
_GRANT = re.compile(r"GRANT (.+?) (?:ON (.+?) )?TO (.+)", re.IGNORECASE | re.DOTALL)
_REVOKE = re.compile(r"REVOKE .+", re.IGNORECASE | re.DOTALL)
_DEFAULTS = re.compile(
    r"ALTER DEFAULT PRIVILEGES .*\b(GRANT|REVOKE)\b.*", re.IGNORECASE | re.DOTALL
)


def command_effects(text: str) -> Iterator[Effect]:
    """The effects of an opaque statement; UNKNOWN unless it is known exactly."""
    words = " ".join(text.split()).rstrip("; ")
    for read in (_role, _grant, _known):
        found = read(words)
        if found is not None:
            if found.verb is not Verb.READ:
                yield found
            return
    yield UNKNOWN


def _known(words: str) -> Effect | None:
    for pattern, verb, kind, hints in _KNOWN:
        found = pattern.fullmatch(words)
        if found:
            name = (found.group(1) or "") if pattern.groups else ""
            return Effect(verb, kind, name.strip('"`').lower(), hints)
    return None


def _role(words: str) -> Effect | None:
    found = _ROLE.fullmatch(words)
    if not found:
        return None
    verb = Verb.CREATE if found.group(1).upper() == "CREATE" else Verb.UPDATE
    wide = ("operator-like",) if _SUPER.search(words) else ()
    return Effect(verb, "role", (found.group(2) or "").lower(), ("grants", *wide))


def _grant(words: str) -> Effect | None:
    if _REVOKE.fullmatch(words):
        return Effect(Verb.UPDATE, "privileges", "", ("grants",))
    defaults = _DEFAULTS.fullmatch(words)
    if defaults:
        verb = Verb.GRANT if defaults.group(1).upper() == "GRANT" else Verb.UPDATE
        return Effect(verb, "privileges", "", ("grants",))
    found = _GRANT.fullmatch(words)
    if not found:
        return None
    what, on, to = (part or "" for part in found.groups())
    everything = re.match(r"ALL\b", what, re.IGNORECASE) is not None
    wide = everything and (
        re.search(r"\*\.\*|\bALL\b|\bDATABASE\b", on, re.IGNORECASE)
        or re.search(r"\bPUBLIC\b|WITH (?:GRANT|ADMIN) OPTION", to, re.IGNORECASE)
    )
    return Effect(Verb.GRANT, "privileges", "", ("grants", *(("operator-like",) if wide else ())))
