"""Kinds of actions: their labels, who records them, and whether they count as the "last action"."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Kind(TextChoices):
    """Kinds of actions, in the order of the bubbles on a card."""

    INQUIRY = "inquiry", _("Anfrage eingegangen")
    VALUATION_REQUEST = "valuation_request", _("Bewertung angefordert")
    DOWNLOAD = "download", _("Ratgeber heruntergeladen")
    CALL = "call", _("Anruf")
    MAIL_OUT = "mail_out", _("E-Mail gesendet")
    MAIL_IN = "mail_in", _("Antwort erhalten")
    FUNNEL_MAIL = "funnel_mail", _("Funnel-Mail gesendet")
    LETTER = "letter", _("Brief")
    MESSAGE = "message", _("SMS/WhatsApp")
    MEETING = "meeting", _("Termin")
    ONSITE = "onsite", _("Vor-Ort-Termin")
    VALUATION = "valuation", _("Bewertung erstellt")
    OFFER = "offer", _("Maklervertrag gesendet")
    MANDATE = "mandate", _("Auftrag unterschrieben")
    NOTE = "note", _("Notiz")
    BOUNCE = "bounce", _("Unzustellbar")
    OPT_OUT = "opt_out", _("Abgemeldet")


class Outcome(TextChoices):
    """The result of a call."""

    REACHED = "reached", _("erreicht")
    NOT_REACHED = "not_reached", _("nicht erreicht")
    MAILBOX = "mailbox", _("Mailbox")


MANUAL: tuple[Any, ...] = (
    Kind.CALL,
    Kind.MAIL_OUT,
    Kind.MAIL_IN,
    Kind.MEETING,
    Kind.ONSITE,
    Kind.LETTER,
    Kind.MESSAGE,
    Kind.VALUATION,
    Kind.OFFER,
    Kind.MANDATE,
    Kind.NOTE,
)
PLANNABLE: tuple[Any, ...] = (Kind.MEETING, Kind.ONSITE)
# These happen to the office by themselves and do not count as the last action.
NOT_COUNTED: tuple[Any, ...] = (Kind.BOUNCE, Kind.OPT_OUT)
ORDER = {kind.value: place for place, kind in enumerate(Kind)}


@dataclass(frozen=True)
class Bubble:
    """All performed actions of one kind on one contact."""

    kind: str
    count: int

    @property
    def label(self) -> str:
        return str(Kind(self.kind).label)

    @property
    def text(self) -> str:
        """The bubble's text for screen readers: „Anruf“, „Anruf (3)“."""
        return f"{self.label} ({self.count})" if self.count > 1 else self.label


def bubbles(counts: Mapping[str, int]) -> list[Bubble]:
    """Return the bubbles of a contact in their fixed order."""
    return [Bubble(kind, counts[kind]) for kind in sorted(counts, key=ORDER.__getitem__)]
