"""Help articles with their vote, and feedback to the operator: for everybody who is logged in."""

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import EVERYBODY, Request, gate
from base.refusals import wants_fragment
from help import articles, votes
from help.feedback import SpentKey, deliver, keep
from help.forms import FeedbackForm, VoteForm, page_of
from help.models import Feedback


@require_safe
@gate(*EVERYBODY)
def index(request: Request) -> HttpResponse:
    """List the articles."""
    return render(request, "help/index.html", {"articles": articles.ARTICLES})


@require_safe
@gate(*EVERYBODY)
def article(request: Request, name: str) -> HttpResponse:
    """Show an article, with the question whether it helped."""
    found = articles.find(name)
    context = {"voted": votes.has_voted(request.user, found), "form": VoteForm(), **articles.circumstances()}
    return render(request, found.template, {"article": found, "articles": articles.ARTICLES, **context})


@require_POST
@gate(*EVERYBODY)
def vote(request: Request, name: str) -> HttpResponse:
    """Keep the answer, in place of an earlier one, and say thank you."""
    found = articles.find(name)
    form = VoteForm(request.POST)
    is_fragment = wants_fragment(request)
    context = {"article": found, "articles": articles.ARTICLES, **articles.circumstances()}
    template = "help/_vote.html" if is_fragment else found.template
    if not form.is_valid():
        return render(request, template, {"form": form, **context}, status=422)
    votes.vote(user=request.user, article=found, now=timezone.now(), **form.cleaned_data)
    if is_fragment:
        return render(request, template, {"voted": True, "form": VoteForm(), **context})
    return HttpResponseRedirect(f"{found.get_absolute_url()}#vote")


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*EVERYBODY)
def feedback(request: Request) -> HttpResponse:
    """Show the form (GET), or store the message, then mail it (POST)."""
    if request.method != "POST":
        page = page_of(request, request.GET.get("page") or request.headers.get("Referer", ""))
        return _ask(request, FeedbackForm(request=request, initial={"page": page, "reply_to": request.user.email}))
    form = FeedbackForm(request.POST.dict(), request=request)
    if form.is_valid():
        try:
            kept = keep(user=request.user, now=timezone.now(), **form.cleaned_data)
            return _thank(request, kept)
        except SpentKey:
            form.renew_key(_("Aus diesem Formular ging schon eine andere Nachricht hinaus. Auch diese senden?"))
    return _ask(request, form, 422)


def _ask(request: Request, form: FeedbackForm, status: int = 200) -> HttpResponse:
    template = "help/_feedback.html" if wants_fragment(request) else "help/feedback.html"
    came_from = page_of(request, str(form["page"].value() or "")) or reverse("pipeline:home")
    title = _("Feedback zur Pipeline") if came_from.startswith(reverse("pipeline:board")) else _("Feedback")
    context = {"form": form, "came_from": came_from, "title": title}
    return render(request, template, context, status=status)


def _thank(request: Request, kept: Feedback) -> HttpResponse:
    mailed = deliver(feedback=kept, now=timezone.now())
    sentence = (
        _("Danke! Ihre Nachricht ist gespeichert und unterwegs.")
        if mailed
        else _("Danke! Ihre Nachricht ist gespeichert und wird in Kürze zugestellt.")
    )
    if wants_fragment(request):
        return render(request, "_message.html", {"sentence": sentence})
    messages.success(request, sentence)
    return HttpResponseRedirect(kept.page or reverse("pipeline:home"))
