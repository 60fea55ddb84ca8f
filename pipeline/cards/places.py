"""Places in a column: the gap for a card and its rank there. Callers hold the column's lock."""

from dataclasses import dataclass

from django.db import connection
from django.utils.translation import gettext as _

from accounts.models import User
from base.refusals import NotUnderstood
from contacts.models import Contact, sight
from pipeline.cards import ranks
from pipeline.models import Card


@dataclass(frozen=True)
class Gap:
    """The ranks above and below a place; None is an end of the column."""

    above: str | None
    below: str | None

    def holds(self, rank: str) -> bool:
        """Return whether this rank is in the gap."""
        return (self.above is None or self.above < rank) and (self.below is None or rank < self.below)


def gap(card: Card, after_id: int | None, user: User) -> Gap:
    """Return the gap below the card of `after_id`, or the one on top if that is None or has left the column.

    The card was locked for this place (`loading.LOCK`) and does not count as a neighbour below. Raises `NotUnderstood`
    for a neighbour that is the card itself or that this user may not see.
    """
    if after_id == card.contact_id:
        raise NotUnderstood(_("Eine Karte kann nicht unter sich selbst stehen."))
    known, above, below = card.around
    if after_id is not None and not (known and _is_seen(after_id, user)):
        raise NotUnderstood(_("Den Nachbarkontakt gibt es nicht (mehr)."))
    return Gap(above, below)


def _is_seen(contact_id: int, user: User) -> bool:
    condition = sight(user)
    return not condition or Contact.objects.of(user.account).filter(condition, pk=contact_id).exists()


def rank_in(place: Gap, column_id: int) -> str:
    """Return a rank in the gap. Rewrites the ranks of the column if they have become too long there, which is rare."""
    rank = ranks.between(place.above, place.below)
    if len(rank) <= ranks.MAX_LENGTH:
        return rank
    fresh = rewrite(column_id)
    above = fresh.get(place.above) if place.above else None
    below = fresh.get(place.below) if place.below else None
    return ranks.between(above, below)


def rewrite(column_id: int) -> dict[str, str]:
    """Give all cards of the column short, evenly spread ranks in the same order; return old rank → new rank.

    Plain SQL: for 1,000 cards `bulk_update` takes six times as long (1.9 s instead of 0.3 on a busy machine), and
    the column is locked meanwhile.
    """
    old = list(Card.objects.filter(column=column_id).order_by("rank").values_list("rank", flat=True))
    fresh = dict(zip(old, ranks.spread(len(old)), strict=True))
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE pipeline_card SET rank = fresh.rank FROM unnest(%s::text[], %s::text[]) AS fresh(old, rank)"
            " WHERE column_id = %s AND pipeline_card.rank = fresh.old",
            [list(fresh), list(fresh.values()), column_id],
        )
    return fresh


def top(column_id: int, count: int = 1) -> list[str]:
    """Return ascending ranks for `count` cards on top of the column."""
    first = Card.objects.filter(column=column_id).order_by("rank").values_list("rank", flat=True).first()
    return ranks.many_between(None, first, count)


def nearest_free(column_id: int, rank: str) -> str:
    """Return the rank itself if it is free, else one directly below it."""
    taken = Card.objects.filter(column=column_id, rank__gte=rank).order_by("rank")
    following = list(taken.values_list("rank", flat=True)[:2])
    if not following or following[0] != rank:
        return rank
    return ranks.between(rank, following[1] if len(following) > 1 else None)


def neighbour_above(column_id: int, rank: str) -> int | None:
    """Return the id of the contact whose card is directly above this rank; None on top."""
    above = Card.objects.filter(column=column_id, rank__lt=rank).order_by("-rank")
    return above.values_list("pk", flat=True).first()
