"""Buttons for ticked rows, pressed without a tick."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse

from accounts.access import Request
from base.addresses import other_address
from base.refusals import wants_fragment
from pipeline.picked import NothingPicked

View = Callable[[Request], HttpResponse]


def stays(view: View) -> View:
    """Return to the page of the button with a message; requests by scripts, or without a referrer, are refused."""

    @wraps(view)
    def stays(request: Request) -> HttpResponse:
        try:
            return view(request)
        except NothingPicked as refusal:
            origin = other_address(request, request.headers.get("Referer", ""))
            if wants_fragment(request) or (request.method == "POST" and not origin):
                raise
            messages.error(request, refusal.sentence)
            return HttpResponseRedirect(origin or reverse("pipeline:list"))

    return stays
