"""A contact's mails: pausing and resuming its series, and single messages."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import WORKERS, Request, gate
from base.csp import framed, with_frames
from contacts.finding import find
from contacts.models import sight
from contacts.views.answers import changed
from funnel import contact_messages as ledger
from funnel.models import Message
from funnel.sending import availability
from funnel.series import enrolments, manual


@require_POST
@gate(*WORKERS)
def pause(request: Request, contact_id: int) -> HttpResponse:
    """Pause the active series."""
    enrolments.pause(user=request.user, contact_id=contact_id, now=timezone.now())
    return _updated_ledger(request, contact_id, _("E-Mails pausiert."))


@require_POST
@gate(*WORKERS)
def resumption(request: Request, contact_id: int) -> HttpResponse:
    """Resume the paused series."""
    enrolments.resume(user=request.user, contact_id=contact_id, now=timezone.now())
    return _updated_ledger(request, contact_id, _("Die E-Mails gehen weiter."))


@require_POST
@gate(*WORKERS)
def dispatch(request: Request, message_id: int) -> HttpResponse:
    """Send a planned mail now („Jetzt senden“)."""
    message = manual.send_now(user=request.user, message_id=message_id, now=timezone.now())
    return _updated_ledger(request, message.contact_id, _("Die Mail wird jetzt gesendet."))


@require_POST
@gate(*WORKERS)
def repetition(request: Request, message_id: int) -> HttpResponse:
    """Send a mail again („Noch einmal senden“)."""
    message = manual.send_again(user=request.user, message_id=message_id, now=timezone.now())
    return _updated_ledger(
        request, message.contact_id, _("Die Mail wird noch einmal gesendet, sobald der Versand offen ist.")
    )


@require_POST
@gate(*WORKERS)
def cancellation(request: Request, message_id: int) -> HttpResponse:
    """Cancel a planned mail („Absagen“)."""
    message = manual.cancel(user=request.user, message_id=message_id, now=timezone.now())
    return _updated_ledger(request, message.contact_id, _("Die Mail ist abgesagt."))


@require_safe
@gate(*WORKERS)
def message(request: Request, message_id: int) -> HttpResponse:
    """Show a mail exactly as it was sent."""
    message = _sent_message(request, message_id)
    context = {"message": message, "contact": message.contact, "now": timezone.localtime()}
    return with_frames(render(request, "funnel/message.html", context))


@require_safe
@gate(*WORKERS)
def content(request: Request, message_id: int) -> HttpResponse:
    """Return the HTML of a mail, for the frame on its page."""
    return framed(_sent_message(request, message_id).html)


def _visible(request: Request, message_id: int) -> Message:
    """Return the message if the user may see its contact. Raises Http404 and Gone."""
    messages = Message.objects.of(request.account).filter(sight(request.user, "contact__"))
    message = messages.filter(pk=message_id).select_related("contact", "step__sequence").first()
    if message is None:
        raise Http404
    if message.contact.trashed_at is not None:
        find(request.user, message.contact_id)
    return message


def _sent_message(request: Request, message_id: int) -> Message:
    message = _visible(request, message_id)
    if not message.subject:
        raise Http404
    return message


def _updated_ledger(request: Request, contact_id: int, sentence: str) -> HttpResponse:
    contact = find(request.user, contact_id)
    return changed(
        request,
        contact,
        sentence,
        "funnel/_ledger.html",
        ledger=ledger.load(contact),
        outage=availability.outage(request.user, timezone.localtime()),
    )
