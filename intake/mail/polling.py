"""Reading the mailboxes of offices. Nothing is changed in them: a mail is read once because we know how far we are.

That a mail is kept and that it was read commit together. Whatever goes wrong with a server looks alike to the office,
so nobody learns through us which servers there are.
"""

import logging
import time
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.utils.translation import gettext as _
from imapclient.exceptions import IMAPClientError

from base import outside, vault
from base.sql import one_row
from funnel.replies.folder import Folder, ImapUrl, Limits
from intake.arrivals import TooMuch
from intake.mail.keeping import keep_mail
from intake.models import Postbox
from intake.reading.lead import MAX_BYTES

BATCH = 200  # mails of a mailbox at a time
SECONDS_PER_BOX, SECONDS_PER_RUN = 25, 45
MAX_SENT = 60_000_000  # bytes that a server may send at a time
PAUSE, LONGEST = timedelta(minutes=2), timedelta(hours=1)  # between two looks into a mailbox; after failures
OVERLAP = timedelta(days=2)  # read again when the server renumbers its mails
MAX_FAILURES = 3  # in a row, before a mail is skipped
MAX_UID = 2**32  # RFC 3501
LIMITS = Limits(seconds=60, most=MAX_SENT)
# A mailbox is one worker's for three minutes, longer than reading it takes.
CLAIM = """
UPDATE intake_postbox SET due_at = %(now)s + interval '3 minutes' WHERE id = (
    SELECT box.id FROM intake_postbox AS box JOIN intake_inlet AS inlet ON inlet.id = box.inlet_id
    WHERE box.due_at <= %(now)s AND inlet.is_active ORDER BY box.due_at LIMIT 1 FOR UPDATE OF box SKIP LOCKED
) RETURNING id
"""

logger = logging.getLogger(__name__)


class _Elsewhere(Exception):
    """The mailbox was connected anew, or another worker has read it meanwhile."""


def poll(*, now: datetime) -> int:
    """Read the mailboxes whose turn it is, for a limited time, and return how many they were."""
    until, done = time.monotonic() + SECONDS_PER_RUN, 0
    while time.monotonic() < until and (row := one_row(CLAIM, {"now": now})):
        read(row[0], now=now)
        done += 1
    return done


def read(postbox_id: int, *, now: datetime) -> None:
    """Keep the new mails of a mailbox, and note whether it could be read. Raises only what our database raises."""
    postbox = Postbox.objects.select_related("inlet").get(pk=postbox_id)
    try:
        has_more = _read(postbox, now)
    except _Elsewhere:
        return
    except TooMuch as full:
        _note(postbox, Postbox.State.WORKING, now, pause=timedelta(seconds=full.seconds))
    except (OperationalError, InterfaceError):
        raise
    except Exception as fault:  # whatever a foreign server answers
        logger.info("Mailbox %s could not be read: %s", postbox_id, type(fault).__name__)
        pause = min(PAUSE * 2 ** min(postbox.failures, 10), LONGEST)
        _note(postbox, Postbox.State.FAILING, now, pause=pause)
    else:
        _note(postbox, Postbox.State.WORKING, now, pause=timedelta(0) if has_more else PAUSE)


def _read(postbox: Postbox, now: datetime) -> bool:
    """Return whether there is more to read."""
    until = time.monotonic() + SECONDS_PER_BOX
    with Folder(_where(postbox), LIMITS) as folder:
        _find_place(postbox, folder)
        waiting = folder.uids_from(postbox.next_uid)
        sent = 0
        for uid in waiting[:BATCH]:
            if time.monotonic() > until or sent > MAX_SENT - 2 * MAX_BYTES:
                return True
            raw = _fetched(folder, postbox, uid, now)
            _keep(postbox, uid, raw, now)
            sent += len(raw or b"")
    return len(waiting) > BATCH


def _fetched(folder: Folder, postbox: Postbox, uid: int, now: datetime) -> bytes | None:
    """Return the beginning of a mail. One that fails again and again holds up no others: the tray says where it is."""
    try:
        return folder.fetch_beginning(uid, MAX_BYTES)
    except (OSError, IMAPClientError):
        if postbox.failures >= MAX_FAILURES:
            note = _("Der Server gibt diese Mail nicht heraus. Sie liegt weiter im Postfach (UID %(uid)s).") % {
                "uid": uid
            }
            identity = f"Message-ID: <{postbox.pk}.{postbox.validity}.{uid}@not-sent.invalid>"
            _keep(postbox, uid, f"{identity}\r\n\r\n{note % {'uid': uid}}".encode(), now)
        raise


def _where(postbox: Postbox) -> ImapUrl:
    return ImapUrl(
        scheme="imaps" if postbox.port == 993 else "imap+tls",
        host=postbox.host,
        port=postbox.port,
        user=postbox.user,
        password=vault.unseal(vault.POSTBOX, postbox.inlet.secret),
        folder=postbox.folder,
        addresses=tuple(outside.resolve(postbox.host, postbox.port)),
    )


def _find_place(postbox: Postbox, folder: Folder) -> None:
    """Note where to begin: with the first mail after it was connected.

    If the server has renumbered its mails, the last days are read again; mails that we have are known by their key.
    """
    if not (0 < folder.validity < MAX_UID and 0 < folder.next_uid <= MAX_UID):
        raise IMAPClientError("numbers that no server has")
    if postbox.validity == folder.validity:
        return
    first = folder.next_uid
    if postbox.validity:
        since = max(postbox.connected_at, (postbox.read_at or postbox.connected_at) - OVERLAP)
        first = min(folder.since(since.date()), default=first)
    _advance(postbox, first, validity=folder.validity)
    postbox.validity, postbox.next_uid = folder.validity, first


@transaction.atomic
def _keep(postbox: Postbox, uid: int, raw: bytes | None, now: datetime) -> None:
    """Keep a mail, and say that it was read. One that is gone meanwhile is only counted."""
    if raw is not None:
        keep_mail(inlet=postbox.inlet, raw=raw, now=now)
    _advance(postbox, uid + 1)


def _advance(postbox: Postbox, next_uid: int, **more: int) -> None:
    """Note how far it was read. Raises _Elsewhere."""
    rows = Postbox.objects.of(postbox.account_id).filter(
        pk=postbox.pk, version=postbox.version, validity=postbox.validity, next_uid__lte=next_uid
    )
    if more:
        rows = Postbox.objects.of(postbox.account_id).filter(pk=postbox.pk, version=postbox.version)
    if not rows.update(next_uid=next_uid, **more):
        raise _Elsewhere


def _note(postbox: Postbox, state: str, now: datetime, *, pause: timedelta) -> None:
    is_failing = state == Postbox.State.FAILING
    values = {
        "state": state,
        "failures": postbox.failures + 1 if is_failing else 0,
        "read_at": postbox.read_at if is_failing else now,
        "due_at": now + pause,
    }
    Postbox.objects.of(postbox.account_id).filter(pk=postbox.pk, version=postbox.version).update(**values)
