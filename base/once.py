"""Statements that the ORM compiles once and that are then filled with values: `rows(build, account_id, contact_id)`.

A page of one contact asks some fifteen of them, and making each took longer than PostgreSQL took to answer it. As with
a stamp (`base.stamps`), marks stand where values differ.
"""

from collections.abc import Callable, Sequence
from copy import copy
from types import SimpleNamespace
from typing import Any, NamedTuple, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model, QuerySet
from django.db.models.query import ModelIterable

from base.sql import all_rows

AModel = TypeVar("AModel", bound=Model)
FIRST_ID = 2**62  # no id of ours
FIRST_SIGN = 0xE000  # the private use area of Unicode


class Form(NamedTuple):
    """A compiled statement. `places` are those of its parameters that are filled, with the number of the value."""

    sql: str
    parameters: list[Any]
    places: list[tuple[int, int]]
    compiler: Any


_known: dict[Callable[..., Any], Form] = {}


def rows(build: Callable[..., QuerySet[AModel]], *values: int | str) -> list[AModel]:
    """Return what `build(*values)` finds, by a prepared statement.

    `build` is called once, with marks of the values' types. It must be a function of a module that makes the same
    statement of all values: what it does with them is up to PostgreSQL. It cannot prefetch.
    """
    form = _known.get(build)
    if form is None:
        form = _known[build] = _compiled(build, values)
    filled = [*form.parameters]
    for place, number in form.places:
        filled[place] = type(filled[place])(values[number])
    answered = _Answered(form.compiler, all_rows(form.sql, filled))
    found: Any = SimpleNamespace(db=DEFAULT_DB_ALIAS, query=answered, _known_related_objects={})
    return list(ModelIterable(found))


def first(build: Callable[..., QuerySet[AModel]], *values: int | str) -> AModel | None:
    """Return the first row of a statement that asks for one row at most, or None."""
    return next(iter(rows(build, *values)), None)


def _compiled(build: Callable[..., QuerySet[Any]], values: Sequence[int | str]) -> Form:
    marks = [
        FIRST_ID + number if isinstance(value, int) else chr(FIRST_SIGN + number) for number, value in enumerate(values)
    ]
    compiler = build(*marks).query.get_compiler(DEFAULT_DB_ALIAS)
    sql, given = compiler.as_sql()
    parameters = list(given)
    places = [(place, marks.index(one)) for place, one in enumerate(parameters) if one in marks]
    if {number for _place, number in places} != {*range(len(values))}:
        raise ValueError(f"{build} changes a value before it comes to the statement")
    return Form(sql, parameters, places, compiler)


class _Answered:
    """Stands for a query whose rows were read already, where Django makes models of them."""

    def __init__(self, compiler: Any, found: list[tuple[Any, ...]]) -> None:
        self.compiler, self.found = copy(compiler), found
        self.compiler.connection = connection

    def get_compiler(self, using: str) -> Any:
        self.compiler.execute_sql = lambda **_options: [self.found]
        return self.compiler
