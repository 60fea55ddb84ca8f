"""The due date: quick picks, a chosen day, a note."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import WORKERS, Request, gate
from base.dates import quick_picks
from contacts.due import set_due
from contacts.finding import find
from contacts.forms import DueForm
from contacts.models import Contact
from contacts.views.answers import changed, small_page


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*WORKERS)
def due(request: Request, contact_id: int) -> HttpResponse:
    """Show the picker (GET), or set or clear day and note (POST)."""
    contact = find(request.user, contact_id)
    today = timezone.localdate()
    kept = {"due_on": contact.due_on, "due_note": contact.due_note}
    form = DueForm(request.POST if request.method == "POST" else None, today=today, initial=kept)
    if not form.is_valid():
        context = {
            "title": _("Fälligkeitsdatum"),
            "contact": contact,
            "form": form,
            "picks": quick_picks(today),
        }
        return small_page(request, "contacts/_due_form.html", context, 422 if form.is_bound else 200)
    contact = set_due(
        contact=contact, actor=request.user, now=timezone.now(), due_on=form.cleaned_data["due_on"], note=form.note
    )
    return changed(request, contact, _sentence(contact), "contacts/_due.html")


def _sentence(contact: Contact) -> str:
    if contact.due_on is None:
        return _("„%(contact)s“ hat kein Fälligkeitsdatum mehr.") % {"contact": contact.display_name}
    values = {"contact": contact.display_name, "day": f"{contact.due_on:%d.%m.%Y}"}
    if contact.due_on < timezone.localdate():
        return _("„%(contact)s“ war am %(day)s fällig. Das Datum liegt in der Vergangenheit.") % values
    return _("„%(contact)s“ ist am %(day)s fällig.") % values
