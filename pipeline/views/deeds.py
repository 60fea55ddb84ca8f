"""„Zuletzt geändert“: recent deeds, their progress, and undoing them."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import WORKERS, Request, gate
from base.refusals import wants_fragment
from pipeline.deeds import listing, reversible, words
from pipeline.models import Deed, DeedState
from pipeline.views.answers import back


@require_safe
@gate(*WORKERS)
def page(request: Request) -> HttpResponse:
    """Show the deeds of the last day; polled every second while the worker has one of them."""
    context = listing.load(request.user, timezone.localtime())
    template = "pipeline/_deeds.html" if wants_fragment(request) else "pipeline/deeds.html"
    return render(request, template, context)


@require_POST
@gate(*WORKERS)
def reversal(request: Request, deed_id: int) -> HttpResponse:
    """Undo a deed („Rückgängig“)."""
    deed = reversible.reverse(user=request.user, deed_id=deed_id, now=timezone.now())
    if deed.is_busy:
        return started(request, deed)
    say = messages.success if deed.state == DeedState.UNDONE else messages.error
    say(request, words.undone(deed, request.user))
    if wants_fragment(request):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(back(request))


def started(request: Request, deed: Deed) -> HttpResponse:
    """Redirect to the progress of a deed that the worker has."""
    address = reverse("pipeline:deeds")
    if deed.state == DeedState.UNDOING:
        messages.info(request, _("%s: wird im Hintergrund zurückgenommen.") % words.describe(deed))
    else:
        messages.info(request, words.started(deed))
    if wants_fragment(request):
        return HttpResponse(headers={"HX-Redirect": address})
    return HttpResponseRedirect(address)


def undo_address(deed: Deed | None) -> str:
    """Return the address that undoes the deed; "" if there is none."""
    return reverse("pipeline:deed-reversal", args=[deed.pk]) if deed else ""
