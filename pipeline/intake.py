"""A contact that a colleague enters by hand."""

from datetime import datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from contacts import assignment, duplicates
from contacts import consent as evidence
from contacts.derived import derive
from contacts.models import Consent, Contact
from funnel import enrolments
from funnel.enrolments import Effect
from pipeline.leads import take_in
from pipeline.models import Column


@transaction.atomic
def enter(
    *,
    user: User,
    values: dict[str, Any],
    column: Column,
    assignee: User | None,
    consent: dict[str, str] | None = None,
    enrol: bool = False,
    now: datetime,
) -> Contact:
    """A new contact on top of the column, given to a colleague if one is named. All or nothing.

    `consent`: wording and method of a consent to e-mail; `enrol`: the column's mails begin, which wait for a consent if
    there is none. Raises NotUnderstood for a column that is gone and like `consent.record`; with a colleague also
    Forbidden and NotUnderstood like `assignment.assign`. Each call adds a contact: whether it is there already is
    asked with `twins`.
    """
    if assignee is not None:
        assignment.hold(user.account, assignee)  # before the column: one order of locks everywhere
    contact = take_in(account=user.account, actor=user, values=values, column_id=column.pk, now=now)
    if assignee is not None:
        contact = assignment.assign(contact=contact, assignee=assignee, actor=user, now=now)
    if consent:
        evidence.record(
            contact=contact, channel=Consent.Channel.EMAIL, granted=True, actor=user, now=now, **consent
        )
    if enrol and column.effect is Effect.ENROL:
        start = {"sequence": column.sequence_id, "effect": Effect.ENROL, "cause": None}
        enrolments.switch(contact=contact, actor=user, now=now, **start)
    return contact


def twins(user: User, values: dict[str, Any]) -> list[Contact]:
    """The visible contacts that look like the one about to be entered."""
    return duplicates.find(user, derive(Contact(account=user.account, **values)))
