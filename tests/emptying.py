"""Emptying the database after a test that committed, which took longer than most of these tests themselves.

Django truncates every table, filled or not (50 ms of the server's processor time, where deleting a few rows takes half
a millisecond), and then goes through all models to write their types and permissions again.
"""

from django.db import connection, transaction
from django.test import TransactionTestCase

KEPT = {"django_content_type", "auth_permission"}  # filled by migrations, used by nothing of ours
QUEUE = {f"procrastinate_{name}" for name in ("jobs", "events", "periodic_defers", "workers")}
FEW = 1_000_000  # bytes; deleted rows stay in the file, so a larger one is cut to nothing
SIZES = (
    "SELECT relname, pg_relation_size(oid), current_setting('is_superuser')::bool"
    " FROM pg_class WHERE relkind = 'r' AND relnamespace = current_schema()::regnamespace"
)


@transaction.atomic
def empty(test: TransactionTestCase) -> None:
    """Delete all rows of all models, and all jobs: their models are not managed, and Django would leave them."""
    with connection.cursor() as cursor:
        cursor.execute(SIZES)
        tables = set(connection.introspection.django_table_names()) - KEPT | QUEUE
        filled = [(name, size <= FEW and free) for name, size, free in cursor.fetchall() if name in tables and size]
        if large := [name for name, is_quick in filled if not is_quick]:
            cursor.execute(f"TRUNCATE {', '.join(large)} CASCADE")
        if small := [name for name, is_quick in filled if is_quick]:
            cursor.execute("SET LOCAL session_replication_role = replica")  # no row is checked or counted, as above
            cursor.execute("; ".join(f"DELETE FROM {name}" for name in small))


def install() -> None:
    TransactionTestCase._fixture_teardown = empty  # type: ignore[attr-defined]
