"""The trash: its contents, restoring contacts, and trashing a single one."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import LEADERS, Request, gate
from base.refusals import wants_fragment
from contacts.finding import find
from contacts.views.answers import small_page
from pipeline import leads
from pipeline import trash as shelf
from pipeline.deeds import reversible
from pipeline.views.deeds import undo_address
from pipeline.views.ticks import stays


@require_safe
@gate(*LEADERS)
def page(request: Request) -> HttpResponse:
    """Show what was trashed in the last 30 days."""
    now = timezone.localtime()
    context = {"shelf": shelf.load(request.user, request.GET, now), "now": now, "days": leads.TRASH_DAYS}
    return render(request, "pipeline/trash.html", context)


@require_POST
@gate(*LEADERS)
@stays
def restoration(request: Request) -> HttpResponse:
    """Restore the ticked contacts."""
    ids = shelf.ids(request.user, request.POST)
    count = leads.restore(user=request.user, contact_ids=ids, now=timezone.now())
    return _done(request, _restored(count), reverse("pipeline:trash"))


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*LEADERS)
def contact(request: Request, contact_id: int) -> HttpResponse:
    """Ask first (GET), then move one contact to the trash, from its own page (POST)."""
    found, now = find(request.user, contact_id), timezone.now()
    if request.method != "POST":
        context = {"title": _("Kontakt löschen"), "contact": found, "days": leads.TRASH_DAYS}
        return small_page(request, "pipeline/_contact_trash.html", context)
    deed = reversible.trash(user=request.user, contact_ids=[found.pk], now=now)
    sentence = _("„%(name)s“ liegt jetzt im Papierkorb.") % {"name": found.display_name}
    messages.success(request, sentence, extra_tags=undo_address(deed))
    address = reverse("pipeline:list")
    return HttpResponse(headers={"HX-Redirect": address}) if wants_fragment(request) else HttpResponseRedirect(address)


def _restored(count: int) -> str:
    sentence = ngettext(
        "%(number)s Kontakt ist wiederhergestellt.", "%(number)s Kontakte sind wiederhergestellt.", count
    )
    return sentence % {"number": count}


def _done(request: Request, sentence: str, address: str) -> HttpResponse:
    messages.success(request, sentence)
    if wants_fragment(request):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(address)
