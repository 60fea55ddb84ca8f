"""Models read by plain SQL, where every request or every drop pays for the statement.

Composing such a statement by the ORM takes longer than PostgreSQL takes to answer it.
"""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from django.db.models import Model


def columns_of(model: type[Model], *names: str) -> list[str]:
    """The named columns of the table, by default all, in the model's order: `from_db` takes them in that order only."""
    fields = [field.attname for field in model._meta.concrete_fields]
    return [name for name in fields if not names or name in names]


def listed(alias: str, names: Sequence[str]) -> str:
    """The columns as SELECT wants them."""
    return ", ".join(f"{alias}.{name}" for name in names)


def all_rows(statement: str, values: dict[str, object]) -> list[tuple[Any, ...]]:
    """What the statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def one_row(statement: str, values: dict[str, object]) -> tuple[Any, ...] | None:
    """The first row that the statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()
