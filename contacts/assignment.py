"""Assigning contacts to colleagues. Only some plans include this, so plan and colleague are locked until the commit."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import plans
from accounts.models import Account, AccountQuerySet, Role, User
from base import notices
from base.notices import Kind, Seen
from base.refusals import Forbidden, NotUnderstood
from contacts.finding import lock
from contacts.models import Change, Contact
from contacts.search import fold_short


def unavailable() -> NotUnderstood:
    """Return the refusal for a colleague who is unknown, of another office or has left: one wording for all."""
    return NotUnderstood(_("Mitarbeiter nicht verfügbar"))


def not_in_plan() -> Forbidden:
    """Return the refusal for an office whose plan does not include assigning."""
    return Forbidden(str(plans.Feature(plans.Feature.ASSIGN).label))


@transaction.atomic
def assign(*, contact: Contact, assignee: User | None, actor: User, now: datetime) -> Contact:
    """Assign the contact to a colleague, or to nobody; return it as it is now, even if `actor` no longer sees it.

    Writes nothing if the colleague has it already. Raises Http404 and Gone like `finding.lock`, Forbidden without the
    plan, NotUnderstood for a colleague who is not available at the commit.
    """
    hold(actor.account, assignee)
    locked = lock(actor, contact.pk)
    _write([locked], assignee, actor, now)
    return locked


@transaction.atomic
def assign_many(
    *, account: Account, actor: User, contact_ids: Collection[int], assignee: User | None, now: datetime
) -> int:
    """Assign many contacts, all or none, and return how many changed. Those that `actor` does not see are skipped."""
    hold(account, assignee)
    contacts = Contact.objects.of(account).visible_to(actor).filter(pk__in=contact_ids).order_by("pk")
    locked = contacts.select_related("assignee").select_for_update(of=("self",), no_key=True)
    return _write(list(locked), assignee, actor, now)


@transaction.atomic
@notices.as_one(Kind.ASSIGNED)
def give_back(*, actor: User, before: Mapping[int, int | None], now: datetime) -> None:
    """Give contacts back to their former assignees, including colleagues who have left. The caller holds the locks."""
    contacts = Contact.objects.of(actor.account).filter(pk__in=before).select_related("assignee").order_by("pk")
    users = User.objects.of(actor.account).in_bulk({pk for pk in before.values() if pk is not None})
    by_owner: dict[int | None, list[Contact]] = {}
    for contact in contacts:
        by_owner.setdefault(before[contact.pk], []).append(contact)
    for owner, group in by_owner.items():
        _write(group, users[owner] if owner is not None else None, actor, now)


def hold(account: Account, assignee: User | None) -> None:
    """Lock plan and colleague against changes until the end of the transaction (FOR SHARE: others may do the same).

    Plain SQL, since the ORM knows no FOR SHARE: with FOR NO KEY UPDATE the office's assignments would wait for each
    other, and both statements together take 1.4 ms of a processor instead of 0.15.
    Call it before locking columns, cards or contacts. Raises like `assign`.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT plan FROM accounts_account WHERE id = %s FOR SHARE", [account.pk])
        (plan,) = cursor.fetchone()
        if not plans.can(plan, plans.Feature.ASSIGN):
            raise not_in_plan()
        if assignee is None:
            return
        cursor.execute(
            "SELECT 1 FROM accounts_user WHERE id = %s AND account_id = %s AND is_active AND role <> %s FOR SHARE",
            [assignee.pk, account.pk, Role.MARKETING],
        )
        if cursor.fetchone() is None:
            raise unavailable()


def available(account: Account) -> AccountQuerySet:
    """Return the active users of the office who work on contacts: all roles but marketing."""
    return User.objects.of(account).filter(is_active=True).exclude(role=Role.MARKETING)


def colleagues(user: User) -> list[User]:
    """Return the available users of the user's own office: the user first, then the others by name.

    Whoever is absent today says so (`is_away`), and can be chosen all the same.
    """
    others, today = list(available(user.account)), timezone.localdate(timezone=user.account.zone)
    for other in others:
        other.is_away = other.is_absent(today)
    return sorted(others, key=lambda other: (other.pk != user.pk, fold_short(other.full_name), other.pk))


def _write(contacts: Collection[Contact], assignee: User | None, actor: User, now: datetime) -> int:
    given = [contact for contact in contacts if contact.assignee_id != (assignee and assignee.pk)]
    Change.objects.bulk_create(
        Change(
            account_id=contact.account_id,
            contact_id=contact.pk,
            kind=Change.Kind.ASSIGNED,
            before=_name(contact.assignee),
            after=_name(assignee),
            actor=actor,
            at=now,
        )
        for contact in given
    )
    if given:
        ids = [contact.pk for contact in given]
        Contact.objects.of(actor.account).filter(pk__in=ids).update(assignee=assignee)
        seen = [Seen(contact.pk, contact.assignee_id, assignee.pk if assignee else None) for contact in given]
        notices.tell(Kind.ASSIGNED, actor.account_id, seen, user=actor.pk)
    for contact in given:
        contact.assignee = assignee
    return len(given)


def _name(user: User | None) -> str:
    return user.full_name if user else ""
