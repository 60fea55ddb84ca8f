"""Holding an office's sending, or that of all offices on the installation's server, because of a fault of our own.

During a hold no mail is attempted, the order is kept, and the time does not count towards any deadline. A hold ends
when a trial succeeds. State lives in the `Hold` rows; whoever detects a fault calls `hold`.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, Q, QuerySet

from accounts.models import User
from base import notices
from funnel.incoming.bounce_words import LISTED, OUR_LIMIT, SENDER
from funnel.incoming.bounces import ADDRESS
from funnel.letters.sender_address import own_from
from funnel.models import Hold, HoldKind, Message, Sender

# The wait before the first trial. It doubles with each failure up to MAX_WAITS; frequent failed logins lock an account.
FIRST_WAITS: dict[str, timedelta] = {
    HoldKind.CONNECTION: timedelta(minutes=1),
    HoldKind.CERTIFICATE: timedelta(minutes=1),
    HoldKind.BUSY: timedelta(minutes=2),
    HoldKind.LOGIN: timedelta(minutes=5),
    HoldKind.UNANSWERED: timedelta(minutes=5),
    HoldKind.SENDER: timedelta(minutes=5),
    HoldKind.BLOCKED: timedelta(minutes=15),
    HoldKind.POLICY: timedelta(minutes=15),
    HoldKind.LIMIT: timedelta(hours=1),
}
MAX_WAITS: dict[str, timedelta] = {
    HoldKind.CONNECTION: timedelta(minutes=15),
    HoldKind.CERTIFICATE: timedelta(minutes=15),
}
MAX_WAIT = timedelta(hours=1)
SENDER_KINDS = (HoldKind.SENDER, HoldKind.POLICY)  # faults of the sender address rather than the server
KIND_BY_WORDS = ((OUR_LIMIT, HoldKind.LIMIT), (SENDER, HoldKind.SENDER), (LISTED, HoldKind.BLOCKED))
MAX_TRIES = 1000


def scope(sender: Sender, kind: str) -> int | None:
    """Return the account that a fault concerns, or None for all offices on the installation's server."""
    return sender.account_id if sender.relay or (own_from(sender) and kind in SENDER_KINDS) else None


def server(sender: Sender) -> int | None:
    """Return the account whose own mail server is used, or None for the installation's."""
    return sender.account_id if sender.relay else None


def classify(answer: str) -> str:
    """Return the `HoldKind` of a refusal that is our own fault, by its words."""
    text = answer.lower()
    return next((kind for pattern, kind in KIND_BY_WORDS if pattern.search(text)), HoldKind.POLICY)


def hold(
    *,
    account_id: int | None,
    kind: str,
    answer: str,
    now: datetime,
    by_mail: bool = False,
    tries: bool = True,
) -> None:
    """Begin a hold, or postpone the next trial of the present one. Safe to call concurrently.

    Trials connect to the server or, with `by_mail`, send a mail. With `tries` False there are none until a user asks.
    """
    # All offices can read an answer of the installation's server, so it must not reveal another office's recipients.
    words = answer if account_id else ADDRESS.sub("…", answer)
    opened = Hold(account_id=account_id, kind=kind, answer=words[:300], since=now, by_mail=by_mail)
    opened.try_at = now + FIRST_WAITS[kind] if tries else None
    try:
        with transaction.atomic():
            opened.save(force_insert=True)
            _tell(account_id)
    except IntegrityError:
        _renew(opened, now, tries)


@transaction.atomic
def _renew(found: Hold, now: datetime, tries: bool) -> None:
    row = _open(found.account_id).select_for_update().first()
    if row is None or (tries and (row.try_at is None or row.try_at > now)):
        return  # ended meanwhile, or just reported by somebody else
    row.kind, row.answer, row.by_mail = found.kind, found.answer, found.by_mail
    row.tries = min(row.tries + 1, MAX_TRIES)
    wait = min(FIRST_WAITS[row.kind] * 2 ** min(row.tries, 10), MAX_WAITS.get(row.kind, MAX_WAIT))
    row.try_at = now + wait if tries else None
    row.save(update_fields=["kind", "answer", "by_mail", "tries", "try_at"])
    _tell(row.account_id)


def hold_for_returned(*, message: Message, kind: str, answer: str, now: datetime) -> bool:
    """Begin a hold because a mail bounced through a fault of our own. Return whether sending is held.

    Only a user can end it, except for limits: that the server accepts mails proves nothing here. A bounce of a mail
    sent before the last hold ended is about the fault already known.
    """
    account_id = scope(Sender.objects.of(message.account_id).get(), kind)
    left = message.finished_at or message.claimed_at
    known = Hold.objects.filter(account=account_id).order_by("-since").first()
    if known and left and (known.ended_at is None or left < known.ended_at):
        return known.ended_at is None
    tries = kind == HoldKind.LIMIT
    hold(account_id=account_id, kind=kind, answer=answer, now=now, by_mail=True, tries=tries)
    return True


@transaction.atomic
def release(*, account_id: int | None, now: datetime) -> bool:
    """End a hold after a successful trial. Return whether there was one."""
    is_ended = bool(_open(account_id).update(ended_at=now))
    if is_ended:
        _tell(account_id)
    return is_ended


@transaction.atomic
def postpone(*, hold_id: int, now: datetime) -> None:
    """Schedule another trial after one that proved nothing, with the same wait."""
    row = Hold.objects.filter(pk=hold_id, ended_at=None).first()
    if row is not None and row.try_at != now + FIRST_WAITS[row.kind]:
        row.try_at = now + FIRST_WAITS[row.kind]
        row.save(update_fields=["try_at"])
        _tell(row.account_id)


@transaction.atomic
def request_trial(*, user: User, now: datetime) -> bool:
    """Have the worker try the office's holds at once. Return whether there are any."""
    held = open_for(user.account_id)
    if held.filter(~Q(try_at=now) | Q(try_at=None)).update(try_at=now):
        notices.tell(notices.Kind.SERIES, user.account_id, user=user.pk)
    return held.exists()


def current(account_id: int) -> Hold | None:
    """Return the hold that concerns the office, its own before the installation's, or None."""
    return min(open_for(account_id), key=lambda row: row.account_id is None, default=None)


def open_for(account_id: int) -> QuerySet[Hold]:
    """Return all present holds that concern the office."""
    return _concerning([account_id]).filter(ended_at=None)


def held_offices() -> set[int]:
    """Return the ids of the offices whose sending is held."""
    scopes = set(Hold.objects.filter(ended_at=None).values_list("account_id", flat=True))
    return offices_of(scopes) if scopes else set()


def offices_of(scopes: Iterable[int | None]) -> set[int]:
    """Return the ids of the offices that holds with these accounts concern."""
    own = {pk for pk in scopes if pk is not None}
    if None in scopes:
        own |= set(Sender.objects.filter(relay="").values_list("account_id", flat=True))
    return own


def due_for_trial(now: datetime) -> list[Hold]:
    """Return the holds whose next trial is due."""
    return list(Hold.objects.filter(ended_at=None, try_at__lte=now).order_by("try_at"))


class HeldTime:
    """How long the sending of these offices was held, read in one statement."""

    def __init__(self, account_ids: Collection[int], since: datetime, now: datetime) -> None:
        rows = _concerning(account_ids).filter(Q(ended_at=None) | Q(ended_at__gt=since)).order_by("since")
        self.spans = [(row.account_id, row.since, row.ended_at or now) for row in rows]

    def since(self, account_id: int, since: datetime) -> timedelta:
        """Return the time held between `since` and now."""
        lost, reached = timedelta(), since
        for concerned, begin, end in self.spans:
            if concerned in (None, account_id) and end > reached:
                lost += end - max(begin, reached)
                reached = end
        return lost


def _concerning(account_ids: Collection[int]) -> QuerySet[Hold]:
    """Return the accounts' own holds, and those of the installation's server if any of them uses it."""
    ours = Sender.objects.filter(account__in=account_ids, relay="")
    return Hold.objects.filter(Q(account__in=account_ids) | Q(account=None) & Exists(ours))


def _tell(account_id: int | None) -> None:
    """Tell the offices that a hold concerns."""
    for office in offices_of([account_id]):
        notices.tell(notices.Kind.SERIES, office)


def _open(account_id: int | None) -> QuerySet[Hold]:
    return Hold.objects.filter(account=account_id, ended_at=None)
