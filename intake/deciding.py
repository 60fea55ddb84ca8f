"""What people decide about something that arrived and did not become a contact by itself."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from base.refusals import Conflict
from contacts import actions, pairs
from contacts.kinds import Kind
from contacts.models import Contact
from intake import taking, tray
from intake.models import Arrival, Result
from intake.reading.lead import Lead
from intake.understanding import text, understood
from pipeline import attested, entering, inquiries

MAX_NOTE = 10_000  # characters


def find(user: User, arrival_id: int) -> Arrival:
    """Return what arrived. Raises Http404."""
    return _one(Arrival.objects.of(user.account).select_related("inlet__account", "contact").filter(pk=arrival_id))


@transaction.atomic
def discard(*, user: User, arrival_id: int) -> Arrival:
    """Mark as nothing anybody needs. Raises Http404, and Conflict if it has become a contact. Idempotent."""
    arrival = _locked(user, arrival_id)
    if arrival.contact_id is not None:
        raise Conflict(_("Daraus ist schon ein Kontakt geworden."))
    if arrival.result != Result.DISCARDED:
        arrival.result = Result.DISCARDED
        arrival.save(update_fields=["result"])
        notices.tell(notices.Kind.INTAKE, arrival.account_id, user=user.pk)
    return arrival


@transaction.atomic
@notices.as_one(notices.Kind.ARRIVED)
def read_again(*, user: User, arrival_id: int, now: datetime) -> Arrival:
    """Read and take in once more, although it is suspicious; return it as it then is. Nobody gets a mail because of it.

    What speaks of several people is read for all who wait for somebody. What has become a contact is returned without
    effect. Raises Http404, and Conflict after a fault of ours: then it lies where it did.
    """
    people = taking.lock(Arrival.objects.of(user.account), arrival_id)
    found = _one([one for one in people if one.pk == arrival_id])
    if found.contact_id is not None:
        return found
    for one in people:
        if one.is_open or one.pk == arrival_id:
            one.result, one.attempts, one.due_at = Result.WAITING, 1, now
            one.save(update_fields=["result", "attempts", "due_at"])
    notices.tell(notices.Kind.INTAKE, user.account_id, user=user.pk)
    arrival = taking.take(arrival_id, now, is_looked_at=True, mails=False)
    if arrival.result == Result.WAITING:  # the worker would send mails
        raise Conflict(_("Beim Lesen ist ein Fehler aufgetreten. Es wurde nichts geändert."))
    return arrival


@transaction.atomic
@notices.as_one(notices.Kind.ARRIVED)
def enter(*, user: User, arrival_id: int, now: datetime, **entry: Any) -> tuple[Contact | None, list[Contact]]:
    """Add the contact of a filled-in form, as `entering.enter_once` does, and have the arrival name it.

    What nobody types comes from what arrived: ids, campaign, further answers, consents, and when it was. What has
    become a contact already is that contact, whoever was faster. Raises Http404.
    """
    arrival = _locked(user, arrival_id)
    if arrival.contact_id is not None:  # the contact itself was not there when the statement began that waited
        return Contact.objects.of(user.account).get(pk=arrival.contact_id), []
    lead = tray.lead_of(arrival) or Lead()
    foreign = (taking.source_of(arrival.inlet), lead.foreign_id) if lead.foreign_id else None
    more, left = inquiries.machines(arrival.account, foreign, lead.campaign, lead.further)
    values, asked_at = entry.pop("values") | more, taking.asked_at(arrival, lead)
    contact, twins = entering.enter_once(user=user, values=values, asked_at=asked_at, now=now, **entry)
    if contact is not None:
        left += _attest(contact, arrival, lead, asked_at, now)
        if left:
            actions.perform(contact=contact, kind=Kind.NOTE, actor=None, text=pairs.write(left)[:MAX_NOTE], now=now)
        arrival.contact, arrival.result, arrival.reason = contact, Result.NEW, ""
        arrival.is_told = True  # a colleague has just dealt with it
        arrival.save(update_fields=["contact", "result", "reason", "is_told"])
        notices.tell(notices.Kind.INTAKE, arrival.account_id, user=user.pk)
    return contact, twins


def _attest(contact: Contact, arrival: Arrival, lead: Lead, at: datetime, now: datetime) -> list[pairs.Pair]:
    """Record the consents for what the person named, whatever the colleague has typed; return what is no evidence."""
    found, is_proven = understood(lead, arrival.inlet), arrival.inlet.trusts_consents
    return attested.record(contact, lead.consents, found.values if found else {}, is_proven=is_proven, at=at, now=now)


def proposal(arrival: Arrival) -> dict[str, Any]:
    """Return what „Kontakt anlegen“ is filled in with: what was read, or else the text that arrived."""
    lead = tray.lead_of(arrival)
    if lead is None:
        return {"source_detail": arrival.inlet.name, "note": tray.words_of(arrival)[:MAX_NOTE]}
    found = understood(lead, arrival.inlet)
    values = found.values if found else {}
    note = (found.text if found else text(lead))[:MAX_NOTE]
    return {"source_detail": arrival.inlet.name} | values | {"note": note}


def _locked(user: User, arrival_id: int) -> Arrival:
    """Lock what arrived. Raises Http404."""
    rows = Arrival.objects.of(user.account).select_related("inlet__account")
    return _one(rows.select_for_update(of=("self",), no_key=True).filter(pk=arrival_id))


def _one(rows: Iterable[Arrival]) -> Arrival:
    found = next(iter(rows), None)
    if found is None:
        raise Http404
    return found
