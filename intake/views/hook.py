"""The address to which web hooks are sent: no login, no session, and answers for programs.

A POST needs no CSRF token: whoever knows the address may send, and a browser's cookies give nobody more than that.
"""

import hmac

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from base.refusals import as_json
from intake import arrivals
from intake.hooks import addresses
from intake.hooks.receiving import receive
from intake.models import Inlet, Program, Result
from intake.reading.lead import MAX_BYTES
from intake.tasks import fetch_announced

MAX_CHALLENGE = 200  # characters


@csrf_exempt
@never_cache
@require_http_methods(["GET", "POST"])
def hook(request: HttpRequest, token: str) -> HttpResponse:
    """Take what is sent (POST), or answer Meta, who asks whether the address is ours (GET)."""
    inlet = addresses.find(token)
    if inlet is None:
        return as_json(404, _("Diese Adresse gibt es nicht (mehr)."))
    if request.method == "GET":
        return _verified(request, inlet)
    with timezone.override(inlet.account.zone):
        return _received(request, inlet)


def _received(request: HttpRequest, inlet: Inlet) -> JsonResponse:
    try:
        found = receive(
            inlet=inlet,
            body=request.read(MAX_BYTES + 1),
            content_type=request.headers.get("Content-Type", ""),
            headers=request.headers,
            now=timezone.now(),
        )
    except arrivals.TooMuch as refusal:
        return as_json(refusal.status, refusal.sentence, **{"Retry-After": str(refusal.seconds)})
    if found.arrival.result == Result.ANNOUNCED and not found.is_duplicate:
        fetch_announced.defer()
    return JsonResponse({"id": found.arrival.pk, "duplicate": found.is_duplicate})


def _verified(request: HttpRequest, inlet: Inlet) -> HttpResponse:
    """Return the challenge to whoever knows the word that the page of the web hook shows."""
    query = request.GET
    if inlet.program != Program.META or query.get("hub.mode") != "subscribe":
        return as_json(405, _("Hierher wird mit POST gesendet."), Allow="POST")
    given, challenge = query.get("hub.verify_token", ""), query.get("hub.challenge", "")
    if not hmac.compare_digest(given.encode(), addresses.verify_token(inlet).encode()):
        return as_json(403, _("Das Prüftoken ist falsch."))
    return HttpResponse(challenge[:MAX_CHALLENGE], content_type="text/plain; charset=utf-8")
