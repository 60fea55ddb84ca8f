"""The composer on a contact's page: recording or planning an action, and setting due date and status with it."""

from datetime import datetime
from uuid import uuid4

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import WORKERS, Request, gate
from base.refusals import NotUnderstood, Overtaken
from contacts import timeline
from contacts.finding import find
from contacts.forms import KindForm
from contacts.kinds import Kind
from contacts.models import Contact
from contacts.views.actions import FRAGMENTS
from contacts.views.answers import changed, small_page
from pipeline.follow_up import FollowUp, follow_up
from pipeline.follow_up_form import FollowUpForm
from pipeline.models import Card, Move
from pipeline.views import answers


@require_POST
@gate(*WORKERS)
def create(request: Request, contact_id: int) -> HttpResponse:
    """Record or plan an action of `kind`, and set due date and status."""
    contact, now = find(request.user, contact_id), timezone.now()
    form = _form(request, contact, now)
    if not form.is_valid():
        return _composer(request, contact, form, 422)
    try:
        done = _follow_up(request, contact, form, now)
    except (Overtaken, NotUnderstood) as refusal:  # the card or its column is elsewhere by now
        form = _form(request, contact, now)
        form.add_error("column", refusal.sentence)
        return _composer(request, contact, form, refusal.status)
    return _recorded(request, done)


@require_safe
@gate(*WORKERS)
def compose(request: Request, contact_id: int) -> HttpResponse:
    """Show the form for one kind of action."""
    contact = find(request.user, contact_id)
    return _composer(request, contact, _form(request, contact, timezone.now()))


def _form(request: Request, contact: Contact, now: datetime) -> FollowUpForm:
    """Return the form of the requested kind, bound to what was posted, for the card as it is now."""
    data = request.POST if request.method == "POST" else None
    asked = KindForm(request.GET if data is None else data)
    if not asked.is_valid():
        raise NotUnderstood(_("Diese Art von Aktion lässt sich nicht von Hand erfassen."))
    card = Card.objects.of(contact.account_id).select_related("column").get(pk=contact.pk)
    kind = Kind(asked.cleaned_data["kind"])
    return FollowUpForm(data, kind=kind, card=card, now=now, initial={"key": uuid4()})


def _follow_up(request: Request, contact: Contact, form: FollowUpForm, now: datetime) -> FollowUp:
    values = form.cleaned_data
    return follow_up(
        user=request.user,
        contact=contact,
        kind=form.kind,
        text=values["text"],
        outcome=values.get("outcome", ""),
        moment=values["at"],
        is_planned=bool(values.get("is_planned")),
        key=values["key"],
        due_on=values["due_on"],
        column_id=values["column"],
        version=values["version"] or 0,
        now=now,
    )


def _composer(request: Request, contact: Contact, form: FollowUpForm, status: int = 200) -> HttpResponse:
    context = {"title": str(form.kind.label), "contact": contact, "kind": form.kind, "form": form}
    return small_page(request, "pipeline/_composer.html", context, status)


def _recorded(request: Request, done: FollowUp) -> HttpResponse:
    """Render the changed parts of the page with one sentence. „Rückgängig“ undoes the move only."""
    sentences, undo = [_("„%(action)s“ ist eingetragen.") % {"action": done.action.label}], ""
    if done.moved:
        sentence, undo = answers.sentence_and_undo(request, done.moved, Move.Via.DETAIL)
        sentences.append(sentence)
    if request.POST.get("due_pick") or request.POST.get("due_on"):
        sentences.append(_("Fällig am %(day)s.") % {"day": f"{done.contact.due_on:%d.%m.%Y}"})
    page = timeline.load(request.user, done.contact)
    return changed(request, done.contact, " ".join(sentences), *FRAGMENTS, timeline=page, undo=undo)
