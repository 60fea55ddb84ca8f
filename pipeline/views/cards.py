"""Moving a card, its menu, and undoing a move."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from accounts.access import WORKERS, Request, gate
from base.refusals import Refusal
from contacts.models import sight
from pipeline import board
from pipeline.cards import moves
from pipeline.forms import Position
from pipeline.models import Card, Column, Move
from pipeline.selection import Selection
from pipeline.views import answers


@require_POST
@gate(*WORKERS)
def position(request: Request, contact_id: int) -> HttpResponse:
    """Move a card: for drag and drop, menu, list, detail page and plain forms."""
    via = request.POST.get("via", Move.Via.BOARD)
    try:
        asked = Position.parse(request.POST)
        outcome = moves.move_card(
            user=request.user,
            contact_id=contact_id,
            column_id=asked.column,
            after_id=asked.after,
            version=asked.version,
            key=asked.key,
            via=asked.via,
            now=timezone.now(),
        )
    except Refusal as refusal:
        return answers.refused(request, contact_id, refusal, via)
    return answers.moved(request, outcome, via)


@require_POST
@gate(*WORKERS)
def reversal(request: Request, move_id: int) -> HttpResponse:
    """Undo a move („Rückgängig“). `?via=` names the page that gets the response."""
    via = request.GET.get("via", Move.Via.BOARD)
    try:
        outcome = moves.reverse(user=request.user, move_id=move_id, now=timezone.now())
    except Refusal as refusal:
        move = answers.found(Move.objects.of(request.account).filter(pk=move_id))
        return answers.refused(request, move.contact_id, refusal, via)
    return answers.moved(request, outcome, via)


@require_safe
@gate(*WORKERS)
def card(request: Request, contact_id: int) -> HttpResponse:
    """Show the card where it actually is, for a board that got no response, or one without the card."""
    return answers.truth(request, board.card(Selection.parse(request.user, request.GET), contact_id))


@require_safe
@gate(*WORKERS)
def menu(request: Request, contact_id: int) -> HttpResponse:
    """Show the card's menu."""
    return _menu(request, contact_id, "pipeline/_card_menu.html")


@require_safe
@gate(*WORKERS)
def targets(request: Request, contact_id: int) -> HttpResponse:
    """Show the statuses the card can be moved to („Verschieben nach …“)."""
    return _menu(request, contact_id, "pipeline/_card_targets.html")


def _menu(request: Request, contact_id: int, fragment: str) -> HttpResponse:
    context = {
        "card": _visible(request, contact_id),
        "columns": Column.objects.of(request.account).order_by("position"),
        "selection": Selection.parse(request.user, request.GET),
        "via": request.GET.get("via", Move.Via.MENU),
        "fragment": fragment,
    }
    return render(request, fragment if request.htmx else "pipeline/card_menu.html", context)


def _visible(request: Request, contact_id: int) -> Card:
    cards = Card.objects.of(request.account).filter(sight(request.user, "contact__"), pk=contact_id)
    return answers.found(cards.select_related("contact__assignee", "column"))
