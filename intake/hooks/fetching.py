"""The answers to Meta's lead ads: a web hook names only their ids, and the worker fetches them with the office's token.

The row of what arrived is the job. It waits as announced, and each claim of it counts, so that whatever kills a worker
ends nothing. What was fetched takes the place of what announced it, and goes the way of everything that arrives.
"""

import hashlib
import hmac
import http.client
import json
import logging
import re
import ssl
import time
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop as _

from base import notices, vault
from base.sql import one_row
from intake import taking
from intake.models import Arrival, Inlet, Result
from intake.reading.lead import MAX_BYTES
from intake.reading.senders import meta

FIELDS = "id,created_time,field_data,form_id,ad_id,adset_id,campaign_id,platform"
SECONDS, SECONDS_PER_LEAD, SECONDS_PER_RUN = 10, 20, 50  # of one wait for bytes, of a lead, of all of them
MAX_ATTEMPTS = 12  # in a day and a half
FRESH = timedelta(days=1)  # what is fetched later sends no mails any more: nobody expects them
ID = re.compile(r"[0-9]{1,32}")
NOT_YET = _("Meta hat die Antworten noch nicht herausgegeben. Wir versuchen es weiter.")
NO_ACCESS = _("Meta nimmt den Zugang nicht an. Bitte hinterlegen Sie beim Web-Hook ein neues Seiten-Zugriffstoken.")
GIVEN_UP = _("Die Antworten waren bei Meta nicht abzuholen. Sie stehen 90 Tage lang im Werbeanzeigenmanager.")
ACCESS_CODES = (10, 102, 190, *range(200, 300))  # of Graph API: expired, revoked, or without the right to read leads
CLAIM = """
UPDATE intake_arrival SET attempts = attempts + 1,
    due_at = %(now)s + least(interval '1 minute' * power(2, attempts), interval '6 hours')
WHERE id = (
    SELECT id FROM intake_arrival WHERE result = 'announced' AND due_at <= %(now)s
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
) RETURNING id, attempts
"""

logger = logging.getLogger(__name__)


class NotFetched(Exception):
    """Meta did not answer with the lead; `reason` is for the office."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def fetch_due(*, now: datetime) -> int:
    """Fetch the answers whose turn it is, in all offices, for a limited time; return how many were asked for.

    Each is taken in once, whoever is killed meanwhile. A lead that Meta does not give is asked for again, later and
    later; the tray says so, and in the end leaves it to people.
    """
    until, asked = time.monotonic() + SECONDS_PER_RUN, 0
    while time.monotonic() < until and (row := one_row(CLAIM, {"now": now})):
        _fetch(row[0], row[1], now)
        asked += 1
    return asked


def _fetch(arrival_id: int, attempts: int, now: datetime) -> None:
    arrival = Arrival.objects.select_related("inlet").get(pk=arrival_id)
    if not arrival.inlet.access:
        _leave(arrival_id, taking.WHY_NAMELESS["meta"], Result.UNREAD)
        return
    try:
        answers = _answers(arrival.inlet, str((arrival.read or {}).get("foreign_id", "")))
    except NotFetched as fault:
        is_last = attempts > MAX_ATTEMPTS
        _leave(arrival_id, GIVEN_UP if is_last else fault.reason, Result.UNREAD if is_last else Result.ANNOUNCED)
        return
    if _keep(arrival_id, answers, now):
        taking.take(arrival_id, now, mails=now - arrival.arrived_at < FRESH)


def _leave(arrival_id: int, reason: str, result: Result) -> None:
    with transaction.atomic():
        rows = Arrival.objects.select_for_update(no_key=True).filter(pk=arrival_id, result=Result.ANNOUNCED)
        for arrival in rows:
            is_new = (arrival.reason, arrival.result) != (reason, result)
            arrival.reason, arrival.result = reason, result
            arrival.save(update_fields=["reason", "result"])
            if is_new:
                notices.tell(notices.Kind.INTAKE, arrival.account_id)


@transaction.atomic
def _keep(arrival_id: int, answers: bytes, now: datetime) -> bool:
    """Put the answers in the place of what announced them, to be read next; False if people have decided meanwhile.

    Others that were announced together have theirs fetched by themselves.
    """
    people = taking.lock(Arrival.objects.all(), arrival_id)
    arrival = next(one for one in people if one.pk == arrival_id)
    if arrival.result != Result.ANNOUNCED:
        return False
    for one in people:
        if one.bundle:
            one.bundle = None
            one.save(update_fields=["bundle"])
    arrival.raw, arrival.size, arrival.content_type = answers, len(answers), "application/json"
    arrival.result, arrival.reason, arrival.attempts, arrival.due_at = Result.WAITING, "", 1, now
    arrival.save(update_fields=["raw", "size", "content_type", "result", "reason", "attempts", "due_at"])
    return True


def _answers(inlet: Inlet, leadgen_id: str) -> bytes:
    """Return what Meta says of a lead, as it says it. Raises NotFetched, whatever goes wrong."""
    if not ID.fullmatch(leadgen_id):
        raise NotFetched(GIVEN_UP)
    try:
        status, body = _get(f"/{leadgen_id}", vault.unseal(vault.META, inlet.access), _app_secret(inlet))
        said = json.loads(body)
    except vault.Unreadable:
        raise NotFetched(NO_ACCESS) from None
    except (OSError, http.client.HTTPException, ValueError, RecursionError) as fault:
        logger.info("Answers for web hook %s were not fetched: %s", inlet.pk, type(fault).__name__)
        raise NotFetched(NOT_YET) from None
    if status == 200 and isinstance(said, dict) and said.get("id") == leadgen_id and meta.has_answers(said):
        return body
    code = _code(said)
    logger.info("Answers for web hook %s were not fetched: status %s, code %s", inlet.pk, status, code)
    raise NotFetched(NO_ACCESS if code in ACCESS_CODES or status == 401 else NOT_YET)


def _app_secret(inlet: Inlet) -> str:
    return vault.unseal(vault.SENDER, inlet.secret) if inlet.secret else ""


def _get(path: str, token: str, app_secret: str) -> tuple[int, bytes]:
    """Ask Meta, following no redirect; the token goes in a header, so that no log has it.

    Raises OSError, HTTPException, and ValueError for an answer that is too long or takes too long.
    """
    base = urlsplit(settings.META_URL)
    kinds = {"https": http.client.HTTPSConnection, "http": http.client.HTTPConnection}
    options: dict[str, Any] = {"context": ssl.create_default_context()} if base.scheme == "https" else {}
    line = kinds[base.scheme](base.hostname or "", base.port, timeout=SECONDS, **options)
    query = {"fields": FIELDS}
    if app_secret:  # of apps that require it
        query["appsecret_proof"] = hmac.new(app_secret.encode(), token.encode(), hashlib.sha256).hexdigest()
    try:
        headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
        line.request("GET", f"{base.path.rstrip('/')}{path}?{urlencode(query)}", headers=headers)
        answer = line.getresponse()
        return answer.status, _read(answer)
    finally:
        line.close()


def _read(answer: http.client.HTTPResponse) -> bytes:
    until, body = time.monotonic() + SECONDS_PER_LEAD, bytearray()
    while part := answer.read1(65_536):
        body += part
        if len(body) > MAX_BYTES or time.monotonic() > until:
            raise ValueError("too long")
    return bytes(body)


def _code(said: Any) -> int:
    error = said.get("error") if isinstance(said, dict) else None
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, int) else 0
