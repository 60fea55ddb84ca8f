"""The filters above list and board, from what is already loaded: no tag here asks the database."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django import template
from django.utils.translation import gettext as _

from accounts.models import User
from contacts.models import Source
from pipeline.selection import DUE, Selection

register = template.Library()


@dataclass(frozen=True)
class Filter:
    """A choice in the toolbar: its options as (value, label), the first of them "all"."""

    name: str
    label: str
    icon: str
    value: str
    options: list[tuple[str, str]]


@dataclass(frozen=True)
class Chip:
    """A filter that is set, and the selection's address without it."""

    label: str
    without: str


@register.simple_tag
def filters(selection: Selection, colleagues: Iterable[User]) -> list[Filter]:
    """The filters this user may set; marketing sees neither assignees nor due dates."""
    source = Filter("source", _("Quelle"), "filter", selection.source, _sources())
    if not selection.user.works_contacts:
        return [source]
    return [
        Filter("assignee", _("Mitarbeiter"), "user", selection.assignee, _assignees(selection, colleagues)),
        Filter("due", _("Fälligkeit"), "calendar", selection.due, _dues()),
        source,
    ]


@register.simple_tag
def chips(selection: Selection, colleagues: Iterable[User]) -> list[Chip]:
    """What is filtered, each part with the selection that remains when it is taken away."""
    found = [Chip(f"„{selection.q}“", replace(selection, q="").query_string)] if selection.q else []
    for choice in filters(selection, colleagues):
        if choice.value:
            label = dict(choice.options).get(choice.value, choice.label)
            without: dict[str, Any] = {choice.name: ""}
            found.append(Chip(label, replace(selection, **without).query_string))
    return found


def _assignees(selection: Selection, colleagues: Iterable[User]) -> list[tuple[str, str]]:
    special = [("", _("Alle Mitarbeiter")), ("me", _("Mir zugewiesen")), ("none", _("Niemandem zugewiesen"))]
    named = [(str(user.pk), user.full_name) for user in colleagues if user.works_contacts]
    known = {value for value, label in special + named}
    if selection.assignee not in known:  # somebody who has left: the address keeps its meaning
        named.append((selection.assignee, _("Anderer Mitarbeiter")))
    return special + named


def _dues() -> list[tuple[str, str]]:
    return [("", _("Jede Fälligkeit")), *((value, str(label)) for value, label in DUE.items())]


def _sources() -> list[tuple[str, str]]:
    return [("", _("Alle Quellen")), *((value, str(label)) for value, label in Source.choices)]
