"""Reading what arrived, and taking it in: each exactly once, whoever is killed meanwhile.

What an arrival means and that it is done are one transaction. Until it commits, the arrival waits, and the worker takes
it again.
"""

import json
import logging
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, Subquery
from django.utils.translation import gettext_noop

from accounts.models import AccountQuerySet, User
from base import notices
from base.sql import all_rows
from contacts.models import Consent, Contact
from intake.models import Arrival, Inlet, InletKind, Result
from intake.opening import leads_in
from intake.reading import api, hooks, submission
from intake.reading.lead import Confirmation, Lead, NoLead, NotRead, Suspicious, Unread
from intake.reading.naming import named_in
from intake.understanding import understood
from pipeline import inquiries

Reader = Callable[[bytes, str, Mapping[str, Any]], list[Lead]]  # of raw bytes, content type, and the inlet's mapping

MAX_ATTEMPTS = 5
NAMELESS = gettext_noop("Es fehlt ein Name, eine E-Mail-Adresse oder eine Telefonnummer.")
NOBODY_ASKS = gettext_noop("Darin steht niemand, der anfragt.")
# Why a lead of a reader names nobody, where we know it.
WHY_NAMELESS = {
    "meta": gettext_noop(
        "Meta nennt nur die Kennung der Anfrage. Die Antworten dazu gibt es nur mit einem Zugang zu Meta, den das Büro"
        " hier noch nicht hat; bis dahin stehen sie 90 Tage lang im Werbeanzeigenmanager."
    ),
}
FEW = 10  # that a worker claims at once
# Claiming counts the attempt, since what kills its process never ends one.
CLAIM = """
UPDATE intake_arrival SET attempts = attempts + 1, due_at = %(now)s + %(pause)s * power(2, attempts) WHERE id IN (
    SELECT id FROM intake_arrival WHERE result = 'waiting' AND due_at <= %(now)s
    ORDER BY due_at LIMIT %(few)s FOR UPDATE SKIP LOCKED
) RETURNING id, attempts
"""
HOLD = """
SELECT id FROM intake_arrival WHERE id = %(id)s AND account_id = %(account)s AND result = 'waiting' AND bundle IS NULL
FOR NO KEY UPDATE
"""
MARK = """
UPDATE intake_arrival SET read = %(read)s, parser = %(parser)s, result = %(result)s, reason = %(reason)s,
    contact_id = %(contact_id)s, bundle = %(bundle)s
WHERE id = %(id)s AND account_id = %(account_id)s
RETURNING id
"""


def _of_api(raw: bytes, content_type: str, mapping: Mapping[str, Any]) -> list[Lead]:
    return [api.lead_in(raw)]


def _of_form(raw: bytes, content_type: str, mapping: Mapping[str, Any]) -> list[Lead]:
    return submission.read(raw)


def _of_hook(raw: bytes, content_type: str, mapping: Mapping[str, Any]) -> list[Lead]:
    return hooks.leads_in(content_type, raw, mapping)


READERS: dict[str, Reader] = {  # by the kind of the inlet
    InletKind.API: _of_api,
    InletKind.FORM: _of_form,
    InletKind.HOOK: _of_hook,
    InletKind.ADDRESS: leads_in,
    InletKind.MAILBOX: leads_in,
}

logger = logging.getLogger(__name__)


def take(
    arrival_id: int,
    now: datetime,
    *,
    is_looked_at: bool = False,
    mails: bool = True,
    kept: Arrival | None = None,
    read: list[Lead] | None = None,
) -> Arrival:
    """Read what arrived and take it in, and return it as it now is. Taken already, it is returned without effect.

    `kept` is it as `arrivals.keep` has returned it, with its office, and `read` what a reader has understood of it.

    What cannot be read, and what is suspicious unless somebody has looked at it, stays for people. After a fault of
    ours it still waits, and the worker tries again. Without `mails` nobody gets one because of it.
    """
    try:
        return _taken(arrival_id, now, is_looked_at, mails, kept, read)
    except Exception:
        logger.exception("Arrival %s waits for another attempt", arrival_id)
        return Arrival.objects.select_related("inlet__account", "contact").get(pk=arrival_id)


def take_waiting(*, now: datetime) -> int:
    """Take what others have left waiting, in all offices; return how much was claimed."""
    claimed = 0
    while rows := all_rows(CLAIM, {"now": now, "pause": timedelta(minutes=1), "few": FEW}):
        for arrival_id, attempts in rows:
            if attempts > MAX_ATTEMPTS:
                _give_up(arrival_id)
            else:
                take(arrival_id, now)
        claimed += len(rows)
    return claimed


@transaction.atomic
def _taken(
    arrival_id: int, now: datetime, is_looked_at: bool, mails: bool, kept: Arrival | None, read: list[Lead] | None
) -> Arrival:
    people = _held(kept) if kept else lock(Arrival.objects.all(), arrival_id)
    arrival = next(one for one in people if one.pk == arrival_id)
    waiting = [one for one in people if one.result == Result.WAITING]
    if not waiting:
        return arrival
    try:
        for one, lead in _people_in(people, is_looked_at, read):
            if one.result == Result.WAITING:
                _settle(one, lead, now, mails)
        raise NotRead(NOBODY_ASKS)  # of those of whom it speaks no more
    except Suspicious as doubt:
        lead = doubt.leads[0]
        _refuse(waiting, doubt, Result.REFUSED, read=lead.as_json(), parser=lead.parser)
    except NotRead as fault:
        _refuse(waiting, fault, Result.UNREAD)
    except Confirmation as question:  # somebody has to answer it
        said = {"provider": question.provider, "code": question.code, "link": question.link}
        _refuse(waiting, question, Result.UNREAD, read={"question": said})
    except NoLead as fault:
        _refuse(waiting, fault, Result.DISCARDED)
    return arrival


def lock(rows: AccountQuerySet[Arrival], arrival_id: int) -> list[Arrival]:
    """Lock what arrived, and what speaks of others in the same thing; return all of it, in the order of the people."""
    bundle = rows.filter(pk=arrival_id).values("bundle")
    found = rows.filter(Q(pk=arrival_id) | Q(bundle=Subquery(bundle))).order_by("pk")
    return list(found.select_related("inlet__account", "contact").select_for_update(of=("self",), no_key=True))


def _held(kept: Arrival) -> list[Arrival]:
    """Lock what was just kept, without reading it again unless somebody has taken it meanwhile."""
    if all_rows(HOLD, {"id": kept.pk, "account": kept.account_id}):
        return [kept]
    return lock(Arrival.objects.of(kept.account_id), kept.pk)


def _people_in(people: list[Arrival], is_looked_at: bool, read: list[Lead] | None) -> list[tuple[Arrival, Lead]]:
    """Return the leads in what arrived, each with its row. Raises Unread."""
    first = people[0]
    if first.bundle and not first.raw:  # it went with one of them, and what was read of the others is left
        return [(one, lead) for one in people if (lead := Lead.kept(one.read))]
    try:
        leads = read or READERS[first.inlet.kind](bytes(first.raw), first.content_type, first.inlet.mapping)
    except Suspicious as doubt:
        if not is_looked_at:
            raise
        leads = doubt.leads
    if not leads:
        raise NotRead(NOBODY_ASKS)
    if len(leads) > 1:
        first.bundle = first.pk
    known = {one.key: one for one in people}
    rest = (known.get(_key(first, number)) or _beside(first, number) for number in range(1, len(leads)))
    return list(zip((first, *rest), leads, strict=True))


def _refuse(waiting: list[Arrival], fault: Unread, result: Result, **more: Any) -> None:
    """Mark those that still wait."""
    for arrival in waiting:
        if arrival.result == Result.WAITING:
            for name, value in more.items():
                setattr(arrival, name, value)
            _mark(arrival, result, fault.reason)


def _settle(arrival: Arrival, lead: Lead, now: datetime, mails: bool) -> None:
    """Take in one person, and mark their arrival."""
    taken = None if lead.is_test else take_in(arrival, lead, now, mails)
    arrival.read, arrival.parser = lead.as_json(), lead.parser[:60]
    if taken:
        arrival.contact, result = taken
        _mark(arrival, result)
    elif lead.is_test:
        _mark(arrival, Result.TEST)
    elif lead.parser == "meta" and arrival.inlet.access:  # see `intake.hooks.fetching`
        arrival.attempts, arrival.due_at = 0, now
        _mark(arrival, Result.ANNOUNCED).save(update_fields=["attempts", "due_at"])
    else:
        _mark(arrival, Result.UNREAD, WHY_NAMELESS.get(lead.parser, NAMELESS))


def take_in(arrival: Arrival, lead: Lead, now: datetime, mails: bool) -> tuple[Contact, Result] | None:
    """Take in a lead through the one door, in the caller's transaction; None if it names nobody."""
    inlet = arrival.inlet
    found = understood(lead, inlet)
    if found is None:
        return None
    taken = inquiries.take_in(
        account=inlet.account,
        values=found.values,
        text=found.text,
        foreign=(source_of(inlet), lead.foreign_id) if lead.foreign_id else None,
        consents=lead.consents,
        is_proven=inlet.trusts_consents,
        campaign=lead.campaign,
        further=lead.further,
        source_label=inlet.name,
        occurred_at=asked_at(arrival, lead),
        enrol=mails and any(one.granted and one.channel == Consent.Channel.EMAIL for one in lead.consents),
        asks_for_proof=mails,
        now=now,
    )
    return taken.contact, Result(taken.outcome.value)


def asked_at(arrival: Arrival, lead: Lead) -> datetime:
    """Return when the person asked: however late it is read, not after it arrived."""
    if lead.occurred_at is None:
        return arrival.arrived_at
    return min(lead.occurred_at.astimezone(UTC), arrival.arrived_at)  # PostgreSQL knows fewer zones


def _key(first: Arrival, number: int) -> str:
    return f"{first.key}#{number}"[-200:]


def source_of(inlet: Inlet) -> str:
    """Return what the ids of its sender are kept under: fixed with the first one, and of no other inlet."""
    if not inlet.source:
        others = Inlet.objects.of(inlet.account_id).exclude(pk=inlet.pk)
        is_taken = others.filter(source=inlet.name).exists()
        inlet.source = f"{inlet.name[:40]} {inlet.pk}" if is_taken else inlet.name
        inlet.save(update_fields=["source"])
    return inlet.source


def _beside(arrival: Arrival, number: int) -> Arrival:
    """Return the row of a further person in the same thing. It has no raw text: that speaks of others too."""
    return Arrival(
        account_id=arrival.account_id,
        inlet=arrival.inlet,
        key=_key(arrival, number),
        arrived_at=arrival.arrived_at,
        due_at=arrival.due_at,
        content_type=arrival.content_type,
        raw=b"",
        size=0,
        bundle=arrival.pk,
    )


def _mark(arrival: Arrival, result: Result, reason: str = "") -> Arrival:
    arrival.result, arrival.reason = result, reason[:500]
    if arrival.read is None and result in (Result.UNREAD, Result.DISCARDED):
        arrival.read = _named(arrival)
    if arrival._state.adding:
        arrival.save()
    else:
        names = ("id", "account_id", "parser", "result", "reason", "contact_id", "bundle")
        read = None if arrival.read is None else json.dumps(arrival.read)
        all_rows(MARK, {name: getattr(arrival, name) for name in names} | {"result": str(result), "read": read})
    if arrival.contact is None:  # else the door has told of the contact
        notices.tell(notices.Kind.INTAKE, arrival.account_id)
    return arrival


def _named(arrival: Arrival) -> dict[str, Any] | None:
    """Return the addresses in what nobody could read, with which it is erased (migration `0008_of_nobody`).

    Those of colleagues stand below each forwarded mail.
    """
    found = named_in(bytes(arrival.raw))
    ours = User.objects.of(arrival.account_id).filter(email__in=found).values_list("email", flat=True)
    named = [one for one in found if one not in {*ours}] if found else []
    return {"emails": named} if named else None


def _give_up(arrival_id: int) -> None:
    logger.error("Arrival %s was given up after %s attempts", arrival_id, MAX_ATTEMPTS)
    reason = gettext_noop("Beim Lesen trat mehrmals ein Fehler auf.")
    with transaction.atomic():
        waiting = Arrival.objects.select_for_update(no_key=True).filter(pk=arrival_id, result=Result.WAITING)
        for arrival in waiting:
            _mark(arrival, Result.UNREAD, reason)
