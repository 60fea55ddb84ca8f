"""What received mails do: replies end the series, hard bounces and complaints suppress the address, possible objections
stop all mails until a colleague has decided, and automatic replies change nothing.

They are received by mail (`inbox`) or reported by the provider (`webhook`).
"""

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from base import notices
from base.text import one_line
from contacts import actions, finding
from contacts.kinds import Kind as ActionKind
from contacts.models import Action, Contact
from contacts.telling import tell_of, tell_of_many
from funnel.incoming.classify import BOUNCES, Received, ReceivedKind, sounds_like_objection
from funnel.letters import inbound
from funnel.letters.inbound import Purpose
from funnel.models import EnrolmentReason, Message, MessageState, SuppressionReason
from funnel.permission import tokens
from funnel.permission.suppression import address_hash, suppress
from funnel.replies import withdrawal
from funnel.series import enrolments
from funnel.transport import alerts, holds, verification

MAX_ANSWER = 300
REPORTED_WITHIN = timedelta(
    days=7
)  # servers give up after five days; a report that only names an address is about a mail this recent
# By kind: the action recorded, why the series ends, why the address is suppressed.
CONSEQUENCES = {
    ReceivedKind.REPLY: (ActionKind.MAIL_IN, EnrolmentReason.REPLY, None),
    ReceivedKind.OBJECTION: (ActionKind.MAIL_IN, EnrolmentReason.REPLY, SuppressionReason.DOUBT),
    ReceivedKind.HARD_BOUNCE: (ActionKind.BOUNCE, EnrolmentReason.BOUNCE, SuppressionReason.BOUNCE),
    ReceivedKind.COMPLAINT: (ActionKind.OPT_OUT, EnrolmentReason.COMPLAINT, SuppressionReason.COMPLAINT),
}


class WebhookError(Exception):
    """The provider's request is not authorized or cannot be parsed; `status` is the HTTP status of the response."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def process(received: Received, *, text: str = "", moment: datetime | None = None, now: datetime) -> ReceivedKind:
    """Apply what was received, and return its kind: `OTHER` if it is about no mail of ours.

    `moment` is when it happened, if known. Idempotent, also if mail and provider report the same.
    """
    token = inbound.parse(received.to)
    if token and token.purpose is Purpose.PROOF:
        verification.record_result(account_id=token.number, received=received, now=now)
        return ReceivedKind.OTHER
    message = find_message(received, now)
    if message is None:
        return ReceivedKind.OTHER
    if token and token.purpose is Purpose.UNSUBSCRIBE and received.kind not in BOUNCES:
        received = replace(received, kind=ReceivedKind.UNSUBSCRIBED, text="")
    kind, text = _kind(received, message), (text or received.reason or received.subject)[:MAX_ANSWER]
    moment = moment or received.moment
    if kind in BOUNCES and not (token or message.message_id in received.about):
        _note_unproven(message, kind, text, now)
    elif kind is ReceivedKind.UNSUBSCRIBED:
        unsubscription = tokens.unsubscription(message)
        place = (
            _("Abmeldung per E-Mail, E-Mail an %(address)s")
            if token
            else _("Abmeldung beim Versanddienst, E-Mail an %(address)s")
        )
        place = place % {"address": unsubscription.masked}
        withdrawal.unsubscribe(unsubscription=unsubscription, place=place, now=now)
    elif kind in CONSEQUENCES:
        _end_series(message, kind, text, moment if moment and moment < now else now, now)
        if kind is ReceivedKind.OBJECTION:  # for whoever decides
            _quote(message, received.text or text)
    elif kind is not ReceivedKind.OTHER:
        _annotate(message, kind, text, now)
    return kind


def is_foreign(received: Received, now: datetime) -> bool:
    """Return whether it came to none of our own addresses and is about no message."""
    return inbound.parse(received.to) is None and find_message(received, now) is None


def find_message(received: Received, now: datetime) -> Message | None:
    """Return the message it is about: by the address it was sent to, by Message-ID, or by a bounce's recipient."""
    token = inbound.parse(received.to)
    if token:
        return Message.objects.filter(pk=token.number).first()
    ours = {row.message_id: row for row in Message.objects.filter(message_id__in=received.about)}
    found = next((ours[one] for one in received.about if one in ours), None)
    if found or received.kind not in BOUNCES or not received.addresses:
        return found
    lately = Message.objects.filter(address__in=received.addresses, state=MessageState.SENT)
    return lately.filter(finished_at__gt=now - REPORTED_WITHIN).order_by("-finished_at", "-pk").first()


def _kind(received: Received, message: Message) -> ReceivedKind:
    """Return its kind, treating every line that stands in our own mail as quoted, however it is marked."""
    if received.kind is not ReceivedKind.OBJECTION:
        return received.kind
    ours = {one_line(line) for line in message.text.splitlines()}
    own = [line for line in received.text.splitlines() if one_line(line.strip("> ")) not in ours]
    return (
        ReceivedKind.OBJECTION if sounds_like_objection("\n".join([*own, received.own_subject])) else ReceivedKind.REPLY
    )


@transaction.atomic
@notices.as_one(notices.Kind.MAILED)
def _end_series(message: Message, kind: ReceivedKind, text: str, moment: datetime, now: datetime) -> None:
    action, why, closed = CONSEQUENCES[kind]
    has_answered = action is ActionKind.MAIL_IN  # replies concern one contact, bounces everybody with the address
    everybody = finding.mailed_at(message.address, [message.account_id])
    concerned = Q(pk=message.contact_id) if has_answered else everybody
    rows = Contact.objects.of(message.account_id).filter(concerned).order_by("pk")
    contacts = list(rows.select_for_update(no_key=True))
    ids = [contact.pk for contact in contacts]
    known = Action.objects.of(message.account_id).filter(contact__in=ids, kind=action)
    if known.filter(performed_at=moment).exists():
        return  # reported before; the suppression may have been lifted since
    digest = address_hash(message.account_id, message.address)
    is_news = not closed or suppress(account_id=message.account_id, digest=digest, reason=closed, now=now)
    enrolments.stop(account_id=message.account_id, contact_ids=ids, reason=why, now=now)
    if kind is ReceivedKind.OBJECTION and is_news:  # a second one notifies nobody again
        Message.objects.of(message.account_id).filter(pk=message.pk).update(is_in_doubt=True)
        alerts.notify_of_doubt(message)
    if closed and is_news:
        for contact in contacts:
            tell_of(notices.Kind.MAILED, contact)
    noted = set() if is_news or kind is ReceivedKind.OBJECTION else set(known.values_list("contact", flat=True))
    for contact in contacts:
        if contact.pk not in noted:  # an address is suppressed once
            actions.perform(contact=contact, kind=action, actor=None, now=now, performed_at=moment, text=text)


@transaction.atomic
@notices.as_one(notices.Kind.MAILED)
def _note_unproven(message: Message, kind: ReceivedKind, text: str, now: datetime) -> None:
    """Note a report that only names the recipient. Anybody can forge one, so it neither suppresses nor holds.

    A hard bounce pauses the series until a user has looked at it.
    """
    note = _("vermutlich nicht zugestellt; die Meldung nennt nur die Adresse")
    _write(message, f"{note}: {text}")
    if kind is ReceivedKind.HARD_BOUNCE:
        enrolments.suspend(contact=message.contact, reason=EnrolmentReason.FAILED, now=now)


@transaction.atomic
def _quote(message: Message, words: str) -> None:
    _write(message, one_line(words))


def _write(message: Message, words: str) -> None:
    """Note with the message what came back. What is so already is not told."""
    words = words[:MAX_ANSWER]
    rows = Message.objects.of(message.account_id).filter(pk=message.pk)
    if rows.exclude(came_back=words).update(came_back=words):
        tell_of_many(notices.Kind.MAILED, message.account_id, [message.contact_id])


@transaction.atomic
def _annotate(message: Message, kind: ReceivedKind, text: str, now: datetime) -> None:
    """Note it with the message. A fault of our own also holds sending, before it hits the next contacts."""
    note = {
        ReceivedKind.AUTOMATIC: _("automatische Antwort"),
        ReceivedKind.SOFT_BOUNCE: _("nicht zugestellt"),
        ReceivedKind.OWN_FAULT: _("abgelehnt, es liegt am Absender"),
    }[kind]
    if kind is ReceivedKind.OWN_FAULT:
        holds.hold_for_returned(message=message, kind=holds.classify(text), answer=text, now=now)
    _write(message, f"{note}: {text}" if text else note)
