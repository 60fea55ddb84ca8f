"""Statements about a selection: compiled by the ORM once for each shape of it, and then filled with its values.

Compiling took longer than PostgreSQL took to answer. As with a stamp (`base.stamps`), marks stand where values differ.
"""

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import BigIntegerField, BooleanField, F, Func, QuerySet, Value

from accounts.models import Account, Role, User
from base.ids import is_id
from base.sql import all_rows
from contacts import search
from pipeline.selection import Selection

MOST = 1000  # statements, of about 3 kB each
Build = Callable[[Selection], QuerySet[Any]]
Form = tuple[str, list[Any], list[tuple[int, Hashable]]]  # SQL, its values, and which of these are marks

# No value of ours is one of these.
FIRST_ID = 2**62
ACCOUNT, USER, ASSIGNEE, COLUMN = range(FIRST_ID, FIRST_ID + 4)
TYPED, SOURCE, TAG = ("\ue000", "\ue001", "\ue002")
TODAY = date.min
IDS = (FIRST_ID + 10,)
# The condition for rows whose ids take the place of the mark `IDS`.
AMONG = Func(
    F("pk"),
    Value([*IDS], ArrayField(BigIntegerField())),
    template="%(expressions)s)",
    arg_joiner=" = ANY(",
    output_field=BooleanField(),
)

_known: dict[Hashable, Form] = {}


def rows(
    selection: Selection,
    key: Hashable,
    build: Build,
    marks: Mapping[Hashable, Any] | None = None,
    *,
    by_id: bool = False,
) -> list[tuple[Any, ...]]:
    """Return the rows of the statement (see `statement`).

    It is prepared if it looks for rows `by_id` or has no filter: then there is one way to read them. PostgreSQL plans
    filters each time, because what they find differs.
    """
    sql, values = statement(selection, key, build, marks)
    return all_rows(sql, values) if by_id or selection.is_everything else _planned(sql, values)


def found(selection: Selection, sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """Return the rows of a statement that finds contacts along the index of words if only words are asked for.

    Then it is prepared. With a further filter its plan is up to what that finds: in an office of 10,000 one plan for
    all tags took two and a half times as long.
    """
    return all_rows(sql, values) if selection.has_only_words else _planned(sql, values)


def _planned(sql: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchall()


def among(ids: Collection[int]) -> dict[Hashable, Any]:
    """Return what `AMONG` stands for."""
    return {IDS: list(ids)}


def statement(
    selection: Selection, key: Hashable, build: Build, marks: Mapping[Hashable, Any] | None = None
) -> tuple[str, list[Any]]:
    """Return a statement about the selection as SQL with its values.

    `build` returns it for a selection like this one that has marks instead of values; it is called if no such statement
    is known by `key` and the selection's shape. It may use further `marks`, which are given with their values.
    """
    values = _values(selection) | dict(marks or {})
    known = (key, _shape(selection))
    form = _known.get(known)
    if form is None:
        if len(_known) >= MOST:
            _known.clear()
        form = _known[known] = _compiled(build(_marked(selection)), values)
    sql, filled, places = form[0], [*form[1]], form[2]
    for place, mark in places:
        filled[place] = values[mark]
    return sql, filled


def _compiled(query: QuerySet[Any], values: Mapping[Hashable, Any]) -> Form:
    sql, given = query.query.sql_with_params()
    asked = [tuple(value) if isinstance(value, list) else value for value in given]
    places = [(place, value) for place, value in enumerate(asked) if value in values]
    return sql, list(given), places


def _shape(selection: Selection) -> Hashable:
    """Return what a statement about the selection differs by but for values."""
    user, wanted = selection.user, selection.assignee
    return (
        user.role,
        user.account.agents_see,
        wanted if wanted in ("", "me", "none") else None,
        selection.due,
        bool(selection.source),
        bool(selection.status),
        bool(selection.tag),
        selection.q if user.role == Role.MARKETING else (bool(selection.q), search.query(selection.q) is None),
    )


def _marked(selection: Selection) -> Selection:
    user = selection.user
    account = Account(pk=ACCOUNT, agents_see=user.account.agents_see)
    marks = {
        "assignee": str(ASSIGNEE) if is_id(selection.assignee) else "",
        "source": SOURCE,
        "status": str(COLUMN),
        "tag": TAG,
        "q": "" if user.role == Role.MARKETING or search.query(selection.q) is None else TYPED,
    }
    filters = {name: mark for name, mark in marks.items() if mark and getattr(selection, name)}
    return replace(selection, user=User(pk=USER, account=account, role=user.role), today=TODAY, **filters)


def _values(selection: Selection) -> dict[Hashable, Any]:
    user = selection.user
    return {
        ACCOUNT: user.account_id,
        USER: user.pk,
        ASSIGNEE: int(selection.assignee) if is_id(selection.assignee) else None,
        COLUMN: int(selection.status or 0),
        search.query(TYPED): search.query(selection.q),
        SOURCE: selection.source,
        TAG: selection.tag,
        TODAY: selection.today,
        TODAY + timedelta(days=7): selection.today + timedelta(days=7),
    }
