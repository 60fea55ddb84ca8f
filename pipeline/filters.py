"""The filters above list and board. All but the menu of further filters need no query of their own."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import lru_cache

from django.db.models import CharField, Func
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from base.ids import is_id
from contacts import assignment
from contacts.models import Source
from pipeline.models import Column
from pipeline.selection import DUE, Selection

MAX_TAGS = 200  # offered in the menu


@dataclass(frozen=True)
class Filter:
    """A filter in the toolbar. Its options are (value, label), the first of them "all"."""

    name: str
    label: str
    icon: str
    value: str
    options: list[tuple[str, str]]

    @property
    def chosen(self) -> str:
        """The label of the current value."""
        return dict(self.options)[self.value]


@dataclass(frozen=True)
class Person:
    """An assignee (or everybody, or nobody) to filter by, and the query string with it."""

    label: str
    query_string: str
    is_chosen: bool
    user: User | None = None


@dataclass(frozen=True)
class Entry:
    """A value in the menu of further filters, and the query string with it."""

    label: str
    query_string: str
    is_chosen: bool


@dataclass(frozen=True)
class Chip:
    """An active filter, and the query string without it."""

    label: str
    without: str


def filters(selection: Selection, colleagues: Iterable[User]) -> list[Filter]:
    """Return the filters of the toolbar; marketing sees neither assignees nor due dates."""
    source = Filter("source", _("Quelle"), "filter", selection.source, _sources(get_language()))
    if not selection.user.works_contacts:
        return [source]
    return [
        Filter("assignee", _("Mitarbeiter"), "user", selection.assignee, _assignees(selection, colleagues)),
        Filter("due", _("Fälligkeit"), "calendar", selection.due, _dues(get_language())),
        source,
    ]


def chosen(selection: Selection) -> list[User]:
    """Return the colleagues if a single one is filtered by; else an empty list, without a query."""
    return assignment.colleagues(selection.user) if is_id(selection.assignee) else []


def people(selection: Selection, colleagues: Iterable[User]) -> list[Person]:
    """Return the menu of the filter by assignee."""
    users = {str(user.pk): user for user in colleagues}
    return [
        Person(
            label=label,
            query_string=replace(selection, assignee=value).query_string,
            is_chosen=value == selection.assignee,
            user=users.get(value),
        )
        for value, label in _assignees(selection, users.values())
    ]


def status(selection: Selection) -> Column | None:
    """Return the column that is filtered by; None, without a query, if there is none."""
    return Column.objects.of(selection.user.account).filter(pk=selection.status).first() if selection.status else None


def statuses(selection: Selection) -> list[Entry]:
    """Return the columns of the office to filter by."""
    columns = Column.objects.of(selection.user.account).order_by("position").values_list("pk", "name")
    named = [(str(pk), name) for pk, name in columns]
    return _entries(selection, "status", [("", _("Jeder Status")), *named])


def tags(selection: Selection) -> list[Entry]:
    """Return the tags of contacts this user sees; none for marketing."""
    if not selection.user.works_contacts:
        return []
    columns = Column.objects.of(selection.user.account).values("pk")
    tagged = Selection(user=selection.user, today=selection.today).cards().exclude(tags=[]).filter(column__in=columns)
    one = Func("tags", function="unnest", output_field=CharField())
    known = list(tagged.annotate(one=one).values_list("one", flat=True).distinct().order_by("one")[:MAX_TAGS])
    if selection.tag and selection.tag not in known:
        known.append(selection.tag)
    return _entries(selection, "tag", [("", _("Alle Schlagwörter")), *((tag, tag) for tag in known)]) if known else []


def _entries(selection: Selection, name: str, options: list[tuple[str, str]]) -> list[Entry]:
    now = getattr(selection, name)
    return [
        Entry(label, replace(selection, **{name: value}).query_string, value == now)  # type: ignore[arg-type]
        for value, label in options
    ]


def chips(selection: Selection, colleagues: Iterable[User], column: Column | None = None) -> list[Chip]:
    """Return the active filters. `column` is the one returned by `status`."""
    found = [Chip(f"„{selection.q}“", replace(selection, q="").query_string)] if selection.q else []
    for choice in filters(selection, colleagues):
        if choice.value:
            label = dict(choice.options).get(choice.value, choice.label)
            without = replace(selection, **{choice.name: ""})  # type: ignore[arg-type]
            found.append(Chip(label, without.query_string))
    if selection.status:
        label = column.name if column else _("Unbekannter Status")
        found.append(Chip(label, replace(selection, status="").query_string))
    if selection.tag:
        found.append(Chip(selection.tag, replace(selection, tag="").query_string))
    return found


def _assignees(selection: Selection, colleagues: Iterable[User]) -> list[tuple[str, str]]:
    special = [("", _("Alle Mitarbeiter")), ("me", _("Mir zugewiesen")), ("none", _("Niemandem zugewiesen"))]
    named = [(str(user.pk), user.full_name) for user in colleagues if user.works_contacts]
    known = {value for value, label in special + named}
    if selection.assignee not in known:  # somebody who has left: the address keeps its meaning
        named.append((selection.assignee, _("Anderer Mitarbeiter")))
    return special + named


@lru_cache
def _dues(_language: str | None) -> list[tuple[str, str]]:
    return [("", _("Jede Fälligkeit")), *((value, str(label)) for value, label in DUE.items())]


@lru_cache
def _sources(_language: str | None) -> list[tuple[str, str]]:
    return [("", _("Alle Quellen")), *((value, str(label)) for value, label in Source.choices)]
