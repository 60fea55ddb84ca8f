"""Views about a contact's consent to mails: objection, lifting a suppression, request by mail, proof."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import ADMINISTRATORS, WORKERS, Request, gate
from base.refusals import NotUnderstood
from contacts import consent, timeline
from contacts.finding import find
from contacts.models import Contact
from contacts.views.answers import changed, small_page
from funnel import contact_messages, opt_in, permission_panel
from funnel.consent_forms import DoubtForm, NewConsentForm, ObjectionForm
from funnel.permission.suppression import entries
from funnel.replies import doubts, withdrawal


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*WORKERS)
def objection(request: Request, contact_id: int) -> HttpResponse:
    """Show the form of an objection (GET), or record it („Werbewiderspruch“, POST)."""
    contact = find(request.user, contact_id)
    form = ObjectionForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        context = {"title": _("Werbewiderspruch"), "contact": contact, "form": form}
        return small_page(request, "funnel/_objection.html", context, 422 if form.is_bound else 200)
    withdrawal.object_to(user=request.user, contact_id=contact_id, now=timezone.now(), **form.cleaned_data)
    return _updated_page(request, contact, _("Der Werbewiderspruch ist erfasst. Es geht keine Werbung mehr hinaus."))


@require_POST
@gate(*WORKERS)
def doubt(request: Request, contact_id: int) -> HttpResponse:
    """Decide whether a reply was an objection."""
    contact = find(request.user, contact_id)
    form = DoubtForm(request.POST)
    if not form.is_valid():
        raise NotUnderstood(_("Bitte wählen Sie, ob die Antwort ein Widerspruch ist."))
    objects = form.cleaned_data["objects"] == "1"
    doubts.decide(user=request.user, contact_id=contact_id, objects=objects, now=timezone.now())
    no, yes = _("Die Adresse ist wieder frei."), _("Der Werbewiderspruch ist erfasst.")
    return _updated_page(request, contact, yes if objects else no)


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*ADMINISTRATORS)
def lifting(request: Request, contact_id: int) -> HttpResponse:
    """Ask for the new consent (GET), or record it and lift the suppression (POST)."""
    contact = find(request.user, contact_id)
    now = timezone.now()
    form = NewConsentForm(request.POST if request.method == "POST" else None, now=now)
    if not form.is_valid():
        context = {"title": _("Sperre aufheben"), "contact": contact, "form": form}
        context["suppression"] = entries(contact.account_id, [contact.email]).get(contact.email.lower())
        return small_page(request, "funnel/_lifting.html", context, 422 if form.is_bound else 200)
    withdrawal.lift(user=request.user, contact_id=contact_id, now=now, **form.cleaned_data)
    return _updated_page(request, contact, _("Die Sperre ist aufgehoben."))


@require_POST
@gate(*WORKERS)
def question(request: Request, contact_id: int) -> HttpResponse:
    """Ask for consent by mail. The response is the same whether or not a mail was sent."""
    contact = opt_in.ask(user=request.user, contact_id=contact_id, now=timezone.now())
    sentence = _("Die Anfrage geht hinaus: an dieselbe Adresse höchstens alle drei Minuten und dreimal am Tag.")
    return _updated_page(request, contact, sentence)


@require_safe
@gate(*WORKERS)
def proof(request: Request, contact_id: int) -> HttpResponse:
    """Show all evidence of what the contact allowed or refused, for printing."""
    contact = find(request.user, contact_id)
    context = {"contact": contact, "proof": permission_panel.proof(contact), "now": timezone.localtime()}
    return render(request, "funnel/proof.html", context)


@require_safe
@gate(*WORKERS)
def permission(request: Request, contact_id: int) -> HttpResponse:
    """Show the panel „Werbung per E-Mail“ of the contact's page."""
    contact = find(request.user, contact_id)
    context = {"title": _("Werbung per E-Mail"), "contact": contact, "permission": permission_panel.load(contact)}
    return small_page(request, "funnel/_permission.html", context)


def _updated_page(request: Request, contact: Contact, sentence: str) -> HttpResponse:
    """Return the parts of the contact's page that depend on consent, with a message."""
    contact.refresh_from_db()
    return changed(
        request,
        contact,
        sentence,
        "funnel/_permission.html",
        "funnel/_ledger.html",
        "contacts/_consents.html",
        "contacts/_bubbles.html",
        "contacts/_timeline.html",
        permission=permission_panel.load(contact),
        ledger=contact_messages.load(contact),
        states=consent.states(contact),
        timeline=timeline.load(request.user, contact),
    )
