"""How a user wishes to be told of contacts that wait („Benachrichtigungen“), and the number of these."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import WORKERS, Request, gate
from pipeline.alerts import wishes
from pipeline.alerts.forms import WishForm


@require_safe
@gate(*WORKERS)
def news(request: Request) -> HttpResponse:
    """Show how many contacts wait, for a page that asks for nothing else."""
    return render(request, "_news.html", {"news": request.user.news_shown, "oob": True})


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*WORKERS)
def page(request: Request) -> HttpResponse:
    """Show the user's own settings (GET), or save them (POST)."""
    wish = wishes.of(request.user)
    form = WishForm(request.POST or None, initial={name: getattr(wish, name) for name in WishForm.base_fields})
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "settings/alerts.html", {"form": form}, status=status)
    wishes.settle(user=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Gespeichert."))
    return redirect("pipeline:alerts")
