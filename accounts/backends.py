"""How a login finds its user."""

from allauth.account.auth_backends import AuthenticationBackend
from allauth.core import context

from accounts.models import User
from accounts.session_store import LOGIN, SessionStore, user_of
from base.sql import one_row

LOAD = f"""
SELECT {LOGIN} FROM accounts_user AS login JOIN accounts_account AS office ON office.id = login.account_id
WHERE login.id = %(user)s
"""


class AccountBackend(AuthenticationBackend):
    """allauth's, with the user and the account that the request's session was loaded with, or else read by one plain
    statement: every request needs both."""

    def get_user(self, user_id: int) -> User | None:
        session = getattr(context.request, "session", None)
        user = session.take_login(user_id) if isinstance(session, SessionStore) else None
        if user is None:
            row = one_row(LOAD, {"user": user_id})
            user = user_of(row) if row else None
        return user if user and self.user_can_authenticate(user) else None
