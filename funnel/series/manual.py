"""What users decide about a single mail: send it now, cancel it, or send it again."""

from datetime import datetime

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from base.notices import Kind
from base.refusals import Conflict
from contacts import finding
from contacts.telling import tell_of
from funnel.letters import imprint
from funnel.models import Enrolment, EnrolmentState, Message, MessageReason, MessageState, Sender
from funnel.permission import eligibility
from funnel.series import enrolments

REPEATABLE = (MessageState.FAILED, MessageState.UNCLEAR)


@transaction.atomic
def send_now(*, user: User, message_id: int, now: datetime) -> Message:
    """„Jetzt senden“: grace period, delay, window and caps no longer apply; consent and suppression still do.

    Raises Http404 if the contact is not visible to the user, Gone if it is in the trash, and Conflict if the message is
    not planned, the contact may not be mailed, or the Impressum is incomplete. Idempotent.
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
    if message.is_urgent and message.planned_for == now:
        return message
    message.is_urgent, message.planned_for = True, now
    message.save(update_fields=["is_urgent", "planned_for"])
    tell_of(Kind.MAILED, message.contact, user)
    return message


@transaction.atomic
def cancel(*, user: User, message_id: int, now: datetime) -> Message:
    """Cancel one planned message; the rest of the series continues. Raises what `send_now` raises."""
    message = _lock_message(user, message_id)
    message.state, message.reason, message.finished_at = MessageState.CANCELLED, MessageReason.BY_HAND, now
    message.save(update_fields=["state", "reason", "finished_at"])
    tell_of(Kind.MAILED, message.contact, user)
    return message


@transaction.atomic
@notices.as_one(Kind.MAILED)
def send_again(*, user: User, message_id: int, now: datetime) -> Message:
    """„Noch einmal senden“: plan a failed or unclear message again, and continue its series.

    Records who decided it, because an unclear mail may arrive twice. Raises what `send_now` raises, and Conflict if the
    message is in another state (so also on a repeat), its series was stopped, or the contact has another active series.
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
    tell_of(Kind.MAILED, message.contact, user)
    return message


def _lock_message(
    user: User, message_id: int, states: tuple[str, ...] = (MessageState.PLANNED,), refusal: str = ""
) -> Message:
    """Lock and return a message that is in one of `states`, its enrolment, and its contact, whose assignee is told.

    Raises Http404, Gone if the contact is in the trash, and Conflict.
    """
    seen = Message.objects.of(user.account).filter(contact__in=finding.seen_by(user))
    known = seen.filter(pk=message_id).values_list("contact", "enrolment").first()
    if known is None:
        raise Http404
    contact = finding.lock(user, known[0])
    enrolment = Enrolment.objects.of(user.account).select_for_update().get(pk=known[1])
    locked = Message.objects.of(user.account).select_for_update().get(pk=message_id)
    if locked.state not in states:
        raise Conflict(refusal or _("Diese Nachricht ist nicht mehr geplant."))
    locked.enrolment, locked.contact = enrolment, contact
    return locked
