"""The outbox of an office, and its stop button."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import LEADERS, Request, gate
from accounts.models import Role
from funnel import office, outbox_page
from funnel.replies import doubts
from funnel.sending import availability
from funnel.transport import holds

READERS = (*LEADERS, Role.MARKETING)


@require_safe
@gate(*READERS)
def page(request: Request) -> HttpResponse:
    """Show all mails of the office by state. Marketing does not see addresses."""
    wanted = outbox_page.OutboxFilter.parse(request.user, request.GET)
    now = timezone.localtime()
    sender = office.sender_of(request.account)
    context = {
        "wanted": wanted,
        "outbox": outbox_page.load(wanted, request.GET),
        "periods": [(name, period[0]) for name, period in outbox_page.PERIODS.items()],
        "sender": sender,
        "outage": availability.outage(request.user, now),
        "doubts": doubts.waiting(request.user),
        "now": now,
    }
    return render(request, "funnel/outbox.html", context)


@require_POST
@gate(*LEADERS)
def switch(request: Request) -> HttpResponse:
    """Switch all sending of the office on or off."""
    sender = availability.set_enabled(user=request.user, on=request.POST.get("on") == "1")
    sentence = _("Der Versand läuft.") if sender.is_on else _("Der Versand ist angehalten.")
    messages.success(request, sentence)
    return HttpResponseRedirect(resolve_url("funnel:outbox"))


@require_POST
@gate(*LEADERS)
def trial(request: Request) -> HttpResponse:
    """Have the worker try at once whether a hold is over."""
    if holds.request_trial(user=request.user, now=timezone.now()):
        messages.success(
            request,
            _("Der Versand wird gleich noch einmal versucht. Bitte laden Sie die Seite in einer Minute neu."),
        )
    else:
        messages.success(request, _("Der Versand läuft schon wieder."))
    return HttpResponseRedirect(resolve_url("funnel:outbox"))
