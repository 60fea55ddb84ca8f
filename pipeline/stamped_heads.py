"""Heads of columns as HTML, by a stamp of their template (`base.stamps`): each drop shows two."""

from functools import lru_cache
from types import SimpleNamespace

from django.utils.html import escape
from django.utils.translation import get_language

from base.stamps import stamp
from pipeline.board import Stack
from pipeline.selection import Selection

TEMPLATE = "pipeline/_head.html"
NAME, SHOWN, SUFFIX = ("\ue000", "\ue001", "\ue002")  # the signs that `stamp` gives to names in this order
PK = 2**53 + 1  # placeholder of the column's id in addresses


def in_selection(stack: Stack, selection: Selection, leads: bool, *, oob: bool) -> str:
    """Return the HTML of the column's head on a board that shows the selection."""
    shown = "1000+" if selection.exceeds(stack.total) else str(stack.total)
    return head(stack, shown, selection.suffix, leads, oob)


def head(stack: Stack, shown: str, suffix: str, leads: bool, oob: bool) -> str:
    """Return the HTML of the column's head.

    `shown` is its count, if it is counted; `suffix` is the filter as the end of an address.
    """
    column = stack.column
    total = stack.total and min(stack.total, 2)  # None, one or several
    form = _head(column.is_system, total, stack.mails, leads, oob, get_language())
    return form % {"pk": str(column.pk), "name": escape(column.name), "shown": shown, "suffix": escape(suffix)}


@lru_cache(maxsize=500)
def _head(is_system: bool, total: int | None, mails: int | None, leads: bool, oob: bool, language: str | None) -> str:
    context = {
        "stack": SimpleNamespace(
            column=SimpleNamespace(pk=PK, name=NAME, is_system=is_system), total=total, mails=mails
        ),
        "selection": SimpleNamespace(suffix=SUFFIX),
        "leads": leads,
        "oob": oob,
    }
    return stamp(TEMPLATE, ("name", "shown", "suffix"), (), **context).replace(str(PK), "%(pk)s")
