"""„Kontakt anlegen“."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
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
    context = {"form": form, "address": reverse("pipeline:contact-new")}
    if not form.is_valid():
        return render(request, "pipeline/entry.html", context, status=422 if form.is_bound else 200)
    contact, twins = entering.enter_once(
        user=request.user, anyway="anyway" in request.POST, now=timezone.now(), **form.entry
    )
    if contact is None:
        return render(request, "pipeline/entry.html", context | {"twins": twins}, status=409)
    sentence = _("„%(name)s“ ist angelegt.") % {"name": contact.display_name}
    messages.success(request, f"{sentence} {form.warning}".strip())
    return redirect(contact if sees(request.user, contact) else "pipeline:home")
