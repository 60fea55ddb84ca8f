"""Telling open pages that contacts have changed (`base/notices.py`)."""

from collections.abc import Collection, Iterable
from typing import Any

from accounts.models import User
from base import notices
from base.notices import MOST_CONTACTS, Kind, Seen
from contacts.models import Contact

ASSIGNEE: Any = "<assignee>"  # stands for the id that a statement reads; no tab is named so (`notices.TAB`)


def tell_of(kind: Kind, contact: Contact, actor: User | None = None) -> None:
    """Tell of a contact whose assignee stayed the same."""
    seen = [Seen.kept(contact.pk, contact.assignee_id)]
    notices.tell(kind, contact.account_id, seen, user=actor.pk if actor else None)


def tell_of_many(
    kind: Kind,
    account_id: int,
    contact_ids: Iterable[int],
    actor: User | None = None,
    columns: Collection[int | None] = (),
) -> None:
    """Tell of contacts whose assignees stayed the same, and are not known; of none, tell nothing."""
    ids = {*contact_ids}
    if not ids or notices.is_quiet():
        return
    seen = None
    if len(ids) <= MOST_CONTACTS:
        rows = Contact.objects.of(account_id).filter(pk__in=ids).order_by("pk").values_list("pk", "assignee")
        seen = [Seen.kept(*row) for row in rows]
    notices.tell(kind, account_id, seen, columns, actor.pk if actor else None)


def about(kind: Kind, account_id: int, contact_id: int) -> str:
    """Return the notice for `sending`: what the worker did about a contact."""
    return notices.Notice(kind, account_id, (Seen.kept(contact_id, ASSIGNEE),)).text()


def sending(assignee: str) -> str:
    """Return SQL by which a statement tells the notice of `about` with the assignee that it reads itself."""
    text = f"replace(%(notice)s::text, '\"{ASSIGNEE}\"', coalesce({assignee}::text, 'null'))"
    return f"pg_notify('{notices.CHANNEL}', {text})"
