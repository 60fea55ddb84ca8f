"""What a change of a sequence's steps means for active series.

A step added at the end still reaches them, and two steps that swap places swap their dates. The caller has locked the
sequence; enrolments and then messages are locked after it, as everywhere.
"""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from funnel.models import Enrolment, EnrolmentState, Message, MessageReason, MessageState, Sender, Sequence, Step
from funnel.series import planning

PASSED = (*planning.OPEN, *planning.DONE)
BATCH = 500


def count_reached(sequence: Sequence) -> int:
    """Return the number of active series that a new step at the end would still reach."""
    return _active_series(sequence).count()


def extend(step: Step, *, now: datetime) -> int:
    """Plan the step, after everything already planned, for active series that have not passed its position.

    Contacts that received the step, or for whom it was cancelled by hand, do not get it again; those whose series is
    paused get it on resuming. Return the number of messages planned. Takes a few statements per batch.
    """
    sender = Sender.objects.of(step.account_id).select_related("account").get()
    hours, count = planning.window(sender), 0
    for held in _batches(_still_to_reach(step)):
        ends = _last_planned(step.account_id, held)
        coming = [
            message
            for row in held
            if row.pk in ends
            for message in planning.messages_after(row, [step], hours, ends[row.pk][0], now, ends[row.pk][1])
        ]
        count += len(planning.insert(coming))
    return count


def swap(one: Step, other: Step) -> None:
    """Swap the dates of two steps that have swapped places, where both are planned.

    Otherwise the step that is now first would delay the other until its own, later date.
    """
    steps = [one.pk, other.pk]
    planned = Message.objects.of(one.account_id).filter(state=MessageState.PLANNED)
    both = [Exists(planned.filter(enrolment=OuterRef("pk"), step=step)) for step in steps]
    rows = Enrolment.objects.of(one.account_id).filter(*both, sequence=one.sequence_id)
    for held in _batches(rows):
        movable = planned.filter(enrolment__in=held, step__in=steps, is_urgent=False)
        partner = movable.filter(enrolment=OuterRef("enrolment")).exclude(step=OuterRef("step"))
        movable.filter(Exists(partner)).update(planned_for=Subquery(partner.values("planned_for")[:1]))


def _active_series(sequence: Sequence) -> QuerySet[Enrolment]:
    coming = Message.objects.of(sequence.account_id).filter(enrolment=OuterRef("pk"), state__in=planning.UNDER_WAY)
    rows = Enrolment.objects.of(sequence.account_id).filter(Exists(coming), sequence=sequence)
    return rows.filter(state=EnrolmentState.ACTIVE)


def _still_to_reach(step: Step) -> QuerySet[Enrolment]:
    """Return the active series that have not passed the step's position."""
    mine = Message.objects.of(step.account_id).filter(enrolment=OuterRef("pk"))
    had = mine.filter(~Q(state=MessageState.CANCELLED) | Q(reason=MessageReason.BY_HAND), step=step)
    past = mine.filter(state__in=PASSED, step__removed_at=None, step__position__gt=step.position)
    return _active_series(step.sequence).exclude(Exists(had)).exclude(Exists(past))


def _batches(rows: QuerySet[Enrolment]) -> Iterator[list[Enrolment]]:
    """Yield the rows locked, batch by batch in order of id; the conditions hold under the lock."""
    last = 0
    while held := list(rows.filter(pk__gt=last).order_by("pk").select_for_update(of=("self",))[:BATCH]):
        last = held[-1].pk
        yield held


def _last_planned(account_id: int, held: list[Enrolment]) -> dict[int, tuple[datetime, int | None]]:
    """Return the date and the cause of each enrolment's last planned mail; an undo must cancel both together."""
    rows = Message.objects.of(account_id).filter(enrolment__in=held, state__in=planning.UNDER_WAY)
    found = rows.order_by("planned_for", "pk").values_list("enrolment", "planned_for", "planned_by")
    return {pk: (moment, cause) for pk, moment, cause in found}
