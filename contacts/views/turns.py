"""„Zuweisung“: who is given the leads that arrive by themselves."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import ADMINISTRATORS, Request, gate
from accounts.plans import Feature
from contacts import assignment, turns
from contacts.turn_form import TurnForm


@require_http_methods(["GET", "HEAD", "POST"])
@gate(*ADMINISTRATORS)
def page(request: Request) -> HttpResponse:
    """Show weights and rules (GET), or save them (POST). Only in a plan that includes assigning."""
    if not request.account.can(Feature.ASSIGN):
        raise assignment.not_in_plan()
    data, people = request.POST if request.method == "POST" else None, assignment.colleagues(request.user)
    form = TurnForm(data, user=request.user, people=people)
    if not form.is_valid():
        return render(request, "settings/turn.html", {"form": form}, status=422 if form.is_bound else 200)
    turns.settle(actor=request.user, **form.asked)
    messages.success(request, _("Gespeichert."))
    return redirect("contacts:turn")
