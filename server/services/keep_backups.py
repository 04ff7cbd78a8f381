"""Back up the whole house while it works, and bring it back into an empty database."""

from pathlib import Path

from server.services.verify_ledger import Verdict, verify_books
from server.store.backup import read_backup, write_backup
from server.store.db import db
from server.store.schema import upgrade_schema


def back_up(target: Path) -> int:
    """Write a consistent copy to `target`; how many rows it holds. Raises InvalidInput."""
    return write_backup(db.engine, target)


def restore(source: Path, year_days: int) -> tuple[int, Verdict]:
    """Fill this empty database, bring it to the newest schema and verify it.

    Rows restored, and what verify found. Raises InvalidInput `bad_backup`, RuleViolated
    `database_not_empty`.
    """
    rows = read_backup(db.engine, source)
    upgrade_schema()
    return rows, verify_books(year_days)
