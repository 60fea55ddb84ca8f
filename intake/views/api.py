"""The addresses of other programs: JSON in and out, a key instead of a login. A session authenticates nobody here."""

from collections.abc import Callable, Mapping
from datetime import datetime

from allauth.core.internal import ratelimit  # the public one never counts a GET
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_safe

from base.refusals import Refusal, as_json, keep_private
from intake import arrivals, exposing, keys, openapi, rest
from intake.models import ApiKey
from intake.reading.lead import MAX_BYTES

Verb = Callable[[HttpRequest, ApiKey, datetime], JsonResponse]
TYPES = ("application/json", "text/json")


@csrf_exempt
def contacts(request: HttpRequest) -> JsonResponse:
    """List contacts (GET), or take in a lead (POST)."""
    return _answered(request, {"GET": ("may_read", _list), "POST": ("may_write", _receive)})


@csrf_exempt
def contact(request: HttpRequest, contact_id: int) -> JsonResponse:
    """Show one contact."""

    def shown(request: HttpRequest, key: ApiKey, now: datetime) -> JsonResponse:
        found = exposing.one(key.account, contact_id)
        return JsonResponse(found) if found else as_json(404, _("Diesen Kontakt gibt es nicht."))

    return _answered(request, {"GET": ("may_read", shown)})


@require_safe
def description(request: HttpRequest) -> JsonResponse:
    """Describe all this for programs, as OpenAPI."""
    return keep_private(JsonResponse(openapi.document(), json_dumps_params={"ensure_ascii": False}))


@require_safe
def docs(request: HttpRequest) -> HttpResponse:
    """Describe it for people, from the same document."""
    api = openapi.document()
    context = {"operations": openapi.operations(api), "fields": openapi.fields(api)}
    return keep_private(render(request, "intake/api.html", context))


def _answered(request: HttpRequest, verbs: Mapping[str, tuple[str, Verb]]) -> JsonResponse:
    """Call the verb of the method if the key may; every refusal is JSON."""
    scope, verb = verbs.get("GET" if request.method == "HEAD" else request.method or "", ("", None))
    if verb is None:
        methods = ", ".join(sorted({*verbs, *(["HEAD"] if "GET" in verbs else [])}))
        return as_json(405, _("Diese Methode gibt es hier nicht."), Allow=methods)
    now = timezone.now()
    key = keys.find(request.headers.get("Authorization", ""), now)
    if key is None and not _is_within(request, "api_unknown"):
        return _too_often()
    if key is None:
        sentence = _("Der Schlüssel fehlt oder gilt nicht: Authorization: Bearer kp_…")
        return as_json(401, sentence, **{"WWW-Authenticate": "Bearer"})
    if not getattr(key, scope):
        return as_json(403, _("Dieser Schlüssel darf das nicht."))
    if scope == "may_read" and not _is_within(request, "api_read", key):
        return _too_often()
    with timezone.override(key.account.zone):
        response = _kept_private(_refusable(request, key, now, verb))
    is_refused = response.status_code in (400, 401, 413, 415, 422)
    return _too_often() if is_refused and not _is_within(request, "api_refused", key) else response


def _is_within(request: HttpRequest, action: str, key: ApiKey | None = None) -> bool:
    """Count one more of these by this key, or from this address of a caller."""
    counted = {"app": "allauth.account", "action": action, "key": str(key.pk) if key else None}
    return ratelimit.consume(request, limit_get=True, **counted) is not None


def _too_often() -> JsonResponse:
    return as_json(429, _("Das sind zu viele Anfragen in einer Minute."), **{"Retry-After": "60"})


def _refusable(request: HttpRequest, key: ApiKey, now: datetime, verb: Verb) -> JsonResponse:
    try:
        return verb(request, key, now)
    except arrivals.TooMuch as refusal:
        return as_json(429, refusal.sentence, **{"Retry-After": str(refusal.seconds)})
    except Refusal as refusal:
        return as_json(refusal.status, refusal.sentence)
    except Http404:
        return as_json(404, _("Das gibt es hier nicht (mehr)."))


def _list(request: HttpRequest, key: ApiKey, now: datetime) -> JsonResponse:
    return JsonResponse(exposing.many(key.account, request.GET))


def _receive(request: HttpRequest, key: ApiKey, now: datetime) -> JsonResponse:
    if request.content_type not in TYPES:
        return as_json(415, _("Erwartet wird application/json."))
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    status, data = rest.receive(
        key=key,
        body=request.read(MAX_BYTES + 1),
        content_type=request.headers.get("Content-Type", ""),
        idempotency_key=request.headers.get("Idempotency-Key", ""),
        signature=rest.Signature(*(request.headers.get(name, "") for name in names)),
        now=now,
    )
    response = JsonResponse(data, status=status)
    if status == 201:
        response["Location"] = reverse("intake:api-contact", args=[data["id"]])
    return response


def _kept_private(response: JsonResponse) -> JsonResponse:
    response["Cache-Control"] = "no-store"
    return response
