"""The actions on a contact's page: planned ones first, then performed ones, newest first."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from accounts.models import User
from base import once
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
    whose = (contact.account_id, contact.pk)
    planned = [] if before else once.rows(_planned, *whose)
    if before:
        same_time = Q(performed_at=before.performed_at, pk__lt=before.pk)
        further = _performed(*whose).filter(Q(performed_at__lt=before.performed_at) | same_time)
        found = list(further[: PAGE + 1])
    else:
        found = once.rows(_newest, *whose)
    older = found[PAGE - 1].pk if len(found) > PAGE else None
    return Timeline(_entries(user, planned), _entries(user, found[:PAGE]), older)


def _planned(account_id: int, contact_id: int) -> QuerySet[Action]:
    return _actions(account_id, contact_id).filter(performed_at=None).order_by("planned_for", "pk")


def _newest(account_id: int, contact_id: int) -> QuerySet[Action]:
    return _performed(account_id, contact_id)[: PAGE + 1]


def _performed(account_id: int, contact_id: int) -> QuerySet[Action]:
    return _actions(account_id, contact_id).filter(performed_at__isnull=False).order_by("-performed_at", "-pk")


def _actions(account_id: int, contact_id: int) -> QuerySet[Action]:
    return Action.objects.of(account_id).filter(contact=contact_id).select_related("author")


def _entries(user: User, actions: list[Action]) -> list[Entry]:
    return [Entry(action, may_edit(user, action)) for action in actions]
