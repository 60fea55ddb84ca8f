"""What users change about sequences: steps, their order, and whether they are on.

Sent mails keep their text. Planned mails are rendered from the step as it is when they are due; only swapping steps
changes their dates, and those of a step that is off or removed are skipped. Every function locks the sequence first.
"""

from dataclasses import dataclass
from datetime import datetime, time
from typing import Any

from django.db import transaction
from django.db.models import F
from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from base import notices
from base.refusals import Conflict, Gone, Overtaken
from funnel.letters import defaults
from funnel.models import Message, MessageState, Sequence, Step
from funnel.series import planning, replanning

MAX_STEPS = 30
PARKED = 10_000  # positions are moved out of the way by this while they change, since no two steps may share one


@dataclass(frozen=True)
class Content:
    """The content of a step. Without `send_at` the mail leaves as soon as it may."""

    subject: str
    body: str
    delay_days: int
    send_at: time | None = None


@transaction.atomic
def add(*, user: User, sequence_id: int, content: Content, now: datetime) -> Step:
    """Append a step. Active series get it after their last mail; complete ones stay complete.

    Raises Http404, and Conflict when the sequence is full. Not idempotent: a repeat adds a second step.
    """
    sequence = _lock_sequence(user, sequence_id)
    steps = _present_steps(sequence)
    _refuse_full(len(steps))
    step = Step.objects.create(
        account_id=sequence.account_id,
        sequence=sequence,
        position=len(steps),
        created_at=now,
        **vars(content),
    )
    tell(user, is_replanned=replanning.extend(step, now=now) > 0)
    return step


@transaction.atomic
def suggest(*, user: User, sequence_id: int) -> list[Step]:
    """Fill an empty sequence with the texts that an office starts with.

    Raises Http404, and Conflict when there is a step already, so also on a repeat.
    """
    sequence = _lock_sequence(user, sequence_id)
    if _present_steps(sequence):
        raise Conflict(_("Diese Serie hat schon Mails. Vorschlagstexte gibt es nur für eine leere Serie."))
    tell(user)
    return defaults.fill(sequence)


@transaction.atomic
def edit(*, user: User, step_id: int, version: int, content: Content) -> Step:
    """Save a step. Raises Http404, Gone if it was removed, and Overtaken if `version` is not the present one.

    Idempotent: unchanged content is not written.
    """
    step = _lock_present_step(user, step_id)
    wanted = vars(content)
    if all(getattr(step, name) == value for name, value in wanted.items()):
        return step
    if step.version != version:
        sentence = _("Dieser Schritt wurde soeben von jemand anderem geändert. Es wurde nichts gespeichert.")
        raise Overtaken(sentence, step)
    tell(user)
    return _save(step, wanted)


@transaction.atomic
def shift(*, user: User, step_id: int, by: int) -> Step:
    """Swap places with the previous (-1) or next (1) step; planned mails of the two swap their dates.

    Raises Http404, Gone, and Conflict if there is no such step.
    """
    step = _lock_present_step(user, step_id)
    steps = _present_steps(step.sequence)
    place = [one.pk for one in steps].index(step.pk)
    if not 0 <= place + by < len(steps):
        raise Conflict(_("Dieser Schritt steht schon am Rand."))
    steps[place], steps[place + by] = steps[place + by], steps[place]
    _number(steps)
    replanning.swap(steps[place], steps[place + by])
    tell(user, is_replanned=True)
    return step


@transaction.atomic
def copy(*, user: User, step_id: int, now: datetime) -> Step:
    """Insert a copy below the step, switched off. Raises Http404, Gone, and Conflict when the sequence is full."""
    step = _lock_present_step(user, step_id)
    steps = _present_steps(step.sequence)
    _refuse_full(len(steps))
    twin = Step(
        account_id=step.account_id,
        sequence=step.sequence,
        position=2 * PARKED,
        delay_days=step.delay_days,
        send_at=step.send_at,
        subject=step.subject,
        body=step.body,
        is_on=False,
        created_at=now,
    )
    twin.save()
    steps.insert([one.pk for one in steps].index(step.pk) + 1, twin)
    _number(steps)
    tell(user)
    return twin


@transaction.atomic
def remove(*, user: User, step_id: int, now: datetime) -> int:
    """Remove a step and return the number of planned mails that will not be sent. Sent mails are kept.

    Raises Http404. Idempotent.
    """
    step = _lock_step(user, step_id)
    if step.removed_at is None:
        step.removed_at = now
        step.save(update_fields=["removed_at"])
        _number(_present_steps(step.sequence))
        tell(user)
    return count_planned(step)


@transaction.atomic
def set_step_enabled(*, user: User, step_id: int, on: bool, now: datetime) -> Step:
    """Switch a step on or off.

    Off: its planned mails are skipped when due, and no new ones are planned. On: active series that have not passed its
    position get it too. Raises Http404, Gone. Idempotent.
    """
    step = _lock_present_step(user, step_id)
    if step.is_on == on:
        return step
    _save(step, {"is_on": on})
    tell(user, is_replanned=on and replanning.extend(step, now=now) > 0)
    return step


@transaction.atomic
def set_enabled(*, user: User, sequence_id: int, on: bool) -> Sequence:
    """Switch a sequence on or off. Off: its claimed messages are planned again, and no more are claimed.

    What was already handed to a mail server cannot be recalled. Raises Http404. Idempotent.
    """
    sequence = _lock_sequence(user, sequence_id)
    if sequence.is_on != on:
        sequence.is_on = on
        sequence.save(update_fields=["is_on"])
        tell(user)
    if not on:
        claimed = Message.objects.of(user.account).filter(
            state=MessageState.CLAIMED, step__sequence=sequence, is_urgent=False
        )
        claimed.update(state=MessageState.PLANNED, claimed_at=None)
    return sequence


def tell(user: User, *, is_replanned: bool = False) -> None:
    """Tell open pages that series changed; if it `is_replanned`, the dates of mails that contacts are about to get."""
    notices.tell(notices.Kind.SERIES, user.account_id, None if is_replanned else (), user=user.pk)


def count_planned(step: Step) -> int:
    """Return the number of planned mails that an edit of the step affects."""
    waiting = Message.objects.of(step.account_id).filter(step=step, state__in=planning.OPEN)
    return waiting.count()


def planned_sentence(count: int) -> str:
    """Return a sentence on the number of planned mails affected, "" for none."""
    if not count:
        return ""
    sentence = ngettext(
        "Das betrifft %(count)d geplante Mail. Bereits gesendete bleiben, wie sie waren.",
        "Das betrifft %(count)d geplante Mails. Bereits gesendete bleiben, wie sie waren.",
        count,
    )
    return sentence % {"count": count}


def reached_sentence(count: int) -> str:
    """Return a sentence on the number of active series that a new step reaches, "" for none."""
    if not count:
        return ""
    sentence = ngettext(
        "%(count)d laufende Serie bekommt diese Mail noch, nach ihrer letzten.",
        "%(count)d laufende Serien bekommen diese Mail noch, nach ihrer letzten.",
        count,
    )
    return sentence % {"count": count}


def find(user: User, step_id: int) -> Step:
    """Return the step with its sequence. Raises Http404, and Gone if it was removed."""
    step = Step.objects.of(user.account).select_related("sequence").filter(pk=step_id).first()
    return _present_step(step)


def find_sequence(user: User, sequence_id: int) -> Sequence:
    """Return a sequence of the user's office. Raises Http404."""
    sequence = Sequence.objects.of(user.account).filter(pk=sequence_id).first()
    if sequence is None:
        raise Http404
    return sequence


def _lock_sequence(user: User, sequence_id: int) -> Sequence:
    sequence = Sequence.objects.of(user.account).select_for_update(no_key=True).filter(pk=sequence_id).first()
    if sequence is None:
        raise Http404
    return sequence


def _lock_step(user: User, step_id: int) -> Step:
    """Return the step, read after locking its sequence."""
    known = Step.objects.of(user.account).filter(pk=step_id).values_list("sequence", flat=True).first()
    if known is None:
        raise Http404
    sequence = _lock_sequence(user, known)
    step = Step.objects.of(user.account).get(pk=step_id)
    step.sequence = sequence
    return step


def _lock_present_step(user: User, step_id: int) -> Step:
    return _present_step(_lock_step(user, step_id))


def _present_step(step: Step | None) -> Step:
    if step is None:
        raise Http404
    if step.removed_at is not None:
        raise Gone(_("Dieser Schritt wurde entfernt."))
    return step


def _present_steps(sequence: Sequence) -> list[Step]:
    steps = Step.objects.of(sequence.account_id).filter(sequence=sequence, removed_at=None)
    return list(steps.order_by("position"))


def _number(steps: list[Step]) -> None:
    """Write the positions 0 to n-1, by way of unused ones so that no two steps share a position."""
    moved = [(place, one) for place, one in enumerate(steps) if one.position != place]
    if not moved:
        return
    rows = Step.objects.of(steps[0].account_id).filter(pk__in=[one.pk for _place, one in moved])
    rows.filter(position__lt=PARKED).update(position=F("position") + PARKED)
    for place, one in moved:
        one.position = place
        one.save(update_fields=["position"])


def _save(step: Step, values: dict[str, Any]) -> Step:
    for name, value in values.items():
        setattr(step, name, value)
    step.version += 1
    step.save(update_fields=[*values, "version"])
    return step


def _refuse_full(count: int) -> None:
    if count >= MAX_STEPS:
        raise Conflict(_("Eine Serie hat höchstens %d Schritte.") % MAX_STEPS)
