"""The verbs on columns, each with the deed by which it can be undone."""

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import Case, Value, When
from django.utils.translation import gettext as _

from accounts.models import User
from base.refusals import Conflict
from pipeline.columns import tally, verbs
from pipeline.deeds.column_snapshots import recreate, snapshot
from pipeline.models import Column, Deed, DeedKind, DeedState


@transaction.atomic
def insert(*, user: User, beside_id: int, side: str, key: UUID | None, now: datetime) -> tuple[Column, Deed]:
    """Do `columns.verbs.insert`; the same `key` returns the first column and its deed again."""
    column = verbs.insert(user=user, beside_id=beside_id, side=side, key=key)
    known = Deed.objects.of(user.account).filter(kind=DeedKind.INSERT, column_id=column.pk).first()
    return column, known or _record(user, DeedKind.INSERT, column, now)


@transaction.atomic
def rename(*, user: User, column_id: int, name: str, now: datetime) -> tuple[Column, Deed | None]:
    """Do `columns.verbs.rename`; the same name makes no deed."""
    verbs.lock_all_columns(user.account)
    before = Column.objects.of(user.account).filter(pk=column_id).values_list("name", flat=True).first()
    column = verbs.rename(user=user, column_id=column_id, name=name)
    if before in (None, column.name):
        return column, None
    return column, _record(user, DeedKind.RENAME, column, now, other=before)


@transaction.atomic
def shift(*, user: User, column_id: int, direction: str, now: datetime) -> Deed:
    """Do `columns.verbs.shift`."""
    column = verbs.shift(user=user, column_id=column_id, direction=direction)
    beside = column.position - (1 if direction == "right" else -1)
    other = Column.objects.of(user.account).get(position=beside)
    return _record(user, DeedKind.SHIFT, column, now, asked={"direction": direction, "passed": other.pk})


@transaction.atomic
def remove(*, user: User, column_id: int, now: datetime) -> Deed:
    """Do `columns.verbs.remove`."""
    column = verbs.subject(verbs.lock_all_columns(user.account), column_id)
    kept = {} if column.is_system else snapshot(column)
    verbs.remove(user=user, column_id=column_id)
    return _record(user, DeedKind.REMOVE, column, now, column_id=column_id, before=kept)


def take_back(deed: Deed, user: User) -> None:
    """Undo what the deed did to its column, within the caller's transaction.

    Raises `Conflict` if the column, its name, its place or its contacts have changed since.
    """
    if deed.kind in (DeedKind.REMOVE, DeedKind.EMPTY):
        recreate(deed, user)
        return
    columns = verbs.lock_all_columns(user.account)
    column = next((column for column in columns if column.pk == deed.column_id), None)
    if column is None:
        raise Conflict(_("Diese Spalte gibt es nicht mehr."))
    if deed.kind == DeedKind.INSERT:
        _take_out(column, deed, user)
    elif deed.kind == DeedKind.RENAME:
        _name_back(columns, column, deed, user)
    else:
        _shift_back(columns, column, deed, user)


def _take_out(column: Column, deed: Deed, user: User) -> None:
    later = Deed.objects.of(deed.account_id).filter(column_id=column.pk, pk__gt=deed.pk)
    if later.exclude(state=DeedState.UNDONE).exclude(actor=deed.actor_id).exists():
        raise Conflict(_("Jemand anderes hat diese Spalte seitdem geändert."))
    count = tally.in_column(column)
    if count:
        raise Conflict(verbs.still_full(count) + ".")
    verbs.close_gap(user, column)


def _name_back(columns: list[Column], column: Column, deed: Deed, user: User) -> None:
    if column.name != deed.subject:
        raise Conflict(_("Die Spalte wurde seitdem noch einmal umbenannt."))
    folded = verbs.fold_name(deed.other)
    if any(other.folded_name == folded for other in columns if other.pk != column.pk):
        raise Conflict(_("Eine Spalte mit diesem Namen gibt es inzwischen wieder."))
    column.name, column.folded_name = deed.other, folded
    column.save(update_fields=["name", "folded_name"])
    verbs.tell(user, column)


def _shift_back(columns: list[Column], column: Column, deed: Deed, user: User) -> None:
    other = next((other for other in columns if other.pk == deed.asked["passed"]), None)
    step = 1 if deed.asked["direction"] == "left" else -1
    if other is None or other.position != column.position + step:
        raise Conflict(_("Die Spalten wurden seitdem umgestellt."))
    Column.objects.of(deed.account_id).filter(pk__in=(column.pk, other.pk)).update(
        position=Case(When(pk=column.pk, then=Value(other.position)), default=Value(column.position))
    )
    verbs.tell(user, column, other)


def _record(user: User, kind: str, column: Column, now: datetime, **facts: object) -> Deed:
    about = {"column_id": column.pk, "subject": column.name} | facts
    return Deed.objects.create(account=user.account, actor=user, kind=kind, at=now, **about)
