"""How a user wishes to be told of contacts that wait („Benachrichtigungen“), and the number of these."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import WORKERS, Request, gate
from accounts.templatetags.browsers import browser
from base.refusals import NotUnderstood, wants_fragment
from pipeline.alerts import keys, subscriptions, wishes
from pipeline.alerts.forms import SubscriptionForm, WishForm


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
        context = {"form": form} | _devices(request)
        return render(request, "settings/alerts.html", context, status=422 if form.is_bound else 200)
    wishes.settle(user=request.user, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Gespeichert."))
    return redirect("pipeline:alerts")


def _devices(request: Request) -> dict[str, Any]:
    if not settings.WEB_PUSH:
        return {"has_push": False}
    return {"has_push": True, "key": keys.public(), "subscriptions": subscriptions.of(request.user)}


@require_POST
@gate(*WORKERS)
def subscribe(request: Request) -> HttpResponse:
    """Keep the browser that asks as one that takes web push."""
    form = SubscriptionForm(request.POST)
    if not form.is_valid():
        raise NotUnderstood(_("Dieser Browser hat eine Adresse genannt, an die wir nichts senden können."))
    name = browser(request.headers.get("User-Agent", ""))
    subscriptions.subscribe(user=request.user, name=name, now=timezone.now(), **form.cleaned_data)
    messages.success(request, _("Dieses Gerät wird benachrichtigt."))
    return HttpResponse(status=204) if wants_fragment(request) else redirect("pipeline:alerts")


@require_POST
@gate(*WORKERS)
def unsubscribe(request: Request, subscription_id: int) -> HttpResponse:
    """Forget one of the user's own browsers."""
    subscriptions.unsubscribe(user=request.user, subscription_id=subscription_id)
    messages.success(request, _("Dieses Gerät wird nicht mehr benachrichtigt."))
    return redirect("pipeline:alerts")


@require_safe
def service_worker(request: HttpRequest) -> HttpResponse:
    """Send the script that shows notifications. At the root, since it may act on addresses below its own only."""
    script = (settings.BASE_DIR / "static" / "js" / "service-worker.js").read_bytes()
    return HttpResponse(script, "text/javascript; charset=utf-8", headers={"Cache-Control": "no-cache"})
