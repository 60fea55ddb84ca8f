"""The open sessions of a user, and ending them."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.db import DatabaseError, transaction
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from accounts.session_store import SessionStore

TOUCHED_EVERY = timedelta(hours=1)


def touch(session: SessionStore) -> None:
    """Record, once an hour, that the session is used. A database that cannot be written to is no error."""
    now = timezone.now()
    if session.seen_at is None or now - session.seen_at < TOUCHED_EVERY:
        return
    try:
        with transaction.atomic():
            UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)
    except DatabaseError:
        return


def end_sessions(user: User, *, keep: str | None = None) -> None:
    """End the user's sessions in all browsers, except the one with the key `keep`.

    Refusing a deactivated user is not enough: the sessions would be valid again after reactivation.
    """
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep or ""):
        session.end()


def end_session(user: User, session_id: int) -> None:
    """End one of the user's own sessions. Raises Http404 for any other session, and for one that has ended."""
    session = UserSession.objects.filter(user=user, pk=session_id).first()
    if session is None:
        raise Http404
    session.end()
