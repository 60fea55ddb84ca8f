"""„Anfragen per E-Mail“, among the settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import ADMINISTRATORS, Request, gate
from funnel.letters import inbound
from intake.mail import forwarded
from intake.models import Inlet, InletKind


@require_safe
@gate(*ADMINISTRATORS)
def page(request: Request) -> HttpResponse:
    """Show the address to which the office forwards its mails."""
    inlet = Inlet.objects.of(request.account).filter(kind=InletKind.ADDRESS).first()
    context = {"is_possible": inbound.is_enabled(), "inlet": inlet}
    return render(request, "intake/by_mail.html", context | {"address": forwarded.address(inlet) if inlet else ""})


@require_POST
@gate(*ADMINISTRATORS)
def address(request: Request) -> HttpResponse:
    """Give the office its address."""
    forwarded.open_address(user=request.user, now=timezone.now())
    messages.success(request, _("Ihr Büro hat jetzt eine Adresse für Anfragen."))
    return redirect("intake:mail")
