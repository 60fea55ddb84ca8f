"""Verbs on a contact together with its card: adding, trashing, restoring, erasing."""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from accounts.models import Account, User
from base import journal, notices
from base.notices import Kind, Seen
from base.refusals import NotUnderstood
from contacts.models import Change, Contact, sight
from contacts.telling import tell_of_many
from funnel.models import EnrolmentReason
from funnel.series import enrolments
from funnel.series.enrolments import Effect
from pipeline import adding
from pipeline.cards import bulk, places
from pipeline.cards.locks import hold_contacts
from pipeline.columns import verbs
from pipeline.models import Card, Column, ImportPart, ImportRow, Merge, Move, TrashedCard

TRASH_DAYS = 30
FORGOTTEN: dict[str, Any] = {
    "before": {},
    "after": {},
    "foreign_ids": [],
    "rows": {},
    "made": {},
    "kept": [],
}  # of an old merge


@transaction.atomic
@notices.as_one(Kind.ARRIVED)
def add(
    *,
    account: Account,
    actor: User | None,
    values: dict[str, Any],
    column_id: int | None = None,
    now: datetime,
    enrol: bool = False,
    asked_at: datetime | None = None,
) -> Contact:
    """Add a contact with its card on top of the column, by default of `new`; with `enrol` the column's series begins.

    `values` are validated fields of `Contact`. Callers check whether the person is known already: forms show
    `duplicates`, everything else calls `inquiries.take_in`. Raises `NotUnderstood` for an unknown column. Each call
    adds a contact. One who asked at `asked_at` waits from then on for the first answer, if the column is `new`.
    """
    columns = Column.objects.of(account).select_for_update(no_key=True)
    column = columns.filter(Q(key=Column.Key.NEW) if column_id is None else Q(pk=column_id)).first()
    if column is None:
        raise NotUnderstood(_("Diese Spalte gibt es nicht (mehr)."))
    room = adding.room(account.pk, column.pk)
    contact = adding.put(room, account=account, column=column, actor=actor, values=values, asked_at=asked_at, now=now)
    if enrol:
        begin_series(contact, column, actor, now)
    return contact


def begin_series(contact: Contact, column: Column, actor: User | None, now: datetime) -> None:
    """Begin the series of the column that a new contact is in, if it has one."""
    if column.effect is Effect.ENROL:
        enrolments.change_status(
            contact=contact, sequence=column.sequence_id, effect=column.effect, cause=None, actor=actor, now=now
        )


def put_on_top(contact: Contact, column: Column, now: datetime, version: int = 1) -> Card:
    """Create the card of a contact that has none, on top of the column. The caller holds the column's lock."""
    (rank,) = places.top(column.pk)
    return Card.objects.create(
        contact=contact, account=contact.account, column=column, rank=rank, version=version, entered_at=now
    )


@transaction.atomic
def trash(*, user: User, contact_ids: Collection[int], now: datetime, cause: int | None = None) -> int:
    """Move the visible contacts to the trash, end their series, and return their number.

    The trash keeps the column of each card for 30 days. Contacts that are in the trash already or not visible are
    skipped. `cause` is what the ended series refer to, so that it can be undone.
    """
    verbs.lock_all_columns(user.account)
    hold_contacts(user.account_id, contact_ids)
    rows = Card.objects.of(user.account).filter(sight(user, "contact__"), contact__in=contact_ids)
    cards = list(rows.order_by("pk").select_related("column").select_for_update(of=("self",)))
    ids = [card.pk for card in cards]
    TrashedCard.objects.bulk_create(
        TrashedCard(
            contact_id=card.pk,
            account=user.account,
            column=card.column,
            column_name=card.column.name,
            version=card.version,
            trashed_by=user,
        )
        for card in cards
    )
    Card.objects.of(user.account).filter(pk__in=ids).delete()
    Contact.objects.of(user.account).filter(pk__in=ids).update(trashed_at=now)
    _record(ids, user.account, user, Change.Kind.TRASHED, now)
    bulk.tell(Kind.TRASHED, cards, user, {card.column_id for card in cards})
    with notices.quiet():
        enrolments.stop(
            account_id=user.account_id,
            contact_ids=ids,
            now=now,
            reason=EnrolmentReason.TRASHED,
            cause=cause,
            actor=user,
        )
    return len(ids)


@transaction.atomic
def restore(*, user: User, contact_ids: Collection[int], now: datetime) -> int:
    """Move contacts from the trash on top of their column, or of `new` if it was deleted, and return their number."""
    columns: dict[int | None, Column] = {column.pk: column for column in verbs.lock_all_columns(user.account)}
    first = next(column for column in columns.values() if column.key == Column.Key.NEW)
    trashed = TrashedCard.objects.of(user.account).filter(sight(user, "contact__"), contact__in=contact_ids)
    trashed = trashed.filter(contact__merged_into=None)  # what was merged comes back by undoing that
    items = list(trashed.order_by("pk").select_for_update(of=("self",)))
    leave_trash([item.pk for item in items], user.account, user, now)
    by_column: dict[Column, list[TrashedCard]] = {}
    for item in items:
        by_column.setdefault(columns.get(item.column_id, first), []).append(item)
    for column, group in by_column.items():
        _put_back(group, column, user, now)
    found = [column.pk for column in by_column]
    tell_of_many(Kind.RESTORED, user.account_id, [item.pk for item in items], user, found)
    return len(items)


def bring_back(contact: Contact, column: Column, now: datetime) -> None:
    """Move one contact from the trash on top of the column, without an actor. The caller holds the columns' locks."""
    item = TrashedCard.objects.of(contact.account).select_for_update(of=("self",)).get(contact=contact)
    leave_trash([contact.pk], contact.account, None, now)
    _put_back([item], column, None, now)
    tell_of_many(Kind.RESTORED, contact.account_id, [contact.pk], None, [column.pk])


def leave_trash(contact_ids: Collection[int], account: Account, actor: User | None, now: datetime) -> None:
    """Take contacts out of the trash, as their history says; their cards are the caller's, who holds the contacts."""
    Contact.objects.of(account).filter(pk__in=contact_ids).update(trashed_at=None)
    TrashedCard.objects.of(account).filter(pk__in=contact_ids).delete()
    _record(contact_ids, account, actor, Change.Kind.RESTORED, now)


@transaction.atomic
def erase_expired(*, now: datetime) -> int:
    """Erase contacts that have been in the trash for 30 days, in all offices, and return their number.

    Locks the contacts before deleting the rows that refer to them, in the same order as recording a mail does. Whoever
    takes in what has arrived holds that before the contact, and a contact takes along what arrived from its address:
    the database ends one of the two. A reader's is then read again; this raises OperationalError, and its job is
    tried again.
    """
    since = now - timedelta(days=TRASH_DAYS)
    expired = Contact.objects.filter(trashed_at__lt=since)
    rows = list(expired.order_by("pk").select_for_update().values_list("account_id", "pk", "created_at", "merged_into"))
    erased = [row[:3] for row in rows if row[3] is None]
    lines = [
        {"at": now.isoformat(), "kind": journal.ERASED, "office": office, **journal.person(pk, created_at)}
        for office, pk, created_at in [*erased, *_merged_into(pk for _office, pk, _created_at in erased)]
    ]
    for _office, pk, _created_at, into in rows:
        if into is not None:  # lives on in the other contact, to which its address and those before it lead
            Merge.objects.filter(into=pk).update(into=into)
    Merge.objects.filter(at__lt=since).exclude(rows={}).update(**FORGOTTEN)
    erase(expired)
    transaction.on_commit(lambda: journal.write(lines))
    return len(rows)


def _merged_into(contact_ids: Iterable[int]) -> list[tuple[int, int, datetime]]:
    """Return office, id and age of the contacts that these have taken in, directly or through others."""
    found: list[tuple[int, int, datetime]] = []
    wanted = [*contact_ids]
    while wanted:
        rows = Merge.objects.filter(into__in=wanted, undone_at=None)
        more = list(rows.values_list("account_id", "merged_id", "merged_since"))
        found, wanted = found + more, [pk for _office, pk, _since in more]
    return found


def erase(contacts: QuerySet[Contact]) -> int:
    """Delete the contacts with all rows about them, and return their number. The caller holds their locks.

    What they have taken in by merges goes along.
    """
    ids = list(contacts.values_list("pk", flat=True))
    if merged := [pk for _office, pk, _since in _merged_into(ids)]:
        contacts = Contact.objects.filter(Q(pk__in=ids) | Q(pk__in=merged, merged_into__isnull=False))
    seen: dict[int, list[Seen]] = {}
    for pk, account_id, assignee_id in contacts.values_list("pk", "account", "assignee"):
        seen.setdefault(account_id, []).append(Seen.kept(pk, assignee_id))
    for account_id, gone in seen.items():
        notices.tell(Kind.ERASED, account_id, gone)
    _erase_reports(seen.keys(), [one.contact_id for gone in seen.values() for one in gone])
    _, erased = contacts.delete()
    return erased.get("contacts.Contact", 0)


def _erase_reports(account_ids: Collection[int], contact_ids: Collection[int]) -> None:
    """Erase the contacts' rows in import reports, what a dry run has kept with them, and their names in other rows."""
    reports = ImportRow.objects.filter(contact__in=contact_ids)
    ImportPart.objects.filter(source__in=reports.values("source")).delete()  # is read from the file again
    reports.delete()
    gone = {*contact_ids}
    others = ImportRow.objects.filter(account__in=account_ids).exclude(named=[]).values_list("pk", "named")
    naming = [pk for pk, named in others.iterator() if gone & {*named}]
    reason = _("Der Hinweis nannte einen Kontakt, der endgültig gelöscht ist.")
    ImportRow.objects.filter(pk__in=naming).update(reason=reason, named=[])


def _put_back(items: list[TrashedCard], column: Column, user: User | None, now: datetime) -> None:
    """Create cards on top of the column. Coming back into another column than before is recorded as a move."""
    moved = [item for item in items if item.column_id != column.pk]
    for item in moved:
        item.version += 1
    Card.objects.bulk_create(
        Card(
            contact_id=item.pk,
            account_id=column.account_id,
            column=column,
            rank=rank,
            version=item.version,
            entered_at=now,
        )
        for item, rank in zip(items, places.top(column.pk, len(items)), strict=True)
    )
    Move.objects.bulk_create(
        Move(
            account_id=column.account_id,
            contact_id=item.pk,
            from_name=item.column_name,
            to_column=column,
            to_name=column.name,
            version=item.version,
            actor=user,
            via=Move.Via.TRASH,
            at=now,
        )
        for item in moved
    )


def _record(ids: Collection[int], account: Account, user: User | None, kind: str, now: datetime) -> None:
    Change.objects.bulk_create(Change(account=account, contact_id=pk, kind=kind, actor=user, at=now) for pk in ids)
