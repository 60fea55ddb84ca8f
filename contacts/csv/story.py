"""Columns that an export adds to the facts: consents and actions of a contact, for people to read.

An import ignores them: evidence requires its wording, and actions are not imported.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from django.db.models import F, Window
from django.db.models.functions import Coalesce, Left, RowNumber
from django.utils import timezone
from django.utils.translation import gettext as _

from base.text import one_line
from contacts.consent import with_earlier_grant, word
from contacts.csv.fields import ACTIONS, CONSENTS
from contacts.models import Action, Consent

MAX_ACTIONS = 150  # a cell of a spreadsheet holds 32,767 characters
TEXT_SHOWN = 120

Story = dict[str, str]  # header to text


def stories(account_id: int, contact_ids: Collection[int]) -> dict[int, Story]:
    """Return the texts by contact, in two queries."""
    found: dict[int, Story] = {pk: {} for pk in contact_ids}
    for consent in _newest(account_id, contact_ids):
        found[consent.contact_id][CONSENTS[consent.channel]] = _allowed(consent)
    by_contact: dict[int, list[str]] = {}
    for action in _actions(account_id, contact_ids):
        by_contact.setdefault(action.contact_id, []).append(_done(action))
    for contact_id, lines in by_contact.items():
        left = ["…"] if len(lines) > MAX_ACTIONS else []
        found[contact_id][ACTIONS] = " · ".join(lines[:MAX_ACTIONS] + left)
    return found


def _newest(account_id: int, contact_ids: Collection[int]) -> Iterable[Consent]:
    rows = Consent.objects.of(account_id).filter(contact__in=contact_ids)
    ordered = rows.order_by("contact", "channel", "-is_proven", "-occurred_at", "-pk")
    newest = with_earlier_grant(ordered.distinct("contact", "channel"))
    return newest.only("contact", "channel", "granted", "is_proven", "method", "occurred_at", "address")


def _allowed(consent: Consent) -> str:
    """„erteilt seit 12.03.2026 10:15:00 für anna@example.org“"""
    values = {"when": _when(consent.occurred_at), "address": consent.address}
    if not consent.granted or not consent.is_proven:
        return _("%(said)s seit %(when)s") % {"said": word(consent), **values}
    if not consent.address:
        return _("erteilt seit %(when)s") % values
    return _("erteilt seit %(when)s für %(address)s") % values


def _actions(account_id: int, contact_ids: Collection[int]) -> Iterable[Any]:
    """Return the newest actions, one more than shown, with the beginning of their text only."""
    newest = [F("at").desc(), F("pk").desc()]
    rows = (
        Action.objects.of(account_id)
        .filter(contact__in=contact_ids)
        .annotate(at=Coalesce("performed_at", "planned_for"), short=Left("text", TEXT_SHOWN + 1))
        .annotate(place=Window(RowNumber(), partition_by="contact", order_by=newest))
        .filter(place__lte=MAX_ACTIONS + 1)
        .order_by("contact", *newest)
        .only("contact", "kind", "outcome", "performed_at", "planned_for")
    )
    return rows.iterator()


def _done(action: Any) -> str:
    """„27.11.2026 14:20 Anruf – erreicht: ruft zurück“"""
    moment: datetime = action.at
    text = one_line(action.short)
    text = f"{text[:TEXT_SHOWN]}…" if len(text) > TEXT_SHOWN else text
    label = _("%(action)s (geplant)") % {"action": action.label} if action.is_planned else action.label
    line = f"{timezone.localtime(moment):%d.%m.%Y %H:%M} {label}"
    return f"{line}: {text}" if text else line


def _when(moment: datetime) -> str:
    return f"{timezone.localtime(moment):%d.%m.%Y %H:%M}"
