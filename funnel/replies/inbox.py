"""Polling the mailbox for bounces and replies (`IMAP_URL`). Each mail is processed once, whoever has opened it.

A mail that cannot be read or processed is quarantined with its reason, flagged in its folder and reported to the
operator (`quarantine`); the poll continues. What received mails do is in `processing`.
"""

import hashlib
import imaplib
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from imapclient.exceptions import IMAPClientError

from funnel.incoming.classify import Received, ReceivedKind, parse
from funnel.incoming.opened import MAX_BYTES, PoisonMail
from funnel.letters import inbound
from funnel.models import Arrival, ArrivalFault, Mailbox
from funnel.replies import forwarding, processing
from funnel.replies.folder import Folder, parse_url
from funnel.replies.isolation import IsolatedProcess

BATCH = 200
SECONDS_PER_MAIL = 10  # per mail
SECONDS_PER_POLL = 45  # per poll
MAX_FAILURES = 3
OVERLAP = timedelta(days=2)  # read again when the server renumbers its mails
RETENTION = timedelta(days=60)
FORWARDED = (ReceivedKind.REPLY, ReceivedKind.OBJECTION)
SEEN, FLAGGED = b"\\Seen", b"\\Flagged"

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Others:
    """Whoever wants mails of this mailbox that are about none of ours."""

    wants: Callable[[bytes], bool]  # a mail that begins so
    keep: Callable[[bytes, datetime], None]  # the mail, or its beginning, in the caller's transaction
    most: int  # bytes of a mail that they keep


def receive(raw: bytes, *, now: datetime) -> ReceivedKind:
    """Process one mail without a mailbox. Return its kind, as `processing.process` does. Raises PoisonMail."""
    return processing.process(parse(raw), now=now)


def poll(*, now: datetime, others: Others | None = None) -> int:
    """Process the new mails of the mailbox, and return their number; without `IMAP_URL`, do nothing.

    `others` get those that they want and that are about no message. Raises what IMAP raises; the next poll tries again.
    """
    if not settings.IMAP_URL:
        return 0
    until = time.monotonic() + SECONDS_PER_POLL
    with Folder(parse_url(settings.IMAP_URL)) as folder, IsolatedProcess(parse, seconds=SECONDS_PER_MAIL) as reading:
        mailbox = _mailbox(folder, now)
        waiting, last = _unread(folder, mailbox)
        done = 0
        for uid in waiting[:BATCH]:
            if time.monotonic() > until:
                break
            _read(folder, mailbox, uid, reading, others, now)
            done += 1
        mailbox.next_uid = waiting[done] if done < len(waiting) else last + 1
        mailbox.read_at, mailbox.failures = now, 0
        mailbox.save(update_fields=["next_uid", "read_at", "failures"])
        forwarding.forward(folder, mailbox, now=now)
    return done


def forget_old(*, now: datetime) -> None:
    """Delete the records of mails processed long ago. Quarantined ones are kept until the operator releases them."""
    Arrival.objects.filter(at__lt=now - RETENTION, fault="").delete()


@transaction.atomic
def _mailbox(folder: Folder, now: datetime) -> Mailbox:
    """Return how far the folder was read.

    A new folder is read from its unread mails on. If the server has renumbered its mails, the last days are read again;
    mails already processed are recognized by their bytes.
    """
    mailbox, _is_new = Mailbox.objects.get_or_create(name=folder.where.name)
    if mailbox.validity == folder.validity:
        return mailbox
    if mailbox.read_at is None:
        waiting = folder.unread()
        first = min(waiting, default=folder.next_uid)
        before = set(folder.uids_from(first)) - set(waiting)
        Arrival.objects.bulk_create(_already_there(mailbox, folder.validity, uid, now) for uid in sorted(before))
    else:
        first = min(folder.since((mailbox.read_at - OVERLAP).date()), default=folder.next_uid)
    mailbox.validity, mailbox.next_uid = folder.validity, first
    mailbox.save(update_fields=["validity", "next_uid"])
    return mailbox


def _already_there(mailbox: Mailbox, validity: int, uid: int, now: datetime) -> Arrival:
    return Arrival(mailbox=mailbox, validity=validity, uid=uid, kind=ReceivedKind.OTHER.value, at=now)


def _unread(folder: Folder, mailbox: Mailbox) -> tuple[list[int], int]:
    """Return the UIDs to read, and the highest UID in the folder."""
    there = folder.uids_from(mailbox.next_uid)
    rows = mailbox.arrivals.filter(validity=mailbox.validity, uid__gte=mailbox.next_uid)
    known = set(rows.values_list("uid", flat=True))
    return [uid for uid in there if uid not in known], max(there, default=mailbox.next_uid - 1)


def _read(
    folder: Folder, mailbox: Mailbox, uid: int, reading: IsolatedProcess, others: Others | None, now: datetime
) -> None:
    arrival = Arrival(mailbox=mailbox, validity=mailbox.validity, uid=uid, at=now)
    try:
        raw = _fetch(folder, mailbox, uid, now, MAX_BYTES)
        if raw is not None and others is not None and others.wants(raw):
            raw = _fetch(folder, mailbox, uid, now, others.most) if len(raw) == MAX_BYTES else raw
        else:
            others = None
        if raw is None:
            return
        arrival.digest = hashlib.sha256(raw).hexdigest()
        _process(arrival, raw, reading, others, now)
    except PoisonMail as poisoned:
        arrival.kind, arrival.fault = "", poisoned.fault
        arrival.save(force_insert=True)
        logger.warning("A mail was quarantined: %s", arrival)
    folder.mark(uid, FLAGGED if arrival.fault else SEEN)


def _fetch(folder: Folder, mailbox: Mailbox, uid: int, now: datetime, most: int) -> bytes | None:
    """Return a mail's beginning. Raises PoisonMail if the server cannot send it, or the connection keeps breaking."""
    try:
        return folder.fetch_beginning(uid, most)
    except (OSError, imaplib.IMAP4.abort):
        mailbox.failures = mailbox.failures + 1 if mailbox.failing_uid == uid else 1
        mailbox.failing_uid = uid
        if mailbox.failures >= MAX_FAILURES:
            broken = _already_there(mailbox, mailbox.validity, uid, now)
            broken.kind, broken.fault = "", ArrivalFault.UNREADABLE
            broken.save(force_insert=True)
        mailbox.save(update_fields=["failing_uid", "failures"])
        raise
    except IMAPClientError:
        raise PoisonMail("unreadable") from None


def _process(arrival: Arrival, raw: bytes, reading: IsolatedProcess, others: Others | None, now: datetime) -> None:
    """Process a mail in one transaction with its row. Raises PoisonMail, unless it is the database that fails.

    `others` want it.
    """
    if Arrival.objects.filter(digest=arrival.digest).exists():
        arrival.kind = ReceivedKind.OTHER.value
        arrival.save(force_insert=True)
        return
    received = _opened(raw, reading, others)
    try:
        with transaction.atomic():
            if others is not None and (received is None or processing.is_foreign(received, now)):
                others.keep(raw, now)
                arrival.kind = ReceivedKind.OTHER.value
            elif received is not None:
                _carry_out(arrival, received, now)
            arrival.save(force_insert=True)
    except (OperationalError, InterfaceError):
        raise
    except Exception as fault:  # one broken mail must not stop the others
        logger.error("A mail could not be processed: %s", type(fault).__name__)
        raise PoisonMail("not_carried_out") from None


def _opened(raw: bytes, reading: IsolatedProcess, others: Others | None) -> Received | None:
    """Return what a mail is, or None if it cannot be read, but others want it. Raises PoisonMail."""
    try:
        received: Received = reading(raw)
    except PoisonMail:
        if others is None:
            raise
        return None
    return received


def _carry_out(arrival: Arrival, received: Received, now: datetime) -> None:
    kind = processing.process(received, now=now)
    arrival.kind = kind.value
    if kind in FORWARDED and inbound.parse(received.to):
        message = processing.find_message(received, now)
        arrival.passes_to = message.pk if message else 0
