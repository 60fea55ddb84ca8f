"""The entries of a column's menu: what each posts, or why it is disabled."""

from dataclasses import dataclass, field
from uuid import uuid4

from django.urls import reverse
from django.utils.translation import gettext as _

from pipeline.columns.verbs import (
    MAX_COLUMNS,
    bound_to_funnel,
    nothing_left_of_new,
    shift_refusal,
    still_full,
)
from pipeline.models import Column


@dataclass(frozen=True)
class Entry:
    """An entry. It is disabled if it has a `reason`."""

    label: str
    icon: str
    address: str
    reason: str = ""
    fields: dict[str, str] = field(default_factory=dict)
    opens: str = ""  # "rename" or "dialog" for entries that ask first instead of posting


def entries(column: Column, count: int, total: int) -> list[list[Entry]]:
    """Return the menu in groups.

    `count` is the number of all contacts in the column, visible or not; `total` the number of columns of the office.
    """
    rename = reverse("pipeline:column-name", args=[column.pk])
    removal = reverse("pipeline:column-removal", args=[column.pk])
    bound = bound_to_funnel() if column.is_system else ""
    at_limit = "" if total < MAX_COLUMNS else _("Mehr als 20 Spalten sind nicht möglich.")
    first = nothing_left_of_new() if column.key == Column.Key.NEW else ""
    return [
        [Entry(_("Umbenennen"), "pencil", rename, bound, opens="rename")],
        [
            _insert(column, "left", _("Spalte links einfügen"), first or at_limit),
            _insert(column, "right", _("Spalte rechts einfügen"), at_limit),
        ],
        [
            _shift(column, total, "left", _("Nach links verschieben")),
            _shift(column, total, "right", _("Nach rechts verschieben")),
        ],
        *_mails(column),
        [
            Entry(
                _("Spalte löschen"),
                "trash",
                removal,
                bound or (still_full(count) if count else ""),
            ),
            Entry(
                _("Kontakte verschieben und löschen …"),
                "swap",
                removal,
                bound or ("" if count else _("In dieser Spalte ist kein Kontakt.")),
                opens="dialog",
            ),
        ],
    ]


def _insert(column: Column, side: str, label: str, reason: str) -> Entry:
    """Return the entry, with an idempotency key so that a double click inserts one column."""
    fields = {"beside": str(column.pk), "side": side, "key": str(uuid4())}
    return Entry(label, f"insert-{side}", reverse("pipeline:columns"), reason, fields)


def _shift(column: Column, total: int, direction: str, label: str) -> Entry:
    reason = shift_refusal(column, direction, total)
    address = reverse("pipeline:column-place", args=[column.pk])
    return Entry(label, f"arrow-{direction}", address, reason, {"direction": direction})


def _mails(column: Column) -> list[list[Entry]]:
    """Pausing or continuing series; not for system columns, which have their own, and lost ones, which end them."""
    if column.is_system or column.is_lost:
        return []
    address = reverse("pipeline:column-mails", args=[column.pk])
    if column.mails_continue:
        return [[Entry(_("E-Mails pausieren"), "minus", address, fields={"go_on": "0"})]]
    return [[Entry(_("E-Mails laufen weiter"), "mail", address, fields={"go_on": "1"})]]
