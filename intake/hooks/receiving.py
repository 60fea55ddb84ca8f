"""What becomes of a request to a web hook: it is kept whatever it holds, once, and taken in."""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from django.utils.translation import gettext as _

from intake import arrivals, taking
from intake.hooks.proofs import PROOFS, Sent, check
from intake.models import Arrival, Inlet, Result
from intake.reading.lead import MAX_BYTES, NotRead
from intake.reading.senders import google_ads, meta, typeform
from intake.reading.tree import Tree, leaf, parsed

SAME = timedelta(hours=24)  # in which the same content is the same sending


class Received(NamedTuple):
    arrival: Arrival
    is_duplicate: bool


def receive(*, inlet: Inlet, body: bytes, content_type: str, headers: Mapping[str, str], now: datetime) -> Received:
    """Keep what was sent and take it in; the same thing again has no effect.

    Raises `proofs.NotProven`, and as `arrivals.keep`.
    """
    if len(body) > MAX_BYTES:
        raise arrivals.TooLarge(_("Das ist zu groß. Es wurde nichts gespeichert."))
    sent = Sent(body, content_type, headers, _tree(content_type, body), now)
    raw = check(inlet, sent)
    arrival = arrivals.keep(inlet=inlet, key=_key(inlet, sent), raw=raw, content_type=content_type, now=now)
    is_earlier = arrival.arrived_at != now
    taken = taking.take(arrival.pk, now)
    return Received(taken, is_earlier or taken.result == Result.REPEATED)


def _tree(content_type: str, body: bytes) -> "Tree | None":
    try:
        return parsed(content_type, body)
    except NotRead:
        return None


def _key(inlet: Inlet, sent: Sent) -> str:
    """Return what is the same when a sender tries again, and different for another person.

    That is the id that the sender gives what it sends. Without one it is the content, as it was read: whoever sends
    multipart anew makes up new boundaries, and two people never say the same, since each has a name, an address or a
    number. The same content later than a day is the same person who asks once more. A trial is one each minute, since
    programs give all their trials one id.
    """
    if sent.tree is not None and google_ads.is_test(sent.tree):
        return f"test:{_hash(sent)}:{sent.now:%Y-%m-%dT%H:%M}"
    if found := _id(inlet, sent):
        return f"id:{hashlib.sha256(found.encode(errors='replace')).hexdigest()}"
    content = _hash(sent)
    days = [f"{day:%Y-%m-%d}" for day in (sent.now, sent.now - SAME)]
    earlier = Arrival.objects.of(inlet.account).filter(inlet=inlet, key=f"content:{content}:{days[1]}")
    is_same = earlier.filter(arrived_at__gt=sent.now - SAME).exists()
    return f"content:{content}:{days[1] if is_same else days[0]}"


def _id(inlet: Inlet, sent: Sent) -> str:
    """Return the sender's own id of what it sends, where we know that it is one: with others it may be a form's."""
    is_unsigned = bool(inlet.secret) and inlet.program in PROOFS  # theirs is of the content alone
    if not is_unsigned and (message_id := sent.headers.get("webhook-id", "")):
        return f"message {message_id}"
    if sent.tree is None:
        return ""
    if leads := sorted(one.leadgen_id for one in meta.announced(sent.tree)):
        return f"leadgen {' '.join(leads)}"
    names = [name for program, name in ((typeform, "event_id"), (google_ads, "lead_id")) if program.fits(sent.tree)]
    return next((f"{name} {value}" for name in names if (value := leaf(sent.tree, name))), "")


def _hash(sent: Sent) -> str:
    content = sent.body if sent.tree is None else json.dumps(sent.tree, sort_keys=True).encode()
    return hashlib.sha256(content).hexdigest()
