"""The history of a contact besides its actions: moves, assignments, due dates and edits, and by whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import QuerySet, TextField, Value
from django.utils.translation import gettext as _

from accounts.models import User
from base import once
from base.dates import moment_texts
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

    def texts(self, now: datetime) -> dict[str, str]:
        """Return what the template `pipeline/_history_line.html` shows."""
        when = moment_texts(self.at, now)
        return {**when, "text": self.text, "who": self.who, "key": self.key, "before": self.before, "after": self.after}


class Recorded(NamedTuple):
    """A move or a change, in the order of `_recorded`."""

    at: datetime
    is_move: bool
    pk: int
    kind: str  # of a change; how a move was made
    before: str
    after: str
    key: str | None  # of the column a move led to
    actor_id: int | None
    first_name: str
    last_name: str
    email: str

    @property
    def actor(self) -> str:
        """Who did it, or ""."""
        if self.actor_id is None:
            return ""
        return str(User(first_name=self.first_name, last_name=self.last_name, email=self.email))


ACTOR = ("actor_id", "actor__first_name", "actor__last_name", "actor__email")


def load(contact: Contact, limit: int = PAGE) -> tuple[list[Line], bool]:
    """Return the newest lines, and whether there are older ones, in one statement."""
    rows = once.tuples(_recorded, contact.account_id, contact.pk, shape=(limit,))
    found = sorted(map(Recorded._make, rows), reverse=True)
    return [_of_move(row) if row.is_move else _of_change(row) for row in found[:limit]], len(found) > limit


def newest(account_id: int, contact_id: int) -> list[Recorded]:
    """Return what was recorded last, the newest first."""
    return sorted(map(Recorded._make, once.tuples(_recorded, account_id, contact_id, shape=(PAGE,))), reverse=True)


def told(row: Recorded) -> str:
    """Return in a few words what happened."""
    line = _of_move(row) if row.is_move else _of_change(row)
    return line.after or line.text


def _recorded(limit: int, account_id: int, contact_id: int) -> QuerySet[Move, Any]:
    moves = Move.objects.of(account_id).filter(contact=contact_id).order_by("-at", "-pk")
    changes = Change.objects.of(account_id).filter(contact=contact_id).order_by("-at", "-pk")
    moved = moves.values_list("at", Value(True), "pk", "via", "from_name", "to_name", "to_column__key", *ACTOR)
    no_key = Value(None, output_field=TextField())
    changed = changes.values_list("at", Value(False), "pk", "kind", "before", "after", no_key, *ACTOR)
    return moved[: limit + 1].union(changed[: limit + 1], all=True)


def _of_move(move: Recorded) -> Line:
    came_from = move.before or _("Papierkorb")
    who = ", ".join(filter(None, (move.actor, str(Move.Via(move.kind).label))))
    return Line(move.at, f"{came_from} → {move.after}", who, key=move.key or "")


def _of_change(change: Recorded) -> Line:
    text, before, after = _words(change)
    return Line(change.at, text, change.actor or _("automatisch"), before=before, after=after)


def _words(change: Recorded) -> tuple[str, str, str]:
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
            return str(Change.Kind(change.kind).label), change.before, change.after
