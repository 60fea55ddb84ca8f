"""Moving a single card: board, menu, list and detail page all call `move_card`. Many at once: `bulk`.

Locks are taken in the same order everywhere: account, columns by id, contacts by id, cards by id; a change of a
contact's assignee, due date or source locks its card, too. A move locks no contact, but both its columns, so that no
column is shifted or deleted meanwhile, and moves within a column happen one after the other.
"""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from base.notices import Kind, Seen
from base.refusals import Conflict, Gone, NotUnderstood, Overtaken
from base.sql import all_rows, loaded
from contacts.models import Contact, sight
from funnel.series import enrolments, undoing
from funnel.series.enrolments import Announcement, Effect
from pipeline.cards import places
from pipeline.cards.locks import lock_card, lock_move_columns
from pipeline.columns import counts
from pipeline.columns.counts import Counts
from pipeline.models import Card, Column, Move

UNDO_SECONDS = 10
UNDO_GRACE_SECONDS = 5  # for the message to reach the browser, and the click to reach us
TOP = None


class NoSuchCard(Http404):
    """The card does not exist for this user: unknown, of another office, or hidden."""


@dataclass(frozen=True)
class Moved:
    """The result of a move, as the answer shows it."""

    card: Card
    changed: bool  # whether this request changed the card's place
    move: Move | None = None  # None: the column stayed the same
    previous_column_id: int | None = None
    after_id: int | None = None  # the neighbour above; None: on top
    columns: dict[int, Column] = field(default_factory=dict)  # those that were locked, by id
    counts: dict[int, Counts] = field(default_factory=dict)  # of both columns after a move, by id
    announcement: Announcement | None = None  # what the move means for the contact's mails


@transaction.atomic
def move_card(
    *,
    user: User,
    contact_id: int,
    column_id: int,
    after_id: int | None = TOP,
    version: int,
    key: str = "",
    via: str,
    now: datetime,
) -> Moved:
    """Move the card into the column, below the card of contact `after_id` or on top.

    The same place writes nothing; another place in the same column writes only the rank; another column raises the
    version by one and adds a `Move`. Idempotent for the same `key`. If the neighbour has left the column, the card
    goes on top. `version` is the card's as the user saw it.

    Raises `NoSuchCard`, `Gone` for a card in the trash, `Overtaken` for an old version, `NotUnderstood` for an unknown
    column or neighbour, and for a key that was used for another request.
    """
    columns = lock_move_columns(user, contact_id, column_id)
    card = _lock_card(user, contact_id, columns, column_id, after_id)
    request = f"{column_id} {after_id or ''} {version}"
    if key and key == card.last_key:
        return _repeated(card, request)
    target = columns.get(column_id)
    if target is None:
        raise NotUnderstood(_("Diese Spalte gibt es nicht (mehr)."))
    if card.version != version:
        raise overtaken(card, user)
    gap = places.gap(card, after_id, user)
    if card.column_id == column_id and gap.holds(card.rank):
        return Moved(card, changed=False, after_id=after_id)
    card.last_key, card.last_request = key, request
    rank = places.rank_in(gap, column_id)
    landed = after_id if gap.above else TOP
    if card.column_id == column_id:
        return _reorder(card, rank, landed, user)
    moved = _change_column(card, target, rank, user, via, now, after_id=landed)
    return replace(moved, columns=columns)


@transaction.atomic
def reverse(*, user: User, move_id: int, now: datetime) -> Moved:
    """Undo a move within 10 seconds: column and place are as before. Idempotent.

    Raises `NoSuchCard` for a move of a card the user may not see, `Conflict` if it is too late or the column
    was deleted, `Overtaken` if the card was moved again meanwhile.
    """
    seen = Move.objects.of(user.account).filter(sight(user, "contact__"), pk=move_id, reverses=None)
    move = seen.first()
    if move is None:
        raise NoSuchCard
    columns = lock_move_columns(user, move.contact_id, move.from_column_id)
    card = _lock_card(user, move.contact_id, columns)
    reversal = Move.objects.of(user.account).filter(reverses=move).first()
    if reversal and reversal.version == card.version:
        return _as_it_is(card, reversal)
    if card.version != move.version:
        raise overtaken(card, user)
    if now - move.at > timedelta(seconds=UNDO_SECONDS + UNDO_GRACE_SECONDS):
        raise Conflict(_("Rückgängig machen ist nur 10 Sekunden lang möglich."))
    target = columns.get(move.from_column_id or 0)  # none if it has been deleted
    if target is None:
        raise Conflict(_("Die vorherige Spalte gibt es nicht mehr."))
    card.last_key = card.last_request = ""
    rank = places.nearest_free(target.pk, move.from_rank)
    above = places.neighbour_above(target.pk, rank)
    return _change_column(card, target, rank, user, Move.Via.UNDO, now, after_id=above, reverses=move)


def overtaken(card: Card, user: User) -> Overtaken:
    """Return the refusal that names who moved the card and where to, which may be the user in another window."""
    last = Move.objects.of(card.account_id).filter(contact=card.contact_id).select_related("actor")
    move = last.order_by("-version").first()
    if move is None:
        return Overtaken(_("Dieser Kontakt wurde soeben verschoben."))
    names = {"who": move.actor or _("Jemand"), "column": card.column.name}
    if move.actor_id == user.pk:
        return Overtaken(_("Sie haben diesen Kontakt soeben nach „%(column)s“ verschoben.") % names)
    return Overtaken(_("%(who)s hat diesen Kontakt soeben nach „%(column)s“ verschoben.") % names)


def _lock_card(user: User, contact_id: int, columns: dict[int, Column], *place: int | None) -> Card:
    card = lock_card(user, contact_id, columns, *place)
    if card is not None:
        return card
    trashed = Contact.objects.of(user.account).filter(sight(user), pk=contact_id, trashed_at__isnull=False)
    if trashed.exists():
        raise Gone(_("Dieser Kontakt wurde gelöscht."))
    raise NoSuchCard


def _repeated(card: Card, request: str) -> Moved:
    if request != card.last_request:
        raise NotUnderstood(_("Diese Anfrage wurde schon für etwas anderes verwendet."))
    seen_version = int(request.rsplit(" ", 1)[1])
    if card.version == seen_version:
        return _as_it_is(card, None)
    return _as_it_is(card, Move.objects.of(card.account_id).get(contact=card.contact_id, version=card.version))


def _as_it_is(card: Card, move: Move | None) -> Moved:
    above = places.neighbour_above(card.column_id, card.rank)
    previous = move.from_column_id if move else None
    return Moved(card, changed=True, move=move, previous_column_id=previous, after_id=above)


def _reorder(card: Card, rank: str, after_id: int | None, user: User) -> Moved:
    card.rank = rank
    written = {"rank": rank, "key": card.last_key, "request": card.last_request, "contact_id": card.contact_id}
    notice = _notice(Kind.PLACED, card, user, [])
    all_rows(PLACE, written | {"account_id": card.account_id, "notice": notice})
    return Moved(card, changed=True, after_id=after_id)


def _notice(kind: Kind, card: Card, user: User, columns: list[int | None]) -> str | None:
    seen = Seen.kept(card.contact_id, card.assignee_id or None, card.version)  # what the locked card knows
    return notices.payload(kind, card.account_id, [seen], columns, user.pk)


def _change_column(
    card: Card,
    target: Column,
    rank: str,
    user: User,
    via: str,
    now: datetime,
    *,
    after_id: int | None,
    reverses: Move | None = None,
) -> Moved:
    """Write the new place and its history in one statement, because this is what an office does all day.

    It counts both columns as they were before, so that nothing has to be counted for the answer.
    """
    values = {
        "account_id": card.account_id,
        "contact_id": card.contact_id,
        "from_column_id": card.column_id,
        "to_column_id": target.pk,
        "from_name": card.column.name,
        "to_name": target.name,
        "from_rank": card.rank,
        "version": card.version + 1,
        "actor_id": user.pk,
        "via": str(via),
        "at": now,
        "reverses_id": reverses.pk if reverses else None,
        "waited_since": card.waits_since,
    }
    card.column, card.rank, card.version, card.entered_at = target, rank, card.version + 1, now
    card.asked_again_at, card.waits_since = None, reverses.waited_since if reverses else None
    notice = _notice(Kind.MOVED, card, user, [values["from_column_id"], target.pk])
    written: dict[str, Any] = {"rank": rank, "key": card.last_key, "request": card.last_request, "notice": notice}
    written["waits_since"] = card.waits_since
    rows = all_rows(WRITE, values | written)
    move = loaded(Move, ["id", *values], [rows[0][0], *values.values()])
    with notices.quiet():  # the mails belong to the move, which has been told
        announcement = _mails(card, target, move, user, now)
    return Moved(
        card,
        changed=True,
        move=move,
        previous_column_id=move.from_column_id,
        after_id=after_id,
        counts={pk: (total + (1 if pk == target.pk else -1), mails) for _id, pk, total, mails in rows},
        announcement=announcement,
    )


def _mails(card: Card, target: Column, move: Move, user: User, now: datetime) -> Announcement | None:
    """Apply what the new status means for mails, in the same transaction, so that both commit or neither."""
    if move.reverses_id:
        causes = {card.contact_id: move.reverses_id}
        undone = undoing.undo_many(account_id=card.account_id, causes=causes, now=now)
        return enrolments.announce(account_id=card.account_id, contact_id=card.contact_id) if undone else None
    if target.effect is not Effect.ENROL and not card.has_series:
        return None
    return enrolments.change_status(
        contact=card.contact,
        sequence=target.sequence_id,
        effect=target.effect,
        cause=move.pk,
        actor=user,
        now=now,
    )


WRITE = f"""
WITH moved AS (
    UPDATE pipeline_card
    SET column_id = %(to_column_id)s, rank = %(rank)s, version = %(version)s, entered_at = %(at)s,
        last_key = %(key)s, last_request = %(request)s, asked_again_at = NULL,
        waits_since = %(waits_since)s, remind_at = %(waits_since)s
    WHERE contact_id = %(contact_id)s AND account_id = %(account_id)s
    RETURNING contact_id
), noted AS (
    INSERT INTO pipeline_move (account_id, contact_id, from_column_id, to_column_id, from_name, to_name, from_rank,
                               version, actor_id, via, at, reverses_id, waited_since)
    SELECT %(account_id)s, contact_id, %(from_column_id)s, %(to_column_id)s, %(from_name)s, %(to_name)s, %(from_rank)s,
           %(version)s, %(actor_id)s, %(via)s, %(at)s, %(reverses_id)s, %(waited_since)s
    FROM moved
    RETURNING id, {notices.SEND}
)
SELECT noted.id, col.id, {counts.BOTH}
FROM noted CROSS JOIN pipeline_column AS col WHERE col.id IN (%(from_column_id)s, %(to_column_id)s)
"""
PLACE = f"""
UPDATE pipeline_card SET rank = %(rank)s, last_key = %(key)s, last_request = %(request)s
WHERE contact_id = %(contact_id)s AND account_id = %(account_id)s
RETURNING {notices.SEND}
"""
