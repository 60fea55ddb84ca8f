"""What was changed last and by whom: the line for somebody who is about to change the same.

An open page knows who has just changed something, as its notice says, but not what. Not every change leaves a row that
is read here, so the newest one that concerns what is edited is named only if it is theirs, and newer than the form.
"""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import QuerySet
from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import User
from base import once
from base.refusals import Trashed
from contacts import facts
from contacts.description import GROUPS
from contacts.finding import find
from contacts.models import Action, Change
from pipeline import history
from pipeline.history import Recorded
from pipeline.models import Deed

JUST_NOW = timedelta(minutes=2)
LONGEST = 160  # characters of what was changed
SHORTENED = 400  # characters of a change at which it may not name all that it was about
DUE, ACTION = "due", "action"  # what a form may be about, besides a group of facts
FIELDS = {DUE: ("due_on", "due_note")} | {key: group.fields for key, group in GROUPS.items()}
RECORDED = {DUE: (Change.Kind.DUE, Change.Kind.IMPORTED), ACTION: ()}
EDITS = (Change.Kind.EDITED, Change.Kind.IMPORTED)


class Form(NamedTuple):
    """A form that asks: what it edits ("": of all of the contact), since when, and who did what according to a notice.

    `actor` is a user's id, None the application.
    """

    about: str
    opened_at: datetime
    actor: int | None
    kind: str


class Line(NamedTuple):
    """What a form says. `way`: where it is shown; `is_lost`: there is no such contact for this user any more."""

    sentence: str
    way: str = ""
    is_lost: bool = False


def of_contact(user: User, contact_id: int, form: Form, now: datetime) -> Line | None:
    """Return the line about a contact, in two statements; None if nothing was changed of what the form edits."""
    since = max(form.opened_at, now - JUST_NOW)
    try:
        contact = find(user, contact_id)
    except Http404:
        return Line(_("Diesen Kontakt gibt es für Sie nicht mehr. Ihre Eingabe wurde nicht gespeichert."), is_lost=True)
    except Trashed:
        way = reverse("pipeline:trash") if user.leads else ""
        return Line(f"{_trashed(user, contact_id, since)} {_later()}", way)
    if form.about == ACTION and form.kind == "acted":
        sentence = _named(user, form.actor, _("Aktion"))
    else:
        sentence = _of_rows(user, contact_id, form, since)
    return Line(sentence, contact.get_absolute_url()) if sentence else None


def _later() -> str:
    return _("Ihre Eingabe bleibt hier und lässt sich speichern, sobald er wiederhergestellt ist.")


def _trashed(user: User, contact_id: int, since: datetime) -> str:
    rows = history.newest(user.account_id, contact_id)
    row = next((row for row in rows if row.at >= since and row.kind == Change.Kind.TRASHED), None)
    if row is None or not row.actor:
        return _("Der Kontakt wurde gelöscht.")
    if row.actor_id == user.pk:
        return _("Sie haben den Kontakt in einem anderen Fenster gelöscht.")
    return _("%(actor)s hat den Kontakt gerade gelöscht.") % {"actor": row.actor}


def _of_rows(user: User, contact_id: int, form: Form, since: datetime) -> str:
    rows = [row for row in history.newest(user.account_id, contact_id) if _concerns(form.about, row)]
    changes = [(row.at, row.actor_id, row.actor, history.told(row)) for row in rows]
    for action in [] if form.about else once.rows(_newest_action, user.account_id, contact_id):
        name = str(action.author) if action.author else ""
        changes.append((action.created_at, action.author_id, name, str(action.label)))
    theirs = [change for change in changes if change[0] >= since and change[1] == form.actor]
    if form.about and not theirs:
        return ""
    newest = max(changes, key=lambda change: change[0], default=None)
    if not theirs or (not form.about and newest not in theirs):
        return _("Der Kontakt wurde gerade geändert.")
    _at, actor_id, actor, what = max(theirs, key=lambda change: change[0])
    return _sentence(user, actor_id, actor, what)


def _concerns(about: str, row: Recorded) -> bool:
    """Return whether this was a change of what is edited, or may have been."""
    if not about or (not row.is_move and row.kind == Change.Kind.RESTORED):
        return True
    if row.is_move or row.kind not in RECORDED.get(about, EDITS):
        return False
    if row.kind == Change.Kind.DUE or max(len(row.before), len(row.after)) >= SHORTENED:
        return True
    named = f"; {row.before}; {row.after}"
    return any(f"; {facts.label(name)}: " in named for name in FIELDS.get(about, ()))


def _newest_action(account_id: int, contact_id: int) -> QuerySet[Action]:
    return Action.objects.of(account_id).filter(contact=contact_id).select_related("author").order_by("-pk")[:1]


def of_column(user: User, column_id: int, actor: int | None, now: datetime) -> Line:
    """Return the line about a column, which may have been deleted, in one statement."""
    deeds = Deed.objects.of(user.account).filter(column_id=column_id, at__gte=now - JUST_NOW)
    deed = deeds.select_related("actor").order_by("-at", "-pk").first()
    if deed is None or deed.actor_id != actor:
        return Line(_("Die Spalte wurde gerade geändert."))
    return Line(_sentence(user, deed.actor_id, str(deed.actor), f"{deed.get_kind_display()}: {deed.subject}"))


def _named(user: User, actor: int | None, what: str) -> str:
    found = User.objects.of(user.account).filter(pk=actor).first()
    return _sentence(user, actor, str(found or ""), what)


def _sentence(user: User, actor_id: int | None, actor: str, what: str) -> str:
    what = what if len(what) <= LONGEST else f"{what[: LONGEST - 1]}…"
    if actor_id == user.pk:
        return _("Sie haben in einem anderen Fenster gerade geändert: %(what)s") % {"what": what}
    return _("%(actor)s hat gerade geändert: %(what)s") % {"actor": actor or _("Die Anwendung"), "what": what}
