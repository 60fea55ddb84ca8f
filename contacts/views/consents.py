"""The consents of a contact: current state, evidence, and a form for what was said or signed."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import WORKERS, Request, gate
from contacts import consent
from contacts.finding import find
from contacts.forms import ConsentForm
from contacts.models import Consent
from contacts.views.answers import changed, small_page


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*WORKERS)
def consents(request: Request, contact_id: int) -> HttpResponse:
    """Show the form and all evidence (GET), or record a consent or withdrawal (POST)."""
    contact = find(request.user, contact_id)
    channel = request.GET.get("channel", Consent.Channel.EMAIL)
    data = request.POST if request.method == "POST" else None
    now = timezone.now()
    form = ConsentForm(data, initial={"channel": channel}, contact=contact, now=now)
    if not form.is_valid():
        context = {"title": _("Einwilligung erfassen"), "contact": contact, "form": form}
        context["evidence"] = consent.evidence(contact)[::-1]
        return small_page(request, "contacts/_consent_form.html", context, 422 if form.is_bound else 200)
    consent.record(contact=contact, actor=request.user, now=now, **form.cleaned_data)
    states = consent.states(contact)
    return changed(request, contact, _("Die Einwilligung ist erfasst."), "contacts/_consents.html", states=states)
