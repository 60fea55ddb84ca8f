"""Choosing a contact's assignee."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import WORKERS, Request, gate
from accounts.plans import Feature
from contacts import assignment
from contacts.finding import find
from contacts.forms import AssigneeForm
from contacts.models import Contact
from contacts.search import fold
from contacts.views.answers import changed, small_page

SEARCH_FROM = 8  # names; fewer are seen at a glance


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*WORKERS)
def assignee(request: Request, contact_id: int) -> HttpResponse:
    """List the colleagues to choose from (GET), or assign the contact to one of them or to nobody (POST)."""
    contact = find(request.user, contact_id)
    if not request.account.can(Feature.ASSIGN):
        raise assignment.not_in_plan()
    if request.method == "POST":
        return _assign(request, contact)
    colleagues = assignment.colleagues(request.user)
    wanted = fold(request.GET.get("q", "")[:80])
    context = {
        "title": _("Mitarbeiter zuweisen"),
        "contact": contact,
        "colleagues": [user for user in colleagues if wanted in fold(user.full_name)],
        "has_search": len(colleagues) >= SEARCH_FROM,
        "q": request.GET.get("q", ""),
    }
    return small_page(request, "contacts/_assignee.html", context)


def _assign(request: Request, contact: Contact) -> HttpResponse:
    form = AssigneeForm(request.POST, account=request.account)
    if not form.is_valid():
        raise assignment.unavailable()
    user = form.cleaned_data["assignee"]
    contact = assignment.assign(contact=contact, assignee=user, actor=request.user, now=timezone.now())
    return changed(request, contact, _sentence(contact), "contacts/_circle.html")


def _sentence(contact: Contact) -> str:
    names = {"contact": contact.display_name, "user": contact.assignee}
    if contact.assignee is None:
        return _("„%(contact)s“ ist niemandem mehr zugewiesen.") % names
    return _("„%(contact)s“ ist jetzt %(user)s zugewiesen.") % names
