"""The tray („Eingang“), and one thing in it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import LEADERS, Request, gate
from base import csp
from intake import deciding, opening, tray
from intake.models import Result
from intake.reading.lead import NotRead
from pipeline.entry_form import EntryForm
from pipeline.views.answers import opened


@require_safe
@gate(*LEADERS)
def page(request: Request) -> HttpResponse:
    """Show what arrived, filtered by `inlet` and `result`."""
    live, now = opened(request, "intake", "intake:tray"), timezone.localtime()
    context = {"live": live, "tray": tray.load(request.user, request.GET, now), "results": Result.choices, "now": now}
    return render(request, "intake/tray.html", context)


@require_safe
@gate(*LEADERS)
def arrival(request: Request, arrival_id: int) -> HttpResponse:
    """Show one thing that arrived: as it was read, and raw."""
    found = deciding.find(request.user, arrival_id)
    context = {"arrival": found, "lines": tray.lines(found), "raw": tray.raw_of(found), "now": timezone.localtime()}
    is_mail = found.content_type == opening.MAIL
    page = render(request, "intake/arrival.html", context | {"shown": tray.SHOWN, "is_mail": is_mail})
    return csp.with_frames(page) if is_mail else page


@require_safe
@gate(*LEADERS)
def mail(request: Request, arrival_id: int) -> HttpResponse:
    """Show a mail, cleaned, in the frame of the page before."""
    try:
        context: dict[str, Any] = {"mail": tray.mail_of(deciding.find(request.user, arrival_id))}
    except NotRead as fault:
        context = {"reason": fault.reason}
    return csp.framed(render_to_string("intake/mail/shown.html", context, request))


@require_POST
@gate(*LEADERS)
def discarding(request: Request, arrival_id: int) -> HttpResponse:
    """Mark it as nothing anybody needs."""
    deciding.discard(user=request.user, arrival_id=arrival_id)
    messages.success(request, _("Verworfen. Es bleibt hier noch bis zu 90 Tage liegen."))
    return redirect("intake:tray")


@require_POST
@gate(*LEADERS)
def reading(request: Request, arrival_id: int) -> HttpResponse:
    """Read it once more, and take it in."""
    found = deciding.read_again(user=request.user, arrival_id=arrival_id, now=timezone.now())
    messages.success(request, _("Noch einmal gelesen: %(result)s.") % {"result": found.get_result_display()})
    return redirect("intake:arrival", found.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*LEADERS)
def contact(request: Request, arrival_id: int) -> HttpResponse:
    """Show „Kontakt anlegen“ filled in with what was read (GET), or add the contact (POST)."""
    found = deciding.find(request.user, arrival_id)
    if found.contact:
        return redirect(found.contact)
    data = request.POST if request.method == "POST" else None
    form = EntryForm(data, user=request.user, initial=deciding.proposal(found))
    context = {"form": form, "address": reverse("intake:arrival-contact", args=[arrival_id])}
    if not form.is_valid():
        return render(request, "pipeline/entry.html", context, status=422 if form.is_bound else 200)
    added, twins = deciding.enter(
        user=request.user, arrival_id=arrival_id, anyway="anyway" in request.POST, now=timezone.now(), **form.entry
    )
    if added is None:
        return render(request, "pipeline/entry.html", context | {"twins": twins}, status=409)
    messages.success(request, _("„%(name)s“ ist angelegt.") % {"name": added.display_name})
    return redirect(added)
