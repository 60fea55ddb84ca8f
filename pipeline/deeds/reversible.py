"""Changes of many contacts at once that can be undone: what list and board call."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from base.notices import Kind
from base.refusals import Conflict, Forbidden
from pipeline.cards import bulk
from pipeline.columns import verbs
from pipeline.deeds import apply, reversible_columns, revert, tasks
from pipeline.deeds.column_snapshots import snapshot
from pipeline.models import Card, Deed, DeedKind, DeedState

UNDO = timedelta(minutes=10)
OF_LEADERS = (DeedKind.TRASH, DeedKind.EMPTY, DeedKind.INSERT, DeedKind.RENAME, DeedKind.SHIFT, DeedKind.REMOVE)
OF_COLUMNS = (DeedKind.EMPTY, DeedKind.INSERT, DeedKind.RENAME, DeedKind.SHIFT, DeedKind.REMOVE)


@transaction.atomic
def assign(*, user: User, contact_ids: Collection[int], assignee: User | None, now: datetime) -> Deed | None:
    """Assign the contacts to a colleague, or to nobody; return None, and write nothing, if they are already.

    More than `apply.AT_ONCE` contacts are left to the worker. Raises like `assignment.assign_many`.
    """
    name = assignee.full_name if assignee else ""
    deed = _deed(user, DeedKind.ASSIGN, now, subject=name, asked={"assignee": assignee and assignee.pk})
    return _begin(deed, user, contact_ids)


@transaction.atomic
def move(*, user: User, contact_ids: Collection[int], column_id: int, enrol: bool, now: datetime) -> Deed | None:
    """Move the contacts on top of the column; return None if all are in it already. Raises like `bulk.move_many`."""
    target = verbs.subject(verbs.lock_all_columns(user.account), column_id)
    bulk.check_enrolling(len(contact_ids), enrol=enrol)
    asked = {"column": column_id, "enrol": enrol}
    deed = _deed(user, DeedKind.STATUS, now, subject=target.name, asked=asked)
    return _begin(deed, user, contact_ids)


@transaction.atomic
def trash(*, user: User, contact_ids: Collection[int], now: datetime) -> Deed | None:
    """Move the contacts to the trash; return None if they are in it already."""
    return _begin(_deed(user, DeedKind.TRASH, now), user, contact_ids)


@transaction.atomic
def empty_and_remove(*, user: User, column_id: int, target_id: int, now: datetime) -> Deed:
    """Move all contacts of a column to another one and delete it. Raises like `bulk.empty_and_remove`."""
    column, target = bulk.to_be_emptied(user, column_id, target_id)
    ids = list(Card.objects.of(user.account).filter(column=column).values_list("pk", flat=True))
    deed = _deed(
        user,
        DeedKind.EMPTY,
        now,
        asked={"target": target.pk},
        total=len(ids),
        subject=column.name,
        other=target.name,
        column_id=column.pk,
    )
    if len(ids) > apply.AT_ONCE:
        return _hand_over(deed, DeedState.DOING)
    deed.before, deed.count = snapshot(column), len(ids)
    deed.save()
    apply.note(deed, ids)
    bulk.empty_and_remove(user=user, column_id=column_id, target_id=target_id, now=now)
    return deed


def seen(user: User) -> QuerySet[Deed]:
    """Return the deeds this user may see: all of the office for administrators and managers, else their own."""
    deeds = Deed.objects.of(user.account)
    return deeds if user.leads else deeds.filter(actor=user)


def can_undo(deed: Deed, user: User, now: datetime) -> bool:
    """Return whether „Rückgängig“ is offered."""
    is_allowed = user.leads or deed.kind not in OF_LEADERS
    return deed.state == DeedState.DONE and is_allowed and now - deed.at < UNDO


@transaction.atomic
def reverse(*, user: User, deed_id: int, now: datetime) -> Deed:
    """Undo a deed within ten minutes, including what it did to mails. Contacts changed since are left and marked.

    If all of them were changed since, the deed stays DONE. Idempotent. Raises `Http404` for a deed this user may not
    see, `Forbidden` without permission, `Conflict` if it is too late, still running, or the column cannot be restored.
    """
    deed = seen(user).filter(pk=deed_id).select_for_update(of=("self",)).first()
    if deed is None:
        raise Http404
    if deed.kind in OF_LEADERS and not user.leads:
        raise Forbidden(_("Dafür fehlt Ihnen die Berechtigung."))
    if deed.state in (DeedState.UNDOING, DeedState.UNDONE):
        return deed
    if deed.state == DeedState.DOING:
        raise Conflict(_("Die Änderung läuft noch. Bitte warten Sie, bis sie fertig ist."))
    if now - deed.at >= UNDO:
        raise Conflict(_("Rückgängig machen ist nur zehn Minuten lang möglich."))
    # A job that did not finish has not deleted its column.
    with notices.as_one(revert.KINDS.get(deed.kind, Kind.COLUMNS)):
        if deed.kind in OF_COLUMNS and not (deed.kind == DeedKind.EMPTY and not deed.before):
            reversible_columns.take_back(deed, user)
        deed.count, deed.asked, deed.error = 0, deed.asked | {"by": user.pk}, ""
        if deed.total > apply.AT_ONCE:
            return _hand_over(deed, DeedState.UNDOING)
        while revert.step(deed, user, now):
            pass
    deed.state = DeedState.DONE if revert.is_in_vain(deed) else DeedState.UNDONE
    deed.save()
    return deed


def _deed(user: User, kind: str, now: datetime, **facts: Any) -> Deed:
    return Deed(account=user.account, actor=user, kind=kind, at=now, **facts)


def _begin(deed: Deed, user: User, contact_ids: Collection[int]) -> Deed | None:
    ids = apply.concerned(deed, user, list(contact_ids))
    if not ids:
        return None
    deed.total = len(ids)
    if len(ids) > apply.AT_ONCE:
        _hand_over(deed, DeedState.DOING)
        with connection.cursor() as cursor:
            cursor.execute(PARTS, [deed.account_id, deed.pk, ids])
        return deed
    deed.count = len(ids)
    deed.save()
    apply.act(deed, user, ids)
    return deed


PARTS = """
INSERT INTO pipeline_deedpart (account_id, deed_id, contact_id, rank, is_left)
SELECT %s, %s, contact, '', false FROM unnest(%s::bigint[]) AS contact
"""


def _hand_over(deed: Deed, state: str) -> Deed:
    """Hand the deed to the worker, at the commit."""
    deed.state = state
    deed.save()
    tasks.continue_deed.defer(deed_id=deed.pk)
    return deed
