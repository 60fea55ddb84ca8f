"""Opening mails in a process of its own, within limits of time and memory: anybody may send them.

The process begins with the first mail and is kept. It knows no models.
"""

import json
from collections.abc import Iterable, Mapping
from threading import Lock
from typing import Any

from django.utils.translation import gettext_noop as _

from funnel.incoming.opened import PoisonMail
from funnel.replies.isolation import IsolatedProcess
from intake.reading import mails, showing
from intake.reading.lead import Lead, NotRead, Unread

MAIL = "message/rfc822"  # the type of what this module reads
SECONDS = 10  # for a mail
TOO_LONG = _("Die Mail ist so aufgebaut, dass ihr Lesen zu lange dauerte.")


def leads_in(raw: bytes, content_type: str, mapping: Mapping[str, Any]) -> list[Lead]:
    """Return the people who ask in a mail, as `mails.leads_in` does. Raises what it raises."""
    answer = _asked("leads", raw, mapping.get("senders", ()))
    if isinstance(answer, Unread):
        raise answer
    found: list[Lead] = answer
    return found


def shown(raw: bytes) -> showing.Shown:
    """Return what can be shown of a mail. Raises NotRead."""
    answer: showing.Shown = _asked("shown", raw)
    return answer


def work(content: bytes) -> Any:
    """Do what is asked, in the other process."""
    head, _end, raw = content.partition(b"\n")
    asked = json.loads(head)
    if asked["what"] == "shown":
        return showing.shown(raw)
    try:
        return mails.leads_in(raw, asked["senders"])
    except Unread as answer:  # raised there, it would not get here as what it is
        return answer


_process = IsolatedProcess(work, seconds=SECONDS)
_turn = Lock()


def _asked(what: str, raw: bytes, senders: Iterable[str] = ()) -> Any:
    head = json.dumps({"what": what, "senders": list(senders)}).encode()
    try:
        with _turn:
            return _process(head + b"\n" + raw)
    except PoisonMail as poisoned:
        raise NotRead(TOO_LONG if poisoned.fault == "too_long" else mails.POISON) from None
