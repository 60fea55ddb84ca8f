"""Open sessions of a user, and how they end."""

from allauth.usersessions.models import UserSession
from django.http import Http404

from accounts.models import User


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
