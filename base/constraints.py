"""Foreign keys that include the account, so that PostgreSQL itself refuses a reference across accounts."""

from django.db.migrations import RunSQL


def composite_key(table: str, column: str, target: str, on_delete: str = "NO ACTION") -> RunSQL:
    """Return a foreign key (column, account_id) → target (id, account_id), checked at once.

    Not deferred: a deferred check would fail at commit, after the view has answered.
    """
    name = f"{table}_{column}_same_account"
    return RunSQL(
        f"ALTER TABLE {table} ADD CONSTRAINT {name} FOREIGN KEY ({column}, account_id) "
        f"REFERENCES {target} (id, account_id) ON DELETE {on_delete}",
        f"ALTER TABLE {table} DROP CONSTRAINT {name}",
    )
