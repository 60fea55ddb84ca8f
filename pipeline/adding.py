"""Writing a new contact with its card, its history and what it asked in one statement, which is each lead's way."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from accounts.models import Account, User
from base import notices
from base.copying import text_array
from base.notices import Kind, Seen
from base.sql import all_rows
from contacts import derived, turns
from contacts.finding import FIRST_WITH_KEYS
from contacts.models import Change, Contact
from contacts.turns import Choice
from pipeline.cards import ranks, waiting
from pipeline.models import Column

# What is asked before a contact is added. The caller holds the column, so that nobody else takes its top.
LOOK = f"""
SELECT nextval(pg_get_serial_sequence('contacts_contact', 'id')),
    (SELECT rank FROM pipeline_card WHERE column_id = %(column)s ORDER BY rank LIMIT 1),
    (SELECT contact_id FROM contacts_foreignid
     WHERE account_id = %(account)s AND source = %(source)s::text AND value = %(value)s::text),
    ARRAY({FIRST_WITH_KEYS % ("%(keys)s", "1")})
"""
_COLUMNS = ", ".join(derived.COLUMNS)
_VALUES = ", ".join(f"%({name})s" for name in derived.COLUMNS)
WRITE = f"""
WITH person AS (
    INSERT INTO contacts_contact ({_COLUMNS}) VALUES ({_VALUES}) RETURNING id, account_id, created_at
), placed AS (
    INSERT INTO pipeline_card (contact_id, account_id, column_id, rank, version, entered_at, last_key, last_request,
                               waits_since, remind_at, chosen_by)
    SELECT id, account_id, %(_column)s, %(_rank)s, 1, created_at, '', '', %(waits_since)s::timestamptz,
           %(remind_at)s::timestamptz, %(_chosen_by)s
    FROM person
), noted AS (
    INSERT INTO contacts_change (account_id, contact_id, kind, before, after, actor_id, at)
    SELECT account_id, person.id, line.kind, '', line.after, %(_actor)s, created_at
    FROM person, unnest(%(_changes)s::text[], %(_afters)s::text[]) WITH ORDINALITY AS line (kind, after, number)
    ORDER BY line.number
), said AS (
    INSERT INTO contacts_action (account_id, contact_id, kind, outcome, text, performed_at, created_at)
    SELECT account_id, person.id, part.kind, '', part.text, %(_asked_at)s, created_at
    FROM person, unnest(%(_kinds)s::text[], %(_texts)s::text[]) WITH ORDINALITY AS part (kind, text, number)
    ORDER BY part.number
)
SELECT id, {notices.SEND} FROM person
"""


class Room(NamedTuple):
    """Where a new contact goes, and who may be there already."""

    contact_id: int  # reserved for it
    top: str | None  # the rank on top of the column
    owner_id: int | None  # the contact that has this id of another system
    near: Sequence[int]  # contacts that share an address or number


def room(account_id: int, column_id: int, keys: Collection[str] = (), foreign: tuple[str, str] | None = None) -> Room:
    """Return where a contact goes that is known by these keys (`identity.keys`). The caller holds the column."""
    source, value = foreign or (None, None)
    wanted = [text_array([f"{account_id}:{key}"]) for key in keys]
    values = {"account": account_id, "column": column_id, "keys": wanted, "source": source, "value": value}
    return Room(*all_rows(LOOK, values)[0])


def put(
    place: Room,
    *,
    account: Account,
    column: Column,
    actor: User | None,
    values: Mapping[str, Any],
    said: Sequence[tuple[str, str]] = (),
    asked_at: datetime | None = None,
    choice: Choice | None = None,
    now: datetime,
) -> Contact:
    """Add a contact on top of the column, in the caller's transaction, which holds the column.

    `values` are validated fields of `Contact`. `said` are kinds and texts of actions without an author, all of them
    performed at `asked_at`, by default at `now`, and each of a kind that counts.
    Who has asked at a moment that is given waits for an answer from then on, if the column is `new`. `choice` is whom
    the product has chosen for it, if it has.
    """
    history = [(Change.Kind.CREATED, column.name)]
    if choice is not None:
        values = {**values, "assignee_id": choice.user_id}
        history.append((Change.Kind.ASSIGNED, f"{choice.name} ({turns.reason(choice.why)})"))
    waits = waiting.begin(account, asked_at) if asked_at and column.key == Column.Key.NEW else waiting.NOT
    asked_at = asked_at or now
    contact = Contact(pk=place.contact_id, account=account, created_at=now, **values)
    for kind, _text in said:
        contact.action_counts[kind] = contact.action_counts.get(kind, 0) + 1
        contact.last_action_at = asked_at
    seen = [Seen.kept(contact.pk, contact.assignee_id, 1)]
    more = {
        "_column": column.pk,
        "_rank": ranks.many_between(None, place.top, 1)[0],
        "_changes": [str(kind) for kind, _after in history],
        "_afters": [after for _kind, after in history],
        "_actor": actor.pk if actor else None,
        "_asked_at": asked_at,
        "_chosen_by": choice.why if choice else "",
        "_kinds": [str(kind) for kind, _text in said],
        "_texts": [text for _kind, text in said],
        "notice": notices.payload(Kind.ARRIVED, account.pk, seen, [column.pk], actor.pk if actor else None),
    }
    all_rows(WRITE, derived.texts(contact) | more | waits)
    contact._state.adding = False
    for name in derived.FIELDS:
        del contact.__dict__[name]  # read again by whoever needs it
    return contact
