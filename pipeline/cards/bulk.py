"""Moving many cards at once: a selection of the list, or all cards of a column before it is deleted."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from enum import Enum
from typing import NamedTuple, cast

from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from base.batches import batches
from base.notices import Kind, Seen
from base.refusals import Conflict, NotUnderstood
from contacts.models import Contact, sight
from funnel.series import bulk_enrolments, enrolments
from funnel.series.bulk_enrolments import Started
from funnel.series.enrolments import Effect
from pipeline.cards import places
from pipeline.columns import verbs
from pipeline.models import Card, Column, Move

MAX_ENROLLED = 500  # contacts whose mails begin at once
PART = 500  # contacts whose mails are planned by the same statements


class Enrol(Enum):
    """Which contacts are enrolled in the series of the new status."""

    NOBODY = "nobody"
    READY = "ready"  # those who may be mailed now
    EVERYBODY = "everybody"  # all; those who may not be mailed yet wait for a consent, as after a single move


class BulkMove(NamedTuple):
    """The result: how many cards changed their column, and whose series began."""

    moved: int
    started: Started


@transaction.atomic
def move_many(*, user: User, contact_ids: Collection[int], column_id: int, now: datetime, enrol: bool = False) -> int:
    """Move the visible cards on top of the column, in their present order, and return how many changed their column.

    Cards that are in the column already stay where they are. Nobody is enrolled unless `enrol` is set. Raises `Gone`
    for a column that no longer exists, `NotUnderstood` for enrolling more than MAX_ENROLLED contacts.
    """
    target = verbs.subject(verbs.lock_all_columns(user.account), column_id)
    check_enrolling(len(contact_ids), enrol=enrol)
    cards = Card.objects.of(user.account).filter(sight(user, "contact__"), contact__in=contact_ids)
    whom = Enrol.EVERYBODY if enrol else Enrol.NOBODY
    return move_cards(cards.exclude(column=target), target, user, Move.Via.BULK, now, enrol=whom).moved


def check_enrolling(count: int, *, enrol: bool) -> None:
    """Raise `NotUnderstood` for enrolling more than MAX_ENROLLED contacts."""
    if enrol and count > MAX_ENROLLED:
        raise NotUnderstood(_("Eine E-Mail-Serie lässt sich für höchstens 500 Kontakte auf einmal starten."))


@transaction.atomic
@notices.as_one(Kind.COLUMNS)
def empty_and_remove(*, user: User, column_id: int, target_id: int, now: datetime) -> int:
    """Move all contacts of a column on top of another one, delete the column, and return how many were moved.

    Enrols nobody. Raises `Conflict` for a system column, `Gone` for a column that no longer exists, `NotUnderstood`
    for an unknown target or the column itself.
    """
    column, target = to_be_emptied(user, column_id, target_id)
    cards = Card.objects.of(user.account).filter(column=column)
    result = move_cards(cards, target, user, Move.Via.COLUMN, now)
    verbs.close_gap(user, column)
    return result.moved


def to_be_emptied(user: User, column_id: int, target_id: int) -> tuple[Column, Column]:
    """Return the column and its target, with all columns locked. Raises like `empty_and_remove`."""
    columns = verbs.lock_all_columns(user.account)
    column, target = verbs.subject(columns, column_id), verbs.find(columns, target_id)
    if column.is_system:
        raise Conflict(verbs.bound_to_funnel())
    if target.pk == column.pk:
        raise NotUnderstood(_("Bitte wählen Sie eine andere Spalte als Ziel."))
    return column, target


def move_cards(
    cards: QuerySet,
    target: Column,
    user: User | None,
    via: str,
    now: datetime,
    *,
    enrol: Enrol = Enrol.NOBODY,
) -> BulkMove:
    """Move these cards of other columns on top of the target. The caller holds the locks of account and columns.

    As with a single move, leaving a status ends or pauses its mails; nobody is enrolled unless `enrol` says so.
    """
    locked = list(cards.order_by("pk").select_related("column").select_for_update(of=("self",)))
    locked.sort(key=lambda card: (card.column.position, card.rank))
    moves = [_move(card, target, user, via, now) for card in locked]
    _place(locked, places.top(target.pk, len(locked)), target, now)
    Move.objects.bulk_create(moves, batch_size=1000)
    left, started = [card.pk for card in locked], Started()
    causes = {move.contact_id: move.pk for move in moves}
    tell(Kind.MOVED, locked, user, {target.pk, *(card.column_id for card in locked)}, more=1)
    with notices.quiet():  # the mails belong to the moves
        if enrol is not Enrol.NOBODY and target.effect is Effect.ENROL:
            started = _enrol(moves, target, user, now, waits=enrol is Enrol.EVERYBODY)
            left = started.left_alone
        enrolments.leave_many(
            account_id=target.account_id, contact_ids=left, now=now, effect=target.effect, causes=causes, actor=user
        )
    return BulkMove(len(locked), started)


def tell(kind: Kind, cards: Sequence[Card], user: User | None, columns: Iterable[int | None], *, more: int = 0) -> None:
    """Tell of these cards, which are locked. Their versions are `more` than they were read."""
    if not cards:
        return
    seen = [Seen.kept(card.pk, card.assignee_id or None, card.version + more) for card in cards]
    notices.tell(kind, cards[0].account_id, seen, columns, user.pk if user else None)


def _enrol(moves: list[Move], target: Column, user: User | None, now: datetime, *, waits: bool) -> Started:
    """Enrol in batches, so that what is read and written at once is bounded, however many were moved."""
    started, sequence_id = Started(), cast(int, target.sequence_id)
    for part in batches(moves, PART):
        causes = {move.contact_id: move.pk for move in part}
        contacts = Contact.objects.of(target.account_id).filter(pk__in=causes).order_by("pk")
        started.add(
            bulk_enrolments.start_many(
                contacts=list(contacts),
                actor=user,
                now=now,
                sequence_id=sequence_id,
                waits=waits,
                causes=causes,
            )
        )
    return started


PLACE = """
UPDATE pipeline_card
SET column_id = %s, rank = place.rank, version = version + 1, entered_at = %s, last_key = '', last_request = '',
    asked_again_at = NULL, waits_since = NULL, remind_at = NULL
FROM unnest(%s::bigint[], %s::text[]) AS place(contact_id, rank)
WHERE pipeline_card.contact_id = place.contact_id
"""


def _place(cards: list[Card], ranks: list[str], target: Column, now: datetime) -> None:
    """Write all places in one statement, because the columns are locked until it ends.

    `bulk_update`, with a CASE for each card, takes ten seconds for ten thousand cards.
    """
    with connection.cursor() as cursor:
        cursor.execute(PLACE, [target.pk, now, [card.pk for card in cards], ranks])


def _move(card: Card, target: Column, user: User | None, via: str, now: datetime) -> Move:
    return Move(
        account_id=card.account_id,
        contact_id=card.contact_id,
        from_column_id=card.column_id,
        to_column=target,
        from_name=card.column.name,
        to_name=target.name,
        from_rank=card.rank,
        version=card.version + 1,
        actor=user,
        via=via,
        at=now,
        waited_since=card.waits_since,
    )
