"""The question before a colleague's access is closed."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import ADMINISTRATORS, Request, gate
from accounts.models import User
from base.refusals import wants_fragment
from contacts.leaving import workload


@require_safe
@gate(*ADMINISTRATORS)
def question(request: Request, member_id: int) -> HttpResponse:
    """Show how many contacts, appointments and due dates are concerned; `member-deactivation` closes the access."""
    member = User.objects.of(request.account).filter(pk=member_id).first()
    if member is None:
        raise Http404
    context = {"member": member, "workload": workload(member), "fragment": "contacts/_leaving.html"}
    template = context["fragment"] if wants_fragment(request) else "contacts/leaving.html"
    return render(request, template, context)
