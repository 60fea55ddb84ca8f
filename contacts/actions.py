"""Actions performed or planned with a contact, and what the contact shows of them: last action and bubbles.

Each verb locks the contact first, so that concurrent calls cannot lose a count.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, Max
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from base import notices
from base.refusals import Forbidden, NotUnderstood
from contacts.finding import lock, seen_by
from contacts.kinds import MANUAL, NOT_COUNTED, PLANNABLE, Kind
from contacts.models import Action, Contact
from contacts.telling import about, sending, tell_of


@transaction.atomic
def perform(
    *,
    contact: Contact,
    kind: str,
    actor: User | None,
    now: datetime,
    performed_at: datetime | None = None,
    outcome: str = "",
    text: str = "",
    key: UUID | None = None,
) -> Action:
    """Record that something was done at `performed_at`, by default at `now`.

    Without an `actor` the product recorded it, and any kind is allowed. Idempotent for the same action with the same
    `key`, which returns the first one; otherwise each call adds an action. Raises Http404 and Gone like
    `finding.lock`, and NotUnderstood for a moment after `now`, a kind that users do not record themselves, or an
    outcome of anything but a call.
    """
    locked = _lock(contact, actor)
    _check(kind, actor, outcome)
    key, earlier = _used(contact, key, performed_at, kind=kind, outcome=outcome, text=text, planned_for=None)
    if earlier:
        return earlier
    action = Action(
        account_id=contact.account_id,
        contact_id=contact.pk,
        kind=kind,
        outcome=outcome,
        text=text,
        performed_at=_past(performed_at or now, now),
        author=actor,
        created_at=now,
        key=key,
    )
    action.save(force_insert=True)
    _recount(contact)
    tell_of(notices.Kind.ACTED, locked, actor)
    return action


# Part of a statement that records an action, tells it and, if it reads `counted`, does more after it. The contact is
# locked first.
NOTED = f"""
held AS MATERIALIZED (
    SELECT id FROM contacts_contact WHERE id = %(contact)s AND account_id = %(account)s FOR NO KEY UPDATE
), noted AS (
    INSERT INTO contacts_action (account_id, contact_id, kind, outcome, text, performed_at, created_at)
    SELECT %(account)s, id, %(kind)s, '', %(text)s, %(now)s, %(now)s FROM held
    RETURNING contact_id
), counted AS (
    UPDATE contacts_contact
    SET action_counts = action_counts
            || jsonb_build_object(%(kind)s::text, coalesce((action_counts ->> %(kind)s)::int, 0) + 1),
        last_action_at = CASE WHEN %(counts)s THEN greatest(last_action_at, %(now)s) ELSE last_action_at END
    FROM noted WHERE contacts_contact.id = noted.contact_id
    RETURNING contacts_contact.id, {sending("contacts_contact.assignee_id")}
)
"""


def noted(*, account_id: int, contact_id: int, kind: str, text: str, now: datetime) -> dict[str, Any]:
    """Return the values of `NOTED`, which does what `perform` does without an actor, for each mail that is sent.

    A contact that no longer exists is skipped.
    """
    values: dict[str, Any] = {"account": account_id, "contact": contact_id, "kind": kind, "text": text, "now": now}
    notice = about(notices.Kind.MAILED, account_id, contact_id)
    return values | {"counts": kind not in NOT_COUNTED, "notice": notice}


@transaction.atomic
def plan(
    *,
    contact: Contact,
    kind: str,
    actor: User,
    now: datetime,
    planned_for: datetime,
    text: str = "",
    key: UUID | None = None,
) -> Action:
    """Record an appointment that has not been held yet; last action and bubbles stay the same.

    `planned_for` may be in the past (held, but not ticked off). Raises NotUnderstood for kinds other than
    appointments; other errors and repetition are those of `perform`.
    """
    locked = _lock(contact, actor)
    if kind not in PLANNABLE:
        raise NotUnderstood(_("Planen lassen sich nur Termine und Vor-Ort-Termine."))
    key, earlier = _used(contact, key, None, kind=kind, text=text, planned_for=planned_for)
    if earlier:
        return earlier
    action = Action(
        account_id=contact.account_id,
        contact_id=contact.pk,
        kind=kind,
        text=text,
        planned_for=planned_for,
        author=actor,
        created_at=now,
        key=key,
    )
    action.save(force_insert=True)
    tell_of(notices.Kind.ACTED, locked, actor)
    return action


@transaction.atomic
def done(*, action: Action, actor: User, now: datetime, performed_at: datetime | None = None) -> Action:
    """Mark a planned action as performed at `performed_at`, by default at its planned time, but not after `now`.

    Idempotent. Raises Http404 and Gone like `finding.lock`, NotUnderstood for a moment after `now`.
    """
    contact, action = _locked(action, actor)
    if action.is_planned and action.planned_for is not None:
        action.performed_at = _past(performed_at or min(action.planned_for, now), now)
        action.save(update_fields=["performed_at"])
        _recount(contact)
        tell_of(notices.Kind.ACTED, contact, actor)
    return action


@transaction.atomic
def edit(
    *,
    action: Action,
    actor: User,
    now: datetime,
    text: str,
    outcome: str = "",
    performed_at: datetime | None = None,
    planned_for: datetime | None = None,
) -> Action:
    """Correct an action that a person recorded. A planned action stays planned, a performed one stays performed.

    Without a new time it keeps the old one. What is so already writes nothing. Raises Http404 and Gone like
    `finding.lock`, Forbidden unless `may_edit`, NotUnderstood for a moment after `now`.
    """
    contact, action = _locked(action, actor)
    _may(actor, action)
    _check(action.kind, actor, outcome)
    before = _editable(action)
    action.text, action.outcome = text, outcome
    if action.is_planned:
        action.planned_for = planned_for or action.planned_for
    else:
        action.performed_at = _past(performed_at or action.performed_at or now, now)
    if _editable(action) == before:
        return action
    action.save(update_fields=["text", "outcome", "performed_at", "planned_for"])
    _recount(contact)
    tell_of(notices.Kind.ACTED, contact, actor)
    return action


@transaction.atomic
def remove(*, action: Action, actor: User) -> Contact:
    """Delete an action that a person recorded. Raises like `edit`, and Http404 if it is already deleted."""
    contact, action = _locked(action, actor)
    _may(actor, action)
    action.delete()
    _recount(contact)
    tell_of(notices.Kind.ACTED, contact, actor)
    return contact


def may_edit(user: User, action: Action) -> bool:
    """Return whether the user may correct or delete the action.

    What the product recorded is evidence and stays. What a person recorded may be corrected by that person and by
    administrators and managers.
    """
    return action.kind in MANUAL and action.author_id is not None and (action.author_id == user.pk or user.leads)


@transaction.atomic
def refresh(contact: Contact) -> None:
    """Recalculate last action and bubbles of the contact from its actions, after these were written in bulk."""
    _lock(contact, None)
    _recount(contact)


def find(user: User, action_id: int) -> Action:
    """Return the action. Raises Http404 if its contact does not exist for the user; it may be in the trash."""
    action = Action.objects.of(user.account).filter(pk=action_id, contact__in=seen_by(user)).first()
    if action is None:
        raise Http404
    return action


def to_come() -> str:
    """Return the sentence that refuses a performed action in the future."""
    return _("Der Zeitpunkt liegt in der Zukunft. Künftige Termine bitte planen.")


def _lock(contact: Contact, actor: User | None) -> Contact:
    if actor is None:
        return Contact.objects.of(contact.account_id).select_for_update(no_key=True).get(pk=contact.pk)
    return lock(actor, contact.pk)


def _locked(action: Action, actor: User) -> tuple[Contact, Action]:
    contact = lock(actor, action.contact_id)
    found = Action.objects.of(actor.account).filter(pk=action.pk, contact=contact).first()
    if found is None:
        raise Http404
    return contact, found


def _editable(action: Action) -> tuple[object, ...]:
    return action.text, action.outcome, action.performed_at, action.planned_for


def _used(
    contact: Contact, key: UUID | None, performed_at: datetime | None, **values: Any
) -> tuple[UUID | None, Action | None]:
    """Return the key to store, and the action that was stored with it if it has the same values.

    A form that is sent again with other values (after the browser's back button) is another action, without a key.
    """
    first = Action.objects.of(contact.account_id).filter(contact=contact, key=key).first() if key else None
    if first is None:
        return key, None
    if performed_at is not None:
        values["performed_at"] = performed_at
    is_same = all(getattr(first, name) == value for name, value in values.items())
    return None, first if is_same else None


def _may(actor: User, action: Action) -> None:
    if not may_edit(actor, action):
        raise Forbidden(_("Diesen Eintrag kann nur ändern, wer ihn geschrieben hat."))


def _check(kind: str, actor: User | None, outcome: str) -> None:
    if actor is not None and kind not in MANUAL:
        raise NotUnderstood(_("Diese Art von Aktion wird automatisch erfasst."))
    if outcome and kind != Kind.CALL:
        raise NotUnderstood(_("Ein Ergebnis gibt es nur bei Anrufen."))


def _past(moment: datetime, now: datetime) -> datetime:
    if moment > now:
        raise NotUnderstood(to_come())
    return moment


def _recount(contact: Contact) -> None:
    """Recalculate last action and counts. The caller holds the contact's lock, so no concurrent action is missed."""
    performed = Action.objects.of(contact.account_id).filter(contact=contact, performed_at__isnull=False)
    rows = performed.order_by().values("kind").annotate(count=Count("pk"), last=Max("performed_at"))
    counts = {row["kind"]: row["count"] for row in rows}
    last = max((row["last"] for row in rows if row["kind"] not in NOT_COUNTED), default=None)
    Contact.objects.of(contact.account_id).filter(pk=contact.pk).update(action_counts=counts, last_action_at=last)
    contact.action_counts, contact.last_action_at = counts, last
