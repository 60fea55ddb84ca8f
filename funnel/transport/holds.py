"""Holding the sending of an office, or of all who use our own mail server, while something of ours is at fault.

While it is held no mail is tried, none loses its place, and the time counts for none. It ends by itself when a try
goes through, or a person has it tried. Rows of `Hold` are the truth; whoever finds the fault calls `hold`.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, Q, QuerySet

from accounts.models import User
from funnel.letters.sender_address import own_from
from funnel.models import Hold, HoldKind, Message, Sender
from funnel.reading.bounce_words import LISTED, OUR_LIMIT, SENDER
from funnel.reading.bounces import ADDRESS

# How long until the first try; doubled with each that fails, up to LONGEST. A login that fails often is locked.
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
SENDER_KINDS = (HoldKind.SENDER, HoldKind.POLICY)  # the fault of a sender's address rather than of the server
KIND_BY_WORDS = ((OUR_LIMIT, HoldKind.LIMIT), (SENDER, HoldKind.SENDER), (LISTED, HoldKind.BLOCKED))
MAX_TRIES = 1000


def scope(sender: Sender, kind: str) -> int | None:
    """Whose sending a fault concerns: the office's alone (its id), or that of all who use our own server (None)."""
    return sender.account_id if sender.relay or (own_from(sender) and kind in SENDER_KINDS) else None


def server(sender: Sender) -> int | None:
    """Whose mail server takes the office's mails: its own, or ours (None)."""
    return sender.account_id if sender.relay else None


def classify(answer: str) -> str:
    """What is at fault by the words of a refusal that is our own fault."""
    said = answer.lower()
    return next((kind for pattern, kind in KIND_BY_WORDS if pattern.search(said)), HoldKind.POLICY)


def hold(
    *,
    account_id: int | None,
    kind: str,
    answer: str,
    now: datetime,
    by_mail: bool = False,
    tries: bool = True,
) -> None:
    """Holds the sending from now on; found again, the next try comes later. Several may find it at once.

    It ends by itself when a later try goes through: a connection, or `by_mail` a mail. Without `tries` only a person
    ends it.
    """
    # Of our own server all offices read the answer, so none may read there whom another one wrote to.
    said = answer if account_id else ADDRESS.sub("…", answer)
    opened = Hold(account_id=account_id, kind=kind, answer=said[:300], since=now, by_mail=by_mail)
    opened.try_at = now + FIRST_WAITS[kind] if tries else None
    try:
        with transaction.atomic():
            opened.save(force_insert=True)
    except IntegrityError:
        _renew(opened, now, tries)


@transaction.atomic
def _renew(found: Hold, now: datetime, tries: bool) -> None:
    row = _open(found.account_id).select_for_update().first()
    if row is None or (tries and (row.try_at is None or row.try_at > now)):
        return  # over meanwhile, or just found by somebody else
    row.kind, row.answer, row.by_mail = found.kind, found.answer, found.by_mail
    row.tries = min(row.tries + 1, MAX_TRIES)
    wait = min(FIRST_WAITS[row.kind] * 2 ** min(row.tries, 10), MAX_WAITS.get(row.kind, MAX_WAIT))
    row.try_at = now + wait if tries else None
    row.save(update_fields=["kind", "answer", "by_mail", "tries", "try_at"])


def hold_for_returned(*, message: Message, kind: str, answer: str, now: datetime) -> bool:
    """A mail that was taken came back, and the fault is ours: holds what it left through; answers whether it does.

    Only a person ends it (but a limit, which ends by itself): that mails are taken again shows nothing. What left
    before the last hold ended, or before the present one began, is about the fault that is known already.
    """
    account_id = scope(Sender.objects.of(message.account_id).get(), kind)
    left = message.finished_at or message.claimed_at
    known = Hold.objects.filter(account=account_id).order_by("-since").first()
    if known and left and (known.ended_at is None or left < known.ended_at):
        return known.ended_at is None
    tries = kind == HoldKind.LIMIT
    hold(account_id=account_id, kind=kind, answer=answer, now=now, by_mail=True, tries=tries)
    return True


def release(*, account_id: int | None, now: datetime) -> bool:
    """A try went through: mails leave again, in the order in which they waited. Answers whether anything was held."""
    return bool(_open(account_id).update(ended_at=now))


def postpone(*, hold_id: int, now: datetime) -> None:
    """A try showed nothing: the next one comes as late as the last."""
    row = Hold.objects.filter(pk=hold_id, ended_at=None).first()
    if row is not None:
        row.try_at = now + FIRST_WAITS[row.kind]
        row.save(update_fields=["try_at"])


def request_trial(*, user: User, now: datetime) -> bool:
    """A person has the worker try at once, whatever it is; answers whether anything is held."""
    return bool(open_for(user.account_id).update(try_at=now))


def current(account_id: int) -> Hold | None:
    """What holds the office's mails: a fault of its own first."""
    return min(open_for(account_id), key=lambda row: row.account_id is None, default=None)


def open_for(account_id: int) -> QuerySet[Hold]:
    """All that holds the office's mails."""
    return _concerning([account_id]).filter(ended_at=None)


def held_offices() -> set[int]:
    """The offices that send nothing now."""
    scopes = set(Hold.objects.filter(ended_at=None).values_list("account_id", flat=True))
    return offices_of(scopes) if scopes else set()


def offices_of(scopes: Iterable[int | None]) -> set[int]:
    """The offices whose mails these holds concern."""
    own = {pk for pk in scopes if pk is not None}
    if None in scopes:
        own |= set(Sender.objects.filter(relay="").values_list("account_id", flat=True))
    return own


def due_for_trial(now: datetime) -> list[Hold]:
    """What is held and may be over by now."""
    return list(Hold.objects.filter(ended_at=None, try_at__lte=now).order_by("try_at"))


class HeldTime:
    """How much of a time span the sending of these offices was held: read in one statement for all."""

    def __init__(self, account_ids: Collection[int], since: datetime, now: datetime) -> None:
        rows = _concerning(account_ids).filter(Q(ended_at=None) | Q(ended_at__gt=since)).order_by("since")
        self.spans = [(row.account_id, row.since, row.ended_at or now) for row in rows]

    def since(self, account_id: int, since: datetime) -> timedelta:
        """Held since that moment."""
        lost, reached = timedelta(), since
        for concerned, begin, end in self.spans:
            if concerned in (None, account_id) and end > reached:
                lost += end - max(begin, reached)
                reached = end
        return lost


def _concerning(account_ids: Collection[int]) -> QuerySet[Hold]:
    """Their own holds, and those of our own mail server if any of them uses it."""
    ours = Sender.objects.filter(account__in=account_ids, relay="")
    return Hold.objects.filter(Q(account__in=account_ids) | Q(account=None) & Exists(ours))


def _open(account_id: int | None) -> QuerySet[Hold]:
    return Hold.objects.filter(account=account_id, ended_at=None)
