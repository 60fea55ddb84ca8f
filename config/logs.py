"""Logging: one line for each request and each mail, with numbers and names of the code, but no personal data.

Routes are logged by name, because a path may contain a token, and a query a search term.
"""

import json
import logging
import time
import traceback
from collections.abc import Callable
from typing import Any
from uuid import uuid4

from django.db import connection
from django.http import HttpRequest, HttpResponse

# Beginnings of gunicorn's messages that quote the line or the path of a request.
OF_THE_SERVER = ("Invalid request", "Error handling request")
requests = logging.getLogger("pipeline.request")


class NumberedRequest(HttpRequest):
    """A request that has its id."""

    id: str
    begun: float  # seconds of the epoch, before anything was read for it


class RequestLine:
    """Gives each request an id and the moment it began, counts its statements, and logs one line with the response."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: NumberedRequest) -> HttpResponse:
        request.id, request.begun = str(uuid4()), time.time()
        begun, counter = time.perf_counter(), Counter()
        with connection.execute_wrapper(counter):
            response = self.get_response(request)
        response["X-Request-ID"] = request.id
        milliseconds = round((time.perf_counter() - begun) * 1000)
        user = getattr(request, "_cached_user", None)  # only if the view has loaded it; logging makes no query
        facts = {
            "request": request.id,
            "office": getattr(user, "account_id", None),
            "user": getattr(user, "pk", None),
            "route": request.resolver_match.view_name if request.resolver_match else "",
            "status": response.status_code,
            "ms": milliseconds,
            "statements": counter.statements,
        }
        requests.info("request", extra={"facts": facts})
        return response


class Counter:
    """Counts the statements of a request."""

    def __init__(self) -> None:
        self.statements = 0

    def __call__(self, execute: Callable[..., Any], *arguments: Any) -> Any:
        self.statements += 1
        return execute(*arguments)


class Lines(logging.Formatter):
    """Formats a record as one line, of key=value words or JSON."""

    def __init__(self, as_json: bool = False) -> None:
        super().__init__()
        self.as_json = as_json

    def format(self, record: logging.LogRecord) -> str:
        facts = getattr(record, "facts", {})
        at = self.formatTime(record, "%Y-%m-%dT%H:%M:%S%z")
        if self.as_json:
            line = {"at": at, "level": record.levelname, "what": record.name} | facts
            return json.dumps(line if facts else line | {"message": self._words(record)})
        words = " ".join(f"{name}={value}" for name, value in facts.items() if value not in (None, ""))
        return f"{at} {record.levelname} {record.name} {words or self._words(record)}"

    def formatException(self, ei: Any) -> str:
        """Format place and type of an exception without its message, which may quote a row."""
        return "".join(traceback.format_tb(ei[2])) + ei[0].__qualname__

    def _words(self, record: logging.LogRecord) -> str:
        record.exc_text = None  # another handler may have cached the full text
        return super().format(record)


class NoPath(logging.Filter):
    """Removes paths from the log: drops Django's lines on responses, except for errors, since ours name the route.

    Lines of the web server are cut before the path.
    """

    def filter(self, record: logging.LogRecord) -> bool:
        for beginning in OF_THE_SERVER:
            if str(record.msg).startswith(beginning):
                record.msg, record.args = beginning, ()
        request = getattr(record, "request", None)
        if request is None:
            return True
        if record.levelno < logging.ERROR:
            return False
        match = getattr(request, "resolver_match", None)
        route, number = match.view_name if match else "?", getattr(request, "id", "?")
        if route == "healthz":
            return False  # a server that is stopping is not an error
        record.msg, record.args = "fault in %s, request %s", (route, number)
        return True
