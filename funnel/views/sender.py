"""„Absender & Impressum“: sender, sending window, holidays, and the office's switch."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import LEADERS, Request, gate
from base.refusals import NotUnderstood, Overtaken
from funnel import office, own_address
from funnel.forms import HolidayForm, SwitchForm
from funnel.letters import imprint
from funnel.models import Holiday, Sender
from funnel.sender_form import SenderForm
from funnel.sending import availability


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*LEADERS)
def page(request: Request) -> HttpResponse:
    """Show sender, Impressum and limits (GET), or save them (POST). 409 shows both values after a concurrent edit."""
    sender = Sender.objects.of(request.account).get()
    form = SenderForm.of(sender, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return _page(request, sender, form, HolidayForm())
    try:
        version, now = form.cleaned_data["version"], timezone.now()
        saved = office.save_sender(user=request.user, values=form.values, version=version, now=now)
    except Overtaken as refusal:
        return _page(request, refusal.present, form, HolidayForm(), refusal)
    lacking = imprint.missing(saved)
    sentence = _("Gespeichert. Im Impressum fehlt noch: %s.") % ", ".join(lacking)
    messages.success(request, sentence if lacking else _("Gespeichert."))
    return redirect("funnel:sender")


@require_POST
@gate(*LEADERS)
def check(request: Request) -> HttpResponse:
    """Send another test mail from the office's own address („Noch einmal prüfen“)."""
    is_asked = office.check_address(user=request.user, now=timezone.now())
    sent, nothing = _("Die Testmail ist unterwegs."), _("Hier gibt es nichts zu prüfen.")
    messages.success(request, sent if is_asked else nothing)
    return redirect("funnel:sender")


@require_POST
@gate(*LEADERS)
def switch(request: Request) -> HttpResponse:
    """Switch all sending of the office on or off."""
    form = SwitchForm(request.POST)
    if not form.is_valid():
        raise NotUnderstood(_("Diese Angabe ist nicht zu verstehen. Es wurde nichts gespeichert."))
    sender = availability.set_enabled(user=request.user, on=form.cleaned_data["on"] == "1")
    messages.success(request, _("Der Versand läuft.") if sender.is_on else _("Der Versand ist angehalten."))
    return redirect("funnel:sender")


@require_POST
@gate(*LEADERS)
def holidays(request: Request) -> HttpResponse:
    """Add a holiday."""
    form = HolidayForm(request.POST)
    if not form.is_valid():
        sender = Sender.objects.of(request.account).get()
        return _page(request, sender, SenderForm.of(sender), form)
    office.add_holiday(user=request.user, **form.cleaned_data)
    messages.success(request, _("Der freie Tag ist eingetragen."))
    return redirect("funnel:sender")


@require_POST
@gate(*LEADERS)
def nationwide(request: Request) -> HttpResponse:
    """Add the nationwide holidays of this year and the next."""
    count = office.add_nationwide(user=request.user, now=timezone.now())
    sentence = ngettext("%(count)d Feiertag eingetragen.", "%(count)d Feiertage eingetragen.", count)
    messages.success(request, sentence % {"count": count} if count else _("Alle Feiertage sind schon eingetragen."))
    return redirect("funnel:sender")


@require_POST
@gate(*LEADERS)
def holiday_removal(request: Request, holiday_id: int) -> HttpResponse:
    """Remove a holiday."""
    office.remove_holiday(user=request.user, holiday_id=holiday_id)
    messages.success(request, _("Der freie Tag ist entfernt."))
    return redirect("funnel:sender")


def _page(
    request: Request,
    sender: Sender,
    form: SenderForm,
    day: HolidayForm,
    refusal: Overtaken | None = None,
) -> HttpResponse:
    days = Holiday.objects.of(request.account).order_by("day")
    context: dict[str, Any] = {
        "sender": sender,
        "form": form,
        "day": day,
        "missing": imprint.missing(sender),
        "outage": availability.outage(request.user, timezone.localtime()),
        "address": own_address.load(sender, timezone.now()),
        "coming": list(days.filter(day__gte=timezone.localdate())),
        "past": list(days.filter(day__lt=timezone.localdate())),
        "refusal": refusal,
        "differences": form.differences(sender) if refusal else [],
    }
    status = 409 if refusal else 422 if form.is_bound or day.is_bound else 200
    return render(request, "funnel/sender.html", context, status=status)
