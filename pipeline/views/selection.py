"""Bulk verbs on picked contacts. GET (or POST with `ask`) asks, on a page or in a dialog; POST does it."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import LEADERS, WORKERS, Request, gate
from accounts.plans import Feature
from base.refusals import Forbidden, Gone, wants_fragment
from contacts import assignment
from contacts.forms import AssigneeForm
from pipeline import forecast, leads
from pipeline.columns import verbs
from pipeline.deeds import reversible
from pipeline.forms import nothing_chosen, number
from pipeline.models import Column, Deed
from pipeline.picked import Picked, pick
from pipeline.views.deeds import started, undo_address
from pipeline.views.ticks import stays

NOBODY = "none"  # in the field of the colleague; "" is: nothing chosen yet


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*WORKERS)
@stays
def assignee(request: Request) -> HttpResponse:
    """Assign the contacts to a colleague, or to nobody."""
    if not request.account.can(Feature.ASSIGN):
        raise Forbidden(str(Feature.ASSIGN.label))
    raw = request.POST.get("assignee")
    if _asks(request) or raw == "":
        return _ask(request, "assignee", colleagues=assignment.colleagues(request.user))
    form = AssigneeForm({"assignee": "" if raw == NOBODY else raw}, account=request.account)
    if not form.is_valid():
        raise assignment.unavailable()
    picked, chosen, now = _picked(request), form.cleaned_data["assignee"], timezone.now()
    deed = reversible.assign(user=request.user, contact_ids=picked.ids, assignee=chosen, now=now)
    return _done(request, picked, _assigned(picked.total, chosen), deed)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*WORKERS)
@stays
def status(request: Request) -> HttpResponse:
    """Move the contacts on top of a column."""
    if _asks(request) or request.POST.get("column") == "":
        return _ask(request, "status", **forecast.load(request.account, _named(request).ids))
    picked, column = _picked(request), verbs.known(request.account, number(request.POST, "column"))
    deed = reversible.move(
        user=request.user,
        contact_ids=picked.ids,
        now=timezone.now(),
        column_id=column.pk,
        enrol="enrol" in request.POST,
    )
    return _done(request, picked, _moved(picked.total, column), deed)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*LEADERS)
@stays
def trash(request: Request) -> HttpResponse:
    """Move the contacts to the trash; the message offers to undo it."""
    if _asks(request):
        return _ask(request, "trash", days=leads.TRASH_DAYS)
    picked = _picked(request)
    deed = reversible.trash(user=request.user, contact_ids=picked.ids, now=timezone.now())
    return _done(request, picked, _trashed(picked.total), deed)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*LEADERS)
@stays
def export(request: Request) -> HttpResponse:
    """Show what is going to be exported; `/contacts/export/` makes the file."""
    return _ask(request, "export")


def _asks(request: Request) -> bool:
    """Return whether to ask: for GET, or POST with `ask`, since a URL has no room for ten thousand ids."""
    return request.method != "POST" or "ask" in request.POST


def _picked(request: Request) -> Picked:
    picked = pick(request.user, request.POST, confirmed=True)
    if not picked.ids:
        raise Gone(_("Diese Kontakte wurden inzwischen gelöscht. Es wurde nichts geändert."))
    return picked


def _ask(request: Request, what: str, **context: Any) -> HttpResponse:
    """Render the question of `_selection_<what>.html`, with an error if nothing was chosen."""
    context |= {"picked": _named(request), "fragment": f"pipeline/_selection_{what}.html"}
    if not _asks(request) and what in ("assignee", "status"):
        context |= {"error": nothing_chosen(), "enrol": "enrol" in request.POST}
    template = context["fragment"] if wants_fragment(request) else "pipeline/selection.html"
    return render(request, template, context, status=422 if "error" in context else 200)


def _named(request: Request) -> Picked:
    """Return the contacts that a question is about."""
    return pick(request.user, request.POST if request.method == "POST" else request.GET)


def _done(request: Request, picked: Picked, sentence: str, deed: Deed | None) -> HttpResponse:
    """Return to the list with a message that offers to undo it; show the progress of a job."""
    if deed and deed.is_busy:
        return started(request, deed)
    if picked.gone:
        sentence = f"{sentence} {_left_out(picked.gone)}"
    messages.success(request, sentence, extra_tags=undo_address(deed))
    if wants_fragment(request):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(reverse("pipeline:list") + picked.selection.suffix)


def _assigned(count: int, chosen: Any) -> str:
    if chosen is None:
        sentence = ngettext(
            "%(number)s Kontakt ist niemandem mehr zugewiesen.",
            "%(number)s Kontakte sind niemandem mehr zugewiesen.",
            count,
        )
        return sentence % {"number": count}
    sentence = ngettext(
        "%(number)s Kontakt ist jetzt %(user)s zugewiesen.",
        "%(number)s Kontakte sind jetzt %(user)s zugewiesen.",
        count,
    )
    return sentence % {"number": count, "user": chosen}


def _moved(count: int, column: Column) -> str:
    sentence = ngettext(
        "%(number)s Kontakt steht jetzt in „%(column)s“.",
        "%(number)s Kontakte stehen jetzt in „%(column)s“.",
        count,
    )
    return sentence % {"number": count, "column": column.name}


def _trashed(count: int) -> str:
    sentence = ngettext(
        "%(number)s Kontakt in den Papierkorb gelegt.", "%(number)s Kontakte in den Papierkorb gelegt.", count
    )
    return sentence % {"number": count}


def _left_out(count: int) -> str:
    sentence = ngettext(
        "%(number)s Kontakt war inzwischen gelöscht und wurde ausgelassen.",
        "%(number)s Kontakte waren inzwischen gelöscht und wurden ausgelassen.",
        count,
    )
    return sentence % {"number": count}
