"""The hours of first answers, and telling people of leads that wait too long: the assignee, then the managers.

A card says when to look next (`Card.remind_at`): the row is the job. What a setting has changed meanwhile is found out
by looking.
"""

import logging
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db import OperationalError, transaction

from accounts import offices
from accounts.models import Account, Role
from base.sql import all_rows, changed
from contacts import assignment
from pipeline.alerts import telling
from pipeline.cards import waiting
from pipeline.cards.waiting import Stage
from pipeline.models import Alert, Card

FEW = 200  # cards at once
A_MINUTE = timedelta(minutes=1)  # until the next look, at least: no look finds itself again
DUE = """
SELECT DISTINCT account_id FROM (
    SELECT account_id FROM pipeline_card WHERE remind_at <= %(now)s AND account_id <> ALL (%(failed)s::bigint[])
    ORDER BY remind_at LIMIT 1000
) AS due ORDER BY account_id
"""
CLAIM = """
SELECT contact_id, assignee_id, waits_since, reminded FROM pipeline_card
WHERE account_id = %(account)s AND remind_at <= %(now)s AND waits_since IS NOT NULL
ORDER BY contact_id LIMIT %(few)s FOR NO KEY UPDATE SKIP LOCKED
"""
MARK = """
UPDATE pipeline_card SET remind_at = looked.remind_at, reminded = looked.reminded
FROM unnest(%(contacts)s::bigint[], %(following)s::timestamptz[], %(reached)s::int[])
     AS looked (contact, remind_at, reminded)
WHERE contact_id = looked.contact
"""

logger = logging.getLogger(__name__)


@transaction.atomic
def settle(
    *, account: Account, office_hours: str, late_after: int | None, managers_after: int | None, now: datetime
) -> None:
    """Save the hours and the limits (`offices.settle_hours`). Whoever waits is looked at anew. Idempotent."""
    values: dict[str, Any] = {"late_after": late_after, "managers_after": managers_after}
    if not offices.settle_hours(account=account, office_hours=office_hours, **values):
        return
    waits = Card.objects.of(account).filter(waits_since__isnull=False, reminded__lt=Stage.MANAGERS)
    list(waits.order_by("pk").select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    waits.update(remind_at=now)


def remind(*, now: datetime) -> int:
    """Have people told of the leads that have waited too long, in all offices; return of how many.

    With nothing to tell it is one look at an index. Several workers share the work, each stage of a lead is told once,
    and a worker that dies has told nothing: the mark and what is told are one transaction. An office in which that
    fails is logged, and tried again at the next call; the others do not wait for it. Raises OperationalError.
    """
    number, failed = 0, set[int]()
    while due := all_rows(DUE, {"now": now, "failed": [*failed]}):
        is_stuck = True
        for (account_id,) in due:
            try:
                looked, told = _few(account_id, now)
            except OperationalError:  # of the database, not of the office
                raise
            except Exception:
                logger.exception("Office %s cannot be told of leads that wait", account_id)
                failed.add(account_id)
                looked, told = 1, 0
            number += told
            is_stuck = is_stuck and not looked
        if is_stuck:  # another worker holds them
            break
    return number


class Waiting(NamedTuple):
    """A card that is due: a row of `CLAIM`."""

    contact_id: int
    assignee_id: int
    since: datetime
    reminded: int


@transaction.atomic
def _few(account_id: int, now: datetime) -> tuple[int, int]:
    """Look at some leads of the office; return how many, and of how many somebody will be told."""
    account = Account.objects.get(pk=account_id)
    telling.lock(account_id)  # before the cards, as whoever tells does
    cards = [Waiting(*row) for row in all_rows(CLAIM, {"account": account_id, "now": now, "few": FEW})]
    if not cards:
        return 0, 0
    answering, managers = _people(account, now)
    told: dict[tuple[int, ...], list[int]] = {}
    marks: list[tuple[int, datetime | None, int]] = []
    for card in cards:
        stage = _stage(account, card.since, now)
        if stage > card.reminded:
            if stage is Stage.MANAGERS or card.assignee_id not in answering:  # or else nobody would hear of it
                stage, users = Stage.MANAGERS, managers
            else:
                users = (card.assignee_id,)
            told.setdefault(users, []).append(card.contact_id)
        reached = max(stage, card.reminded)
        following = waiting.next_look(account, card.since, reached)
        marks.append((card.contact_id, following and max(following, now + A_MINUTE), reached))
    names = ("contacts", "following", "reached")
    changed(MARK, dict(zip(names, map(list, zip(*marks, strict=True)), strict=True)))
    for users, ids in told.items():
        telling.tell(account_id=account_id, contact_ids=ids, why=Alert.Why.WAITING, user_ids=users, now=now)
    return len(cards), sum(map(len, told.values()))


def _stage(account: Account, since: datetime, now: datetime) -> Stage:
    """Return the last stage that a lead has reached that waits since then."""
    waited = account.hours.minutes(since, now)
    return max((stage for stage, minutes in waiting.stages(account) if waited >= minutes), default=Stage.NOBODY)


def _people(account: Account, now: datetime) -> tuple[set[int], tuple[int, ...]]:
    """Return who is here to answer, and who manages: the managers; without any who are here, administrators, or all.

    Telling leaves out whoever has not accepted an invitation.
    """
    today = now.astimezone(account.zone).date()
    people = [user for user in assignment.available(account).order_by("pk") if not user.is_invited]
    here = [user for user in people if not user.is_absent(today)]
    groups = (
        [user.pk for user in here if user.role == Role.MANAGER],
        [user.pk for user in here if user.role == Role.ADMINISTRATOR],
        [user.pk for user in people if user.leads],
    )
    return {user.pk for user in here}, tuple(next(filter(None, groups), []))
