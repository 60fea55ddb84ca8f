"""`{% column stack %}`, `{% moved_card card after %}`, `{% rows contacts %}` …: columns, cards and rows, by stamps."""

from collections.abc import Iterable
from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from base.stamps import filled, filled_each
from contacts.kinds import MANUAL
from contacts.models import Contact
from pipeline import stamped_columns, stamped_heads
from pipeline.board import Stack
from pipeline.cards.loading import ShownCard
from pipeline.cards.stamped import Scene
from pipeline.cards.waiting import Clock, Waited
from pipeline.history import Line
from pipeline.listed import ListedContact
from pipeline.models import Card
from pipeline.stamped_rows import Rows

register = template.Library()


def _scene(context: Context | dict[str, Any]) -> Scene:
    return Scene(now=context["now"], can_assign=bool(context["can_assign"]), clock=context["clock"])


@register.simple_tag(takes_context=True)
def column(context: Context, stack: Stack, is_renaming: bool = False, oob: bool = False) -> SafeString:
    """Render a column with its cards, or with the form that renames it."""
    status = context.get("status")
    is_folded = status is not None and status.pk != stack.column.pk
    top = _renaming(context, stack) if is_renaming else head(context, stack, False)
    html = stamped_columns.column(stack, top, context["selection"], _scene(context), is_folded=is_folded, oob=oob)
    return mark_safe(html)


def _renaming(context: Context, stack: Stack) -> str:
    with context.push(stack=stack, is_renaming=True, oob=False):
        return context.template.engine.get_template(stamped_heads.TEMPLATE).render(context)  # type: ignore[union-attr]


@register.simple_tag(takes_context=True)
def cards(context: Context, stack: Stack) -> SafeString:
    """Render the cards of a column."""
    return mark_safe(stamped_columns.cards(stack, context["selection"], _scene(context)))


@register.simple_tag(takes_context=True)
def moved_card(context: Context, card: Card, after: int | None) -> SafeString:
    """Render a card loaded as a model, to be put below that of the contact `after`, or on top."""
    return mark_safe(_scene(context).moved(ShownCard.of(card), card.column.key, after))


@register.simple_tag(takes_context=True)
def placed_card(context: Context, card: ShownCard) -> SafeString:
    """Render a single card of the board whose columns have these `keys`."""
    return mark_safe(_scene(context).card(card, context["keys"].get(card.column_id)))


@register.simple_tag(takes_context=True)
def waited(context: Context, card: Card) -> Waited | None:
    """Return how long the card's lead has waited for an answer; None if it does not."""
    clock: Clock = context["clock"]
    return clock.waited(card.waits_since, context["now"]) if card.waits_since else None


@register.simple_tag(takes_context=True)
def head(context: Context, stack: Stack, oob: bool) -> SafeString:
    """Render the head of a column."""
    return mark_safe(stamped_heads.in_selection(stack, context["selection"], bool(context["leads"]), oob=oob))


@register.simple_tag(takes_context=True)
def rows(context: Context, contacts: Iterable[ListedContact]) -> SafeString:
    """Render the rows of these contacts, loaded with what a row shows."""
    shared = Rows(_scene(context), context["selection"].tail)
    return mark_safe("".join([shared.row(contact) for contact in contacts]))


@register.simple_tag
def composer_kinds(contact: Contact) -> SafeString:
    """Render the buttons that open the form of an action of each kind."""
    return filled("pipeline/_composer_kinds.html", {"id": contact.pk}, kinds=MANUAL)


@register.simple_tag(takes_context=True)
def history_lines(context: Context, lines: Iterable[Line]) -> SafeString:
    """Render lines of a contact's history."""
    rows = [line.texts(context["now"]) for line in lines]
    return mark_safe("".join(filled_each("pipeline/_history_line.html", rows)))


@register.simple_tag(takes_context=True)
def row(context: Context, contact: ListedContact) -> SafeString:
    """Render a single row."""
    return rows(context, [contact])
