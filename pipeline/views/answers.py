"""Responses of the board: what a move changed or, if it was refused, the stored state with a sentence."""

from datetime import datetime, time, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.middleware.csrf import get_token
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.access import Request
from accounts.models import User
from accounts.plans import Feature
from base.addresses import own_address
from base.refusals import Refusal, answer, wants_fragment
from pipeline import board, listing, news, stamped_answers
from pipeline.cards import announcements, waiting
from pipeline.cards.moves import Moved
from pipeline.cards.stamped import Scene
from pipeline.columns.counts import IMPRINT_LACKS
from pipeline.first_steps import FirstStep
from pipeline.first_steps import load as load_first_steps
from pipeline.models import Card, Move
from pipeline.selection import Selection

# Preferences kept in cookies, since a GET writes nothing to the database.
VIEW = "view"  # the view used last
SORT = "sort"  # the list's order used last, behind the user's id
COOKIE_AGE = 365 * 24 * 60 * 60  # seconds
TEMPLATES: dict[str, str] = {
    Move.Via.LIST: "pipeline/_moved_row.html",
    Move.Via.DETAIL: "pipeline/_moved_detail.html",
}


def found(rows: QuerySet) -> Any:
    """Return the only row. Raises Http404 if there is none."""
    row = rows.first()
    if row is None:
        raise Http404
    return row


def scene(request: Request, selection: Selection) -> dict[str, Any]:
    """Return the context that cards and heads need besides themselves."""
    now = timezone.localtime()
    return {
        "selection": selection,
        "now": now,
        "today": now.date(),
        "can_assign": request.account.can(Feature.ASSIGN),
        "clock": waiting.clock_of(request.account),
        "leads": request.user.leads,
        "base": "pipeline/_found.html" if wants_fragment(request) else "base.html",
    }


def opened(request: Request, at: str, changes: str, *ids: int) -> dict[str, Any]:
    """Return what a page needs to show what others change; to be called before anything is read for it.

    `at` is its place, `changes` the name of the view it asks, for `ids`. `seen` is the state of the database that it
    shows at least. Times are milliseconds since 1970.
    """
    now = timezone.localtime()
    tomorrow = datetime.combine(now.date() + timedelta(days=1), time.min, now.tzinfo)
    since, midnight = (int(moment.timestamp() * 1000) for moment in (now, tomorrow))
    found = {"since": since, "midnight": midnight, "at": at, "seen": request.session.snapshot}
    return found | {"changes": reverse(changes, args=ids), "clock": waiting.going_on(request.account, now)}


def is_short(request: Request) -> bool:
    """Return whether somebody types in a window that shows only the beginning, and asks for the rest afterwards."""
    return request.headers.get("X-Short") == "1" and request.user.works_contacts


def first_steps(request: Request, selection: Selection, total: int | None) -> list[FirstStep]:
    """Return the first steps of a new office; none once there is a contact, nor for marketing."""
    is_new = total == 0 and not selection.is_filtered and request.user.works_contacts
    return load_first_steps(request.user) if is_new else []


def moved(request: Request, outcome: Moved, via: str) -> HttpResponse:
    """Render the card, both column heads and a message with „Rückgängig“; redirect a plain form to its page."""
    selection = Selection.parse(request.user, request.GET)
    ends = (outcome.card.column_id, outcome.previous_column_id) if outcome.move else ()
    columns = {pk for pk in ends if pk is not None}
    stacks = board.heads(selection, columns, outcome.columns, outcome.counts) if columns else []
    sentence = _sentence(outcome, stacks)
    if not wants_fragment(request):
        messages.success(request, sentence, extra_tags=_undo(outcome.move, via))
        return HttpResponseRedirect(back(request))
    if via not in TEMPLATES:
        html = _moved_on_board(request, outcome, stacks, selection, sentence)
        return HttpResponse(html + stamped_answers.waiting(_news(request, outcome, stacks)))
    context = scene(request, selection) | {
        "card": outcome.card,
        "after": outcome.after_id,
        "stacks": stacks,
        "sentence": sentence if outcome.changed else "",
        "undo": _undo(outcome.move, via),
        "news": _news(request, outcome, stacks),
    }
    return _render_for(request, context, via)


def _moved_on_board(
    request: Request, outcome: Moved, stacks: list[board.Stack], selection: Selection, sentence: str
) -> str:
    """Return what `pipeline/_moved.html` renders, by stamps: rendering it took a third of the whole request."""
    can_assign, clock = request.account.can(Feature.ASSIGN), waiting.clock_of(request.account)
    scene = Scene(now=timezone.localtime(), can_assign=can_assign, clock=clock)
    html = stamped_answers.moved(outcome, stacks, selection, scene)
    if not outcome.changed:
        return html
    undone = outcome.move.pk if outcome.move and outcome.move.reverses_id is None else None
    return html + stamped_answers.message(sentence, undone, _token(request))


def _news(request: Request, outcome: Moved, stacks: list[board.Stack]) -> str | None:
    """Return the number on the navigation after a move between columns."""
    number = news.after(request.user, outcome, [stack.column for stack in stacks])
    return None if number is None else User.shown_news(number)


def _token(request: Request) -> str:
    """Return the token this request was accepted with, for a form in the answer. A new one takes longer than a card.

    Others cannot have the answer made again and again to learn it from its length: without the token there is none.
    """
    return request.POST.get("csrfmiddlewaretoken") or request.META.get("HTTP_X_CSRFTOKEN") or get_token(request)


def sentence_and_undo(request: Request, outcome: Moved, via: str) -> tuple[str, str]:
    """Return the sentence about a move and the address that undoes it, for responses without card and heads."""
    columns = {outcome.card.column_id}
    stacks = board.heads(Selection.parse(request.user, request.GET), columns, outcome.columns, outcome.counts)
    return _sentence(outcome, stacks), _undo(outcome.move, via)


def refused(request: Request, contact_id: int, refusal: Refusal, via: str) -> HttpResponse:
    """Render the refusal's sentence, with the card where it actually is and all heads."""
    card = board.card(Selection.parse(request.user, request.GET), contact_id)
    if card is None or not wants_fragment(request):
        return answer(request, refusal.status, refusal.sentence)
    return truth(request, card, refusal, via)


def truth(
    request: Request, card: Card | None, refusal: Refusal | None = None, via: str = Move.Via.BOARD
) -> HttpResponse:
    """Render the card where it actually is, or 404 if it left the board, with all heads: any may have changed."""
    if card is None and not wants_fragment(request):
        raise Http404
    selection = Selection.parse(request.user, request.GET)
    stacks = board.totals(selection)
    context = scene(request, selection) | {
        "card": card,
        "after": board.above(selection, card) if card else None,
        "stacks": stacks,
        "order": ",".join(str(stack.column.pk) for stack in stacks),
        "total": board.total_of(stacks),
        "sentence": refusal.sentence if refusal else "",
        "is_error": True,
    }
    status = refusal.status if refusal else 200 if card else 404
    return _render_for(request, context, via, status=status)


def back(request: Request) -> str:
    """Return the page a plain form came from, if it is one of ours, else the board."""
    named = (request.POST.get("next", ""), request.headers.get("Referer", ""))
    return next((address for address in named if own_address(request, address)), reverse("pipeline:board"))


def _render_for(request: Request, context: dict[str, Any], via: str, status: int = 200) -> HttpResponse:
    """Render the response for the page that sent the request."""
    if via == Move.Via.LIST:
        context["contacts"] = listing.rows(context["selection"], [context["card"].pk])
    return render(request, TEMPLATES.get(via, "pipeline/_moved.html"), context, status=status)


def _undo(move: Move | None, via: str) -> str:
    """Return the address that undoes the move and responds to the same page; "" if nothing can be undone."""
    if move is None or move.reverses_id is not None:
        return ""
    return reverse("pipeline:move-reversal", args=[move.pk]) + (f"?via={via}" if via in TEMPLATES else "")


def set_preference(response: HttpResponse, name: str, value: str, request: Request) -> None:
    """Store a preference in a cookie."""
    secure = request.is_secure()
    response.set_cookie(name, value, max_age=COOKIE_AGE, samesite="Lax", httponly=True, secure=secure)


def sort_used(request: Request) -> str:
    """Return the order this user chose last in this browser, or ""."""
    owner, _dot, sort = request.COOKIES.get(SORT, "").partition(".")
    return sort if owner == str(request.user.pk) else ""


def _sentence(outcome: Moved, stacks: list[board.Stack]) -> str:
    names = {"name": outcome.card.contact.display_name, "column": outcome.card.column.name}
    if not outcome.move:
        return _("„%(name)s“ in „%(column)s“ verschoben.") % names
    sent = [stack.mails for stack in stacks if stack.column.pk == outcome.card.column_id]
    lacks = IMPRINT_LACKS in sent
    mails = announcements.sentence(outcome, timezone.localtime(), is_off=0 in sent, lacks_imprint=lacks)
    return " ".join(filter(None, (_("„%(name)s“ nach „%(column)s“ verschoben.") % names, mails)))
