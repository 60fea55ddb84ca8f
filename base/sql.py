"""Reading models by plain SQL on paths that every request or every drop pays for.

The ORM takes longer to build such a statement than PostgreSQL takes to run it, and PostgreSQL longer to plan it than to
run it; so it is prepared (`base/postgresql`).
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model
from django.db.models.base import ModelState

from base.postgresql.base import DatabaseWrapper

AModel = TypeVar("AModel", bound=Model)


def columns_of(model: type[Model], *names: str) -> list[str]:
    """Return the named columns of the table, by default all, in the model's order."""
    fields = [field.attname for field in model._meta.concrete_fields]
    return [name for name in fields if not names or name in names]


def listed(alias: str, names: Sequence[str]) -> str:
    """Return the columns as a SELECT list, qualified by the alias."""
    return ", ".join(f"{alias}.{name}" for name in names)


def all_rows(statement: str, values: Mapping[str, Any] | Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run the statement, prepared, and return all rows."""
    cursor = cast(DatabaseWrapper, connection).prepared()
    cursor.execute(statement, values)
    return cursor.cursor.fetchall()  # of psycopg: what was read has no errors of the database that Django would wrap


def one_row(statement: str, values: Mapping[str, Any] | Sequence[Any]) -> tuple[Any, ...] | None:
    """Run the statement, prepared, and return the first row."""
    cursor = cast(DatabaseWrapper, connection).prepared()
    cursor.execute(statement, values)
    return cursor.cursor.fetchone()


def changed(statement: str, values: Mapping[str, Any] | Sequence[Any]) -> int:
    """Run the statement, prepared, and return how many rows it changed."""
    cursor = cast(DatabaseWrapper, connection).prepared()
    cursor.execute(statement, values)
    return cursor.rowcount


def loaded(model: type[AModel], names: Sequence[str], row: Sequence[Any]) -> AModel:
    """Return the model with the row's values of these columns; all others are deferred.

    As `Model.from_db` in a quarter of the time, because it sends no signal, and sets no field by itself.
    """
    instance = model.__new__(model)
    state = ModelState()
    state.adding, state.db = False, DEFAULT_DB_ALIAS
    instance.__dict__.update(zip(names, row, strict=True), _state=state)
    return instance
