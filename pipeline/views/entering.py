"""„Kontakt anlegen“."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import WORKERS, Request, gate
from contacts.finding import sees
from pipeline import entering
from pipeline.entry_form import EntryForm


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*WORKERS)
def new(request: Request) -> HttpResponse:
    """Show the form, with the status of `?column=` (GET), or add the contact, warning of duplicates first (POST)."""
    data = request.POST if request.method == "POST" else None
    form = EntryForm(data, user=request.user, column=request.GET.get("column", ""))
    if not form.is_valid():
        return render(request, "pipeline/entry.html", {"form": form}, status=422 if form.is_bound else 200)
    contact, twins = entering.enter_once(
        user=request.user,
        key=form.cleaned_data["key"],
        anyway="anyway" in request.POST,
        values=form.values,
        column=form.cleaned_data["column"],
        assignee=form.cleaned_data["assignee"],
        consent=form.consent,
        enrol=form.cleaned_data["enrol"],
        note=form.cleaned_data["note"],
        now=timezone.now(),
    )
    if contact is None:
        return render(request, "pipeline/entry.html", {"form": form, "twins": twins}, status=409)
    sentence = _("„%(name)s“ ist angelegt.") % {"name": contact.display_name}
    messages.success(request, f"{sentence} {form.warning}".strip())
    return redirect(contact if sees(request.user, contact) else "pipeline:home")
