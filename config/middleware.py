"""What holds for each request and answer, whoever made them."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.utils.translation import gettext as _

from accounts.framing import STRICT

type_of_next = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicy:
    """Sends the strict policy with every answer: no inline script or style, nothing from elsewhere."""

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", STRICT)
        return response


class RefuseBrokenText:
    """Answers 400 to text that is not UTF-8.

    Django replaces invalid bytes by U+FFFD without a word, so a name would be stored damaged.
    """

    def __init__(self, get_response: type_of_next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if _is_broken(request):
            return HttpResponseBadRequest(_("Die Anfrage enthält Text, der kein gültiges UTF-8 ist."))
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
