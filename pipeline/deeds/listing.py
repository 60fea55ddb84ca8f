"""Reading „Zuletzt geändert“."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q

from accounts.models import User
from contacts.models import Contact, sight
from pipeline.deeds import reversible, words
from pipeline.deeds.jobs import KEPT
from pipeline.models import Deed, DeedPart, DeedState

MAX_LISTED = 50  # deeds
MAX_NAMED = 500  # contacts of all of them together


@dataclass(frozen=True)
class Line:
    """A deed in the list."""

    deed: Deed
    sentence: str
    can_undo: bool
    minutes: int  # left for undoing it, rounded up
    left: list[Contact]  # changed since, so that they were not undone
    left_more: int
    is_in_vain: bool  # undoing was tried, but all contacts had been changed since

    @property
    def percent(self) -> int:
        return 100 * min(self.deed.count, self.deed.total) // max(self.deed.total, 1)


def load(user: User, now: datetime) -> dict[str, Any]:
    """Return the template's context: the deeds of the last day this user may see, the newest first."""
    rows = reversible.seen(user).filter(at__gte=now - KEPT).select_related("actor")
    rows = rows.annotate(kept=Count("parts", filter=Q(parts__is_left=True))).order_by("-at", "-pk")[:MAX_LISTED]
    shown = list(rows)
    left = _left([deed.pk for deed in shown if deed.kept], user)
    lines = [_line(deed, left.get(deed.pk, []), user, now) for deed in shown]
    return {"lines": lines, "is_busy": any(line.deed.is_busy for line in lines), "now": now}


def _left(ids: Collection[int], user: User) -> dict[int, list[Contact]]:
    """Return, by deed, the contacts that were not undone and that this user sees."""
    left: dict[int, list[Contact]] = {}
    parts = DeedPart.objects.of(user.account).filter(sight(user, "contact__"), deed__in=ids, is_left=True)
    for part in parts.select_related("contact").order_by("contact__sort_name", "pk")[:MAX_NAMED]:
        left.setdefault(part.deed_id, []).append(part.contact)
    return left


def _line(deed: Any, left: list[Contact], user: User, now: datetime) -> Line:
    seconds = (deed.at + reversible.UNDO - now).total_seconds()
    is_in_vain = deed.state == DeedState.DONE and deed.kept > 0 and not deed.error
    can_undo = reversible.can_undo(deed, user, now) and not is_in_vain
    more = deed.kept - len(left)
    return Line(deed, words.describe(deed), can_undo, -int(-seconds // 60), left, more, is_in_vain)
