"""The help articles: what there is to read, in the order of the index. Their texts are templates, one file each."""

from dataclasses import dataclass

from django.conf import settings
from django.http import Http404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Article:
    """One article. `name` is its address and the name under which its votes are kept."""

    name: str
    title: Promise
    summary: Promise
    icon: str

    @property
    def template(self) -> str:
        return f"help/{self.name.replace('-', '_')}.html"

    def get_absolute_url(self) -> str:
        return reverse("help:article", args=[self.name])


ARTICLES = (
    Article(
        "pipeline",
        _("Die Kontakte-Pipeline"),
        _("Karten, Spalten und Status: was die Pipeline zeigt, was sie tut und was sie nicht kann."),
        "board",
    ),
    Article(
        "email-funnel",
        _("Der E-Mail-Funnel"),
        _("Welche Mails Ihre Kontakte bekommen, wann, warum manche nicht, und wie Sie eingreifen."),
        "mail",
    ),
    Article(
        "due-date",
        _("Das Fälligkeitsdatum"),
        _("Wie Sie sich an einen Kontakt erinnern, ohne seinen Status zu ändern."),
        "calendar",
    ),
    Article(
        "list",
        _("Die Liste"),
        _("Suchen, filtern, sortieren, mehrere Kontakte auf einmal bearbeiten, löschen und wiederherstellen."),
        "list",
    ),
    Article(
        "duplicates",
        _("Duplikate zusammenführen"),
        _("Kontakte, die doppelt angelegt sind: finden, vergleichen, zusammenführen und das zurücknehmen."),
        "users",
    ),
    Article(
        "import",
        _("Kontakte importieren und exportieren"),
        _("Eine CSV-Datei einlesen, vorher prüfen, und die eigenen Daten wieder herausholen."),
        "upload",
    ),
    Article(
        "roles",
        _("Rollen und Pakete"),
        _("Wer im Büro was sehen und tun darf."),
        "users",
    ),
)


def find(name: str) -> Article:
    """Return the article with this name. Raises Http404 if there is none."""
    for article in ARTICLES:
        if article.name == name:
            return article
    raise Http404


def circumstances() -> dict[str, bool]:
    """Return what the articles promise only here: replies end a series by themselves if a mailbox for them is read."""
    return {"reads_answers": bool(settings.MAIL_IN and settings.IMAP_URL)}
