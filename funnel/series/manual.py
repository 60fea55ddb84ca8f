"""What a person decides about one mail: now, not at all, once more."""

from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from base.refusals import Conflict
from contacts import finding
from funnel.letters import imprint
from funnel.models import Enrolment, EnrolmentState, Message, MessageReason, MessageState, Sender
from funnel.permission import eligibility
from funnel.series import enrolments

REPEATABLE = (MessageState.FAILED, MessageState.UNCLEAR)


@transaction.atomic
def send_now(*, user: User, message_id: int, now: datetime) -> Message:
    """„Jetzt senden“: hold, delay, window and caps no longer apply, consent and suppression do.

    Raises Http404 for a message of a contact that is not visible, Gone for one in the trash, Conflict for one that is
    not planned, lacks its basis, or would leave without an Impressum. Repeated: no second effect.
    """
    message = _lock_message(user, message_id)
    lacking = eligibility.missing(message.contact)
    if lacking:
        raise Conflict(_("Es kann nichts gesendet werden: %s.") % MessageReason(lacking).label)
    if message.enrolment.state == EnrolmentState.ENDED:
        raise Conflict(_("Diese Serie ist beendet."))
    unready = imprint.missing(Sender.objects.of(user.account).get())
    if unready:
        raise Conflict(_("Es kann nichts gesendet werden. Im Impressum fehlt: %s.") % ", ".join(unready))
    message.is_urgent, message.planned_for = True, now
    message.save(update_fields=["is_urgent", "planned_for"])
    return message


@transaction.atomic
def cancel(*, user: User, message_id: int, now: datetime) -> Message:
    """Calls one planned message off by hand; the others of the series go on. Raises like `send_now`."""
    message = _lock_message(user, message_id)
    message.state, message.reason, message.finished_at = MessageState.CANCELLED, MessageReason.BY_HAND, now
    message.save(update_fields=["state", "reason", "finished_at"])
    return message


@transaction.atomic
def send_again(*, user: User, message_id: int, now: datetime) -> Message:
    """„Noch einmal senden“: a mail that failed, or of which nobody knows whether it arrived, is planned once more, and
    its series goes on with it. Whoever decides it is kept, since an unclear one may arrive twice.

    Raises like `send_now`, and Conflict for a mail that ended otherwise, a series that was stopped, or one beside
    another that runs. Repeated: Conflict, since it is planned by then.
    """
    message = _lock_message(user, message_id, REPEATABLE, _("Diese Nachricht lässt sich nicht noch einmal senden."))
    lacking = eligibility.missing(message.contact)
    if not lacking and message.contact.email.strip().lower() != message.address:
        lacking = MessageReason.ADDRESS_CHANGED
    if lacking:
        raise Conflict(_("Es kann nichts gesendet werden: %s.") % MessageReason(lacking).label)
    enrolments.continue_after_failure(message.enrolment, actor=user, now=now)
    message.again_by, message.again_at, message.again_after = user, now, message.state
    message.state, message.reason, message.planned_for = MessageState.PLANNED, "", now
    message.claimed_at = message.finished_at = message.tried_at = None
    message.attempts = 0
    message.save()
    return message


def _lock_message(
    user: User, message_id: int, states: tuple[str, ...] = (MessageState.PLANNED,), refusal: str = ""
) -> Message:
    """The message in one of the states, its enrolment locked. Raises Http404, Gone for a contact in the trash, and
    Conflict.
    """
    seen = Message.objects.of(user.account).filter(contact__in=finding.seen_by(user))
    message = seen.filter(pk=message_id).select_related("contact").first()
    if message is None:
        raise Http404
    if message.contact.trashed_at is not None:
        finding.find(user, message.contact_id)
    enrolment = Enrolment.objects.of(user.account).select_for_update().get(pk=message.enrolment_id)
    locked = Message.objects.of(user.account).select_for_update().get(pk=message.pk)
    if locked.state not in states:
        raise Conflict(refusal or _("Diese Nachricht ist nicht mehr geplant."))
    locked.enrolment, locked.contact = enrolment, message.contact
    return locked
