"""Handing a mail to a mail server, or to the provider in its place.

A server accepts responsibility with its reply to the final dot (RFC 5321, 4.2.5). If the connection breaks after the
dot and before the reply, it is unknown whether the mail was accepted: the outcome is `UNCLEAR`, and it is not retried.
"""

import re
import smtplib
import ssl
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from environ import Env

from base import vault
from funnel.incoming import bounces
from funnel.incoming.bounces import BounceVerdict
from funnel.letters import mime
from funnel.models import HoldKind, Sender
from funnel.transport import holds
from funnel.transport.outcome import Outcome, Result, clean_answer

NEGATIVE = range(400, 600)
PERMANENT = range(500, 600)
NOT_LOGGED_IN = 530  # RFC 4954 6
BUSY = re.compile(r"4\d\d 4\.3\.")  # the state of the whole system (RFC 3463 3.4)
SMTP_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
PROVIDER = "funnel.transport.provider.Provider"  # imported if it is used: its library takes four megabytes
PROVIDER_BACKEND = "funnel.transport.provider.EmailBackend"
CRLF_DOT = b"\r\n.\r\n"
LEADING_DOT = re.compile(rb"(?m)^\.")  # doubled in transit (RFC 5321, 4.5.2)


class Relay:
    """A connection to one mail server, kept for many mails. `url` is like EMAIL_URL, "" for the installation's own."""

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
        self.takes_verp = not url  # one envelope sender per mail; only our own server, unless it refuses
        self.smtp: smtplib.SMTP | None = None
        self.unreadable: Outcome | None = None  # the outcome of every mail if the server's address cannot be decrypted
        self.provider = import_string(PROVIDER)() if self.config["EMAIL_BACKEND"] == PROVIDER_BACKEND else None

    @classmethod
    def of(cls, sender: Sender | None) -> "Relay":
        """Return the office's server, or the installation's. If its address cannot be decrypted, every mail is held."""
        if sender is None or not sender.relay:
            return cls()
        try:
            return cls(vault.unseal(vault.RELAY, sender.relay))
        except vault.Unreadable as fault:
            relay = cls("smtp://")
            relay.unreadable = Outcome(Result.HELD, clean_answer(fault.sentence), HoldKind.LOGIN)
            return relay

    def send(self, mail: EmailMessage, recipient: str, raw: bytes = b"") -> Outcome:
        """Send one mail to one recipient; `raw` is the mail if serialized already. Failures are outcomes."""
        if self.unreadable is not None:
            return self.unreadable
        if self.provider is not None:
            return self.provider.send(mail)
        if self.config["EMAIL_BACKEND"] != SMTP_BACKEND:
            return self._write_to_backend(mail)
        try:
            recipient = on_the_wire(recipient)
        except UnicodeError:
            return Outcome(Result.REFUSED, _("Die E-Mail-Adresse enthält Zeichen, mit denen nichts zu ihr gelangt."))
        try:
            smtp = self._begin_transaction(parseaddr(mail.from_email)[1], getattr(mail, "verp", ""))
        except (OSError, smtplib.SMTPException) as fault:
            return self._hold(fault)
        try:
            _expect(smtp.rcpt(recipient), 250, 251)
            _expect(smtp.docmd("DATA"), 354)
        except smtplib.SMTPResponseException as refusal:
            return self._refused(refusal.smtp_code, refusal.smtp_error)
        except (OSError, smtplib.SMTPException) as fault:
            self.close()
            return Outcome(Result.LATER, _fault_line(fault), HoldKind.CONNECTION)
        return self._data(smtp, raw or mime.to_bytes(mail))

    def probe(self, mail_from: str = "") -> Outcome | None:
        """Return the outcome of connecting, logging in and MAIL FROM, or None where only a mail can tell."""
        if self.unreadable is not None:
            return self.unreadable
        if self.provider is not None or self.config["EMAIL_BACKEND"] != SMTP_BACKEND:
            return None
        try:
            self._begin_transaction(mail_from or parseaddr(settings.DEFAULT_FROM_EMAIL)[1])
        except (OSError, smtplib.SMTPException) as fault:
            return self._hold(fault)
        self._reset()
        return Outcome(Result.LATER)

    @property
    def can_forward(self) -> bool:
        """Whether it can send a mail of somebody else unchanged."""
        return self.provider is None and self.config["EMAIL_BACKEND"] == SMTP_BACKEND

    def close(self) -> None:
        """Close the connection; the next mail opens a new one."""
        smtp, self.smtp = self.smtp, None
        if smtp is not None:
            smtp.close()
        if self.provider is not None:
            self.provider.close()

    def _write_to_backend(self, mail: EmailMessage) -> Outcome:
        """Hand the mail to another Django backend, such as files or the console."""
        try:
            get_connection(self.config["EMAIL_BACKEND"]).send_messages([mail])
        except OSError as fault:
            return Outcome(Result.HELD, _fault_line(fault), HoldKind.CONNECTION)
        return Outcome(Result.SENT)

    def _open(self) -> smtplib.SMTP:
        if self.smtp is not None:
            return self.smtp
        host, port, timeout = self.config["EMAIL_HOST"], self.config["EMAIL_PORT"], settings.EMAIL_TIMEOUT
        if self.config["EMAIL_USE_SSL"]:  # without a context the certificate would not be verified
            context = ssl.create_default_context()
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
        else:
            smtp = smtplib.SMTP(host, port, timeout=timeout)
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

    def _begin_transaction(self, mail_from: str, verp: str = "") -> smtplib.SMTP:
        """Connect, log in and send MAIL FROM. Failures up to here are not about this mail.

        If they occur on a connection that was used before, which the server may simply have closed, a new one is tried.
        """
        is_reused = self.smtp is not None
        try:
            return self._mail_from(mail_from, verp)
        except (OSError, smtplib.SMTPException):
            self.close()
            if not is_reused:
                raise
        return self._mail_from(mail_from, verp)

    def _mail_from(self, mail_from: str, verp: str) -> smtplib.SMTP:
        smtp = self._open()
        smtp.ehlo_or_helo_if_needed()
        try:
            mail_from = on_the_wire(mail_from)
        except UnicodeError as fault:
            raise smtplib.SMTPSenderRefused(553, str(fault).encode(), mail_from) from fault
        verp = verp if self.takes_verp else ""
        code, answer = smtp.mail(verp or mail_from)
        if verp and code in PERMANENT:
            self.takes_verp = False
            smtp.rset()
            code, answer = smtp.mail(mail_from)
        if code != 250:
            raise smtplib.SMTPSenderRefused(code, answer, mail_from)
        return smtp

    def _hold(self, fault: Exception) -> Outcome:
        self.close()
        return Outcome(Result.HELD, _fault_line(fault), _hold_kind(fault))

    def _data(self, smtp: smtplib.SMTP, content: bytes) -> Outcome:
        try:
            smtp.send(LEADING_DOT.sub(b"..", content).rstrip(b"\r\n") + CRLF_DOT)
            code, answer = smtp.getreply()
        except (OSError, smtplib.SMTPException) as fault:
            self.close()
            return Outcome(Result.UNCLEAR, _fault_line(fault), HoldKind.UNANSWERED)
        if code == 250:
            return Outcome(Result.SENT, _answer_line(code, answer))
        return self._refused(code, answer)

    def _refused(self, code: int, answer: bytes | str) -> Outcome:
        """Return the outcome of a refusal. 421 closes the connection (RFC 5321, 3.8), as does an unexpected reply: a
        server that once replied twice would be one reply ahead from then on.
        """
        is_over = code == 421 or code not in NEGATIVE
        if is_over:
            self.close()
        elif self.smtp is not None:
            self._reset()
        line = _answer_line(code, answer)
        if code in PERMANENT:
            return _outcome_of_refusal(line)
        is_busy = BUSY.match(line) is not None
        return Outcome(Result.LATER, line, HoldKind.CONNECTION if is_over else HoldKind.BUSY if is_busy else "")

    def _reset(self) -> None:
        try:
            self.smtp.rset()  # type: ignore[union-attr]
        except (OSError, smtplib.SMTPException):
            self.close()


def on_the_wire(address: str) -> str:
    """Return the address in ASCII, its domain as punycode.

    Raises UnicodeError for a local part that is not ASCII: that takes SMTPUTF8 on every server involved (RFC 6531).
    """
    local, _at, domain = address.rpartition("@")
    local.encode("ascii")
    return f"{local}@{domain if domain.isascii() else domain.encode('idna').decode()}"


def _outcome_of_refusal(line: str) -> Outcome:
    """Return the outcome of a permanent refusal.

    Only refusals of this mail or recipient are final. Those that are about us, temporary in substance, or due to a
    filter are retried.
    """
    verdict = bounces.judge_answer(line)
    if verdict is BounceVerdict.GONE:
        return Outcome(Result.GONE, line)
    if verdict is BounceVerdict.OWN_FAULT:
        return Outcome(Result.LATER, line, holds.classify(line))
    is_another_day = verdict in (BounceVerdict.TEMPORARY, BounceVerdict.FILTERED)
    return Outcome(Result.LATER if is_another_day else Result.REFUSED, line)


def _hold_kind(fault: Exception) -> str:
    """Return the `HoldKind` of a failure before the sender was accepted."""
    if isinstance(fault, ssl.SSLError) or (
        isinstance(fault, smtplib.SMTPNotSupportedError) and "STARTTLS" in str(fault)
    ):
        return HoldKind.CERTIFICATE
    if isinstance(fault, smtplib.SMTPAuthenticationError | smtplib.SMTPNotSupportedError):
        return HoldKind.LOGIN
    if isinstance(fault, smtplib.SMTPSenderRefused) and fault.smtp_code in PERMANENT:
        return HoldKind.LOGIN if fault.smtp_code == NOT_LOGGED_IN else HoldKind.SENDER
    return HoldKind.CONNECTION


def _expect(answer: tuple[int, bytes], *wanted: int) -> None:
    if answer[0] not in wanted:
        raise smtplib.SMTPResponseException(*answer)


def _answer_line(code: int, answer: bytes | str) -> str:
    text = answer.decode(errors="replace") if isinstance(answer, bytes) else answer
    return clean_answer(f"{code} {text}")


def _fault_line(fault: Exception) -> str:
    if isinstance(fault, smtplib.SMTPResponseException):
        return _answer_line(fault.smtp_code, fault.smtp_error)
    return clean_answer(f"{type(fault).__name__}: {fault}")
