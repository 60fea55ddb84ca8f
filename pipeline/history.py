"""The history of a contact besides its actions: moves, assignments, due dates and edits, and by whom."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

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
    moves = Move.objects.of(contact.account_id).filter(contact=contact).select_related("actor", "to_column")
    changes = Change.objects.of(contact.account_id).filter(contact=contact).select_related("actor")
    lines = [_of_move(move) for move in moves.order_by("-at", "-pk")[: limit + 1]]
    lines += [_of_change(change) for change in changes.order_by("-at", "-pk")[: limit + 1]]
    lines.sort(key=lambda line: line.at, reverse=True)
    return lines[:limit], len(lines) > limit


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
