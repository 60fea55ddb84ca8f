"""The actions on a contact's page: planned ones first, then performed ones, newest first."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q, QuerySet

from accounts.models import User
from base import once
from base.dates import moment_texts
from contacts.actions import may_edit
from contacts.models import Action, Contact

PAGE = 30


@dataclass(frozen=True)
class Entry:
    """An action, and whether this user may correct it."""

    action: Action
    editable: bool

    def texts(self, now: datetime) -> dict[str, str | int]:
        """Return what the template `contacts/_entry.html` shows."""
        action, author = self.action, self.action.author
        moment = action.planned_for if action.is_planned else action.performed_at
        return {
            "id": action.pk,
            "kind": action.kind,
            "label": action.label,
            "who": author.full_name if author else "",
            "is_gone": "1" if author and not author.is_active else "",
            "text": action.text,
            **moment_texts(moment, now),
            "is_planned": "1" if action.is_planned else "",
            "is_editable": "1" if self.editable else "",
        }


@dataclass(frozen=True)
class Timeline:
    planned: list[Entry]
    performed: list[Entry]
    older: int | None  # the last action shown, if there are further ones behind it


def load(user: User, contact: Contact, before: Action | None = None) -> Timeline:
    """Return the newest page, or the one after the action `before`, in one statement."""
    whose = (contact.account_id, contact.pk)
    if before:
        same_time = Q(performed_at=before.performed_at, pk__lt=before.pk)
        further = _performed(*whose).filter(Q(performed_at__lt=before.performed_at) | same_time)
        found = list(further[: PAGE + 1])
    else:
        found = once.rows(_newest, *whose)
    planned = sorted((one for one in found if one.is_planned), key=lambda one: (one.planned_for, one.pk))
    performed = [one for one in found if not one.is_planned]
    performed.sort(key=lambda one: (one.performed_at, one.pk), reverse=True)
    older = performed[PAGE - 1].pk if len(performed) > PAGE else None
    return Timeline(_entries(user, planned), _entries(user, performed[:PAGE]), older)


def _newest(account_id: int, contact_id: int) -> QuerySet[Action]:
    """Return all planned actions, and the newest of those performed."""
    planned = _actions(account_id, contact_id).filter(performed_at=None)
    return planned.union(_performed(account_id, contact_id)[: PAGE + 1], all=True)


def _performed(account_id: int, contact_id: int) -> QuerySet[Action]:
    return _actions(account_id, contact_id).filter(performed_at__isnull=False).order_by("-performed_at", "-pk")


def _actions(account_id: int, contact_id: int) -> QuerySet[Action]:
    return Action.objects.of(account_id).filter(contact=contact_id).select_related("author")


def _entries(user: User, actions: list[Action]) -> list[Entry]:
    return [Entry(action, may_edit(user, action)) for action in actions]
