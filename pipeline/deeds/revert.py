"""Undoing what a deed did to its contacts, in batches. The caller is in a transaction and has locked the deed.

Only contacts that are still as the deed left them are restored. The parts of the others are marked, so that the user
is told which they are.
"""

from collections.abc import Callable, Collection
from datetime import datetime
from typing import cast

from django.db import connection

from accounts.models import User
from base import notices
from base.notices import Kind
from contacts import assignment
from contacts.models import Change, Contact, sight
from contacts.telling import tell_of_many
from funnel.series import undoing
from pipeline import leads
from pipeline.cards import bulk, places
from pipeline.columns import verbs
from pipeline.deeds.apply import AT_ONCE, cause
from pipeline.models import Card, Column, Deed, DeedKind, DeedPart, Move, TrashedCard

# What open pages are told of a batch; undoing a removed column moves its contacts back.
KINDS: dict[str, Kind] = {DeedKind.ASSIGN: Kind.ASSIGNED, DeedKind.TRASH: Kind.RESTORED, DeedKind.STATUS: Kind.MOVED}


def step(deed: Deed, user: User, now: datetime) -> bool:
    """Undo the next batch of contacts; return whether more are left."""
    with notices.as_one(KINDS.get(deed.kind, Kind.MOVED)):
        return _step(deed, user, now)


def _step(deed: Deed, user: User, now: datetime) -> bool:
    open_ones = DeedPart.objects.of(deed.account_id).filter(deed=deed, is_left=False)
    parts = list(open_ones.order_by("pk")[:AT_ONCE])
    match deed.kind:
        case DeedKind.ASSIGN:
            back = _hands(deed, parts, user, now)
        case DeedKind.TRASH:
            back = _from_trash(deed, parts, user, now)
        case _:
            back = _places(parts, user, now)
    done = [part.pk for part in parts if part.contact_id in back]
    open_ones.filter(pk__in=done).delete()
    open_ones.filter(pk__in=[part.pk for part in parts]).update(is_left=True)
    deed.count += len(parts)
    deed.asked = deed.asked | {"back": deed.asked.get("back", 0) + len(done)}
    deed.save(update_fields=["count", "asked"])
    return open_ones.exists()


def is_in_vain(deed: Deed) -> bool:
    """Return whether nothing could be undone, since all contacts were changed. A restored column counts as undone."""
    is_column_back = deed.kind == DeedKind.EMPTY and deed.before
    return not is_column_back and not deed.asked.get("back") and deed.parts.filter(is_left=True).exists()


def _hands(deed: Deed, parts: list[DeedPart], user: User, now: datetime) -> Collection[int]:
    """Restore the former assignees, unless somebody has assigned the contact since."""
    assignment.hold(user.account, None)
    ids = [part.contact_id for part in parts]
    contacts = Contact.objects.of(user.account).live().filter(pk__in=ids).order_by("pk")
    held = dict(contacts.select_for_update(of=("self",), no_key=True).values_list("pk", "assignee"))
    given = Change.objects.of(user.account).filter(contact__in=ids, kind=Change.Kind.ASSIGNED)
    since = set(given.filter(at__gt=deed.at).values_list("contact", flat=True))
    fit = [part for part in parts if part.contact_id not in since]
    fit = [part for part in fit if held.get(part.contact_id, -1) == deed.asked["assignee"]]
    before = {part.contact_id: part.assignee_id for part in fit}
    assignment.give_back(actor=user, before=before, now=now)
    return before.keys()


def _from_trash(deed: Deed, parts: list[DeedPart], user: User, now: datetime) -> Collection[int]:
    """Restore contacts that are still in the trash; those whose column was deleted go to „Neue Kontakte“."""
    columns = {column.pk: column for column in verbs.lock_all_columns(user.account)}
    trashed = TrashedCard.objects.of(user.account).filter(sight(user, "contact__"))
    trashed = trashed.filter(contact__in=[part.contact_id for part in parts], contact__trashed_at=deed.at)
    lying = set(trashed.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    fit = [part for part in parts if part.contact_id in lying]
    homeless = [part.contact_id for part in fit if part.column_id not in columns]
    if homeless:
        leads.restore(user=user, contact_ids=homeless, now=now)
    fit = [part for part in fit if part.column_id in columns]
    ids = [part.contact_id for part in fit]
    leads.leave_trash(ids, user.account, user, now)
    _settle(fit, _lay)
    tell_of_many(Kind.RESTORED, user.account_id, ids, user, {part.column_id for part in fit})
    undoing.undo_many(account_id=user.account_id, causes=dict.fromkeys(ids, cause(deed)), now=now)
    return lying


def _lay(placed: list[tuple[DeedPart, str]]) -> None:
    Card.objects.bulk_create(
        Card(
            contact_id=part.contact_id,
            account_id=part.account_id,
            column_id=cast(int, part.column_id),  # processed parts have all three
            rank=rank,
            version=cast(int, part.version),
            entered_at=cast(datetime, part.entered_at),
        )
        for part, rank in placed
    )


def _places(parts: list[DeedPart], user: User, now: datetime) -> Collection[int]:
    """Put cards that were not moved since back to their column and place, each with a move of its own."""
    columns = {column.pk: column for column in verbs.lock_all_columns(user.account)}
    seen = Card.objects.of(user.account).filter(sight(user, "contact__"))
    seen = seen.filter(contact__in=[part.contact_id for part in parts]).order_by("pk")
    cards = {card.pk: card for card in seen.select_for_update(of=("self",))}
    fit = [part for part in parts if _stands(cards.get(part.contact_id), part) and part.column_id in columns]
    moves = Move.objects.of(user.account).filter(contact__in=[part.contact_id for part in fit])
    done = {(move.contact_id, move.version): move for move in moves}
    undone = {part.contact_id: done[part.contact_id, _next(part)] for part in fit}
    back = [_reversal(part, cards[part.contact_id], undone[part.contact_id], columns, user, now) for part in fit]
    _settle(fit, _write)
    Move.objects.bulk_create(back, batch_size=1000)
    moved = [cards[part.contact_id] for part in fit]
    touched = {card.column_id for card in moved} | {part.column_id for part in fit}
    bulk.tell(Kind.MOVED, moved, user, touched, more=1)
    causes = {contact: move.pk for contact, move in undone.items()}
    undoing.undo_many(account_id=user.account_id, causes=causes, now=now)
    return undone.keys()


def _next(part: DeedPart) -> int:
    """Return the card's version after the deed."""
    return (part.version or 0) + 1


def _stands(card: Card | None, part: DeedPart) -> bool:
    return card is not None and card.version == _next(part)


def _reversal(part: DeedPart, card: Card, undone: Move, columns: dict[int, Column], user: User, now: datetime) -> Move:
    target = columns[cast(int, part.column_id)]
    return Move(
        account_id=part.account_id,
        contact_id=part.contact_id,
        from_column_id=card.column_id,
        to_column=target,
        from_name=columns[card.column_id].name,
        to_name=target.name,
        from_rank=card.rank,
        version=card.version + 1,
        actor=user,
        via=Move.Via.UNDO,
        at=now,
        reverses=undone,
        waited_since=card.waits_since,
    )


def _settle(parts: list[DeedPart], put: Callable[[list[tuple[DeedPart, str]]], None]) -> None:
    """Put each in its own place, or directly below the card that has it now."""
    by_column: dict[int, list[DeedPart]] = {}
    for part in parts:
        by_column.setdefault(part.column_id or 0, []).append(part)
    for column_id, group in by_column.items():
        there = Card.objects.of(group[0].account_id).filter(column=column_id)
        taken = set(there.filter(rank__in=[part.rank for part in group]).values_list("rank", flat=True))
        put([(part, part.rank) for part in group if part.rank not in taken])
        for part in group:
            if part.rank in taken:
                put([(part, places.nearest_free(column_id, part.rank))])


WRITE = """
UPDATE pipeline_card
SET column_id = place.column_id, rank = place.rank, version = pipeline_card.version + 1, entered_at = place.entered_at,
    last_key = '', last_request = '', waits_since = undone.waited_since, remind_at = undone.waited_since
FROM unnest(%s::bigint[], %s::bigint[], %s::text[], %s::timestamptz[])
     AS place(contact_id, column_id, rank, entered_at), pipeline_move AS undone
WHERE pipeline_card.contact_id = place.contact_id
  AND undone.contact_id = place.contact_id AND undone.version = pipeline_card.version
"""


def _write(placed: list[tuple[DeedPart, str]]) -> None:
    rows = [(part.contact_id, part.column_id, rank, part.entered_at) for part, rank in placed]
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(WRITE, [list(values) for values in zip(*rows, strict=True)])
