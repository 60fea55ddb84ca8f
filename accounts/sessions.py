"""Open sessions of a user, and how they end."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.db import DatabaseError, transaction
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from accounts.session_store import SessionStore

TOUCHED_EVERY = timedelta(hours=1)


def touch(session: SessionStore) -> None:
    """Notes that the session is used: once an hour, and where nothing can be written a page is shown all the same."""
    now = timezone.now()
    if session.seen_at is None or now - session.seen_at < TOUCHED_EVERY:
        return
    try:
        with transaction.atomic():
            UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)
    except DatabaseError:
        return


def end_sessions(user: User, *, keep: str | None = None) -> None:
    """Ends the user's open sessions in all browsers, but for the one with the key `keep`.

    Refusing a deactivated user is not enough: his sessions would come back to life when he is reactivated.
    """
    for session in UserSession.objects.filter(user=user).exclude(session_key=keep or ""):
        session.end()


def end_session(user: User, session_id: int) -> None:
    """Ends one of the user's own sessions. Raises Http404 for any other, and for one that has ended."""
    session = UserSession.objects.filter(user=user, pk=session_id).first()
    if session is None:
        raise Http404
    session.end()
