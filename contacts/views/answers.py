"""Rendering the dialogs of a contact, and answering changes: with fragments, or a redirect without JavaScript."""

from typing import Any
from urllib.parse import urlsplit

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from accounts.access import Request
from accounts.plans import Feature
from base.addresses import other_address
from base.refusals import wants_fragment
from contacts.finding import sees
from contacts.models import Contact


def small_page(request: Request, fragment: str, context: dict[str, Any], status: int = 200) -> HttpResponse:
    """Render the fragment alone if it is swapped into a page, else inside a page of its own."""
    template = fragment if wants_fragment(request) else "contacts/small_page.html"
    context = {
        "fragment": fragment,
        "next": other_address(request, request.headers.get("Referer", "")),
        **context,
    }
    return render(request, template, context | _clock(), status=status)


def changed(request: Request, contact: Contact, sentence: str, *fragments: str, **context: Any) -> HttpResponse:
    """Render the changed fragments with a sentence; without JavaScript redirect back to where the user came from.

    A user who can no longer see the contact is sent away from its page.
    """
    if not sees(request.user, contact):
        return _leave(request, contact, sentence)
    if not wants_fragment(request):
        messages.success(request, sentence, extra_tags=context.get("undo", ""))
        return HttpResponseRedirect(other_address(request, request.POST.get("next", "")) or contact.get_absolute_url())
    context = {
        "contact": contact,
        "fragments": fragments,
        "sentence": sentence,
        "oob": True,
        "can_assign": request.account.can(Feature.ASSIGN),
        **context,
    }
    return render(request, "contacts/_changed.html", context | _clock())


def _leave(request: Request, contact: Contact, sentence: str) -> HttpResponse:
    """Reload the page the user is on, or leave it if it is the page of a contact they can no longer see."""
    messages.success(request, sentence)
    is_fragment = wants_fragment(request)
    came_from = request.headers.get("HX-Current-URL", "") if is_fragment else request.POST.get("next", "")
    way = other_address(request, came_from)
    if not way or urlsplit(way).path.startswith(contact.get_absolute_url()):
        way = reverse("pipeline:home")
    return HttpResponse(headers={"HX-Redirect": way}) if is_fragment else HttpResponseRedirect(way)


def _clock() -> dict[str, Any]:
    now = timezone.localtime()
    return {"now": now, "today": now.date()}
