"""Django's database sessions, loaded by plain SQL, because every request of a logged-in user pays for it.

One statement reads the session, when it was last used (`sessions.touch`), and the user and the office whose login it
is, so that identifying the user takes one round trip to the database. It also says of which state of the database all
later ones are at least.
"""

from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string

from accounts.models import Account, User
from accounts.telling import tell_access
from base.sql import columns_of, listed, loaded, one_row

USER = columns_of(User)
ACCOUNT = columns_of(Account)
LOGIN = f"{listed('login', USER)}, {listed('office', ACCOUNT)}"
LOAD = f"""
SELECT session.session_data, seen.last_seen_at, md5(pg_current_snapshot()::text), {LOGIN}, {{news}}
FROM django_session AS session
LEFT JOIN usersessions_usersession AS seen ON seen.session_key = session.session_key
LEFT JOIN accounts_user AS login ON login.id = seen.user_id
LEFT JOIN accounts_account AS office ON office.id = login.account_id
WHERE session.session_key = %(key)s AND session.expire_date > %(now)s
"""

WHOSE = """
SELECT login.account_id, login.id
FROM django_session AS session
JOIN usersessions_usersession AS seen ON seen.session_key = session.session_key
JOIN accounts_user AS login ON login.id = seen.user_id
WHERE session.session_key = %(key)s
"""


@cache
def _load() -> str:
    """Return the statement, with the number of contacts that wait: how it is counted, a room above knows."""
    return LOAD.format(news=import_string(settings.NEWS_NUMBER))


class SessionStore(db.SessionStore):
    """Django's store. An expired or unknown session is empty and loses its key."""

    seen_at: datetime | None = None  # of a session of somebody logged in, once it is loaded
    snapshot = ""  # of which transactions had ended by then; the same later means that none has since
    _login: tuple[Any, ...] = ()  # the row of the user and the office, until it is used

    def load(self) -> dict[str, Any]:
        row = one_row(_load(), {"key": self.session_key, "now": timezone.now()})
        if row is None:
            self._session_key = None
            return {}
        self.seen_at, self.snapshot, self._login = row[1], row[2], row[3:]
        return self.decode(row[0])

    def delete(self, session_key: str | None = None) -> None:
        """Delete the session, which may be another one, and tell whose it was: their pages must ask who they are."""
        with transaction.atomic():
            whose = one_row(WHOSE, {"key": session_key or self.session_key})
            super().delete(session_key)
            if whose:
                tell_access(*whose)

    def take_login(self, user_id: int) -> User | None:
        """Return the user with their account if loading the session has read this user. Answers only once, since
        a row that is loaded later may have changed."""
        row, self._login = self._login, ()
        if not row or row[USER.index("id")] != user_id:
            return None
        user = user_of(row[:-1])
        user.news = row[-1]
        return user


def user_of(row: tuple[Any, ...]) -> User:
    """Return the user and the account in a row of the columns in `LOGIN`."""
    user = loaded(User, USER, row[: len(USER)])
    user.account = loaded(Account, ACCOUNT, row[len(USER) :])
    return user
