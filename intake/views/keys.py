"""The keys of other programs, among the settings."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import ADMINISTRATORS, Request, gate
from base import revealing
from intake import keys
from intake.forms import KeyForm
from intake.models import ApiKey

ISSUED = "issued key"  # in the session


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*ADMINISTRATORS)
@never_cache
def page(request: Request) -> HttpResponse:
    """List the keys (GET), and a new one this once, or make one (POST)."""
    form = KeyForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        issued = keys.issue(user=request.user, now=timezone.now(), **form.cleaned_data)
        revealing.keep(request, ISSUED, issued.token, issued.secret)
        return redirect("intake:keys")
    rows = ApiKey.objects.of(request.account).select_related("inlet", "created_by").order_by("-revoked_at", "-pk")
    context = {"form": form, "issued": revealing.shown(request, ISSUED), "keys": rows, "now": timezone.localtime()}
    return render(request, "intake/keys.html", context, status=422 if form.errors else 200)


@require_POST
@gate(*ADMINISTRATORS)
def revocation(request: Request, key_id: int) -> HttpResponse:
    """End a key for good."""
    key = keys.revoke(user=request.user, key_id=key_id, now=timezone.now())
    messages.success(request, _("Der Schlüssel „%(name)s“ gilt nicht mehr.") % {"name": key.inlet.name})
    return redirect("intake:keys")
