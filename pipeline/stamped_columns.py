"""Columns of the board as HTML, by stamps of their templates (`base.stamps`)."""

from functools import lru_cache
from urllib.parse import quote

from django.utils.html import escape

from base.stamps import stamp
from pipeline.board import Stack
from pipeline.cards.stamped import Scene
from pipeline.selection import Selection

COLUMN, MORE = "pipeline/_column.html", "pipeline/_more.html"


def column(stack: Stack, head: str, selection: Selection, scene: Scene, *, is_folded: bool, oob: bool) -> str:
    """Return the HTML of the column with its first cards, below the HTML of its head."""
    return _column(is_folded, oob, scene.language) % {
        "id": str(stack.column.pk),
        "key": stack.column.key or "",
        "head": head,
        "cards": cards(stack, selection, scene),
    }


def cards(stack: Stack, selection: Selection, scene: Scene) -> str:
    """Return the HTML of the stack's cards, and of what fetches further ones if there are any."""
    shown = [scene.card(card, stack.column.key) for card in stack.cards]
    if (rank := stack.next_rank) is not None:
        values = {"id": str(stack.column.pk), "rank": quote(rank, safe=""), "tail": escape(selection.tail)}
        shown.append(_more(stack.is_short, scene.language) % values)
    return "".join(shown)


@lru_cache
def _column(is_folded: bool, oob: bool, language: str | None) -> str:
    return stamp(COLUMN, ("id", "key", "head", "cards"), is_folded=is_folded, oob=oob)


@lru_cache
def _more(is_short: bool, language: str | None) -> str:
    return stamp(MORE, ("id", "rank", "tail"), is_short=is_short)
