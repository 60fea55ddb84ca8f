"""What becomes of a form that was sent: it is kept as it is, and taken in at once unless a robot may have sent it.

Robots and people get the same answer. A robot is never certain, because browsers fill in fields by themselves, too:
suspicious submissions wait for a person. Only what is above the limits is dropped, and those of suspicious ones are
their own, or robots would use up what is left to people.
"""

import hashlib
import json
import re
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from contacts.csv.values import show, tidy
from intake.arrivals import TooMuch, keep
from intake.models import Arrival, Form, Inlet
from intake.reading.submission import OFTEN, UNSOLVED
from intake.taking import take
from intake.website import puzzles, tokens
from intake.website.public_form import CAMPAIGN, TRAP, PublicForm
from intake.website.tokens import Shown

MAX_PLACE, MAX_CAMPAIGN = 200, 200

Consume = Callable[[str, str | None], bool]  # whether one more is within the limit of that name and key


def submit(*, form: Form, answered: PublicForm, address: str, consume: Consume, now: datetime) -> Arrival | None:
    """Keep a valid submission and take it in. None if it is above the limits, which the inlet counts.

    `address` is where the page was shown. The same submission once more is one; its
    key is the token with what was typed, so that somebody who goes back and corrects a number is heard again.
    """
    token = answered.data.get("token", "")
    shown = tokens.read(form, token)
    doubts = suspicions(answered.data, shown, now)
    puzzle = puzzles.solved(form, answered.data.get(puzzles.NAME, ""), now) if form.has_puzzle and not doubts else None
    doubts += [UNSOLVED] if form.has_puzzle and puzzle is None else []
    if not _is_within(form, doubts, consume):
        Inlet.objects.of(form.account_id).filter(pk=form.inlet_id).update(dropped=F("dropped") + 1)
        return None
    if not doubts and not _are_within(form, answered.addresses(), consume):
        doubts = [OFTEN]
    with transaction.atomic():  # so that of a double click the first alone uses the puzzle, and is what is kept
        if puzzle and not puzzles.spend(form, puzzle):
            doubts = [UNSOLVED]
        arrival = _kept(form, answered, _written(form, answered, shown, address, now) | {"suspicions": doubts}, now)
    return take(arrival.pk, now) if arrival else None


def _kept(form: Form, answered: PublicForm, sent: dict[str, Any], now: datetime) -> Arrival | None:
    """Keep the submission; None above the limits of the inlet, which has counted it."""
    typed = json.dumps({key: sent[key] for key in ("answers", "consents")}, sort_keys=True)
    key = hashlib.sha256(f"{answered.data.get('token', '')}\n{typed}".encode()).hexdigest()
    raw = json.dumps(sent, ensure_ascii=False).encode()
    try:
        return keep(
            inlet=form.inlet,
            key=key,
            raw=raw,
            content_type="application/json",
            is_doubted=bool(sent["suspicions"]),
            now=now,
        )
    except TooMuch:
        return None


def suspicions(data: Any, shown: Shown | None, now: datetime) -> list[str]:
    """Return why a robot may have sent this."""
    if shown is None:
        found = ["token"]
    else:
        found = ["fast"] if now - shown.at < tokens.TOO_FAST else []
        found += ["old"] if now - shown.at > tokens.TOO_OLD else []
    return found + (["trap"] if data.get(TRAP) else [])


def _is_within(form: Form, doubts: list[str], consume: Consume) -> bool:
    """Consume the limits of the caller and of the office, or of what is suspicious in this form."""
    group = ("form_suspicious", str(form.inlet_id)) if doubts else ("form_office", str(form.account_id))
    return consume("form", None) and consume(*group)


def _are_within(form: Form, addresses: list[str], consume: Consume) -> bool:
    """Consume the limit of each address that was typed. Anybody can type it, so above it a person decides."""
    within = [consume("form_address", f"{form.account_id}:{address}") for address in addresses]  # each of them
    return all(within)


def _written(form: Form, answered: PublicForm, shown: Shown | None, address: str, now: datetime) -> dict[str, Any]:
    """Return the submission as it is kept: everything that is evidence, in words, whatever becomes of the form."""
    data = answered.data
    return {
        "at": now.astimezone(UTC).isoformat(),
        "title": form.title,
        "source": show("source", form.source),
        "page": _page(form, data.get("page", ""), address),
        "shown_at": shown.at.isoformat() if shown else "",
        "answers": answered.answers(),
        "consents": [
            {"channel": one.channel, "wording": one.text, "version": one.version} for one in answered.ticked()
        ],
        "campaign": {name: tidy(data[name], False)[:MAX_CAMPAIGN] for name in CAMPAIGN if data.get(name)},
    }


def _page(form: Form, said: str, address: str) -> str:
    """Return the address of the page: the one around the frame, if it is of an origin that may show it.

    Without query and fragment: they may carry anything, and the campaign is kept by itself.
    """
    said = re.split("[?#]", tidy(said, False), maxsplit=1)[0]
    is_ours = any(said == origin or said.startswith(f"{origin}/") for origin in form.origins)
    return (said if is_ours else address)[:MAX_PLACE]
