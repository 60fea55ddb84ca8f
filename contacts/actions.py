"""What is performed or planned with a contact, and what the contact shows of it: last action and bubbles.

Each verb locks the contact first, so that of several at once none is lost from the counts.
"""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Count, Max
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import User
from base.refusals import Forbidden, NotUnderstood
from contacts.finding import lock, seen_by
from contacts.kinds import MANUAL, NOT_COUNTED, PLANNABLE, Kind
from contacts.models import Action, Contact


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
    """Records that something was done, now or earlier. `actor` None: it happened by itself, any kind is right then.

    Raises Http404 and Gone like `finding.lock`, NotUnderstood for a moment after `now`, for a kind that users do
    not record themselves and for an outcome of anything but a call. Each call adds an action, but for the same
    one with the same `key`: that is the first, once more.
    """
    _lock(contact, actor)
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
    return action


NOTE = """
WITH held AS MATERIALIZED (
    SELECT id FROM contacts_contact WHERE id = %(contact)s AND account_id = %(account)s FOR NO KEY UPDATE
), noted AS (
    INSERT INTO contacts_action (account_id, contact_id, kind, outcome, text, performed_at, created_at)
    SELECT %(account)s, id, %(kind)s, '', %(text)s, %(now)s, %(now)s FROM held
    RETURNING contact_id
)
UPDATE contacts_contact
SET action_counts = action_counts
        || jsonb_build_object(%(kind)s::text, coalesce((action_counts ->> %(kind)s)::int, 0) + 1),
    last_action_at = CASE WHEN %(counts)s THEN greatest(last_action_at, %(now)s) ELSE last_action_at END
FROM noted WHERE contacts_contact.id = noted.contact_id
"""


def note(*, account_id: int, contact_id: int, kind: str, text: str, now: datetime) -> None:
    """As `perform` without an actor, in one plain statement: the worker pays for it with every mail it sends.

    A contact that is gone is passed over.
    """
    values = {"account": account_id, "contact": contact_id, "kind": kind, "text": text, "now": now}
    with connection.cursor() as cursor:
        cursor.execute(NOTE, values | {"counts": kind not in NOT_COUNTED})


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
    """Notes an appointment that is still to be held; it changes neither the last action nor the bubbles.

    The time may lie in the past (held, but not ticked off). Only appointments can be planned; otherwise it raises
    and repeats like `perform`.
    """
    _lock(contact, actor)
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
    return action


@transaction.atomic
def done(*, action: Action, actor: User, now: datetime, performed_at: datetime | None = None) -> Action:
    """A planned action was held: at `performed_at`, else at its planned time, or now if that is still to come.

    Repeated: no second effect. Raises Http404 and Gone like `finding.lock`, NotUnderstood for a moment after `now`.
    """
    contact, action = _locked(action, actor)
    if action.is_planned and action.planned_for is not None:
        action.performed_at = _past(performed_at or min(action.planned_for, now), now)
        action.save(update_fields=["performed_at"])
        _recount(contact)
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
    """Corrects an action that a person recorded. What is planned stays planned, what was performed stays performed.

    Without a new time the old one stays. Raises Http404 and Gone like `finding.lock`, Forbidden unless `may_edit`,
    NotUnderstood for a moment after `now`.
    """
    contact, action = _locked(action, actor)
    _may(actor, action)
    _check(action.kind, actor, outcome)
    action.text, action.outcome = text, outcome
    if action.is_planned:
        action.planned_for = planned_for or action.planned_for
    else:
        action.performed_at = _past(performed_at or action.performed_at or now, now)
    action.save(update_fields=["text", "outcome", "performed_at", "planned_for"])
    _recount(contact)
    return action


@transaction.atomic
def remove(*, action: Action, actor: User) -> Contact:
    """Takes back an action that a person recorded. Raises like `edit`; repeated: Http404."""
    contact, action = _locked(action, actor)
    _may(actor, action)
    action.delete()
    _recount(contact)
    return contact


def may_edit(user: User, action: Action) -> bool:
    """What happened by itself is evidence; what a person recorded is theirs and their managers' to correct."""
    return action.kind in MANUAL and action.author_id is not None and (action.author_id == user.pk or user.leads)


@transaction.atomic
def refresh(contact: Contact) -> None:
    """Writes last action and bubbles of the contact anew from its actions; for whoever wrote actions in bulk."""
    _lock(contact, None)
    _recount(contact)


def find(user: User, action_id: int) -> Action:
    """The action with its contact. Raises Http404 if that does not exist for the user; the trash is not looked at."""
    action = Action.objects.of(user.account).filter(pk=action_id, contact__in=seen_by(user)).first()
    if action is None:
        raise Http404
    return action


def to_come() -> str:
    """The refusal of a moment at which nothing can have been performed yet."""
    return _("Der Zeitpunkt liegt in der Zukunft. Künftige Termine bitte planen.")


def _lock(contact: Contact, actor: User | None) -> None:
    if actor is None:
        Contact.objects.of(contact.account_id).select_for_update(no_key=True).get(pk=contact.pk)
    else:
        lock(actor, contact.pk)


def _locked(action: Action, actor: User) -> tuple[Contact, Action]:
    contact = lock(actor, action.contact_id)
    found = Action.objects.of(actor.account).filter(pk=action.pk, contact=contact).first()
    if found is None:
        raise Http404
    return contact, found


def _used(
    contact: Contact, key: UUID | None, performed_at: datetime | None, **said: Any
) -> tuple[UUID | None, Action | None]:
    """The key to store, and the action that was stored with it before if it said the same.

    A form that comes again with something else (the browser's way back) is another action, and has no key.
    """
    first = Action.objects.of(contact.account_id).filter(contact=contact, key=key).first() if key else None
    if first is None:
        return key, None
    if performed_at is not None:
        said["performed_at"] = performed_at
    is_same = all(getattr(first, name) == value for name, value in said.items())
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
    """Needs the contact's lock: the counts are read after it was granted, so they include everybody's before."""
    performed = Action.objects.of(contact.account_id).filter(contact=contact, performed_at__isnull=False)
    rows = performed.order_by().values("kind").annotate(count=Count("pk"), last=Max("performed_at"))
    counts = {row["kind"]: row["count"] for row in rows}
    last = max((row["last"] for row in rows if row["kind"] not in NOT_COUNTED), default=None)
    Contact.objects.of(contact.account_id).filter(pk=contact.pk).update(action_counts=counts, last_action_at=last)
    contact.action_counts, contact.last_action_at = counts, last
