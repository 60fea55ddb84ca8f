"""„Anfragen per E-Mail“, among the settings."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import ADMINISTRATORS, Request, gate
from funnel.letters import inbound
from intake.mail import forwarded, postboxes
from intake.mail.forms import PostboxForm
from intake.models import Inlet, InletKind, Postbox
from intake.tasks import read_postbox

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@gate(*ADMINISTRATORS)
def page(request: Request) -> HttpResponse:
    """Show the address to which the office forwards its mails, and its mailboxes."""
    inlet = Inlet.objects.of(request.account).filter(kind=InletKind.ADDRESS).first()
    context = {
        "is_possible": inbound.is_enabled(),
        "inlet": inlet,
        "address": forwarded.address(inlet) if inlet else "",
        "postboxes": _found(request).order_by("pk"),
        "limit": postboxes.MAX_POSTBOXES,
        "now": timezone.localtime(),
    }
    return render(request, "intake/by_mail.html", context)


@require_POST
@gate(*ADMINISTRATORS)
def address(request: Request) -> HttpResponse:
    """Give the office its address."""
    forwarded.open_address(user=request.user, now=timezone.now())
    messages.success(request, _("Ihr Büro hat jetzt eine Adresse für Anfragen."))
    return redirect("intake:mail")


@form_page
@gate(*ADMINISTRATORS)
def postbox_new(request: Request) -> HttpResponse:
    """Ask for a mailbox (GET), or connect it (POST)."""
    form = PostboxForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        return render(request, "intake/postbox.html", {"form": form}, status=422 if form.is_bound else 200)
    return _tested(request, postboxes.connect(user=request.user, now=timezone.now(), **form.cleaned_data))


@form_page
@gate(*ADMINISTRATORS)
def postbox(request: Request, postbox_id: int) -> HttpResponse:
    """Show how a mailbox is connected (GET), or connect it anew (POST)."""
    found = get_object_or_404(_found(request), pk=postbox_id)
    form = PostboxForm.of(found, request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context: dict[str, Any] = {"form": form, "postbox": found}
        return render(request, "intake/postbox.html", context, status=422 if form.is_bound else 200)
    values = form.cleaned_data
    return _tested(request, postboxes.reconnect(user=request.user, postbox_id=postbox_id, now=timezone.now(), **values))


@require_POST
@gate(*ADMINISTRATORS)
def disconnecting(request: Request, postbox_id: int) -> HttpResponse:
    """Read the mailbox no more."""
    get_object_or_404(_found(request), pk=postbox_id)
    postboxes.disconnect(user=request.user, postbox_id=postbox_id)
    messages.success(request, _("Das Postfach wird nicht mehr gelesen. Sein Passwort ist gelöscht."))
    return redirect("intake:mail")


def _found(request: Request) -> Any:
    return Postbox.objects.of(request.account).select_related("inlet")


def _tested(request: Request, postbox: Postbox) -> HttpResponse:
    """Have the worker test the mailbox."""
    read_postbox.defer(postbox_id=postbox.pk)
    messages.success(request, _("Das Postfach wird jetzt geprüft. Das dauert einen Augenblick."))
    return redirect("intake:mail")
