"""Errors caused by neither the request nor the program: database down, disk full, a wait that took too long.

The response is 503 with a sentence and Retry-After. It does not need the database. A request that never came whole is
answered with 408.
"""

import errno
import logging
import sys
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError, UnreadablePostError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from psycopg import errors

from base.refusals import answer, as_json, keep_private, wants_fragment, wants_json

SOON, LATER = 5, 15  # seconds
FULL = (errno.ENOSPC, errno.EDQUOT)

logger = logging.getLogger(__name__)
# Set by the web server for a request that has stood in line too long (config/turns.py).
IS_REFUSED: ContextVar[bool] = ContextVar("IS_REFUSED", default=False)


class UnavailableMiddleware:
    """Turns such errors of a view into their response, and refuses what the web server could not get to."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, values: Any) -> HttpResponse | None:
        if not IS_REFUSED.get():
            return None
        sentence = _(
            "Gerade ist zu viel auf einmal zu tun. Es wurde nichts gespeichert; bitte versuchen Sie es gleich "
            "noch einmal."
        )
        return _response(request, sentence, SOON)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer_to(error, request)


def answer_to(error: BaseException | None, request: HttpRequest) -> HttpResponse | None:
    """Return a 503 response if the error is of this kind, else None; 408 if the request broke off."""
    if isinstance(error, UnreadablePostError):
        sentence = _("Die Anfrage kam nicht oder zu langsam an. Es wurde nichts gespeichert.")
        return answer(request, 408, sentence)
    found = _sentence(error)
    if error is None or found is None:
        return None
    sentence, seconds = found
    name = request.resolver_match.view_name if request.resolver_match else ""
    kind = type(error.__cause__ or error).__qualname__  # what PostgreSQL says may quote a row
    logger.warning("%s is unavailable: %s, request %s", name, kind, getattr(request, "id", "?"))
    return _response(request, sentence, seconds)


def _response(request: HttpRequest, sentence: str, seconds: int) -> HttpResponse:
    if wants_json(request):
        return as_json(503, sentence, **{"Retry-After": str(seconds)})
    context = {"sentence": sentence, "is_error": True, "request": request}
    html = render_to_string("_message.html" if wants_fragment(request) else "503.html", context)
    response = keep_private(HttpResponse(html, status=503))
    response["Retry-After"] = str(seconds)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler500, for errors in a middleware and for bugs."""
    found = answer_to(sys.exc_info()[1], request)
    page = {"request": request}  # for its id; the page needs nothing else, since nothing else may be available
    return found or HttpResponseServerError(render_to_string("500.html", page))


def _sentence(error: BaseException | None) -> tuple[str, int] | None:
    if isinstance(error, OSError) and error.errno in FULL:
        return _("Zurzeit kann nichts gespeichert werden. Bitte versuchen Sie es später noch einmal."), LATER
    if not isinstance(error, OperationalError | InterfaceError | InternalError):
        return None
    match error.__cause__:
        case errors.LockNotAvailable() | errors.DeadlockDetected() | errors.SerializationFailure():
            return _(
                "Hier wird gerade etwas anderes geändert. Es wurde nichts gespeichert; bitte versuchen Sie es gleich "
                "noch einmal."
            ), SOON
        case errors.QueryCanceled() | errors.IdleInTransactionSessionTimeout():
            return _(
                "Das hat zu lange gedauert und wurde abgebrochen. Es wurde nichts gespeichert; bitte versuchen Sie es "
                "gleich noch einmal."
            ), SOON
        case errors.DiskFull() | errors.ReadOnlySqlTransaction():
            return _("Zurzeit kann nichts gespeichert werden. Bitte versuchen Sie es später noch einmal."), LATER
    if isinstance(error, InternalError):
        return None
    return _("Die Datenbank ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal."), SOON
