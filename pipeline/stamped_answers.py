"""The answer to a move on the board as HTML, by stamps (`base.stamps`): what `pipeline/_moved.html` renders of it."""

from collections.abc import Iterable
from functools import lru_cache

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import escape
from django.utils.translation import get_language

from base.stamps import stamp
from pipeline import stamped_heads
from pipeline.board import Stack
from pipeline.cards.loading import ShownCard
from pipeline.cards.moves import Moved
from pipeline.cards.stamped import Scene
from pipeline.selection import Selection

MESSAGE = "_message.html"
PK = 2**53 + 1  # stands for the move's id where an address needs a number


def moved(outcome: Moved, stacks: Iterable[Stack], selection: Selection, scene: Scene) -> str:
    """Return the HTML of the card in its new place and of the heads of both columns."""
    card, leads = outcome.card, selection.user.leads
    heads = [stamped_heads.in_selection(stack, selection, leads, oob=True) for stack in stacks]
    return "".join([scene.moved(ShownCard.of(card), card.column.key, outcome.after_id), *heads])


@lru_cache
def waiting(number: str | None) -> str:
    """Return the number on the navigation; "" for none that has changed."""
    return "" if number is None else render_to_string("_news.html", {"news": number, "oob": True})


def message(sentence: str, move_id: int | None, token: str) -> str:
    """Return the HTML of the message about a move. `move_id`: the one it offers to undo; `token`: against forgery."""
    form = _message(move_id is not None, get_language())
    return form % {"sentence": escape(sentence), "move": str(move_id), "csrf_token": escape(token)}


@lru_cache
def _message(has_undo: bool, language: str | None) -> str:
    undo = reverse("pipeline:move-reversal", args=[PK]) if has_undo else ""
    return stamp(MESSAGE, ("sentence", "csrf_token"), undo=undo).replace(str(PK), "%(move)s")
