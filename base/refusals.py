"""Refusals: exceptions that verbs and views raise, and the responses made of them.

A refusal has an HTTP status and one German sentence somebody can act on. A request by htmx or fetch gets a
fragment that lands in `role="status"`, a plain one a page; the status is the same.
"""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import IntegrityError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from psycopg.errors import ForeignKeyViolation

from base.addresses import other_address

log = logging.getLogger(__name__)
HOOKS = "/in/"
PROGRAMS = ("/api/", HOOKS)  # how all addresses of other programs begin
Response = TypeVar("Response", bound=HttpResponseBase)


class Refusal(Exception):
    """The request was understood but refused; nothing was written."""

    status = 409

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence)
        self.sentence = sentence


class Forbidden(Refusal):
    """The user sees it, but they or their plan lack the permission."""

    status = 403


class Conflict(Refusal):
    """The state does not allow it, or somebody was faster."""

    status = 409


class Overtaken(Conflict):
    """Somebody else saved first. `present` is the current object, if it is shown next to what was refused."""

    def __init__(self, sentence: str, present: Any = None) -> None:
        super().__init__(sentence)
        self.present = present


class Gone(Refusal):
    """It existed and has been deleted."""

    status = 410


class Trashed(Gone):
    """It is in the trash, from which leaders can restore it."""


class Merged(Gone):
    """It was merged into another one, which leaders can undo."""


class NotUnderstood(Refusal):
    """A value is missing, malformed, or names nothing the user may refer to."""

    status = 422


class TooMany(Refusal):
    """Allowed, but not this often."""

    status = 429


class RefusalMiddleware:
    """Turns refusals, `PermissionDenied` and `Http404` into responses.

    What was there when the request was checked and is not when it is carried out or answered has been deleted by
    somebody else meanwhile: that is a refusal too, wherever the row is missed, and never a fault of ours.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if isinstance(error, Refusal):
            is_theirs = isinstance(error, Trashed) and request.user.is_authenticated and request.user.leads
            return answer(request, error.status, error.sentence, trash=reverse("pipeline:trash") if is_theirs else "")
        if isinstance(error, PermissionDenied):
            return answer(request, 403, str(error) or _("Dafür fehlt Ihnen die Berechtigung."))
        if isinstance(error, Http404):
            return answer(request, 404, _("Das gibt es hier nicht (mehr)."))
        if went_meanwhile(error):
            log.warning("%s: a row went meanwhile (%s)", _route(request), type(error).__qualname__)
            return answer(request, Gone.status, _("Das wurde soeben gelöscht. Bitte laden Sie die Seite neu."))
        return None


def went_meanwhile(error: Exception) -> bool:
    """Return whether the error means that a row found before, or referred to, was deleted meanwhile."""
    if isinstance(error, IntegrityError):
        return isinstance(error.__cause__, ForeignKeyViolation)
    return isinstance(error, ObjectDoesNotExist)


def _route(request: HttpRequest) -> str:
    """Return the name of the route, since the path may hold a token."""
    return request.resolver_match.view_name if request.resolver_match else ""


def answer(request: HttpRequest, status: int, sentence: str, *, trash: str = "") -> HttpResponse:
    """Return the refusal as this client can show it: a message fragment for htmx and fetch, otherwise a page.

    `trash`: the address of the trash, for users who may restore from it.
    """
    if wants_json(request):
        return as_json(status, sentence)
    template = "_message.html" if wants_fragment(request) else "refused.html"
    back = other_address(request, request.headers.get("Referer", ""))
    context = {"sentence": sentence, "status": status, "is_error": True, "back": back, "trash": trash}
    return keep_private(render(request, template, context, status=status))


def as_json(status: int, sentence: str, **headers: str) -> JsonResponse:
    """Return the refusal for a program, in the shape of all refusals of the API."""
    response = JsonResponse({"sentence": sentence, "problems": []}, status=status, headers=headers)
    response["Cache-Control"] = "no-store"
    return response


def wants_json(request: HttpRequest) -> bool:
    """Return whether a program asks, which reads no page."""
    return request.path_info.startswith(PROGRAMS)


def too_many_requests(request: HttpRequest) -> HttpResponse:
    """Return the response for the login library's limits per minute."""
    response = keep_private(render(request, "429.html", status=TooMany.status))
    response["Retry-After"] = "60"
    return response


def keep_private(response: Response) -> Response:
    """Keep the response out of shared caches, and fragments apart from the page of the same address."""
    patch_vary_headers(response, ["HX-Request", "Cookie"])
    if not response.has_header("Cache-Control"):
        patch_cache_control(response, private=True, no_cache=True)
    return response


def wants_fragment(request: HttpRequest) -> bool:
    """Return whether the answer is swapped into a page (htmx or our own fetch) rather than shown as one."""
    return bool(getattr(request, "htmx", False)) or request.headers.get("HX-Request") == "true"


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Return the response for a stale or missing CSRF token: the page keeps typed text and says what to do."""
    sentence = _("Bitte Seite neu laden: Ihre Anmeldung hat sich geändert. Es wurde nichts gespeichert.")
    response = answer(request, 403, sentence)
    response["X-CSRF-Failure"] = "1"  # the page's scripts fetch a new token and send the form again
    return response
