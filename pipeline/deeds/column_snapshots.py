"""Snapshots of deleted columns, which are restored with the same id, because filters and histories refer to it."""

from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.models import User
from base.refusals import Conflict
from pipeline.columns import verbs
from pipeline.models import Column, Deed, Move, TrashedCard


def snapshot(column: Column) -> dict[str, Any]:
    """Return what deleting the column will take away. The caller holds its lock."""
    moves = Move.objects.of(column.account_id)
    trashed = TrashedCard.objects.of(column.account_id).filter(column=column)
    return {
        "name": column.name,
        "position": column.position,
        "is_lost": column.is_lost,
        "mails_continue": column.mails_continue,
        "insertion": str(column.insertion) if column.insertion else None,
        "from": list(moves.filter(from_column=column).values_list("pk", flat=True)),
        "to": list(moves.filter(to_column=column).values_list("pk", flat=True)),
        "trashed": list(trashed.values_list("pk", flat=True)),
    }


FROM_HERE = """
UPDATE pipeline_move AS move SET from_column_id = %s FROM pipeline_deedpart AS part
WHERE part.deed_id = %s AND move.contact_id = part.contact_id AND move.version = part.version + 1
  AND move.account_id = %s AND move.from_column_id IS NULL
"""


def recreate(deed: Deed, user: User) -> Column:
    """Create the deleted column again with its id, place and history.

    Raises `Conflict` if its name is taken by now, or there are 20 columns without it.
    """
    columns, kept = verbs.lock_all_columns(user.account), deed.before
    folded = verbs.fold_name(kept["name"])
    if any(column.folded_name == folded for column in columns):
        raise Conflict(_("Eine Spalte mit diesem Namen gibt es inzwischen wieder."))
    if len(columns) >= verbs.MAX_COLUMNS:
        raise Conflict(_("Mehr als 20 Spalten sind nicht möglich."))
    position = min(kept["position"], len(columns))
    Column.objects.of(user.account).filter(position__gte=position).update(position=F("position") + 1)
    column = Column.objects.create(
        pk=deed.column_id,
        account=user.account,
        name=kept["name"],
        folded_name=folded,
        position=position,
        is_lost=kept["is_lost"],
        mails_continue=kept["mails_continue"],
        insertion=UUID(kept["insertion"]) if kept["insertion"] else None,
    )
    moves = Move.objects.of(user.account)
    moves.filter(pk__in=kept["from"], from_column=None).update(from_column=column)
    moves.filter(pk__in=kept["to"], to_column=None).update(to_column=column)
    TrashedCard.objects.of(user.account).filter(pk__in=kept["trashed"], column=None).update(column=column)
    with connection.cursor() as cursor:
        cursor.execute(FROM_HERE, [column.pk, deed.pk, user.account_id])
    verbs.tell(user, column)
    return column
