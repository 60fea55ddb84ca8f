"""The ways by which leads arrive, among the settings, and the pages of web hooks."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import ADMINISTRATORS, Request, gate
from base import revealing
from base.refusals import NotUnderstood
from intake.hooks import learning, making, pages
from intake.hooks.forms import AccessForm, HookForm, MappingForm, NewHookForm, PlaceForm, SecretForm
from intake.models import Program
from intake.tasks import fetch_announced
from intake.website.builder_forms import SwitchForm

SECRET = "secret of inlet %d"  # in the session

form_page = require_http_methods(["GET", "HEAD", "POST"])


@require_safe
@gate(*ADMINISTRATORS)
def overview(request: Request) -> HttpResponse:
    """List all inlets of the office."""
    now = timezone.localtime()
    return render(request, "intake/inlets.html", {"inlets": pages.listed(request.user, now), "now": now})


@form_page
@gate(*ADMINISTRATORS)
def new(request: Request) -> HttpResponse:
    """Ask what a new web hook is called and who sends (GET), or make it (POST)."""
    form = NewHookForm(request.POST or None)
    if not form.is_valid():
        return render(request, "intake/inlet_new.html", {"form": form}, status=422 if form.is_bound else 200)
    inlet = making.create(user=request.user, now=timezone.now(), **form.cleaned_data)
    return redirect("intake:inlet", inlet.pk)


@form_page
@gate(*ADMINISTRATORS)
@never_cache
def inlet(request: Request, inlet_id: int) -> HttpResponse:
    """Show a web hook with the example that `arrival` names, and a new secret once (GET), or save its name (POST)."""
    found = making.find(request.user, inlet_id)
    form = HookForm(request.POST, has_proof=bool(found.secret)) if request.method == "POST" else None
    if form and form.is_valid():
        making.save(user=request.user, inlet_id=inlet_id, **form.cleaned_data)
        messages.success(request, _("Gespeichert."))
        return redirect("intake:inlet", inlet_id)
    context = pages.context(found, _place(request.GET), form) | {"now": timezone.localtime()}
    context["secret"] = "".join(revealing.shown(request, SECRET % inlet_id))
    return render(request, "intake/inlet.html", context, status=422 if form else 200)


@require_POST
@gate(*ADMINISTRATORS)
def switch(request: Request, inlet_id: int) -> HttpResponse:
    """Switch a web hook on or off."""
    is_on = _valid(SwitchForm(request.POST))["on"] == "1"
    making.save(user=request.user, inlet_id=inlet_id, is_active=is_on)
    messages.success(request, _("Der Web-Hook nimmt an.") if is_on else _("Der Web-Hook nimmt nichts mehr an."))
    return redirect("intake:inlet", inlet_id)


@require_POST
@gate(*ADMINISTRATORS)
def secret(request: Request, inlet_id: int) -> HttpResponse:
    """Ask for a proof from now on, and have the page show its secret this once; Meta's comes from Meta."""
    found = making.find(request.user, inlet_id)
    given = _valid(SecretForm(request.POST))["given"] if found.program == Program.META else ""
    if found.program == Program.META and not given:
        raise NotUnderstood(_("Bitte den App-Geheimcode der Meta-App eintragen."))
    made = making.renew_secret(user=request.user, inlet_id=inlet_id, given=given)
    if not given:
        revealing.keep(request, SECRET % inlet_id, made)
    return redirect("intake:inlet", inlet_id)


@require_POST
@gate(*ADMINISTRATORS)
def secret_removal(request: Request, inlet_id: int) -> HttpResponse:
    """Ask for no proof any more."""
    making.drop_secret(user=request.user, inlet_id=inlet_id)
    messages.success(request, _("Es wird kein Nachweis mehr verlangt."))
    return redirect("intake:inlet", inlet_id)


@require_POST
@gate(*ADMINISTRATORS)
def access(request: Request, inlet_id: int) -> HttpResponse:
    """Fetch the answers to lead ads from now on, and those of which only the ids have arrived."""
    if making.find(request.user, inlet_id).program != Program.META:
        raise NotUnderstood(_("Nur bei Meta gibt es Antworten abzuholen."))
    form = AccessForm(request.POST)
    if not form.is_valid():
        raise NotUnderstood(_("Das ist kein Zugriffstoken von Meta. Es wurde nichts gespeichert."))
    making.give_access(user=request.user, inlet_id=inlet_id, now=timezone.now(), **form.cleaned_data)
    fetch_announced.defer()
    messages.success(request, _("Gespeichert. Die Antworten werden ab jetzt bei Meta abgeholt."))
    return redirect("intake:inlet", inlet_id)


@require_POST
@gate(*ADMINISTRATORS)
def access_removal(request: Request, inlet_id: int) -> HttpResponse:
    """Fetch nothing any more."""
    making.drop_access(user=request.user, inlet_id=inlet_id)
    messages.success(request, _("Das Zugriffstoken ist gelöscht. Es werden keine Antworten mehr abgeholt."))
    return redirect("intake:inlet", inlet_id)


@form_page
@gate(*ADMINISTRATORS)
def address(request: Request, inlet_id: int) -> HttpResponse:
    """Ask whether the address shall be another (GET), or change it (POST)."""
    found = making.find(request.user, inlet_id)
    if request.method != "POST":
        return render(request, "intake/inlet_address.html", {"inlet": found})
    making.renew_address(user=request.user, inlet_id=inlet_id)
    messages.success(request, _("Die neue Adresse gilt. Bitte tragen Sie sie überall ein, wo die alte stand."))
    return redirect("intake:inlet", inlet_id)


@form_page
@gate(*ADMINISTRATORS)
def removal(request: Request, inlet_id: int) -> HttpResponse:
    """Ask whether the web hook shall go (GET), or remove it (POST)."""
    found = making.find(request.user, inlet_id)
    if request.method != "POST":
        return render(request, "intake/inlet_removal.html", {"inlet": found})
    making.remove(user=request.user, inlet_id=inlet_id)
    messages.success(request, _("„%(name)s“ ist gelöscht. Was eingetroffen ist, bleibt.") % {"name": found.name})
    return redirect("intake:inlets")


@require_POST
@gate(*ADMINISTRATORS)
def mapping(request: Request, inlet_id: int) -> HttpResponse:
    """Save what each value of an example becomes, then say what may be read again."""
    found, arrival_id = making.find(request.user, inlet_id), _place(request.POST)
    example = learning.example_of(found, arrival_id)
    form = MappingForm(request.POST, example.rows if example else [])
    _valid(form)
    learning.teach(user=request.user, inlet_id=inlet_id, arrival_id=arrival_id, chosen=form.chosen)
    messages.success(request, _("Die Zuordnung gilt ab der nächsten Sendung."))
    return redirect("intake:inlet-reading" if learning.left(found).exists() else "intake:inlet", inlet_id)


@form_page
@gate(*ADMINISTRATORS)
def reading(request: Request, inlet_id: int) -> HttpResponse:
    """Say how many are read again (GET), or read them (POST), those behind `arrival`."""
    found, after = making.find(request.user, inlet_id), _place(request.POST)
    if request.method != "POST":
        context = {"inlet": found, "left": learning.left(found).count(), "after": 0}
        return render(request, "intake/inlet_reading.html", context)
    again = learning.read_again(user=request.user, inlet_id=inlet_id, after=after, now=timezone.now())
    said = ngettext("%d Kontakt ist übernommen.", "%d Kontakte sind übernommen.", again.contacts) % again.contacts
    messages.success(request, said if again.contacts else _("Es ist noch nichts davon zu erkennen."))
    if again.left:
        context = {"inlet": found, "left": again.left, "after": again.last}
        return render(request, "intake/inlet_reading.html", context)
    return redirect("intake:inlet", inlet_id)


def _place(data: Any) -> int:
    """Return the id of an arrival, 0 if none is named. Raises NotUnderstood."""
    return _valid(PlaceForm(data))["arrival"] or 0


def _valid(form: Any) -> dict[str, Any]:
    """Return what a form says. Raises NotUnderstood."""
    if not form.is_valid():
        raise NotUnderstood(_("Diese Angabe ist nicht zu verstehen. Es wurde nichts gespeichert."))
    return dict(form.cleaned_data)
