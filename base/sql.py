"""Reading models by plain SQL on paths that every request or every drop pays for.

The ORM takes longer to build such a statement than PostgreSQL takes to run it, and PostgreSQL longer to plan it than to
run it; so it is prepared (`base/postgresql`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django.db import connection
from django.db.models import Model

from base.postgresql.base import DatabaseWrapper


def columns_of(model: type[Model], *names: str) -> list[str]:
    """Return the named columns of the table, by default all, in the model's order, which `from_db` relies on."""
    fields = [field.attname for field in model._meta.concrete_fields]
    return [name for name in fields if not names or name in names]


def listed(alias: str, names: Sequence[str]) -> str:
    """Return the columns as a SELECT list, qualified by the alias."""
    return ", ".join(f"{alias}.{name}" for name in names)


def all_rows(statement: str, values: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """Run the statement, prepared, and return all rows."""
    cursor = cast(DatabaseWrapper, connection).prepared()
    cursor.execute(statement, values)
    return cursor.fetchall()


def one_row(statement: str, values: Mapping[str, Any]) -> tuple[Any, ...] | None:
    """Run the statement, prepared, and return the first row."""
    cursor = cast(DatabaseWrapper, connection).prepared()
    cursor.execute(statement, values)
    return cursor.fetchone()
