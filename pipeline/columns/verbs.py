"""Verbs on columns. Each locks the account, then all columns by id, so that no two run on a board at the same time."""

import re
import unicodedata
from operator import attrgetter
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Value, When
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import Account, User
from base import notices
from base.notices import Kind
from base.refusals import Conflict, Gone, NotUnderstood
from base.sql import all_rows, columns_of, listed, loaded
from base.text import one_line
from pipeline.columns import tally
from pipeline.models import Column

MAX_COLUMNS = 20
MAX_NAME_LENGTH = 40
MAX_FOLDED_LENGTH = 80  # one sign may become eighteen
# Directional marks turn the text around them; between other letters they could make one name look like another.
DIRECTIONAL = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Fillers, blanks and selectors that show nothing, though Unicode counts them as letters or marks.
BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]")

COLUMN = columns_of(Column)
LOCK = f"""
SELECT {listed("col", COLUMN)} FROM pipeline_column AS col WHERE col.account_id = %(account)s
ORDER BY col.id FOR NO KEY UPDATE
"""


def bound_to_funnel() -> str:
    return _("Diese Spalte ist mit dem E-Mail-Funnel verbunden: Name und Bestand sind fest.")


def nothing_left_of_new() -> str:
    return _("„Neue Kontakte“ bleibt immer die erste Spalte.")


def deleted() -> str:
    return _("Diese Spalte wurde soeben gelöscht.")


def still_full(count: int) -> str:
    """„Noch 7 Kontakte in dieser Spalte“."""
    return ngettext("Noch %d Kontakt in dieser Spalte", "Noch %d Kontakte in dieser Spalte", count) % count


def fold_name(name: str) -> str:
    """Return the key by which names are compared: NFKC, case-folded, without invisible characters."""
    visible = "".join(sign for sign in BLANK.sub("", name) if unicodedata.category(sign) != "Cf")
    folded = unicodedata.normalize("NFKC", visible).casefold()
    return one_line(unicodedata.normalize("NFKC", folded))


def clean_name(name: str) -> str:
    """Return the name trimmed and in NFC. Raises `NotUnderstood` unless it has 1 to 40 visible characters."""
    name = unicodedata.normalize("NFC", name).strip()
    if any(unicodedata.category(sign) in ("Cc", "Cs", "Zl", "Zp") or sign in DIRECTIONAL for sign in name):
        raise NotUnderstood(_("Der Name darf keine Steuerzeichen enthalten."))
    folded = fold_name(name)
    if not folded:
        raise NotUnderstood(_("Bitte geben Sie einen Namen mit 1 bis 40 Zeichen ein."))
    if len(name) > MAX_NAME_LENGTH or len(folded) > MAX_FOLDED_LENGTH:
        raise NotUnderstood(
            _("Der Name ist zu lang (%(length)d Zeichen): höchstens 40 Zeichen.")
            % {"length": max(len(name), len(folded) // 2)}
        )
    return name


@transaction.atomic
def insert(*, user: User, beside_id: int, side: str, key: UUID | None = None) -> Column:
    """Add a column "left" or "right" of another one, with a free default name that the user can change at once.

    Idempotent for the same `key`; without one each call adds a column. Raises `NotUnderstood` for an unknown column or
    side, `Conflict` to the left of `new` or for more than 20 columns.
    """
    columns = lock_all_columns(user.account)
    inserted = next((column for column in columns if key and column.insertion == key), None)
    if inserted:
        return inserted
    beside = find(columns, beside_id)
    if side not in ("left", "right"):
        raise NotUnderstood(_("Bitte wählen Sie links oder rechts."))
    if beside.key == Column.Key.NEW and side == "left":
        raise Conflict(nothing_left_of_new())
    if len(columns) >= MAX_COLUMNS:
        raise Conflict(_("Mehr als 20 Spalten sind nicht möglich."))
    position = beside.position + (side == "right")
    Column.objects.of(user.account).filter(position__gte=position).update(position=F("position") + 1)
    name = _free_name(columns)
    column = Column.objects.create(
        account=user.account, name=name, folded_name=fold_name(name), position=position, insertion=key
    )
    tell(user, column)
    return column


@transaction.atomic
def rename(*, user: User, column_id: int, name: str) -> Column:
    """Rename a column; the same name writes nothing.

    Raises `NotUnderstood` for an invalid name or one that is taken, `Conflict` for a system column, `Gone` for a
    column that no longer exists.
    """
    columns = lock_all_columns(user.account)
    column = subject(columns, column_id)
    if column.is_system:
        raise Conflict(bound_to_funnel())
    name = clean_name(name)
    folded = fold_name(name)
    if any(other.folded_name == folded for other in columns if other.pk != column.pk):
        raise NotUnderstood(_("Eine Spalte mit diesem Namen gibt es schon."))
    if name != column.name:
        column.name, column.folded_name = name, folded
        column.save(update_fields=["name", "folded_name"])
        tell(user, column)
    return column


@transaction.atomic
def shift(*, user: User, column_id: int, direction: str) -> Column:
    """Swap the column with its neighbour to the "left" or "right".

    Raises `Conflict` if there is no neighbour and for any swap with `new`, `NotUnderstood` for another direction,
    `Gone` for a column that no longer exists.
    """
    columns = lock_all_columns(user.account)
    column = subject(columns, column_id)
    reason = shift_refusal(column, direction, len(columns))
    if reason:
        raise Conflict(reason)
    other = columns[column.position + (1 if direction == "right" else -1)]
    Column.objects.of(user.account).filter(pk__in=(column.pk, other.pk)).update(
        position=Case(When(pk=column.pk, then=Value(other.position)), default=Value(column.position))
    )
    column.position = other.position
    tell(user, column, other)
    return column


def shift_refusal(column: Column, direction: str, count: int) -> str:
    """Return why the column cannot be shifted there, or "". Raises `NotUnderstood` for an unknown direction."""
    if direction not in ("left", "right"):
        raise NotUnderstood(_("Bitte wählen Sie links oder rechts."))
    if column.key == Column.Key.NEW:
        return bound_to_funnel()
    if direction == "left" and column.position == 1:
        return nothing_left_of_new()
    if direction == "right" and column.position == count - 1:
        return _("Diese Spalte ist schon die letzte.")
    return ""


@transaction.atomic
def set_mails(*, user: User, column_id: int, go_on: bool) -> Column:
    """Set whether an active series continues or pauses when a contact enters this column. Idempotent.

    Contacts that are in it already are not changed. Raises `Gone` for a column that no longer exists, `Conflict` for a
    system column, which starts its own series, and for a lost one, which ends them.
    """
    column = subject(lock_all_columns(user.account), column_id)
    if column.is_system:
        raise Conflict(bound_to_funnel())
    if column.is_lost:
        raise Conflict(_("In dieser Spalte enden die E-Mails immer."))
    if column.mails_continue != go_on:
        column.mails_continue = go_on
        column.save(update_fields=["mails_continue"])
        tell(user, column)
    return column


@transaction.atomic
def remove(*, user: User, column_id: int) -> None:
    """Delete an empty column; contacts the user may not see count as well.

    Moves lock their target, too: a card dropped at the same time either arrives first, and this is refused, or finds
    no column. Raises `Conflict` for a system column or one with contacts, `Gone` for one that no longer exists.
    """
    column = subject(lock_all_columns(user.account), column_id)
    if column.is_system:
        raise Conflict(bound_to_funnel())
    count = tally.in_column(column)
    if count:
        way_out = _("Mit „Kontakte verschieben und löschen …“ ziehen alle in eine andere Spalte um.")
        raise Conflict(f"{still_full(count)}. {way_out}")
    close_gap(user, column)


def close_gap(user: User, column: Column) -> None:
    """Delete the column, which is empty and locked, and move those to its right one to the left."""
    tell(user, column)
    position = column.position
    column.delete()
    Column.objects.of(column.account).filter(position__gt=position).update(position=F("position") - 1)


def tell(user: User, *columns: Column) -> None:
    """Tell open pages that these columns changed, appeared or went."""
    notices.tell(Kind.COLUMNS, user.account_id, columns=[column.pk for column in columns], user=user.pk)


def lock_all_columns(account: Account) -> list[Column]:
    """Lock the office and all its columns; return them from left to right.

    Nobody else moves cards or columns of the office until the transaction ends.
    """
    # In two statements: the second sees a column that was added while the first waited. By plain SQL, since every lead
    # comes this way.
    if not all_rows("SELECT id FROM accounts_account WHERE id = %s FOR NO KEY UPDATE", [account.pk]):
        raise Account.DoesNotExist
    columns = [loaded(Column, COLUMN, row) for row in all_rows(LOCK, {"account": account.pk})]
    return sorted(columns, key=attrgetter("position"))


def find(columns: list[Column], column_id: int | None) -> Column:
    """Return the column with this id. Raises `NotUnderstood` if it is not among them."""
    column = next((column for column in columns if column.pk == column_id), None)
    if column is None:
        raise NotUnderstood(_("Diese Spalte gibt es nicht (mehr)."))
    return column


def subject(columns: list[Column], column_id: int) -> Column:
    """Return the column a verb is about. Raises `Gone` if it is not among them: a page showed it a moment ago."""
    column = next((column for column in columns if column.pk == column_id), None)
    if column is None:
        raise Gone(deleted())
    return column


def known(account: Account, column_id: int) -> Column:
    """Return the column without a lock, for a page that only names it. Raises `NotUnderstood` for an unknown id."""
    return find(list(Column.objects.of(account)), column_id)


def _free_name(columns: list[Column]) -> str:
    taken = {column.folded_name for column in columns}
    names = [_("Neue Spalte"), *(_("Neue Spalte %d") % number for number in range(2, MAX_COLUMNS + 2))]
    return next(name for name in names if fold_name(name) not in taken)
