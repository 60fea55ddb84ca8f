"""The worker's pushes to browsers of those who switched them on. A push says that somebody waits, and nothing of whom.

A push may come twice if a worker dies before it has noted the answer; devices show it once, for both have one topic.
"""

import json
import logging
import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from base import outside, vault
from base.sql import all_rows, changed
from pipeline.alerts import keys
from pipeline.alerts.mailing import shown
from pipeline.alerts.telling import push_due
from pipeline.models import Alert, PushKey, Subscription, Wish

log = logging.getLogger(__name__)

CHECKOUT = Path(__file__).resolve().parent.parent.parent
TTL = 4 * 60 * 60  # seconds for which the vendor keeps it for a device that is off
TOPIC = "contacts"  # a newer one replaces it there
FEW = 20  # at once
ROUNDS = 10  # of so many, before mails have their turn again
TIMEOUT = 120  # seconds for as many
LEASE = timedelta(minutes=5)  # then another worker may try what this one has begun
MAX_ATTEMPTS = 5
LONGEST = timedelta(hours=1)  # that a vendor may have us wait
GONE = (404, 410)
DUE = "SELECT user_id FROM pipeline_wish WHERE push_at <= %(now)s ORDER BY push_at LIMIT 200"
LOCK = """
SELECT user_id FROM pipeline_wish WHERE user_id = %(user)s AND push_at <= %(now)s FOR NO KEY UPDATE SKIP LOCKED
"""
CLAIM = """
UPDATE pipeline_subscription SET attempts = attempts + 1, due_at = %(lease)s WHERE id IN (
    SELECT id FROM pipeline_subscription WHERE due_at <= %(now)s ORDER BY due_at LIMIT %(few)s
    FOR NO KEY UPDATE SKIP LOCKED
) RETURNING id, sealed, attempts
"""
# Only if nothing was asked for meanwhile.
DONE = """
UPDATE pipeline_subscription SET attempts = 0, due_at = NULL, sent_at = coalesce(%(sent)s, sent_at)
WHERE id = %(id)s AND due_at = %(lease)s
"""
LATER = "UPDATE pipeline_subscription SET due_at = %(at)s WHERE id = %(id)s AND due_at = %(lease)s"


def send_due(*, now: datetime) -> int:
    """Send what is due to browsers, in all offices; return how many pushes vendors took. Nothing while it is off."""
    if not settings.WEB_PUSH:
        return 0
    key = keys.keep(now)
    for (user_id,) in all_rows(DUE, {"now": now}):
        ask_for(user_id, now)
    taken = 0
    for _round in range(ROUNDS):
        rows = all_rows(CLAIM, {"now": now, "lease": now + LEASE, "few": FEW})
        taken += _send(rows, key, now) if rows else 0
        if len(rows) < FEW:
            break
    return taken


@transaction.atomic
def ask_for(user_id: int, now: datetime) -> None:
    """Have all browsers of this user get a push, if there is still something to tell."""
    if not all_rows(LOCK, {"user": user_id, "now": now}):
        return
    wish = Wish.objects.select_related("user__account").get(pk=user_id)
    wish.push_at = due if (due := push_due(wish, now)) > now else None  # these may be quiet hours by now
    if wish.push_at is None:
        if shown(wish, "by_push", now)[0]:
            Subscription.objects.of(wish.account_id).filter(user=user_id).update(due_at=now, attempts=0)
            wish.pushed_at = now
        told = Alert.objects.of(wish.account_id).filter(user=user_id, by_push=True)
        told.filter(by_mail=False).delete()
        told.update(by_push=False)
    wish.save(update_fields=["push_at", "pushed_at"])


def _send(rows: list[tuple[Any, ...]], key: PushKey, now: datetime) -> int:
    """Send one push to each of these claimed subscriptions; return how many were taken."""
    try:
        found = [one for pk, sealed, _attempts in rows if (one := _resolved(pk, sealed))]
        answers = {pk: (status, later) for pk, status, later in _hand_over(found, keys.private(key))}
    except vault.Unreadable:
        log.error("The key for web push was sealed with another TOKEN_KEY")
        answers = {}
    taken = 0
    for pk, _sealed, attempts in rows:
        status, later = answers.get(pk, (0, ""))
        taken += _note(pk, attempts, status, later, now)
    return taken


def _resolved(pk: int, sealed: str) -> dict[str, Any] | None:
    """Return address and keys with where the name leads; None without an answer, or to a network of ours."""
    said = json.loads(vault.unseal(vault.SUBSCRIPTION, sealed))
    parts = urlsplit(said["endpoint"])
    try:
        addresses = outside.resolve(parts.hostname or "", parts.port or 443)
    except OSError as fault:
        log.warning("A push leads nowhere: %s", type(fault).__name__)
        return None
    return {"id": pk, "addresses": addresses, **said}


def _hand_over(to: list[dict[str, Any]], key: str) -> list[list[Any]]:
    """Return the answers of vendors. The process that asks them has no more of ours than it is told."""
    if not to:
        return []
    words = {
        "title": _("Neuer Kontakt"),
        "body": _("Jemand wartet auf eine Antwort."),
        "url": reverse("pipeline:board"),
    }
    asked = {
        "key": key,
        "subject": f"mailto:{settings.OPERATOR_EMAIL}",
        "payload": json.dumps(words),
        "ttl": TTL,
        "topic": TOPIC,
        "to": to,
    }
    known = {name: os.environ[name] for name in ("PATH", "SSL_CERT_FILE", "SSL_CERT_DIR") if name in os.environ}
    command = [sys.executable, "-m", "pipeline.alerts.pushed"]
    try:
        ended = subprocess.run(
            command,
            input=json.dumps(asked).encode(),
            capture_output=True,
            cwd=CHECKOUT,
            env=known,
            timeout=TIMEOUT,
            check=True,
        )
        answers: list[list[Any]] = json.loads(ended.stdout)
    except (subprocess.SubprocessError, ValueError) as fault:
        log.error("Pushes could not be handed over: %s", type(fault).__name__)
        return []
    return answers


def _note(pk: int, attempts: int, status: int, later: str, now: datetime) -> bool:
    """Note what the vendor said: taken, gone for good, to be tried again, or refused."""
    values: dict[str, Any] = {"id": pk, "lease": now + LEASE}
    is_taken = 200 <= status < 300
    if status in GONE:
        changed("DELETE FROM pipeline_subscription WHERE id = %(id)s", values)
    elif not is_taken and attempts < MAX_ATTEMPTS and (status in (0, 408, 429) or status >= 500):
        changed(LATER, values | {"at": now + _pause(attempts, later)})
    else:
        if not is_taken:
            log.warning("A push was given up: status %s", status)
        changed(DONE, values | {"sent": now if is_taken else None})
    return is_taken


def _pause(attempts: int, later: str) -> timedelta:
    """Return how long to wait: what the vendor asks for in seconds, or longer each time."""
    seconds = int(later) if later.isascii() and later.isdigit() and len(later) < 8 else 0
    return min(max(timedelta(seconds=seconds), timedelta(minutes=1) * 2 ** (attempts - 1)), LONGEST)
