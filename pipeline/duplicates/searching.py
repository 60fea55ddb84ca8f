"""Finding pairs of contacts that are likely one person, by the worker and bit by bit, in all offices.

Two feeds say which contacts are to be compared: all by their age, and whatever the history says was changed. Whoever
writes a contact does no more for it. A feed is read up to an id that was the highest at some moment, once everything
that was being written at that moment has ended.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Max, Q, QuerySet

from base.sql import all_rows, one_row
from contacts import identity
from contacts.identity import Record
from contacts.models import Change, Contact
from contacts.naming import Named
from pipeline.models import Duplicate, DuplicateFeed

CONTACTS, CHANGES = "contacts", "changes"
STEP = 100  # contacts that are compared in one transaction
READ = 1000  # rows of the history
STEPS = 40  # of one run
MOST = 10  # pairs of one contact
CROWD = 30  # contacts who share a number or an address; with more it identifies nobody
KINDS = (Change.Kind.EDITED, Change.Kind.IMPORTED, Change.Kind.RESTORED, Change.Kind.TRASHED)
MERGES = (Change.Kind.MERGED, Change.Kind.PARTED)
COMPARED = (*Named.__annotations__, "more_emails", "more_phones", "street", "postal_code", "city", "account")
# Who has a key of each of these contacts: for a number or an e-mail address, up to CROWD of them; for a name, those at
# the same place. Key by key, for the same reason as `finding.WITH_KEYS`, and of a common name no more than can be read.
NEAR = """
SELECT asked.id, wanted.key, near.id
FROM contacts_contact AS asked CROSS JOIN LATERAL unnest(asked.keys) AS wanted (key) CROSS JOIN LATERAL (
    SELECT id FROM (
        SELECT id, trashed_at, postal_code, city FROM contacts_contact WHERE keys @> ARRAY[wanted.key]
        OFFSET 0 LIMIT 2000
    ) AS found
    WHERE trashed_at IS NULL AND id <> asked.id AND (
        split_part(wanted.key, ':', 2) IN ('e', 'p')
        OR asked.street <> '' AND (found.postal_code = asked.postal_code OR lower(found.city) = lower(asked.city))
    )
    ORDER BY id LIMIT %(crowd)s
) AS near
WHERE asked.id = ANY (%(asked)s)
"""
BEGIN = "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"
OLDEST = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint"


def search(*, now: datetime) -> int:
    """Compare what is new or changed since, as much as one run may; return how many contacts that were."""
    _begin()
    compared = 0
    for name in (CHANGES, CONTACTS):
        for _number in range(STEPS):
            count, is_more = _step(name, now)
            compared += count
            if not is_more:
                break
    return compared


@transaction.atomic
def _begin() -> None:
    """Make the feeds. What was changed before is in the contacts themselves, which are all read."""
    if DuplicateFeed.objects.count() < 2:
        newest = _highest(CHANGES)
        rows = [(CONTACTS, 0, 0), (CHANGES, newest, newest)]
        horizon = _number(BEGIN)
        DuplicateFeed.objects.bulk_create(
            [DuplicateFeed(name=name, done=done, until=until, horizon=horizon) for name, done, until in rows],
            ignore_conflicts=True,
        )


@transaction.atomic
def _step(name: str, now: datetime) -> tuple[int, bool]:
    """Compare the next contacts of a feed; return how many, and whether there may be more that can be read now."""
    feed = DuplicateFeed.objects.select_for_update(skip_locked=True).filter(pk=name).first()
    if feed is None or _number(OLDEST) < feed.horizon:
        return 0, False
    if feed.done >= feed.until:
        feed.until, feed.horizon = _highest(name), _number(BEGIN)
        feed.save(update_fields=["until", "horizon"])
        return 0, feed.done < feed.until and _number(OLDEST) >= feed.horizon
    ids, feed.done = _next(feed)
    compare(ids, now)
    feed.save(update_fields=["done"])
    return len(ids), True


def _next(feed: DuplicateFeed) -> tuple[set[int], int]:
    """Return the next contacts of the feed, and the id up to which it has then been read."""
    if feed.name == CONTACTS:
        rows = Contact.objects.filter(pk__gt=feed.done, pk__lte=feed.until).order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:STEP])
        return set(ids), ids[-1] if len(ids) == STEP else feed.until
    history = Change.objects.filter(pk__gt=feed.done, pk__lte=feed.until).order_by("pk")
    found: set[int] = set()
    done, count = feed.done, 0
    for done, kind, contact_id in history.values_list("pk", "kind", "contact")[:READ]:
        count += 1
        if kind in (*KINDS, *MERGES):
            found.add(contact_id)
        if len(found) == STEP:
            return found, done
    return found, done if count == READ else feed.until


def compare(contact_ids: Collection[int], now: datetime) -> None:
    """Write down the pairs that these contacts are in, and remove those that they are in no longer.

    Pairs that people have dismissed stay so. Those that are found come first: the database looks at the contacts
    before it counts, as whoever erases one does.
    """
    if not contact_ids:
        return
    pairs = likely(contact_ids)
    rows = Duplicate.objects.filter(Q(first__in=contact_ids) | Q(second__in=contact_ids), dismissed_at=None)
    known = {(row.first_id, row.second_id): row.pk for row in rows}
    new = [
        Duplicate(account_id=office, first_id=pair[0], second_id=pair[1], found_at=now)
        for pair, office in sorted(pairs.items())
        if pair not in known
    ]
    Duplicate.objects.bulk_create(new, ignore_conflicts=True)
    gone = [pk for pair, pk in known.items() if pair not in pairs]
    if gone:
        Duplicate.objects.filter(pk__in=gone).delete()


def likely(contact_ids: Collection[int]) -> dict[tuple[int, int], int]:
    """Return the pairs that these contacts are likely in, the lower id first, with their office."""
    near: dict[int, dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for asked, key, other in all_rows(NEAR, {"asked": list(contact_ids), "crowd": CROWD}):
        near[asked][key].append(other)
    wanted = {*near, *(pk for keys in near.values() for ids in keys.values() for pk in ids)}
    people = {contact.pk: contact for contact in _living(wanted)}
    records = {pk: identity.record(vars(contact)) for pk, contact in people.items()}
    found: dict[tuple[int, int], int] = {}
    for pk in sorted(near.keys() & people.keys()):
        pairs = _pairs(people[pk], near[pk], people, records)
        found |= dict.fromkeys(pairs, people[pk].account_id)
    return found


def _living(ids: Iterable[int]) -> QuerySet[Contact]:
    return Contact.objects.filter(pk__in=ids, trashed_at=None).only(*COMPARED)


def _pairs(
    contact: Contact, near: dict[str, list[int]], people: dict[int, Contact], records: dict[int, Record]
) -> list[tuple[int, int]]:
    others = {pk for ids in near.values() if len(ids) < CROWD for pk in ids if pk in people}
    known = _without_shared(records[contact.pk], [records[pk] for pk in sorted(others)])
    place = identity.places(vars(contact))
    found = []
    for pk in sorted(others):
        at_one_place = bool(place & identity.places(vars(people[pk])))
        if identity.likely(known, records[pk], at_one_place=at_one_place):
            found.append((min(pk, contact.pk), max(pk, contact.pk)))
    return found[:MOST]


def _without_shared(known: Record, others: list[Record]) -> Record:
    """Return the record without addresses that too many people of different names have."""
    shared = [
        address
        for address in known.emails
        if identity.different([known, *(one for one in others if address in one.emails)]) >= identity.SHARED_BY
    ]
    return identity.without(known, shared) if shared else known


def _highest(name: str) -> int:
    rows = Contact.objects.all() if name == CONTACTS else Change.objects.all()
    return rows.aggregate(highest=Max("pk"))["highest"] or 0


def _number(sql: str) -> int:
    (number,) = one_row(sql, {}) or (0,)
    return number
