"""The cache that holds the rate limits on logins and mails: counters are only removed when they expire."""

from typing import Any

from django.core.cache.backends.db import DatabaseCache
from django.db import connections


class Counters(DatabaseCache):
    """Django's database cache without culling.

    That drops living entries once there are some hundred of them, so that guesses at many accounts would wipe out
    what counts the guesses at one. Here only what has expired goes, with the next write. How much lives is bounded
    by the limits themselves: each address of a caller may begin some thirty counters a minute.
    """

    _table: str  # Django's, which its types leave out

    def __init__(self, table: str, params: dict[str, Any]) -> None:
        super().__init__(table, params | {"max_entries": 0})

    def _cull(self, db: str, cursor: Any, now: Any, num: int) -> None:
        operations = connections[db].ops
        cursor.execute(
            f"DELETE FROM {operations.quote_name(self._table)} WHERE expires < %s",
            [operations.adapt_datetimefield_value(now)],
        )
