"""The page of one contact."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import WORKERS, Request, gate
from accounts.plans import Feature
from base.refusals import Merged, Trashed
from contacts.finding import find
from funnel.sending import availability
from pipeline import detail, history
from pipeline.cards import waiting
from pipeline.duplicates import following
from pipeline.views.answers import opened


@require_safe
@gate(*WORKERS)
def page(request: Request, contact_id: int) -> HttpResponse:
    """Show facts, actions, consents and history of a contact; of one that was merged, those of the other one."""
    try:
        return _page(request, contact_id)
    except (Http404, Merged):
        into = following.successor(request.user, contact_id)
        if into is None:
            raise
        return redirect(into)


@require_safe
@gate(*WORKERS)
def changes(request: Request, contact_id: int) -> HttpResponse:
    """Show the same to a page that is open, and that the contact has gone with 200: browsers report 404 and 410."""
    try:
        return _page(request, contact_id)
    except (Http404, Trashed, Merged) as gone:
        live = _opened(request, contact_id)
        into = None if isinstance(gone, Trashed) else following.successor(request.user, contact_id)
        context = {"live": live, "is_lost": isinstance(gone, Http404), "sentence": getattr(gone, "sentence", "")}
        context |= {"into": into, "is_merged": isinstance(gone, Merged)}
        return render(request, "pipeline/contact_gone.html", context)


def _opened(request: Request, contact_id: int) -> dict[str, Any]:
    return opened(request, f"contact-{contact_id}", "pipeline:contact-changes", contact_id)


def _page(request: Request, contact_id: int) -> HttpResponse:
    live = _opened(request, contact_id)
    contact = detail.find(request.user, contact_id)
    now = timezone.localtime()
    context = {
        "live": live,
        "detail": detail.load(request.user, contact),
        "contact": contact,
        "can_assign": request.account.can(Feature.ASSIGN),
        "clock": waiting.clock_of(request.account),
        "outage": availability.outage(request.user, now),
        "now": now,
        "today": now.date(),
    }
    return render(request, "pipeline/detail.html", context)


@require_safe
@gate(*WORKERS)
def all_history(request: Request, contact_id: int) -> HttpResponse:
    """Show the whole history of a contact."""
    contact = find(request.user, contact_id)
    lines, has_older = history.load(contact, history.MAX_LINES)
    context = {"contact": contact, "lines": lines, "has_older": has_older, "now": timezone.localtime()}
    return render(request, "pipeline/history.html", context)
