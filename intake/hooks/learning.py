"""What a web hook learns: the field for each value that its sender sends, as the office says, from an example."""

from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from base.refusals import Conflict
from intake import taking
from intake.hooks import making
from intake.models import TO_LOOK_AT, Arrival, Inlet, Result
from intake.reading import hooks, targets
from intake.reading.lead import NotRead
from intake.reading.senders import meta
from intake.reading.tree import parsed

LAST = 10  # arrivals of which the newest readable one is the example
MAX_ROWS = 100
MAX_MAPPED = 500  # paths of one web hook
SHOWN = 200  # characters of a value
FEW = 100  # that are read again at once


class Row(NamedTuple):
    """A value of the example: what the web hook makes of it, and what it would by itself."""

    number: int
    path: str
    label: str
    value: str
    target: str
    proposed: str


class Example(NamedTuple):
    """A sending, value by value. `fault` says why there are none."""

    arrival: Arrival
    rows: list[Row]
    more: int  # values that are not shown
    fault: str = ""


class Again(NamedTuple):
    """What became of arrivals that were read again. `last` is the id of the last; `left` are those behind it."""

    contacts: int
    unread: int
    last: int
    left: int


def example_of(inlet: Inlet, arrival_id: int | None = None) -> Example | None:
    """Return what was sent last and can be read, or a certain sending."""
    sent = Arrival.objects.of(inlet.account_id).filter(inlet=inlet, size__gt=0).order_by("-pk")
    found = list(sent.filter(pk=arrival_id) if arrival_id else sent[:LAST])
    examples = [_example(inlet, arrival) for arrival in found]
    return next((one for one in examples if not one.fault), examples[0] if examples else None)


@transaction.atomic
def teach(*, user: User, inlet_id: int, arrival_id: int, chosen: Mapping[int, str]) -> Inlet:
    """Keep what each value of the example becomes, by its number. Raises Http404, and Conflict if it is too much.

    What the reader proposes by itself is not kept, so that a better proposal counts later.
    """
    inlet = making.locked(user, inlet_id)
    example = example_of(inlet, arrival_id)
    mapping = dict(inlet.mapping)
    for row in example.rows if example else ():
        target = chosen.get(row.number, row.target)
        mapping.pop(row.path, None)
        if target != row.proposed:
            mapping[row.path] = target
    if len(mapping) > MAX_MAPPED:
        raise Conflict(_("Das sind zu viele Felder für einen Web-Hook. Es wurde nichts gespeichert."))
    inlet.mapping = mapping
    inlet.save(update_fields=["mapping"])
    return inlet


def left(inlet: Inlet, after: int = 0) -> QuerySet[Arrival]:
    """Return what lies in the tray behind this id."""
    rows = Arrival.objects.of(inlet.account_id).filter(inlet=inlet, result__in=TO_LOOK_AT, pk__gt=after)
    return rows.filter(contact=None)


@transaction.atomic
@notices.as_one(notices.Kind.ARRIVED)
def read_again(*, user: User, inlet_id: int, after: int = 0, now: datetime) -> Again:
    """Read what lies in the tray once more, the oldest first, up to `FEW`: without a mail to anybody, told once.

    Each keeps the time at which it arrived. Raises Http404.
    """
    inlet = making.find(user, inlet_id)
    rows = left(inlet, after).order_by("pk").select_for_update(of=("self",), no_key=True)
    taken = [_again(arrival, now) for arrival in rows[:FEW]]
    last = taken[-1].pk if taken else after
    contacts = sum(arrival.contact_id is not None for arrival in taken)
    return Again(contacts, sum(one.is_open for one in taken), last, left(inlet, last).count())


def _again(arrival: Arrival, now: datetime) -> Arrival:
    """Read and take in; after a fault of ours it lies where it did, since the worker would send mails."""
    before, reason = arrival.result, arrival.reason
    arrival.result = Result.WAITING
    arrival.save(update_fields=["result"])
    taken = taking.take(arrival.pk, now, mails=False)
    if taken.result == Result.WAITING:
        taken.result, taken.reason = before, reason
        taken.save(update_fields=["result", "reason"])
    return taken


def _example(inlet: Inlet, arrival: Arrival) -> Example:
    try:
        tree = parsed(arrival.content_type, bytes(arrival.raw))
        if meta.fits(tree):
            why = _("Die Antworten sind noch nicht abgeholt.") if inlet.access else _(taking.WHY_NAMELESS["meta"])
            return Example(arrival, [], 0, why)
        fields = [field for payload in hooks.payloads(tree) for field in payload.fields]
    except NotRead as fault:
        return Example(arrival, [], 0, _(fault.reason))
    rows = [
        _row(inlet, number, [field for field in fields if field.path == path])
        for number, path in enumerate(list(dict.fromkeys(field.path for field in fields))[:MAX_ROWS])
    ]
    return Example(arrival, rows, len({field.path for field in fields}) - len(rows))


def _row(inlet: Inlet, number: int, fields: list[hooks.Field]) -> Row:
    """Return all that stands at one place."""
    first = fields[0]
    value = " · ".join(dict.fromkeys(" ".join(field.value[:SHOWN].split()) for field in fields))[:SHOWN]
    proposed = _known(first.target)
    return Row(number, first.path, first.label, value, _known(inlet.mapping.get(first.path, proposed)), proposed)


def _known(target: str | None) -> str:
    return target if target in targets.LABELS else targets.FURTHER
