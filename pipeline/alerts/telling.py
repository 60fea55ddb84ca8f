"""The one verb by which somebody is told of a contact: `tell`. It writes rows; the worker sends.

It costs a lead's way nothing: whoever has something to tell calls it from a job of the worker.
"""

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import transaction

from accounts.models import Role, User
from contacts.models import Contact, limits
from pipeline.alerts import when
from pipeline.models import Alert, Subscription, Wish

MAY_WAIT = (Alert.Why.NEW, Alert.Why.AGAIN)  # of which users wish to hear all, or only what is theirs


@transaction.atomic
def tell(
    *,
    account_id: int,
    contact_ids: Collection[int],
    why: Alert.Why,
    user_ids: Collection[int] | None = None,
    now: datetime,
) -> int:
    """Have these users told of these contacts, as each wishes: by mail, by web push, or not at all.

    `user_ids` None: all of the office who work on contacts. Left out are users who have left, have not accepted their
    invitation, or do not see the contact, and contacts of others where a user wishes to hear of their own only (which
    counts for `MAY_WAIT`). Rights are looked at once more when it is sent, and whoever has been answered meanwhile is
    left out. Told twice before it was sent, it is sent once, for the newer reason. Return how many will be told.

    Locks the users' wishes, by id: call it before locking contacts or cards, or in a transaction of its own.
    """
    contacts = list(
        Contact.objects.of(account_id).filter(pk__in=contact_ids, trashed_at=None).values_list("pk", "assignee_id")
    )
    wishes = lock(account_id, user_ids) if contacts else []
    has_push = _with_push(account_id)
    alerts = []
    for wish in wishes:
        by_mail, by_push = wish.mail != Wish.Mail.NONE, wish.pk in has_push
        found = [pk for pk, assignee in contacts if concerns(wish, assignee, why)] if by_mail or by_push else []
        if found:
            alerts += [
                Alert(
                    account_id=account_id,
                    user_id=wish.pk,
                    contact_id=pk,
                    why=why,
                    at=now,
                    by_mail=by_mail,
                    by_push=by_push,
                )
                for pk in found
            ]
            schedule(wish, now, by_mail=by_mail, by_push=by_push)
    Alert.objects.bulk_create(
        alerts,
        update_conflicts=True,
        unique_fields=["user", "contact"],
        update_fields=["why", "at", "by_mail", "by_push"],
    )
    return len({alert.user_id for alert in alerts})


def concerns(wish: Wish, assignee_id: int | None, why: str) -> bool:
    """Return whether the user sees a contact of this assignee, and wishes to hear of it."""
    is_theirs = assignee_id in (None, wish.pk)
    wants_all = wish.leads == Wish.Leads.ALL or why not in MAY_WAIT
    return is_theirs or (wants_all and not limits(wish.user))


def lock(account_id: int, user_ids: Collection[int] | None = None) -> list[Wish]:
    """Lock the wishes of those who can be told anything, the default ones of users who never said; by id."""
    users = User.objects.of(account_id).filter(is_active=True).exclude(role=Role.MARKETING)
    if user_ids is not None:
        users = users.filter(pk__in=user_ids)
    people = [*users.exclude(password__startswith="!").values_list("pk", flat=True)]
    known = _locked(account_id, people)
    if len(known) < len(people):
        missing = {*people} - {wish.pk for wish in known}
        Wish.objects.bulk_create(
            [Wish(account_id=account_id, user_id=pk) for pk in sorted(missing)], ignore_conflicts=True
        )
        known = _locked(account_id, people)
    return known


def _locked(account_id: int, people: list[int]) -> list[Wish]:
    found = Wish.objects.of(account_id).filter(pk__in=people).select_related("user__account").order_by("pk")
    return list(found.select_for_update(of=("self",), no_key=True))


def schedule(wish: Wish, now: datetime, *, by_mail: bool, by_push: bool) -> None:
    """Have a locked wish say when something is sent; what is to be sent earlier stays so."""
    if by_mail and not (
        wish.mail_at and wish.failures
    ):  # while the mail server fails, attempts have times of their own
        wish.mail_at = min(filter(None, (wish.mail_at, mail_due(wish, now))))
    if by_push:
        wish.push_at = min(filter(None, (wish.push_at, push_due(wish, now))))
    wish.save(update_fields=["mail_at", "push_at"])


def mail_due(wish: Wish, now: datetime, *, gathers: bool | None = None) -> datetime:
    """Return when a mail about what happens now goes out."""
    gathers = wish.mail == Wish.Mail.GATHERED if gathers is None else gathers
    return when.due(now=now, last=wish.mailed_at, gathers=gathers, quiet=_quiet(wish), zone=wish.user.account.zone)


def push_due(wish: Wish, now: datetime) -> datetime:
    """Return when a push about what happens now goes out: it is small, so that nobody needs to gather it."""
    return when.due(now=now, last=wish.pushed_at, gathers=False, quiet=_quiet(wish), zone=wish.user.account.zone)


def _quiet(wish: Wish) -> when.Quiet | None:
    return (wish.quiet_from, wish.quiet_until) if wish.quiet_from and wish.quiet_until else None


def _with_push(account_id: int) -> set[int]:
    """Return the users who have switched it on somewhere, if the operator has."""
    return {*Subscription.objects.of(account_id).values_list("user_id", flat=True)} if settings.WEB_PUSH else set()
