"""The stream of events, which another process serves, and where somebody is: for everybody who is logged in."""

import time

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import EVERYBODY, Request, gate
from base.refusals import NotUnderstood, TooMany
from contacts.models import limits
from live.forms import HereForm
from live.handover import handover
from live.pace import Pace
from live.whereabouts import say

LATER = 15  # seconds: meanwhile pages ask by themselves
MOMENT = 20  # characters at most

signs = Pace()


@require_safe
@gate(*EVERYBODY)
def stream(request: Request) -> HttpResponseBase:
    """Hand the connection over to the process of the streams, with what its reader may see.

    204 if there is none: that is how a browser learns without a fault that there is no stream.
    """
    facts = {
        "office": request.account.pk,
        "user": request.user.pk,
        "is_limited": limits(request.user),
        "works_contacts": request.user.works_contacts,
        "leads": request.user.leads,
        "at": int(request.begun * 1000),  # before session and user were read: what changes from then on is news
        "since": request.GET.get("since", "")[:MOMENT],
    }
    return handover(request, facts) or HttpResponse(status=204, headers={"Retry-After": str(LATER)})


@require_POST
@gate(*EVERYBODY)
def here(request: Request) -> HttpResponse:
    """Take in which page somebody has open, or leaves: each sign is work for the database and for all streams."""
    if not signs.keeps(request.user.pk, time.monotonic()):
        raise TooMany(_("Das war zu oft in einer Minute."))
    form = HereForm(request.POST)
    if not form.is_valid():
        raise NotUnderstood(_("Diese Seite ist hier nicht bekannt."))
    say(request.user, **form.cleaned_data)
    return HttpResponse(status=204)
