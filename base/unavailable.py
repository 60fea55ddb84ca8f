"""When the trouble is neither the request's nor the program's: database away, disk full, a lock that somebody holds.

The answer is 503 with a sentence and the time after which it is worth trying again. It needs no database itself.
"""

import errno
import logging
import sys
from collections.abc import Callable

import psycopg
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from base.refusals import keep_private, wants_fragment

SOON, LATER = 5, 15  # seconds
FULL = (errno.ENOSPC, errno.EDQUOT)

logger = logging.getLogger(__name__)


class UnavailableMiddleware:
    """Turns what a view meets of this kind into its answer."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        return answer_to(error, request)


def answer_to(error: BaseException | None, request: HttpRequest) -> HttpResponse | None:
    """503 if the error is of this kind, None for every other."""
    found = _sentence(error)
    if error is None or found is None:
        return None
    sentence, seconds = found
    name = request.resolver_match.view_name if request.resolver_match else ""
    kind = type(error.__cause__ or error).__qualname__  # what PostgreSQL says may quote a row
    logger.warning("%s is unavailable: %s, request %s", name, kind, getattr(request, "id", "?"))
    context = {"sentence": sentence, "is_error": True, "request": request}
    html = render_to_string("_message.html" if wants_fragment(request) else "503.html", context)
    response = keep_private(HttpResponse(html, status=503))
    response["Retry-After"] = str(seconds)
    return response


def server_error(request: HttpRequest) -> HttpResponse:
    """Django's handler of what nobody has caught: in a middleware, or a fault of ours."""
    answer = answer_to(sys.exc_info()[1], request)
    page = {"request": request}  # for its id; the page asks nothing else, since all else may have fallen
    return answer or HttpResponseServerError(render_to_string("500.html", page))


def _sentence(error: BaseException | None) -> tuple[str, int] | None:
    if isinstance(error, OSError) and error.errno in FULL:
        return _("Zurzeit kann nichts gespeichert werden. Bitte versuchen Sie es später noch einmal."), LATER
    if not isinstance(error, OperationalError | InterfaceError | InternalError):
        return None
    match error.__cause__:
        case psycopg.errors.LockNotAvailable() | psycopg.errors.DeadlockDetected():
            return _(
                "Hier wird gerade etwas anderes geändert. Es wurde nichts gespeichert; bitte versuchen Sie es gleich "
                "noch einmal."
            ), SOON
        case psycopg.errors.QueryCanceled():
            return _(
                "Das hat zu lange gedauert und wurde abgebrochen. Es wurde nichts gespeichert; bitte versuchen Sie es "
                "gleich noch einmal."
            ), SOON
        case psycopg.errors.DiskFull() | psycopg.errors.ReadOnlySqlTransaction():
            return _("Zurzeit kann nichts gespeichert werden. Bitte versuchen Sie es später noch einmal."), LATER
    if isinstance(error, InternalError):
        return None
    return _("Die Datenbank ist gerade nicht erreichbar. Bitte versuchen Sie es gleich noch einmal."), SOON
