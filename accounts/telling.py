"""Telling open pages of their users: `base/notices.py`."""

from accounts.models import User
from base import notices
from base.notices import Kind


def tell_access(account_id: int, whose: int | None, actor: int | None = None) -> None:
    """Tell that what this user may see has changed, or their session ended. None: everybody of the office."""
    notices.tell(Kind.ACCESS, account_id, user=actor, of=whose)


def tell_looks(user: User) -> None:
    """Tell that the user looks different wherever a contact of theirs is shown."""
    notices.tell(Kind.ASSIGNED, user.account_id, None, user=user.pk)
