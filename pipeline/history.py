"""The history of a contact besides its actions: moves, assignments, due dates and edits, and by whom."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from base import once
from contacts.models import Change, Contact
from pipeline.models import Move

PAGE = 20
MAX_LINES = 1000  # lines of the page that shows all of it


@dataclass(frozen=True)
class Line:
    """A line of the history. `key` is that of the column a move led to, for the colour of its dot."""

    at: datetime
    text: str
    who: str
    key: str = ""
    before: str = ""
    after: str = ""


def load(contact: Contact, limit: int = PAGE) -> tuple[list[Line], bool]:
    """Return the newest lines, and whether there are older ones, in two statements."""
    whose = (contact.account_id, contact.pk)
    if limit == PAGE:
        moves, changes = once.rows(_last_moves, *whose), once.rows(_last_changes, *whose)
    else:
        moves, changes = list(_moves(*whose)[: limit + 1]), list(_changes(*whose)[: limit + 1])
    lines = [_of_move(move) for move in moves]
    lines += [_of_change(change) for change in changes]
    lines.sort(key=lambda line: line.at, reverse=True)
    return lines[:limit], len(lines) > limit


def _moves(account_id: int, contact_id: int) -> QuerySet[Move]:
    moves = Move.objects.of(account_id).filter(contact=contact_id)
    return moves.select_related("actor", "to_column").order_by("-at", "-pk")


def _changes(account_id: int, contact_id: int) -> QuerySet[Change]:
    changes = Change.objects.of(account_id).filter(contact=contact_id)
    return changes.select_related("actor").order_by("-at", "-pk")


def _last_moves(account_id: int, contact_id: int) -> QuerySet[Move]:
    return _moves(account_id, contact_id)[: PAGE + 1]


def _last_changes(account_id: int, contact_id: int) -> QuerySet[Change]:
    return _changes(account_id, contact_id)[: PAGE + 1]


def _of_move(move: Move) -> Line:
    came_from = move.from_name or _("Papierkorb")
    who = ", ".join(filter(None, (str(move.actor or ""), move.get_via_display())))
    key = move.to_column.key if move.to_column else None
    return Line(move.at, f"{came_from} → {move.to_name}", who, key=key or "")


def _of_change(change: Change) -> Line:
    text, before, after = _words(change)
    return Line(change.at, text, str(change.actor or _("automatisch")), before=before, after=after)


def _words(change: Change) -> tuple[str, str, str]:
    names = {"before": change.before, "after": change.after}
    match change.kind:
        case Change.Kind.ASSIGNED if change.after:
            return _("Zugewiesen an %(after)s") % names, "", ""
        case Change.Kind.ASSIGNED:
            return _("Niemandem mehr zugewiesen (vorher %(before)s)") % names, "", ""
        case Change.Kind.DUE if change.after:
            return _("Fällig am %(after)s") % names, "", ""
        case Change.Kind.DUE:
            return _("Fälligkeitsdatum entfernt (vorher %(before)s)") % names, "", ""
        case Change.Kind.CREATED if change.after:
            return _("Angelegt in „%(after)s“") % names, "", ""
        case _:
            return change.get_kind_display(), change.before, change.after
