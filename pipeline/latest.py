"""What was changed last and by whom: the line for somebody who is about to change the same.

An open page knows who has just changed something, as its notice says, but not what. Not every change leaves a row that
is read here, so the newest one is named only if it is theirs.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from base import once
from contacts.models import Action, Contact
from pipeline import history
from pipeline.models import Deed

JUST_NOW = timedelta(minutes=2)
LONGEST = 160  # characters of what was changed


def of_contact(user: User, contact: Contact, by: int | None, now: datetime) -> str:
    """Return the sentence about a contact that the user sees and somebody has just changed, in two statements."""
    changes = [(row.at, row.actor_id, row.actor, history.told(row)) for row in history.newest(contact)]
    for action in once.rows(_newest_action, contact.account_id, contact.pk):
        name = str(action.author) if action.author else ""
        changes.append((action.created_at, action.author_id, name, str(action.label)))
    at, who, name, what = max(changes, key=lambda change: change[0], default=(now - 2 * JUST_NOW, None, "", ""))
    if at < now - JUST_NOW or who != by:
        return _("Der Kontakt wurde gerade geändert.")
    return _sentence(user, who, name, what)


def _newest_action(account_id: int, contact_id: int) -> QuerySet[Action]:
    return Action.objects.of(account_id).filter(contact=contact_id).select_related("author").order_by("-pk")[:1]


def of_column(user: User, column_id: int, by: int | None, now: datetime) -> str:
    """Return the sentence about a column, which may have been deleted, in one statement."""
    deeds = Deed.objects.of(user.account).filter(column_id=column_id, at__gte=now - JUST_NOW)
    deed = deeds.select_related("actor").order_by("-at", "-pk").first()
    if deed is None or deed.actor_id != by:
        return _("Die Spalte wurde gerade geändert.")
    return _sentence(user, deed.actor_id, str(deed.actor), f"{deed.get_kind_display()}: {deed.subject}")


def _sentence(user: User, who: int | None, name: str, what: str) -> str:
    what = what if len(what) <= LONGEST else f"{what[: LONGEST - 1]}…"
    if who == user.pk:
        return _("Sie haben in einem anderen Fenster gerade geändert: %(what)s") % {"what": what}
    return _("%(who)s hat gerade geändert: %(what)s") % {"who": name or _("Die Anwendung"), "what": what}
