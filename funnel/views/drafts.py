"""The frame beside the editor: the preview of a step, and whether its test mail was sent."""

from typing import Any

from allauth.core import ratelimit
from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import Request, gate
from base.csp import framed
from funnel import preview as drafts
from funnel.forms import DraftForm, PreviewForm
from funnel.views.outbox import READERS as AUTHORS


@require_POST
@gate(*AUTHORS)
def preview(request: Request) -> HttpResponse:
    """Preview a step for a contact or the sample contact. Writes nothing."""
    form = PreviewForm(request.POST)
    if not form.is_valid():
        return _frame(request, form, status=422, faults=_errors(form))
    return _frame(request, form, drafts.render_draft(user=request.user, **_drawn(form)))


@require_POST
@gate(*AUTHORS)
def test_mail(request: Request) -> HttpResponse:
    """Send a test mail to oneself, at most ten an hour."""
    form = DraftForm(request.POST)
    if not form.is_valid():
        return _frame(request, form, status=422, faults=[_("Es wurde nichts gesendet."), *_errors(form)])
    draft = drafts.render_draft(user=request.user, **_drawn(form))
    if not ratelimit.consume(request, action="test_mail", user=request.user):
        sentence = _("Höchstens zehn Testmails in einer Stunde. Es wurde nichts gesendet.")
        return _frame(request, form, draft, status=429, faults=[sentence])
    try:
        address = drafts.send_test(user=request.user, draft=draft, now=timezone.now())
    except drafts.NotHandedOver as refusal:
        return _frame(request, form, draft, status=refusal.status, faults=[refusal.sentence])
    return _frame(request, form, draft, done=_("Die Testmail an %s ist unterwegs.") % address)


@require_safe
@gate(*AUTHORS)
def contacts(request: Request) -> HttpResponse:
    """List the contacts that match a search, as suggestions while typing."""
    found = drafts.find_contacts(request.user, request.GET.get("who", "")[:200])
    return render(request, "funnel/_suggestions.html", {"contacts": found})


def _drawn(form: DraftForm) -> dict[str, Any]:
    return {name: form.cleaned_data[name] for name in ("subject", "body", "who")}


def _errors(form: DraftForm) -> list[str]:
    return [str(error) for errors in form.errors.values() for error in errors]


def _frame(
    request: Request,
    form: DraftForm,
    draft: drafts.Draft | None = None,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    """Return a document with the messages on top, then the mail's HTML or text."""
    is_text = form.data.get("format") == "text"
    context = {"draft": draft, "who": form.data.get("who", ""), "is_text": is_text, **more}
    head = render_to_string("funnel/mail/preview_head.html", context, request)
    if draft is None or is_text:
        html: str = render_to_string("funnel/mail/preview.html", context | {"head": head}, request)
    else:
        before, body, after = draft.rendered.html.partition("<body")
        opening, close, rest = after.partition(">")
        html = f"{before}{body}{opening}{close}{head}{rest}"
    response = framed(html)
    response.status_code = status
    return response
