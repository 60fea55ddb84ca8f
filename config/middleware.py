"""Middleware for all requests and responses."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, UnreadablePostError
from django.urls import Resolver404, resolve, reverse
from django.utils.translation import gettext as _

from accounts.access import login_first
from base.csp import STRICT
from base.refusals import HOOKS, answer, as_json, wants_json
from base.unavailable import answer_to
from intake.reading.lead import MAX_BYTES
from pipeline.imports.steps import MAX_FILE_SIZE

type_of_next = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicy:
    """Sends a strict policy with every response: no inline scripts or styles, nothing from other sites."""

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", STRICT)
        return response


class AnyHostForProbes:
    """Accepts any Host header for health checks."""

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response
        self.paths = (reverse("healthz"), reverse("readyz"))

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info in self.paths:
            request.META["HTTP_HOST"] = settings.ALLOWED_HOSTS[0].lstrip(".").replace("*", "localhost")
        return self.get_response(request)


class RefuseLargeBodies:
    """Responds with 413, before the body is read, if it is larger than this address accepts from this caller.

    Files are accepted at one address only, and only from users. What a provider of mails or another program sends is
    read by its view, which knows by then whose address, secret or key it is.
    """

    ANYBODY = 100_000  # bytes; also the overhead of a file upload
    UPLOAD, WEBHOOK = "pipeline:imports", "funnel:webhook"
    PROGRAMS = ("intake:api-contacts", "intake:hook")

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        length = _length(request)
        if length <= self.ANYBODY or length <= self.most(request, name := _name_of(request)):
            return self.get_response(request)
        if name == self.UPLOAD and not request.user.is_authenticated:
            return login_first(request)
        return answer(request, 413, _("Das ist zu groß. Es wurde nichts gespeichert."))

    def most(self, request: HttpRequest, name: str) -> int:
        """Return the maximum number of bytes this caller may send to this address."""
        if name == self.WEBHOOK and "form" not in (request.content_type or ""):
            return settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        if name in self.PROGRAMS:
            return MAX_BYTES
        if not request.user.is_authenticated:
            return self.ANYBODY
        return self.ANYBODY + (MAX_FILE_SIZE if name == self.UPLOAD else settings.DATA_UPLOAD_MAX_MEMORY_SIZE)


def _length(request: HttpRequest) -> int:
    text = request.META.get("CONTENT_LENGTH") or "0"
    return int(text) if text.isascii() and text.isdigit() else 0


def _name_of(request: HttpRequest) -> str:
    try:
        return resolve(request.path_info).view_name
    except Resolver404:
        return ""


class RefuseBrokenText:
    """Responds with 400 to text that is not UTF-8.

    Django silently replaces invalid bytes by U+FFFD, so a damaged name would be stored. What web hooks send is kept as
    it is and decoded by its reader.
    """

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            is_broken = not request.path_info.startswith(HOOKS) and _is_broken(request)
        except UnreadablePostError as error:  # the first that reads the body
            return answer_to(error, request) or HttpResponseBadRequest()
        if is_broken:
            sentence = _("Die Anfrage enthält Text, der kein gültiges UTF-8 ist.")
            return as_json(400, sentence) if wants_json(request) else HttpResponseBadRequest(sentence)
        return self.get_response(request)


def _is_broken(request: HttpRequest) -> bool:
    charset = request.content_params.get("charset", "utf-8") if request.content_params else "utf-8"
    if charset.lower() not in ("utf-8", "utf8"):
        return True
    query = request.META.get("QUERY_STRING", "")
    if not _is_utf8(query.encode("latin-1", "replace")) or ("%" in query and _has_replacement(request.GET)):
        return True
    if request.method != "POST":
        return False
    if request.content_type == "application/x-www-form-urlencoded" and not _is_utf8(request.body):
        return True  # Django would read it as ISO-8859-1
    return _has_replacement(request.POST)


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _has_replacement(fields) -> bool:  # type: ignore[no-untyped-def]
    return any("\ufffd" in value for values in fields.lists() for value in (values[0], *values[1]))
