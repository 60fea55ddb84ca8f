"""Editing the facts in place, group by group."""

from typing import Any

from django.http import Http404, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import WORKERS, Request, gate
from base.refusals import NotUnderstood, Overtaken
from contacts import facts, factsheet
from contacts.description import GROUPS, Group
from contacts.finding import find
from contacts.forms import FactsForm, VersionForm
from contacts.models import Contact
from contacts.views.answers import changed, small_page


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*WORKERS)
def group(request: Request, contact_id: int, key: str) -> HttpResponse:
    """Show the form of one group (GET), or save it against the version it was opened with (POST)."""
    contact = find(request.user, contact_id)
    wanted = GROUPS.get(key)
    if wanted is None:
        raise Http404
    if request.method == "POST":
        return _save(request, contact, wanted)
    return _form(request, contact, wanted, FactsForm(instance=contact, only=wanted.fields))


def _save(request: Request, contact: Contact, group: Group) -> HttpResponse:
    form = FactsForm(request.POST, instance=contact, only=group.fields)
    seen = VersionForm(request.POST)
    if not seen.is_valid():
        raise NotUnderstood(_("Bitte Seite neu laden und noch einmal speichern."))
    if not form.is_valid():
        return _form(request, contact, group, form, 422, **seen.cleaned_data)
    try:
        contact = facts.save(
            contact=contact,
            actor=request.user,
            values=form.cleaned_data,
            now=timezone.now(),
            **seen.cleaned_data,
        )
    except Overtaken as overtaken:
        return _form(request, overtaken.present, group, form, 409, conflict=overtaken.sentence)
    section = factsheet.section(contact, group)
    return changed(request, contact, _("Gespeichert."), "contacts/_facts.html", section=section)


def _form(
    request: Request,
    contact: Contact,
    group: Group,
    form: FactsForm,
    status: int = 200,
    **context: Any,
) -> HttpResponse:
    context = {"version": contact.version, "seen": facts.mark(contact, group.fields), **context}
    context |= {"title": str(group.label), "contact": contact, "group": group, "form": form}
    return small_page(request, "contacts/_facts_form.html", context, status)
