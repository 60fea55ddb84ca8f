"""Statements that the ORM compiles once and that are then filled with values: `rows(build, account_id, contact_id)`.

A page of one contact asks some ten of them, and making each took longer than PostgreSQL took to answer it. As with
a stamp (`base.stamps`), marks stand where values differ.
"""

from collections.abc import Callable, Hashable, Sequence
from copy import copy
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable
from psycopg.sql import Literal

from base.sql import all_rows

AModel = TypeVar("AModel", bound=Model)
Build = Callable[..., QuerySet[Any, Any]]
Value = int | str | datetime
Shape = tuple[Hashable, ...]
FIRST_ID = 2**62  # no id of ours
FIRST_SIGN = 0xE000  # the private use area of Unicode
FIRST_MOMENT = datetime(1, 1, 2, tzinfo=UTC)


class Form(NamedTuple):
    """A compiled statement. `order` says which value is in each of its places; `converters` are those of its columns,
    which take longer to look up than to use.
    """

    sql: str
    order: list[int]
    compiler: Any
    converters: Any


_known: dict[Hashable, Form] = {}


def rows(build: Callable[..., QuerySet[AModel]], *values: Value, shape: Shape = ()) -> list[AModel]:
    """Return what `build(*shape, *values)` finds, by a prepared statement.

    `build` is called once for each `shape` (what the statement itself differs by), with marks of the values' types. It
    must be a function of a module that makes the same statement of all values: what it does with them is up to
    PostgreSQL. It cannot prefetch.
    """
    form = _form(build, shape, values)
    answered = _Answered(form, all_rows(form.sql, _filled(form, values)))
    found: Any = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=answered, _known_related_objects={})
    return list(ModelIterable(found))


def first(build: Callable[..., QuerySet[AModel]], *values: Value) -> AModel | None:
    """Return the first row of a statement that asks for one row at most, or None."""
    return next(iter(rows(build, *values)), None)


def tuples(build: Build, *values: Value, shape: Shape = ()) -> list[tuple[Any, ...]]:
    """Return what `build(*shape, *values)`, a `values_list`, finds: as PostgreSQL gives it, without conversions."""
    form = _form(build, shape, values)
    return all_rows(form.sql, _filled(form, values))


def _form(build: Build, shape: Shape, values: Sequence[Value]) -> Form:
    key = (build, shape, len(values))
    form = _known.get(key)
    if form is None:
        form = _known[key] = _compiled(build, shape, values)
    return form


def _filled(form: Form, values: Sequence[Value]) -> list[Value]:
    return [values[number] for number in form.order]


def _compiled(build: Build, shape: Shape, values: Sequence[Value]) -> Form:
    """Compile the statement with marks, and write into it what is no mark: an index may be for one state only."""
    marks = [_mark(number, value) for number, value in enumerate(values)]
    compiler = build(*shape, *marks).query.get_compiler(DEFAULT_DB_ALIAS)
    sql, parameters = compiler.as_sql()
    order = [marks.index(one) for one in parameters if one in marks]
    if {*order} != {*range(len(values))}:
        raise ValueError(f"{build} changes a value before it comes to the statement")
    written = tuple("%s" if one in marks else _literal(one) for one in parameters)
    converters = compiler.get_converters([column[0] for column in compiler.select])
    return Form(sql.replace("%%", "%%%%") % written, order, compiler, converters)


def _mark(number: int, value: Value) -> Value:
    if isinstance(value, datetime):
        return FIRST_MOMENT + timedelta(hours=number)
    return FIRST_ID + number if isinstance(value, int) else chr(FIRST_SIGN + number)


def _literal(value: Any) -> str:
    connection.ensure_connection()
    return Literal(value).as_string(connection.connection).replace("%", "%%")


class _Answered:
    """Stands for a query whose rows were read already, where Django makes models of them."""

    def __init__(self, form: Form, found: list[tuple[Any, ...]]) -> None:
        self.compiler = copy(form.compiler)
        self.compiler.connection = connection
        self.compiler.execute_sql = lambda **_options: [found]
        self.compiler.get_converters = lambda _columns: form.converters

    def get_compiler(self, using: str) -> Any:
        return self.compiler
