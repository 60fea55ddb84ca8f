"""Forwarding replies unchanged to whoever looks after the contact, so that answering reaches the person.

What is to be forwarded is a row, so that an unavailable mail server delays replies but loses none; the same reply may
arrive twice then. If a server refuses to send somebody else's mail, it is attached to one of ours.
"""

from datetime import datetime
from email.utils import format_datetime, make_msgid, parseaddr

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _

from accounts.models import Role, User
from base.text import one_line
from funnel.models import Arrival, Mailbox, Message
from funnel.replies.folder import Folder
from funnel.transport.outcome import Result
from funnel.transport.smtp import Relay

MAX_BYTES = 30_000_000  # bytes; for a larger reply only a mail that says so is sent
BATCH = 50
RETRIED = (Result.LATER, Result.HELD)
MARKER = "X-Kontakte-Passed-On"  # header of forwarded mails, which are never taken for replies


def due(mailbox: Mailbox) -> list[Arrival]:
    """Return the replies that are to be forwarded."""
    rows = mailbox.arrivals.filter(validity=mailbox.validity, passes_to__gt=0, passed_at=None)
    return list(rows.order_by("pk")[:BATCH])


def forward(folder: Folder, mailbox: Mailbox, *, now: datetime) -> int:
    """Forward what is due and return its number. If the mail server refuses for now, the next poll continues."""
    done = 0
    relay = Relay()
    try:
        for arrival in due(mailbox):
            message = (
                Message.objects.filter(pk=arrival.passes_to).select_related("contact__assignee", "account").first()
            )
            raw = folder.fetch_whole(arrival.uid, MAX_BYTES) if message else None
            if message and not _send(relay, message, raw, now):
                break
            arrival.passed_at = now
            arrival.save(update_fields=["passed_at"])
            done += 1
    finally:
        relay.close()
    return done


def recipients(message: Message) -> list[str]:
    """Return the assignee's address; without one the office's, and without that those of its administrators."""
    assignee, sender = message.contact.assignee, message.account.sender
    if assignee is not None and assignee.is_active:
        return [assignee.email]
    if sender.contact_email:
        return [sender.contact_email]
    people = User.objects.of(message.account).filter(role=Role.ADMINISTRATOR, is_active=True)
    return list(people.order_by("pk").values_list("email", flat=True))


def _send(relay: Relay, message: Message, raw: bytes | None, now: datetime) -> bool:
    """Send the reply to all recipients. Return False if it must be retried."""
    for recipient in recipients(message):
        outcome = None
        if raw is not None and relay.can_forward:
            outcome = relay.send(_envelope(recipient), recipient, _resent(raw, recipient, now))
        if outcome is None or outcome.result in (Result.REFUSED, Result.GONE):
            outcome = relay.send(_wrapped(message, recipient, raw), recipient)
        if outcome.result in RETRIED:
            return False
    return True


def _envelope(recipient: str) -> EmailMessage:
    return EmailMessage(from_email=settings.DEFAULT_FROM_EMAIL, to=[recipient])


def _resent(raw: bytes, recipient: str, now: datetime) -> bytes:
    """Return the mail below Resent headers (RFC 5322, 3.6.6), unchanged so that its signatures stay valid."""
    lines = (
        f"{MARKER}: 1",
        f"Resent-Date: {format_datetime(now)}",
        f"Resent-From: {parseaddr(settings.DEFAULT_FROM_EMAIL)[1]}",
        f"Resent-To: {recipient}",
        f"Resent-Message-ID: {make_msgid(domain=_domain())}",
    )
    return b"".join(f"{line}\r\n".encode() for line in lines) + b"\r\n".join(raw.splitlines()) + b"\r\n"


def _wrapped(message: Message, recipient: str, raw: bytes | None) -> EmailMessage:
    who = message.contact.email
    url = settings.BASE_URL + message.contact.get_absolute_url()
    words = _("Auf eine Mail der Serie ist eine Antwort gekommen. Kontakt: %s") % url
    large = _("Sie ist zu groß, um weitergeleitet zu werden; sie liegt im Postfach für Antworten.")
    mail = EmailMessage(
        subject=_("Antwort von %s") % one_line(str(message.contact)),
        body=words if raw is not None else f"{words}\n\n{large}",
        from_email=settings.DEFAULT_FROM_EMAIL,
        to=[recipient],
        reply_to=[who] if who else None,
        headers={MARKER: "1", "Message-ID": make_msgid(domain=_domain())},
    )
    if raw is not None:
        mail.attach(_("antwort.eml"), raw, "application/octet-stream")
    return mail


def _domain() -> str:
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2] or "localhost"
