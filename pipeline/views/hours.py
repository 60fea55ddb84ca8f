"""„Bürozeiten“: when the office answers, and after how long a lead without an answer is late."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import ADMINISTRATORS, Request, gate
from pipeline import reminders
from pipeline.hours_form import HoursForm


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*ADMINISTRATORS)
def page(request: Request) -> HttpResponse:
    """Show hours and limits (GET), or save them (POST)."""
    form = HoursForm(request.POST if request.method == "POST" else None, account=request.account)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "settings/hours.html", {"form": form}, status=status)
    reminders.settle(account=request.account, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Gespeichert."))
    return redirect("pipeline:hours")
