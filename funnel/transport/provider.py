"""Handing a mail to a provider by HTTP, through django-anymail.

A mail is accepted if the response says so. Nothing was accepted before the body of the request is sent; if it was sent
and no response arrives, the outcome is `UNCLEAR`, as after the final dot of SMTP.
"""

import io
from collections.abc import Sequence
from contextlib import suppress
from copy import copy
from typing import Any, cast

from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from anymail.message import AnymailMessage, AnymailStatus
from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.module_loading import import_string
from requests import PreparedRequest, Response, TooManyRedirects
from requests.adapters import HTTPAdapter

from funnel.models import HoldKind
from funnel.transport.outcome import Outcome, Result, clean_answer

ABOUT_THE_MAIL = (400, 413, 422)  # any other status is about key, account, limits or server
GATEWAYS = (502, 504)  # a gateway does not know what happened to the request
NOT_THE_MAIL = 403
NO_ACCESS = (401, 402, 404, 405, 412)
LIMITS = (429,)
MAX_METADATA = 80  # characters; every provider stores that many


class NotAccepted(OSError):
    """The provider did not accept a mail, or it is unknown whether it did."""


class EmailBackend(BaseEmailBackend):
    """Django's e-mail backend for the provider, used for all mails that are not part of a series."""

    def __init__(self, fail_silently: bool = False, timeout: float | None = None, **_options: Any) -> None:
        super().__init__(fail_silently=fail_silently)
        self.provider = Provider(timeout)

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        """Return the number of accepted mails. Raises NotAccepted for the first one refused, unless `fail_silently`."""
        taken = 0
        try:
            for mail in email_messages:
                outcome = self.provider.send(mail)
                if outcome.result is not Result.SENT and not self.fail_silently:
                    raise NotAccepted(outcome.answer)
                taken += outcome.result is Result.SENT
        finally:
            self.provider.close()
        return taken


class Provider:
    """A connection to the provider of EMAIL_URL, kept for many mails."""

    def __init__(self, timeout: float | None = None) -> None:
        backend = import_string(f"anymail.backends.{settings.MAIL_PROVIDER}.EmailBackend")
        self.backend = backend(timeout=timeout or settings.EMAIL_TIMEOUT)
        self.watch = WatchingAdapter()

    def send(self, mail: EmailMessage) -> Outcome:
        """Send one mail. Failures of the provider are outcomes, not exceptions."""
        ours = prepare(mail)
        self.watch.has_left = False
        try:
            self._open()
            self.backend.send_messages([ours])
            return _outcome_of_batch(ours)
        except AnymailRecipientsRefused as refusal:
            return Outcome(Result.REFUSED, _answer_line(refusal.response))
        except AnymailAPIError as fault:
            return self._unanswered(fault) if fault.response is None else _outcome_of_response(fault.response)
        except AnymailError as fault:  # before any request: the mail cannot be expressed in the provider's API
            return Outcome(Result.REFUSED, clean_answer(f"{type(fault).__name__}: {fault}"))
        except Exception as fault:
            answer = ours.anymail_status.esp_response  # a response that the library fails to parse
            return self._unanswered(fault) if answer is None else _outcome_of_response(answer)

    def close(self) -> None:
        """Close the connection; the next mail opens a new one."""
        self.backend.close()

    def _open(self) -> None:
        if self.backend.open():
            session = self.backend.session
            session.max_redirects = 0  # never follow a redirect with a mail
            session.mount("https://", self.watch)
            session.mount("http://", self.watch)

    def _unanswered(self, fault: Exception) -> Outcome:
        self.close()
        is_open = self.watch.has_left and not isinstance(fault, TooManyRedirects)
        cause = fault.__cause__ or fault
        answer = clean_answer(f"{type(cause).__name__}: {cause}")
        return (
            Outcome(Result.UNCLEAR, answer, HoldKind.UNANSWERED)
            if is_open
            else Outcome(Result.HELD, answer, HoldKind.CONNECTION)
        )


class WatchingAdapter(HTTPAdapter):
    """Notes when the body of a request begins to be sent; no mail is accepted from the head alone."""

    has_left = False

    def send(self, request: PreparedRequest, *args: Any, **options: Any) -> Response:
        body = request.body or b""
        content = body.encode() if isinstance(body, str) else body
        request.body = Content(content, self)  # type: ignore[arg-type]  # ours are never streamed
        return super().send(request, *args, **options)


class Content(io.BytesIO):
    """The body of a request, which notes when it is read."""

    def __init__(self, content: bytes, watch: WatchingAdapter) -> None:
        super().__init__(content)
        self.watch = watch

    def read(self, size: int | None = -1, /) -> bytes:
        self.watch.has_left = True
        return super().read(size)


def prepare(mail: EmailMessage) -> AnymailMessage:
    """Return the mail for the provider: without tracking, and such that reports and replies can be matched to it.

    Providers set the date themselves. Mailgun keeps our Message-ID, Postmark does when told to, and Mailjet refuses
    one: there it is sent in References, which a reply repeats (RFC 5322, 3.6.4).
    """
    ours = cast(AnymailMessage, copy(mail))  # it gets the attributes, not the class
    ours.anymail_status = AnymailStatus()
    ours.track_opens = ours.track_clicks = False
    ours.extra_headers = {name: value for name, value in mail.extra_headers.items() if name != "Date"}
    message_id = ours.extra_headers.get("Message-ID", "")
    if message_id and settings.MAIL_PROVIDER == "postmark":
        ours.extra_headers["X-PM-KeepID"] = "true"
    elif message_id and settings.MAIL_PROVIDER == "mailjet":
        ours.extra_headers["References"] = ours.extra_headers.pop("Message-ID")
    if message_id and len(message_id) <= MAX_METADATA:
        ours.metadata = {"message_id": message_id}
    if settings.MAIL_STREAM and "List-Unsubscribe" in ours.extra_headers:
        ours.esp_extra = {"MessageStream": settings.MAIL_STREAM}
    return ours


def _outcome_of_batch(mail: AnymailMessage) -> Outcome:
    status = mail.anymail_status
    if status.status == {"failed"}:  # refused by Mailjet, for which the library does not raise
        return _outcome_of_response(status.esp_response)
    (message_id, *_others) = [one.message_id for one in status.recipients.values() if one.message_id] or [""]
    return Outcome(Result.SENT, clean_answer(message_id))


def _outcome_of_response(response: Response) -> Outcome:
    """Return the outcome for a response that accepts nothing."""
    code = _code(response)
    if code in ABOUT_THE_MAIL:
        return Outcome(Result.REFUSED, _answer_line(response))
    is_open = code in GATEWAYS or code < 300  # a success that cannot be parsed may have accepted the mail
    if is_open:
        return Outcome(Result.UNCLEAR, _answer_line(response), HoldKind.UNANSWERED)
    return Outcome(Result.LATER, _answer_line(response), _fault(code))


def _fault(code: int) -> str:
    """Return the fault of key, account, limits or server (`HoldKind`) for a status."""
    if code == NOT_THE_MAIL:
        return HoldKind.SENDER
    if code in LIMITS:
        return HoldKind.LIMIT
    return HoldKind.LOGIN if code in NO_ACCESS else HoldKind.CONNECTION


def _code(response: Response) -> int:
    """Return the status of the response. Two providers say only in the body that a refusal is not about the mail."""
    code, body = response.status_code, _body(response)
    if settings.MAIL_PROVIDER == "postmark" and code == 422:
        is_sender = "'From'" in str(body.get("Message"))
        return code if body.get("ErrorCode") in (300, 406) and not is_sender else NOT_THE_MAIL
    if settings.MAIL_PROVIDER == "mailjet":
        with suppress(LookupError, TypeError, ValueError):
            return int(body["Messages"][0]["Errors"][0]["StatusCode"])
    return code


def _body(response: Response) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _answer_line(response: Response) -> str:
    return clean_answer(f"{response.status_code} {response.text[:1000]}")
