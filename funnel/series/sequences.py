"""What people change about the series: their steps, in which order, and whether they run.

What was sent keeps its own text. Planned mails are made from the step as it is when they leave, on the day they were
planned for, which only a change of places changes; those of a step that is off or removed are skipped then. Every verb
locks the sequence first.
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
from base.refusals import Conflict, Gone
from funnel.letters import defaults
from funnel.models import Message, MessageState, Sequence, Step
from funnel.series import planning, replanning

MAX_STEPS = 30
PARKED = 10_000  # where positions wait while they change: two steps never share one


@dataclass(frozen=True)
class Content:
    """What somebody writes: one mail and when it goes. `send_at` None: as soon as it may."""

    subject: str
    body: str
    delay_days: int
    send_at: time | None = None


class Overtaken(Conflict):
    """Somebody saved the step in between; `step` is what stands there now."""

    def __init__(self, step: Step) -> None:
        super().__init__(_("Dieser Schritt wurde soeben von jemand anderem geändert. Es wurde nichts gespeichert."))
        self.step = step


@transaction.atomic
def add(*, user: User, sequence_id: int, content: Content, now: datetime) -> Step:
    """A new step at the end, also for those whose series still runs: it is planned after their last mail. A series
    that is through stays so.

    Raises Http404, and Conflict when the series is full. Repeated: a second step.
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
    replanning.extend(step, now=now)
    return step


@transaction.atomic
def suggest(*, user: User, sequence_id: int) -> list[Step]:
    """Gives a series without a mail the texts an office starts with, for those who start from now on.

    Raises Http404, and Conflict when there is a mail already (so a repeat has no second effect).
    """
    sequence = _lock_sequence(user, sequence_id)
    if _present_steps(sequence):
        raise Conflict(_("Diese Serie hat schon Mails. Vorschlagstexte gibt es nur für eine leere Serie."))
    return defaults.fill(sequence)


@transaction.atomic
def edit(*, user: User, step_id: int, version: int, content: Content) -> Step:
    """Saves a step. Raises Http404, Gone for a removed one, Overtaken when `version` is not the present one.

    The same content once more writes nothing.
    """
    step = _lock_present_step(user, step_id)
    wanted = vars(content)
    if all(getattr(step, name) == value for name, value in wanted.items()):
        return step
    if step.version != version:
        raise Overtaken(step)
    return _save(step, **wanted)


@transaction.atomic
def shift(*, user: User, step_id: int, by: int) -> Step:
    """Changes places with the step before (-1) or after (1) it; planned mails of the two change days as well.

    Raises Http404, Gone, and Conflict at the end.
    """
    step = _lock_present_step(user, step_id)
    steps = _present_steps(step.sequence)
    place = [one.pk for one in steps].index(step.pk)
    if not 0 <= place + by < len(steps):
        raise Conflict(_("Dieser Schritt steht schon am Rand."))
    steps[place], steps[place + by] = steps[place + by], steps[place]
    _number(steps)
    replanning.swap(steps[place], steps[place + by])
    return step


@transaction.atomic
def copy(*, user: User, step_id: int, now: datetime) -> Step:
    """A copy right below, switched off until somebody wants it. Raises Http404, Gone, Conflict when it is full."""
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
    return twin


@transaction.atomic
def remove(*, user: User, step_id: int, now: datetime) -> int:
    """Takes the step out; what it sent stays. Answers how many planned mails will not leave.

    Raises Http404. Repeated: no second effect.
    """
    step = _lock_step(user, step_id)
    if step.removed_at is None:
        step.removed_at = now
        step.save(update_fields=["removed_at"])
        _number(_present_steps(step.sequence))
    return count_planned(step)


@transaction.atomic
def set_step_enabled(*, user: User, step_id: int, on: bool, now: datetime) -> Step:
    """Off: its planned mails are skipped when they are due, and nobody is planned for it. On: it also reaches those
    whose series runs and has not come past its place. Raises Http404, Gone.

    Repeated: nothing is written.
    """
    step = _lock_present_step(user, step_id)
    if step.is_on == on:
        return step
    _save(step, is_on=on)
    if on:
        replanning.extend(step, now=now)
    return step


@transaction.atomic
def set_enabled(*, user: User, sequence_id: int, on: bool) -> Sequence:
    """Off: nothing of the series is claimed, and what was claimed is planned again. On: it goes on. Raises Http404.

    What a mail server has in its hands already cannot be called back. Repeated: nothing is written.
    """
    sequence = _lock_sequence(user, sequence_id)
    if sequence.is_on != on:
        sequence.is_on = on
        sequence.save(update_fields=["is_on"])
    if not on:
        claimed = Message.objects.of(user.account).filter(
            state=MessageState.CLAIMED, step__sequence=sequence, is_urgent=False
        )
        claimed.update(state=MessageState.PLANNED, claimed_at=None)
    return sequence


def count_planned(step: Step) -> int:
    """How many planned mails hang on the step: what an edit of it touches."""
    waiting = Message.objects.of(step.account_id).filter(step=step, state__in=planning.OPEN)
    return waiting.count()


def planned_sentence(count: int) -> str:
    """The same in words, "" for none."""
    if not count:
        return ""
    said = ngettext(
        "Das betrifft %(count)d geplante Mail. Bereits gesendete bleiben, wie sie waren.",
        "Das betrifft %(count)d geplante Mails. Bereits gesendete bleiben, wie sie waren.",
        count,
    )
    return said % {"count": count}


def running_sentence(count: int) -> str:
    """How many running series a step at the end still reaches, in words; "" for none."""
    if not count:
        return ""
    said = ngettext(
        "%(count)d laufende Serie bekommt diese Mail noch, nach ihrer letzten.",
        "%(count)d laufende Serien bekommen diese Mail noch, nach ihrer letzten.",
        count,
    )
    return said % {"count": count}


def find(user: User, step_id: int) -> Step:
    """The step with its sequence. Raises Http404, and Gone when it was removed."""
    step = Step.objects.of(user.account).select_related("sequence").filter(pk=step_id).first()
    return _present_step(step)


def find_sequence(user: User, sequence_id: int) -> Sequence:
    """Raises Http404."""
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
    """The step, its sequence locked before it is read."""
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
    """Writes the positions 0 … n-1, past each other by way of places nobody has."""
    moved = [(place, one) for place, one in enumerate(steps) if one.position != place]
    if not moved:
        return
    rows = Step.objects.of(steps[0].account_id).filter(pk__in=[one.pk for _place, one in moved])
    rows.filter(position__lt=PARKED).update(position=F("position") + PARKED)
    for place, one in moved:
        one.position = place
        one.save(update_fields=["position"])


def _save(step: Step, **values: Any) -> Step:
    for name, value in values.items():
        setattr(step, name, value)
    step.version += 1
    step.save(update_fields=[*values, "version"])
    return step


def _refuse_full(count: int) -> None:
    if count >= MAX_STEPS:
        raise Conflict(_("Eine Serie hat höchstens %d Schritte.") % MAX_STEPS)
