"""Entering contacts by hand."""

from datetime import datetime
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from django.db import connection, transaction

from accounts.models import User
from base import notices
from contacts import actions, assignment, duplicates
from contacts import consent as evidence
from contacts.derived import derive
from contacts.kinds import Kind
from contacts.models import Consent, Contact
from funnel.series import enrolments
from funnel.series.enrolments import Effect
from pipeline import leads
from pipeline.models import Column, Entry

LOCK_CLASS = 4716  # of the advisory locks: equal forms


@transaction.atomic
@notices.as_one(notices.Kind.ARRIVED)
def enter(
    *,
    user: User,
    values: dict[str, Any],
    column: Column,
    assignee: User | None,
    consent: dict[str, Any] | None = None,
    enrol: bool = False,
    note: str = "",
    asked_at: datetime | None = None,
    now: datetime,
) -> Contact:
    """Add a contact on top of the column, with an inquiry that holds the `note`. All or nothing.

    The person asked at `asked_at`, by default `now`. It is assigned to `assignee`, if given. `consent` holds wording
    and method of a consent to e-mail. With `enrol` the column's series begins, or waits for a consent. Raises
    NotUnderstood for a column that no longer exists, and like `consent.record` and `assignment.assign`. Each call adds
    a contact; `twins` finds existing ones.
    """
    if assignee is not None:
        assignment.hold(user.account, assignee)  # before the column: one order of locks everywhere
    contact = leads.add(
        account=user.account, actor=user, values=values, column_id=column.pk, now=now, asked_at=asked_at or now
    )
    actions.perform(contact=contact, kind=Kind.INQUIRY, actor=None, text=note, performed_at=asked_at, now=now)
    if assignee is not None:
        contact = assignment.assign(contact=contact, assignee=assignee, actor=user, now=now)
    if consent:
        evidence.record(contact=contact, channel=Consent.Channel.EMAIL, granted=True, actor=user, now=now, **consent)
    if enrol and column.effect is Effect.ENROL:
        enrolments.change_status(
            contact=contact, actor=user, now=now, sequence=column.sequence_id, effect=Effect.ENROL, cause=None
        )
    return contact


@transaction.atomic
def enter_once(
    *,
    user: User,
    key: UUID | None,
    anyway: bool,
    values: dict[str, Any],
    column: Column,
    assignee: User | None,
    consent: dict[str, str] | None = None,
    enrol: bool = False,
    note: str = "",
    asked_at: datetime | None = None,
    now: datetime,
) -> tuple[Contact | None, list[Contact]]:
    """Add the contact of a form unless similar ones exist; return it, or None and the similar ones.

    With `anyway` similar contacts do not matter. Idempotent for the same `key` and values. Equal forms of an office
    wait for each other, so that two windows at the same time are warned, too.
    """
    sent = _fingerprint(values)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_CLASS, f"{user.account_id}:{sent}"])
    own = uuid5(key, sent) if key else None
    entered = Entry.objects.of(user.account).filter(key=own).select_related("contact").first() if own else None
    if entered and entered.contact:
        return entered.contact, []
    if not anyway and (found := twins(user, values)):
        return None, found
    contact = enter(
        user=user,
        values=values,
        column=column,
        assignee=assignee,
        consent=consent,
        enrol=enrol,
        note=note,
        asked_at=asked_at,
        now=now,
    )
    if own:
        Entry.objects.create(account=user.account, key=own, contact=contact)
    return contact, []


def _fingerprint(values: dict[str, Any]) -> str:
    """Return a hash of the values."""
    return sha256(repr(sorted((name, str(value)) for name, value in values.items())).encode()).hexdigest()


def twins(user: User, values: dict[str, Any]) -> list[Contact]:
    """Return the visible contacts that may be duplicates of the one about to be entered."""
    return duplicates.find(user, derive(Contact(account=user.account, **values)))
