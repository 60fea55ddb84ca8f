"""Handing one mail to a mail server (or to the provider in its place), and knowing how that ended.

SMTP takes over responsibility with its answer to the final dot (RFC 5321 4.2.5). A line that breaks after the dot
and before the answer leaves it open whether the mail was taken: that is `UNCLEAR`, and nobody tries again by himself.
"""

import re
import smtplib
import ssl
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from environ import Env

from funnel.outcome import Fate, Outcome, line
from funnel.provider import Provider

REFUSALS = range(400, 600)
FOR_GOOD = range(500, 600)
SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
PROVIDER_BACKEND = "funnel.provider.EmailBackend"
CRLF_DOT = b"\r\n.\r\n"
LEADING_DOT = re.compile(rb"(?m)^\.")  # doubled on the way (RFC 5321 4.5.2)


class Relay:
    """A connection to one mail server, kept for many mails. `url` as EMAIL_URL; "": the installation's own."""

    def __init__(self, url: str = "") -> None:
        own = Env.email_url_config(url) if url else {}
        self.config: dict[str, Any] = {
            name: own.get(name, getattr(settings, name, None))
            for name in (
                "EMAIL_BACKEND",
                "EMAIL_HOST",
                "EMAIL_PORT",
                "EMAIL_HOST_USER",
                "EMAIL_HOST_PASSWORD",
                "EMAIL_USE_TLS",
                "EMAIL_USE_SSL",
            )
        }
        self.smtp: smtplib.SMTP | None = None
        self.provider = Provider() if self.config["EMAIL_BACKEND"] == PROVIDER_BACKEND else None

    def send(self, mail: EmailMessage, recipient: str, raw: bytes = b"") -> Outcome:
        """One mail to one recipient; `raw` if it is put together already. Raises nothing that the server does."""
        if self.provider is not None:
            return self.provider.send(mail)
        if self.config["EMAIL_BACKEND"] != SMTP_BACKEND:
            return self._written(mail)
        try:
            smtp = self._greeted(mail)
        except (OSError, smtplib.SMTPException) as fault:
            self.close()
            return Outcome(Fate.LATER, _line(fault))
        try:
            _expect(smtp.rcpt(recipient), 250, 251)
            _expect(smtp.docmd("DATA"), 354)
        except smtplib.SMTPResponseException as refusal:
            return self._refused(refusal.smtp_code, refusal.smtp_error)
        except (OSError, smtplib.SMTPException) as fault:
            self.close()
            return Outcome(Fate.LATER, _line(fault))
        return self._data(smtp, raw or mail.message().as_bytes(linesep="\r\n"))

    def close(self) -> None:
        """Lets the server go; the next mail opens a new connection."""
        smtp, self.smtp = self.smtp, None
        if smtp is not None:
            smtp.close()
        if self.provider is not None:
            self.provider.close()

    def _written(self, mail: EmailMessage) -> Outcome:
        """To a file, the console or wherever a trial puts its mails."""
        try:
            get_connection(self.config["EMAIL_BACKEND"]).send_messages([mail])
        except OSError as fault:
            return Outcome(Fate.LATER, _line(fault))
        return Outcome(Fate.SENT)

    def _open(self) -> smtplib.SMTP:
        if self.smtp is not None:
            return self.smtp
        kind = smtplib.SMTP_SSL if self.config["EMAIL_USE_SSL"] else smtplib.SMTP
        smtp = kind(self.config["EMAIL_HOST"], self.config["EMAIL_PORT"], timeout=settings.EMAIL_TIMEOUT)
        try:
            if self.config["EMAIL_USE_TLS"]:
                smtp.starttls(context=ssl.create_default_context())
            if self.config["EMAIL_HOST_USER"]:
                smtp.login(self.config["EMAIL_HOST_USER"], self.config["EMAIL_HOST_PASSWORD"])
        except BaseException:
            smtp.close()
            raise
        self.smtp = smtp
        return smtp

    def _greeted(self, mail: EmailMessage) -> smtplib.SMTP:
        """Connected, logged in, and the sender accepted. What fails so far is the fault of the settings or the line,
        not of this mail: it is worth another try, whatever the server says; at once if it only had enough of a
        connection that carried mails already.
        """
        is_reused = self.smtp is not None
        try:
            return self._announced(mail)
        except (OSError, smtplib.SMTPException):
            self.close()
            if not is_reused:
                raise
        return self._announced(mail)

    def _announced(self, mail: EmailMessage) -> smtplib.SMTP:
        smtp = self._open()
        smtp.ehlo_or_helo_if_needed()
        _expect(smtp.mail(parseaddr(mail.from_email)[1]), 250)
        return smtp

    def _data(self, smtp: smtplib.SMTP, content: bytes) -> Outcome:
        try:
            smtp.send(LEADING_DOT.sub(b"..", content).rstrip(b"\r\n") + CRLF_DOT)
            code, answer = smtp.getreply()
        except (OSError, smtplib.SMTPException) as fault:
            self.close()
            return Outcome(Fate.UNCLEAR, _line(fault))
        if code == 250:
            return Outcome(Fate.SENT, _said(code, answer))
        return self._refused(code, answer)

    def _refused(self, code: int, answer: bytes | str) -> Outcome:
        """Refused for good (5xx), else worth another try; 421 also closes the connection (RFC 5321 3.8), as does an
        answer that fits no question: who said "250" twice is one answer ahead from then on.
        """
        fate = Fate.REFUSED if code in FOR_GOOD else Fate.LATER
        if code == 421 or code not in REFUSALS:
            self.close()
        elif self.smtp is not None:
            self._reset()
        return Outcome(fate, _said(code, answer))

    def _reset(self) -> None:
        try:
            self.smtp.rset()  # type: ignore[union-attr]
        except (OSError, smtplib.SMTPException):
            self.close()


def _expect(answer: tuple[int, bytes], *wanted: int) -> None:
    if answer[0] not in wanted:
        raise smtplib.SMTPResponseException(*answer)


def _said(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return line(f"{code} {text}")


def _line(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        return _said(fault.smtp_code, fault.smtp_error)
    return line(f"{type(fault).__name__}: {fault}")
