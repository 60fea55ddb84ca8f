"""Django's sessions in the database, read by plain SQL: every request of somebody logged in pays for it."""

from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

from accounts.rows import one_row

LOAD = "SELECT session_data FROM django_session WHERE session_key = %(key)s AND expire_date > %(now)s"


class SessionStore(db.SessionStore):
    """As Django's; an expired or unknown session is empty and loses its key."""

    def load(self) -> dict[str, Any]:
        row = one_row(LOAD, {"key": self.session_key, "now": timezone.now()})
        if row is None:
            self._session_key = None
            return {}
        return self.decode(row[0])
