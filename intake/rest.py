"""Taking in a lead that another program posts."""

from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from base import vault
from base.refusals import NotUnderstood, Refusal
from intake import arrivals, taking
from intake.models import ApiKey, Arrival, Inlet, Result
from intake.reading import api, signatures
from intake.reading.lead import MAX_BYTES, Lead, NotRead

MAX_KEY = 190  # characters
REMEMBERED = timedelta(hours=24)  # an Idempotency-Key


class NotSigned(Refusal):
    """The signature is missing, wrong or too old."""

    status = 401


class Malformed(Refusal):
    """No JSON object."""

    status = 400


class Answer(NamedTuple):
    status: int
    data: dict[str, Any]


class Signature(NamedTuple):
    """The headers of Standard Webhooks."""

    message_id: str
    timestamp: str
    signatures: str


def receive(
    *, key: ApiKey, body: bytes, content_type: str, idempotency_key: str, signature: Signature, now: datetime
) -> Answer:
    """Keep and take in what was posted, once for an Idempotency-Key, or for the id of a signed message.

    Raises NotSigned, Malformed for what is no JSON object, NotUnderstood for a key that came with another body, and
    like `arrivals.keep`. What is an object, but has fields that cannot be understood, is kept in the tray.
    """
    _check(key.inlet, body, signature, now)
    read, problems = _read(body)
    # Whoever sends a signed message once more could choose another key: only what is signed counts.
    name = _name("", signature.message_id) if key.inlet.secret else _name(idempotency_key, "")
    arrival = _kept(key.inlet, name, body, content_type, now)
    if bytes(arrival.raw) != body:
        raise NotUnderstood(_("Zu diesem Idempotency-Key gehört schon eine andere Anfrage."))
    is_first = arrival.result == Result.WAITING
    return _answer(taking.take(arrival.pk, now, kept=arrival, read=read), problems, is_first=is_first)


def _check(inlet: Inlet, body: bytes, given: Signature, now: datetime) -> None:
    if inlet.secret and not signatures.is_standard_webhook(
        vault.unseal(vault.SENDER, inlet.secret), body, now=now, **given._asdict()
    ):
        raise NotSigned(_("Die Signatur fehlt, ist falsch oder älter als fünf Minuten."))


def _read(body: bytes) -> tuple[list[Lead] | None, list[api.Problem]]:
    """Return the lead, or else what is wrong with it. Raises TooLarge and Malformed."""
    if len(body) > MAX_BYTES:
        raise arrivals.TooLarge(_("Das ist zu groß. Es wurde nichts gespeichert."))
    try:
        return [api.lead_in(body)], []
    except api.Problems as fault:
        return None, fault.problems
    except NotRead as fault:
        raise Malformed(_(fault.reason)) from None


def _name(idempotency_key: str, message_id: str) -> str:
    """Return the key under which the request is kept."""
    if len(idempotency_key) > MAX_KEY or len(message_id) > MAX_KEY or not (idempotency_key + message_id).isprintable():
        raise NotUnderstood(_("Ein Idempotency-Key hat höchstens %(limit)s Zeichen.") % {"limit": MAX_KEY})
    if idempotency_key:
        return f"key:{idempotency_key}"
    return f"id:{message_id}" if message_id else f"once:{uuid4().hex}"


def _kept(inlet: Inlet, name: str, body: bytes, content_type: str, now: datetime) -> Arrival:
    """Keep the request. A key that was used more than a day ago is free again."""
    common: dict[str, Any] = {"inlet": inlet, "key": name, "raw": body, "content_type": content_type, "now": now}
    found = arrivals.keep(**common)
    if found.arrived_at > now - REMEMBERED:
        return found
    with transaction.atomic():
        Arrival.objects.of(inlet.account).filter(pk=found.pk, key=name).update(key=f"past:{found.pk}")
        return arrivals.keep(**common)


def _answer(arrival: Arrival, problems: list[api.Problem], *, is_first: bool) -> Answer:
    if arrival.contact_id is not None:
        is_new = arrival.result == Result.NEW and is_first
        return Answer(201 if is_new else 200, {"id": arrival.contact_id, "duplicate": not is_new})
    said = [{"path": one.path, "sentence": _(one.sentence)} for one in problems]
    return Answer(202, {"quarantined": f"q-{arrival.pk}", "problems": said})
