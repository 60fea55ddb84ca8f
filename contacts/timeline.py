"""The actions on a contact's page: planned ones first, then performed ones, newest first."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.models import User
from contacts.actions import may_edit
from contacts.models import Action, Contact

PAGE = 30


@dataclass(frozen=True)
class Entry:
    """An action, and whether this user may correct it."""

    action: Action
    editable: bool


@dataclass(frozen=True)
class Timeline:
    planned: list[Entry]
    performed: list[Entry]
    older: int | None  # the last action shown, if there are further ones behind it


def load(user: User, contact: Contact, before: Action | None = None) -> Timeline:
    """Return the newest page, or the one after the action `before`, in two statements."""
    actions = Action.objects.of(contact.account_id).filter(contact=contact).select_related("author")
    planned = [] if before else list(actions.filter(performed_at=None).order_by("planned_for", "pk"))
    performed = actions.filter(performed_at__isnull=False).order_by("-performed_at", "-pk")
    if before:
        same_time = Q(performed_at=before.performed_at, pk__lt=before.pk)
        performed = performed.filter(Q(performed_at__lt=before.performed_at) | same_time)
    found = list(performed[: PAGE + 1])
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    return Timeline(_entries(user, planned), _entries(user, found[:PAGE]), older)


def _entries(user: User, actions: list[Action]) -> list[Entry]:
    return [Entry(action, may_edit(user, action)) for action in actions]
