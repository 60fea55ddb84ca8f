"""Duplicates: likely pairs, comparing and merging two contacts, and undoing merges."""

from uuid import uuid4

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import LEADERS, Request, gate
from base.refusals import NotUnderstood, Overtaken, wants_fragment
from pipeline.duplicates import dismissing, merging, page, undoing
from pipeline.duplicates.forms import MergeForm
from pipeline.views.answers import back


@require_safe
@gate(*LEADERS)
def pairs(request: Request) -> HttpResponse:
    """Show the contacts that are likely one person, in pairs."""
    context = {"page": page.load(request.user, request.GET), "now": timezone.localtime()}
    return render(request, "pipeline/duplicates.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*LEADERS)
def comparison(request: Request, contact_id: int, other_id: int) -> HttpResponse:
    """Show two contacts side by side (GET), and make them one (POST)."""
    ids = (contact_id, other_id)
    form = MergeForm(request.POST if request.method == "POST" else None, ids=ids)
    if request.method != "POST":
        return _compared(request, ids, form)
    if not form.is_valid():
        raise NotUnderstood(_("Diese Auswahl ist unvollständig. Bitte laden Sie die Seite neu."))
    sent = {name: form.cleaned_data[name] for name in ("seen", "key")}
    try:
        merge = merging.merge(user=request.user, ids=ids, chosen=form.chosen, now=timezone.now(), **sent)
    except Overtaken as overtaken:
        return _compared(request, ids, form, overtaken.sentence, Overtaken.status)
    undo = reverse("pipeline:merge-reversal", args=[merge.pk]) if undoing.can_undo(merge, timezone.now()) else ""
    messages.success(request, _("Die beiden Kontakte sind zusammengeführt."), extra_tags=undo)
    return redirect("pipeline:contact", merge.into_id)


@require_POST
@gate(*LEADERS)
def dismissal(request: Request, contact_id: int, other_id: int) -> HttpResponse:
    """Say that two contacts are not the same person („Kein Duplikat“)."""
    dismissing.dismiss(user=request.user, ids=(contact_id, other_id), now=timezone.now())
    messages.success(request, _("Gemerkt: Das sind zwei Personen. Sie werden nicht wieder vorgeschlagen."))
    return redirect("pipeline:duplicates")


@require_safe
@gate(*LEADERS)
def merges(request: Request) -> HttpResponse:
    """Show what was merged in the last thirty days."""
    now = timezone.localtime()
    context = {"page": page.merges(request.user, request.GET, now), "now": now}
    return render(request, "pipeline/merges.html", context)


@require_POST
@gate(*LEADERS)
def reversal(request: Request, merge_id: int) -> HttpResponse:
    """Undo a merge („Rückgängig“)."""
    merge = undoing.undo(user=request.user, merge_id=merge_id, now=timezone.now())
    sentence = _("Die Zusammenführung ist zurückgenommen.")
    if merge.kept:
        left = ", ".join(merge.kept)
        sentence = _("%(done)s Seitdem geändert und geblieben: %(left)s.") % {"done": sentence, "left": left}
    messages.success(request, sentence)
    if wants_fragment(request):
        return HttpResponse(headers={"HX-Refresh": "true"})
    return HttpResponseRedirect(back(request))


def _compared(
    request: Request, ids: tuple[int, int], form: MergeForm, sentence: str = "", status: int = 200
) -> HttpResponse:
    compared = merging.load(request.user, ids)
    context = {
        "compared": compared,
        "choices": compared.choices(form.chosen),
        "united": compared.united(),
        "sentence": sentence,
        "key": uuid4(),
        "now": timezone.localtime(),
    }
    return render(request, "pipeline/comparison.html", context, status=status)
