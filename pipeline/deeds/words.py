"""Deeds in sentences: what was done, and the result of undoing it."""

from django.utils.formats import number_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from contacts.models import Contact, sight
from pipeline.models import Deed, DeedKind, DeedState

NAMED = 10  # contacts named in a message; the list names more


def describe(deed: Deed) -> str:
    """Return what was done: „60 Kontakte: Jan Thiele zugewiesen“."""
    number = number_format(deed.total, force_grouping=True)
    words = {"number": number, "subject": deed.subject, "other": deed.other}
    match deed.kind:
        case DeedKind.ASSIGN if deed.subject:
            one = ngettext(
                "%(number)s Kontakt: %(subject)s zugewiesen",
                "%(number)s Kontakte: %(subject)s zugewiesen",
                deed.total,
            )
        case DeedKind.ASSIGN:
            one = ngettext(
                "%(number)s Kontakt: niemandem mehr zugewiesen",
                "%(number)s Kontakte: niemandem mehr zugewiesen",
                deed.total,
            )
        case DeedKind.STATUS:
            one = ngettext(
                "%(number)s Kontakt nach „%(subject)s“ verschoben",
                "%(number)s Kontakte nach „%(subject)s“ verschoben",
                deed.total,
            )
        case DeedKind.TRASH:
            one = ngettext(
                "%(number)s Kontakt in den Papierkorb gelegt",
                "%(number)s Kontakte in den Papierkorb gelegt",
                deed.total,
            )
        case DeedKind.EMPTY:
            one = ngettext(
                "Spalte „%(subject)s“ gelöscht, %(number)s Kontakt nach „%(other)s“ verschoben",
                "Spalte „%(subject)s“ gelöscht, %(number)s Kontakte nach „%(other)s“ verschoben",
                deed.total,
            )
        case _:
            one = _of_column(deed)
    return one % words


def _of_column(deed: Deed) -> str:
    match deed.kind:
        case DeedKind.INSERT:
            return _("Spalte „%(subject)s“ eingefügt")
        case DeedKind.RENAME:
            return _("Spalte „%(other)s“ in „%(subject)s“ umbenannt")
        case DeedKind.REMOVE:
            return _("Spalte „%(subject)s“ gelöscht")
        case _ if deed.asked["direction"] == "left":
            return _("Spalte „%(subject)s“ nach links verschoben")
        case _:
            return _("Spalte „%(subject)s“ nach rechts verschoben")


def started(deed: Deed) -> str:
    """Return the message for a deed that the worker applies."""
    return _("%s: läuft im Hintergrund.") % describe(deed)


def undone(deed: Deed, user: User) -> str:
    """Return the result of undoing it, with the names of contacts that were not undone."""
    count = deed.parts.filter(is_left=True).count()
    if not count:
        return _("Rückgängig gemacht: %s.") % describe(deed)
    if deed.state == DeedState.UNDONE:
        first = _("Zum Teil rückgängig gemacht: %s.") % describe(deed)
    else:
        first = _("Es wurde nichts zurückgenommen: %s.") % describe(deed)
    names = _left(deed, user)
    more = count - len(names)
    if more:
        names.append(ngettext("%d weiterer", "%d weitere", more) % more)
    kept = ngettext(
        "%(count)d Kontakt wurde seitdem geändert und bleibt, wie er ist: %(names)s.",
        "%(count)d Kontakte wurden seitdem geändert und bleiben, wie sie sind: %(names)s.",
        count,
    )
    return f"{first} {kept % {'count': count, 'names': ', '.join(names)}}"


def _left(deed: Deed, user: User) -> list[str]:
    """Return the names of the first contacts that were not undone, of those this user sees."""
    parts = deed.parts.filter(is_left=True)
    contacts = Contact.objects.of(deed.account_id).filter(sight(user), pk__in=parts.values("contact"))
    return [contact.display_name for contact in contacts.order_by("sort_name", "pk")[:NAMED]]
