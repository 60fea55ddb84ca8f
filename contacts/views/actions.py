"""The timeline: ticking off, correcting and deleting actions. The composer belongs to the pipeline."""

from datetime import datetime

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import WORKERS, Request, gate
from base.ids import is_id
from base.refusals import Forbidden
from contacts import actions, timeline
from contacts.finding import find
from contacts.forms import ActionForm
from contacts.kinds import Kind
from contacts.models import Action, Contact
from contacts.views.answers import changed, small_page

FRAGMENTS = ("contacts/_timeline.html", "contacts/_bubbles.html", "contacts/_composer_closed.html")


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*WORKERS)
def edit(request: Request, action_id: int) -> HttpResponse:
    """Show the form to correct an action (GET) or correct it (POST)."""
    action = actions.find(request.user, action_id)
    contact = find(request.user, action.contact_id)
    if not actions.may_edit(request.user, action):
        raise Forbidden(_("Diesen Eintrag kann nur ändern, wer ihn geschrieben hat."))
    kept = {"outcome": action.outcome, "text": action.text, "at": action.performed_at or action.planned_for}
    data, now = request.POST if request.method == "POST" else None, timezone.now()
    form = ActionForm(data, kind=Kind(action.kind), action=action, now=now, initial=kept)
    if not form.is_valid():
        context = {"title": action.label, "contact": contact, "action": action, "form": form}
        return small_page(request, "contacts/_action_form.html", context, 422 if form.is_bound else 200)
    _edit(request, action, form, now)
    return _changed_timeline(request, contact, _("Der Eintrag ist geändert."))


@require_POST
@gate(*WORKERS)
def performance(request: Request, action_id: int) -> HttpResponse:
    """Tick a planned action off."""
    action = actions.find(request.user, action_id)
    contact = find(request.user, action.contact_id)
    actions.done(action=action, actor=request.user, now=timezone.now())
    return _changed_timeline(request, contact, _("„%(action)s“ ist erledigt.") % {"action": action.label})


@require_POST
@gate(*WORKERS)
def deletion(request: Request, action_id: int) -> HttpResponse:
    """Delete an action."""
    action = actions.find(request.user, action_id)
    contact = actions.remove(action=action, actor=request.user)
    return _changed_timeline(request, contact, _("Der Eintrag ist entfernt."))


@require_safe
@gate(*WORKERS)
def older(request: Request, contact_id: int) -> HttpResponse:
    """Show the actions after the one named by `before`."""
    contact = find(request.user, contact_id)
    before = request.GET.get("before", "")
    performed = Action.objects.of(request.account).filter(contact=contact, performed_at__isnull=False)
    last = performed.filter(pk=int(before)).first() if is_id(before) else None
    page = timeline.load(request.user, contact, last)
    context = {"title": contact.display_name, "contact": contact, "timeline": page}
    return small_page(request, "contacts/_older.html", context)


def _edit(request: Request, action: Action, form: ActionForm, now: datetime) -> None:
    values = form.cleaned_data
    actions.edit(
        action=action,
        actor=request.user,
        text=values["text"],
        outcome=values.get("outcome", ""),
        performed_at=None if action.is_planned else values["at"],
        planned_for=values["at"] if action.is_planned else None,
        now=now,
    )


def _changed_timeline(request: Request, contact: Contact, sentence: str) -> HttpResponse:
    contact.refresh_from_db()
    page = timeline.load(request.user, contact)
    return changed(request, contact, sentence, *FRAGMENTS, timeline=page)
