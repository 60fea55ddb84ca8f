"""How many contacts wait in „Neue Kontakte“: the number on the navigation and in the title of each page.

It comes with the statement that loads the session (`accounts.session_store`), so that no page asks for it. Whoever
sees all has the tally; for whoever does not, their cards are counted along an index, up to a hundred.
"""

from collections.abc import Iterable

from accounts.models import User
from pipeline.cards.moves import Moved
from pipeline.models import Column


def after(user: User, outcome: Moved, ends: Iterable[Column]) -> int | None:
    """Return the number after a move between columns, None after any other. It was loaded before the move.
    `ends` are both columns.

    That of a request that is repeated was loaded after it.
    """
    if outcome.move is None:
        return None
    if not outcome.counts or user.news > User.MOST_NEWS:
        return user.news
    new = next((column.pk for column in ends if column.key == Column.Key.NEW), 0)
    return user.news + (outcome.card.column_id == new) - (outcome.previous_column_id == new)
