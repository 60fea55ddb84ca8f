"""„Anfragen per E-Mail“, among the settings."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import ADMINISTRATORS, Request, gate
from base.refusals import NotUnderstood
from funnel.letters import inbound
from intake.mail import forwarded, postboxes, senders
from intake.mail.forms import PostboxForm, SendersForm
from intake.models import Inlet, InletKind, Postbox
from intake.tasks import read_postbox
from intake.website.builder_forms import SwitchForm

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@gate(*ADMINISTRATORS)
def page(request: Request) -> HttpResponse:
    """Show the address to which the office forwards its mails, its mailboxes, and its own senders."""
    known = "\n".join(senders.of(request.account))
    return _page(request, SendersForm(initial={"senders": known}))


def _page(request: Request, form: SendersForm) -> HttpResponse:
    inlet = Inlet.objects.of(request.account).filter(kind=InletKind.ADDRESS).first()
    context = {
        "is_possible": inbound.is_enabled(),
        "inlet": inlet,
        "address": forwarded.address(inlet) if inlet else "",
        "postboxes": _found(request).order_by("pk"),
        "limit": postboxes.MAX_POSTBOXES,
        "missed_at": forwarded.missed_at(inlet) if inlet else None,
        "form": form,
        "now": timezone.localtime(),
    }
    return render(request, "intake/by_mail.html", context, status=422 if form.is_bound else 200)


@require_POST
@gate(*ADMINISTRATORS)
def address(request: Request) -> HttpResponse:
    """Give the office its address."""
    forwarded.open_address(user=request.user, now=timezone.now())
    messages.success(request, _("Ihr Büro hat jetzt eine Adresse für Anfragen."))
    return redirect("intake:mail")


@form_page
@gate(*ADMINISTRATORS)
def address_renewal(request: Request) -> HttpResponse:
    """Ask whether the address shall be another (GET), or change it (POST)."""
    inlet = get_object_or_404(Inlet.objects.of(request.account), kind=InletKind.ADDRESS)
    if request.method != "POST":
        return render(request, "intake/mail_address_renewal.html", {"address": forwarded.address(inlet)})
    forwarded.renew(user=request.user)
    messages.success(request, _("Die neue Adresse gilt. Bitte tragen Sie sie überall ein, wo die alte stand."))
    return redirect("intake:mail")


@require_POST
@gate(*ADMINISTRATORS)
def address_switch(request: Request) -> HttpResponse:
    """Take what comes to the office's address, or no more of it."""
    form = SwitchForm(request.POST)
    if not form.is_valid():
        raise NotUnderstood(_("Diese Angabe ist nicht zu verstehen. Es wurde nichts gespeichert."))
    is_on = form.cleaned_data["on"] == "1"
    forwarded.switch(user=request.user, on=is_on)
    messages.success(request, _("Die Adresse nimmt an.") if is_on else _("Die Adresse nimmt nichts mehr an."))
    return redirect("intake:mail")


@require_POST
@gate(*ADMINISTRATORS)
def own_senders(request: Request) -> HttpResponse:
    """Save from where the office's own forms send."""
    form = SendersForm(request.POST)
    if not form.is_valid():
        return _page(request, form)
    senders.save(user=request.user, senders=form.cleaned_data["senders"])
    messages.success(request, _("Gespeichert. Es gilt für alles, was ab jetzt eintrifft."))
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
