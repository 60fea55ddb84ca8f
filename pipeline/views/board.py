"""The board and its columns' further cards."""

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.access import EVERYBODY, WORKERS, Request, gate
from base.refusals import wants_fragment
from funnel.sending import availability
from pipeline import board, changed, filters
from pipeline.models import Column
from pipeline.selection import Selection
from pipeline.views.answers import VIEW, first_steps, found, is_short, opened, scene, set_preference


@require_safe
@gate(*EVERYBODY)
def page(request: Request) -> HttpResponse:
    """Show the whole board: every column with its exact count and first cards. Marketing has the list instead."""
    if not request.user.works_contacts:
        return HttpResponseRedirect(reverse("pipeline:list") + Selection.parse(request.user, request.GET).suffix)
    response = render(request, "pipeline/board.html", board_context(request))
    set_preference(response, VIEW, "board", request)
    return response


def board_context(request: Request) -> dict[str, Any]:
    """Return the context of the board's template."""
    live = opened(request, "board", "pipeline:board-changes")
    selection = Selection.parse(request.user, request.GET)
    stacks = board.load(selection, is_short=is_short(request))
    total = board.total_of(stacks)
    return scene(request, selection) | {
        "live": live,
        "stacks": stacks,
        "total": total,
        "first_steps": first_steps(request, selection, total),
        "view": "board",
        "colleagues": filters.chosen(selection),
        "status": next((stack.column for stack in stacks if str(stack.column.pk) == selection.status), None),
        "outage": None if wants_fragment(request) else availability.outage(request.user, timezone.localtime()),
    }


@require_safe
@gate(*WORKERS)
def changes(request: Request) -> HttpResponse:
    """Show what became of the `cards` of an open board, all heads, and which cards are the `first` of each column."""
    selection = Selection.parse(request.user, request.GET)
    asked = changed.asked(request.GET.get("cards", ""))
    depth = changed.depth(request.GET.get("first", ""))
    columns = board.outline(selection, depth)
    cards = changed.cards(selection, asked)
    context = scene(request, selection) | {
        "cards": cards,
        "gone": set(asked) - {card.pk for card in cards},
        "columns": columns,
        "depth": depth,
        "keys": {stack.column.pk: stack.column.key for stack, _first in columns},
        "order": ",".join(str(stack.column.pk) for stack, _first in columns),
        "total": board.total_of(stack for stack, _first in columns),
    }
    return render(request, "pipeline/_board_changes.html", context)


@require_safe
@gate(*WORKERS)
def column_cards(request: Request, column_id: int) -> HttpResponse:
    """Show the cards of a column below a rank: swapped in while scrolling, or as a page without JavaScript."""
    selection = Selection.parse(request.user, request.GET)
    column = found(Column.objects.of(request.account).filter(pk=column_id))
    cards = board.more(selection, column, request.GET.get("after", "").replace("\x00", ""))
    stack = board.Stack(column, len(cards), cards[: board.PAGE])
    template = "pipeline/_cards.html" if request.htmx else "pipeline/column_page.html"
    return render(request, template, scene(request, selection) | {"stack": stack})
