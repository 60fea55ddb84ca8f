"""The public pages of a form: no login, no cookies.

A POST needs no CSRF token: it does nothing that anybody could not do, and in a frame browsers keep cookies back.
"""

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from base import csp
from intake.models import Form
from intake.website import limits, public_page, puzzles
from intake.website.origins import origin_of
from intake.website.public_form import PublicForm
from intake.website.submitting import submit


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def page(request: HttpRequest, office: str, slug: str) -> HttpResponse:
    """Show a form (GET), or take what was sent (POST): whoever sent it, the same answer."""
    form = public_page.find(office, slug)
    with translation.override(form.language), timezone.override(form.account.zone):
        if not public_page.is_open(form, request.POST.get("token", ""), timezone.now()):
            return _answer(request, form, "intake/offline.html", {}, 404)
        answered = public_page.bound(form, request.POST if request.method == "POST" else None)
        if not answered.is_valid():
            return _shown(request, form, answered)
        submit(
            form=form,
            answered=answered,
            address=settings.BASE_URL + request.path,
            consume=partial(limits.consume, request),
            now=timezone.now(),
        )
        return _onwards(request, form, office)


@never_cache
@require_safe
def thanks(request: HttpRequest, office: str, slug: str) -> HttpResponse:
    """Thank for what was sent."""
    form = public_page.find(office, slug)
    with translation.override(form.language):
        return _answer(request, form, "intake/thanks.html", {"asks_by_mail": public_page.asks_by_mail(form)}, 200)


@never_cache
@require_safe
def puzzle(request: HttpRequest, office: str, slug: str) -> HttpResponse:
    """Give a browser a puzzle to solve before it sends the form. Nothing is kept of it."""
    return JsonResponse(puzzles.issue(public_page.find(office, slug), timezone.now()))


def _shown(request: HttpRequest, form: Form, answered: PublicForm) -> HttpResponse:
    context = public_page.context(form, answered, request.GET, timezone.now())
    return _answer(request, form, "intake/form.html", context, 422 if answered.is_bound else 200)


def _answer(request: HttpRequest, form: Form, template: str, context: dict[str, Any], status: int) -> HttpResponse:
    has_puzzle = form.has_puzzle and template == "intake/form.html"
    context |= public_page.surroundings(form) | {"is_framed": "frame" in request.GET}
    response = render(request, template, context, status=status)
    return csp.as_form(response, origins=form.origins, target=origin_of(form.thanks_address), has_puzzle=has_puzzle)


def _onwards(request: HttpRequest, form: Form, office: str) -> HttpResponse:
    """Return the way to the thanks, on the office's own page if it has one; a frame never leads there by itself."""
    if form.thanks_address and "frame" not in request.GET:
        return HttpResponseRedirect(form.thanks_address)
    here = reverse("intake:thanks", args=[office, form.slug])
    return HttpResponseRedirect(f"{here}?frame" if "frame" in request.GET else here)
