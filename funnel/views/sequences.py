"""The page „E-Mail-Funnel“ and the editor of its steps."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import Request, gate
from base.csp import with_frames
from base.refusals import NotUnderstood, Overtaken, wants_fragment
from funnel import statistics
from funnel.forms import PlaceForm, StepForm, SwitchForm
from funnel.letters import imprint, placeholders
from funnel.models import Sequence, Step
from funnel.replies import doubts
from funnel.sending import availability
from funnel.series import replanning, sequences
from funnel.views.outbox import READERS as AUTHORS

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@gate(*AUTHORS)
def overview(request: Request) -> HttpResponse:
    """Show the sequences with their steps and statistics."""
    now = timezone.localtime()
    overview = statistics.load(request.account, now)
    context = {
        "overview": overview,
        "sender": overview.sender,
        "missing": imprint.missing(overview.sender),
        "outage": availability.outage(request.user, now),
        "doubts": doubts.waiting(request.user),
    }
    return render(request, "funnel/overview.html", context)


@require_POST
@gate(*AUTHORS)
def switch(request: Request, sequence_id: int) -> HttpResponse:
    """Switch a sequence on or off."""
    form = SwitchForm(request.POST)
    sequences.find_sequence(request.user, sequence_id)
    _understood(form)
    sequence = sequences.set_enabled(user=request.user, sequence_id=sequence_id, on=form.cleaned_data["on"] == "1")
    sentence = _("Die Serie „%s“ läuft.") if sequence.is_on else _("Die Serie „%s“ ist angehalten.")
    messages.success(request, sentence % sequence.name)
    return redirect("funnel:overview")


@require_POST
@gate(*AUTHORS)
def suggestions(request: Request, sequence_id: int) -> HttpResponse:
    """Fill an empty sequence with the suggested texts („Vorschlagstexte einfügen“)."""
    count = len(sequences.suggest(user=request.user, sequence_id=sequence_id))
    sentence = ngettext("%(count)d Vorschlagstext eingefügt.", "%(count)d Vorschlagstexte eingefügt.", count)
    ask = _("Bitte lesen Sie sie, bevor Kontakte in diese Serie kommen.")
    messages.success(request, f"{sentence % {'count': count}} {ask}")
    return _over_there(f"sequence-{sequence_id}")


@form_page
@gate(*AUTHORS)
def step_new(request: Request, sequence_id: int) -> HttpResponse:
    """Show the editor with an empty step (GET), or add the step (POST)."""
    sequence = sequences.find_sequence(request.user, sequence_id)
    initial = {"delay_days": 3, "body": "{{anrede}},\n\n"}
    form = StepForm(request.POST if request.method == "POST" else None, initial=initial)
    if not form.is_valid():
        return _editor(request, form, sequence)
    step = sequences.add(user=request.user, sequence_id=sequence_id, content=form.content, now=timezone.now())
    sentences = [
        _("Der Schritt „%s“ ist angelegt.") % step.subject,
        sequences.reached_sentence(sequences.count_planned(step)),
    ]
    messages.success(request, " ".join(filter(None, sentences)))
    return _back(step)


@form_page
@gate(*AUTHORS)
def step(request: Request, step_id: int) -> HttpResponse:
    """Show the editor (GET), or save the step (POST). 409 shows both texts after a concurrent edit."""
    known = sequences.find(request.user, step_id)
    form = StepForm(request.POST if request.method == "POST" else None, initial=StepForm.values(known))
    if not form.is_valid():
        return _editor(request, form, known.sequence, known)
    version = form.cleaned_data["version"] or 0
    try:
        saved = sequences.edit(user=request.user, step_id=step_id, version=version, content=form.content)
    except Overtaken as refusal:
        return _editor(request, form, known.sequence, refusal.present, refusal=refusal)
    sentences = [_("Gespeichert."), sequences.planned_sentence(sequences.count_planned(saved))]
    messages.success(request, " ".join(filter(None, sentences)))
    return _back(saved)


@require_POST
@gate(*AUTHORS)
def place(request: Request, step_id: int) -> HttpResponse:
    """Move a step up or down."""
    sequences.find(request.user, step_id)
    form = PlaceForm(request.POST)
    _understood(form)
    moved = sequences.shift(user=request.user, step_id=step_id, by=form.by)
    days = _("Geplante Mails der beiden Schritte haben ihre Termine getauscht.")
    sentences = [_("Die Reihenfolge ist geändert."), days if sequences.count_planned(moved) else ""]
    messages.success(request, " ".join(filter(None, sentences)))
    return _back(moved)


@require_POST
@gate(*AUTHORS)
def step_copy(request: Request, step_id: int) -> HttpResponse:
    """Copy a step."""
    twin = sequences.copy(user=request.user, step_id=step_id, now=timezone.now())
    messages.success(request, _("Die Kopie steht darunter und ist noch ausgeschaltet."))
    return _back(twin)


@require_POST
@gate(*AUTHORS)
def step_switch(request: Request, step_id: int) -> HttpResponse:
    """Switch a step on or off."""
    sequences.find(request.user, step_id)
    form = SwitchForm(request.POST)
    _understood(form)
    on = form.cleaned_data["on"] == "1"
    step = sequences.set_step_enabled(user=request.user, step_id=step_id, on=on, now=timezone.now())
    sentence = _("Der Schritt „%s“ ist an.") if on else _("Der Schritt „%s“ ist aus.")
    touched = sequences.planned_sentence(sequences.count_planned(step))
    messages.success(request, f"{sentence % step.subject} {touched}".strip())
    return _back(step)


@form_page
@gate(*AUTHORS)
def removal(request: Request, step_id: int) -> HttpResponse:
    """Remove a step. GET asks, with the number of planned mails affected."""
    if request.method != "POST":
        step = sequences.find(request.user, step_id)
        context = {"step": step, "touched": sequences.planned_sentence(sequences.count_planned(step))}
        template = "funnel/_removal.html" if wants_fragment(request) else "funnel/removal.html"
        return render(request, template, context)
    count = sequences.remove(user=request.user, step_id=step_id, now=timezone.now())
    sentences = [_("Der Schritt ist entfernt."), sequences.planned_sentence(count)]
    messages.success(request, " ".join(filter(None, sentences)))
    return redirect("funnel:overview")


def _editor(
    request: Request, form: StepForm, sequence: Sequence, step: Step | None = None, **more: Any
) -> HttpResponse:
    context = {
        "form": form,
        "sequence": sequence,
        "step": step,
        "touched": sequences.planned_sentence(sequences.count_planned(step)) if step else "",
        "reached": "" if step else sequences.reached_sentence(replanning.count_reached(sequence)),
        "placeholders": placeholders.ALLOWED.items(),
        **more,
    }
    status = 409 if "refusal" in more else 422 if form.is_bound else 200
    return with_frames(render(request, "funnel/editor.html", context, status=status))


def _understood(form: Any) -> None:
    if not form.is_valid():
        raise NotUnderstood(_("Diese Angabe ist nicht zu verstehen. Es wurde nichts gespeichert."))


def _back(step: Step) -> HttpResponse:
    """Redirect to the step in the overview."""
    return _over_there(f"step-{step.pk}")


def _over_there(place: str) -> HttpResponse:
    response = redirect("funnel:overview")
    response.headers["Location"] += f"#{place}"
    return response
