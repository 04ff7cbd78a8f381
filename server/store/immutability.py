"""What the database itself refuses to change: the ledger, its reversals, the numbered feed.

A row of these tables is written once. A mistake is corrected by another row.
"""

APPEND_ONLY = ("movement", "reversal", "revaluation", "feed", "command")


def refusal_statements(dialect: str) -> list[str]:
    """The DDL that makes the tables of APPEND_ONLY refuse UPDATE and DELETE on this dialect."""
    if dialect == "sqlite":
        return [_sqlite_trigger(table, verb) for table in APPEND_ONLY for verb in _VERBS]
    return [_POSTGRES_FUNCTION, *(_postgres_trigger(table) for table in APPEND_ONLY)]


_VERBS = ("UPDATE", "DELETE")

_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$
"""


def _sqlite_trigger(table: str, verb: str) -> str:
    return (
        f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
    )


def _postgres_trigger(table: str) -> str:
    return (
        f"CREATE TRIGGER {table}_refuses_change BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
        f"FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()"
    )
