"""Telling colleagues where somebody is. Nothing of it is stored."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from base.ids import is_id
from base.notices import Kind, Seen
from contacts.finding import find
from live.presence import BOARD, LIST


def say(user: User, *, at: str, tab: str, leaving: bool) -> None:
    """Tell that a page is open at the board, the list or a contact, or is being left.

    Raises Http404, PermissionDenied or Trashed if the user has no business there. An office that does not show who is
    there tells nothing.
    """
    if at != LIST and not user.works_contacts:
        raise PermissionDenied(_("Dafür fehlt Ihnen die Berechtigung."))
    contacts = () if at in (BOARD, LIST) else (_seen(user, at.removeprefix("contact-")),)
    if user.account.shows_presence:
        facts: dict[str, Any] = {
            "at": at,
            "tab": tab,
            "leaving": leaving,
            "initials": user.initials,
            "name": user.full_name,
        }
        notices.tell(Kind.HERE, user.account_id, contacts, user=user.pk, **facts, hue=user.hue)


def _seen(user: User, contact_id: str) -> Seen:
    if not is_id(contact_id):
        raise Http404
    contact = find(user, int(contact_id))
    return Seen.kept(contact.pk, contact.assignee_id)
