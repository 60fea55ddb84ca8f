"""„Formulare“: building the office's own forms. Marketing builds too, but sees nothing of what is sent."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import LEADERS, Request, gate
from accounts.models import Role
from base import csp
from base.refusals import NotUnderstood, Overtaken
from intake.models import Form, Question
from intake.website import builder_page, building, public_page
from intake.website.builder_forms import (
    FactForm,
    NewForm,
    PlaceForm,
    QuestionForm,
    SettingsForm,
    SwitchForm,
    WordingForm,
)

BUILDERS = (*LEADERS, Role.MARKETING)
form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@gate(*BUILDERS)
def overview(request: Request) -> HttpResponse:
    """List the forms of the office."""
    forms = builder_page.listed(request.user, timezone.now())
    return render(request, "intake/forms.html", {"forms": forms})


@form_page
@gate(*BUILDERS)
def new(request: Request) -> HttpResponse:
    """Ask what a new form is called (GET), or make it (POST)."""
    answered = NewForm(request.POST if request.method == "POST" else None)
    if not answered.is_valid():
        status = 422 if answered.is_bound else 200
        return render(request, "intake/form_new.html", {"form": answered}, status=status)
    form = building.create(user=request.user, now=timezone.now(), **answered.cleaned_data)
    return redirect("intake:form", form.pk)


@require_safe
@gate(*BUILDERS)
def form(request: Request, form_id: int) -> HttpResponse:
    """Show a form as it is built: fields, consents, how it looks, and how it gets onto a website."""
    found = _form(request, form_id)
    page = render(request, "intake/builder.html", builder_page.context(found, request.user, timezone.now()))
    return csp.with_frames(page)


@form_page
@gate(*BUILDERS)
def settings(request: Request, form_id: int) -> HttpResponse:
    """Show what a form says around its fields (GET), or save it (POST)."""
    found = _form(request, form_id)
    answered = SettingsForm.of(found, request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"built": found, "form": answered}
    if not answered.is_valid():
        return render(request, "intake/form_settings.html", context, status=422 if answered.is_bound else 200)
    given = answered.cleaned_data
    try:
        building.save(
            user=request.user, form_id=form_id, name=given["name"], values=answered.values, version=given["version"]
        )
    except Overtaken as refusal:
        context |= {"refusal": refusal, "version": Form.objects.of(request.account).get(pk=form_id).version}
        return render(request, "intake/form_settings.html", context, status=409)
    messages.success(request, _("Gespeichert."))
    return redirect("intake:form", form_id)


@require_POST
@gate(*BUILDERS)
def switch(request: Request, form_id: int) -> HttpResponse:
    """Take a form online or offline."""
    _form(request, form_id)
    given = _valid(SwitchForm(request.POST))
    building.switch(user=request.user, form_id=form_id, on=given["on"] == "1")
    messages.success(request, _("Das Formular ist online.") if given["on"] == "1" else _("Das Formular ist offline."))
    return redirect("intake:form", form_id)


@require_POST
@gate(*BUILDERS)
def questions(request: Request, form_id: int) -> HttpResponse:
    """Ask for a fact, at the end of the form; a question of one's own is written on a page of its own."""
    found = _form(request, form_id)
    fact = _valid(FactForm(request.POST, asked=builder_page.asked(found)))["fact"]
    if not fact:
        return redirect("intake:question-new", form_id)
    question = building.add_question(user=request.user, form_id=form_id, values={"fact": fact})
    return _back_to(question, "edit")


@form_page
@gate(*BUILDERS)
def question_new(request: Request, form_id: int) -> HttpResponse:
    """Write a question of one's own."""
    found = _form(request, form_id)
    answered = QuestionForm(request.POST if request.method == "POST" else None)
    if not answered.is_valid():
        return _question_page(request, answered, {"built": found})
    question = building.add_question(user=request.user, form_id=form_id, values=answered.cleaned_data)
    return _back_to(question, "edit")


@form_page
@gate(*BUILDERS)
def question(request: Request, question_id: int) -> HttpResponse:
    """Show how something is asked (GET), or save it (POST)."""
    found = _question(request, question_id)
    initial = {name: getattr(found, name) for name in QuestionForm.base_fields}
    answered = QuestionForm(request.POST if request.method == "POST" else None, fact=found.fact, initial=initial)
    if not answered.is_valid():
        return _question_page(request, answered, {"built": found.form, "question": found})
    building.change_question(user=request.user, question_id=question_id, values=answered.cleaned_data)
    messages.success(request, _("Gespeichert."))
    return _back_to(found, "edit")


@require_POST
@gate(*BUILDERS)
def place(request: Request, question_id: int) -> HttpResponse:
    """Move a question up or down; the button that did it has the focus again."""
    found = _question(request, question_id)
    direction = _valid(PlaceForm(request.POST))["direction"]
    building.move_question(user=request.user, question_id=question_id, steps=-1 if direction == "up" else 1)
    return _back_to(found, direction)


@require_POST
@gate(*BUILDERS)
def question_removal(request: Request, question_id: int) -> HttpResponse:
    """Ask for something no longer."""
    _question(request, question_id)
    form_id = building.remove_question(user=request.user, question_id=question_id)
    messages.success(request, _("Das Feld ist entfernt. Was schon geantwortet wurde, bleibt bei den Kontakten."))
    return redirect("intake:form", form_id)


@require_POST
@gate(*BUILDERS)
def wording(request: Request, form_id: int) -> HttpResponse:
    """Save the wording of a consent as a new version."""
    _form(request, form_id)
    given = _valid(WordingForm(request.POST))
    saved = building.reword(user=request.user, form_id=form_id, now=timezone.now(), **given)
    kept = _("Fassung %(version)d gilt ab jetzt.") % {"version": saved.version} if saved else _("Nichts geändert.")
    messages.success(request, kept)
    return redirect("intake:form", form_id)


@require_safe
@gate(*BUILDERS)
def preview(request: Request, form_id: int) -> HttpResponse:
    """Show the form as everybody sees it, in a frame; nothing can be sent."""
    found = _form(request, form_id)
    with translation.override(found.language):
        answered = public_page.bound(found)
        context = public_page.context(found, answered, {}, timezone.now()) | public_page.surroundings(found)
        page = render(request, "intake/form.html", context | {"is_preview": True, "token": ""})
    return csp.as_form(page, origins=["'self'"])


def _form(request: Request, form_id: int) -> Form:
    return get_object_or_404(Form.objects.of(request.account).select_related("inlet", "account"), pk=form_id)


def _question(request: Request, question_id: int) -> Question:
    return get_object_or_404(Question.objects.of(request.account).select_related("form__inlet"), pk=question_id)


def _valid(form: Any) -> dict[str, Any]:
    """Return what a form says. Raises NotUnderstood."""
    if not form.is_valid():
        raise NotUnderstood(_("Diese Angabe ist nicht zu verstehen. Es wurde nichts gespeichert."))
    return dict(form.cleaned_data)


def _question_page(request: Request, answered: QuestionForm, context: dict[str, Any]) -> HttpResponse:
    status = 422 if answered.is_bound else 200
    return render(request, "intake/question.html", context | {"form": answered}, status=status)


def _back_to(question: Question, what: str) -> HttpResponse:
    """Return to the form, where the question's button `what` gets the focus."""
    page = redirect("intake:form", question.form_id)
    page["Location"] += f"?at={question.pk}-{what}"  # without a fragment: browsers would go there instead
    return page
