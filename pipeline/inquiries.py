"""Inquiries that no user enters: by a form, a webhook or a mail.

A person who fills in „Kontakt anlegen“ is warned of duplicates and decides. Nobody can be asked here, so that
`contacts.identity` alone decides who is the same person.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from datetime import datetime
from enum import Enum
from hashlib import sha256
from typing import Any, NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Account, User
from base import notices
from contacts import actions, facts, pairs, turns
from contacts.description import EDITED, FACTS
from contacts.kinds import Kind
from contacts.models import Contact, ForeignId
from contacts.pairs import BOUNDS, Pair
from pipeline import adding, attested, leads
from pipeline.attested import Given
from pipeline.cards import bulk, places, waiting
from pipeline.columns import verbs
from pipeline.imports import matching
from pipeline.imports.people import People
from pipeline.imports.rows import Row
from pipeline.models import Card, Column, Move

MAX_TEXT = 10_000
MAX_PARTS = 10  # of an inquiry that is longer


class Outcome(Enum):
    """What became of an inquiry."""

    NEW = "new"  # a contact of its own
    AGAIN = "again"  # a further one of a contact that is known
    REPEATED = "repeated"  # the same one that was taken in before: nothing changed


class TakenIn(NamedTuple):
    contact: Contact
    outcome: Outcome

    @property
    def is_new(self) -> bool:
        return self.outcome is Outcome.NEW


@transaction.atomic(savepoint=False)
def take_in(
    *,
    account: Account,
    values: Mapping[str, Any],
    text: str = "",
    foreign: tuple[str, str] | None = None,
    consents: Iterable[Given] = (),
    is_proven: bool = False,
    asks_for_proof: bool = True,
    campaign: Mapping[str, str] | Iterable[Sequence[str]] = (),
    further: Iterable[Sequence[str]] = (),
    source_label: str = "",
    occurred_at: datetime | None = None,
    column_id: int | None = None,
    enrol: bool = False,
    now: datetime,
    actor: User | None = None,
) -> TakenIn:
    """Record an inquiry on the office's contact that is the same person, or on a new contact.

    `values` are validated fields of `Contact`. `foreign` is the source with its id of this inquiry: the same one again
    changes nothing, and says which contact it was. A known contact moves to the top of its column and is marked as
    asking again; out of a lost column or the trash, it moves to the top of `new`. Its fields are completed but never
    overwritten: whatever contradicts them stands in the inquiry, as does what has no room elsewhere. It is not
    enrolled. A new contact is given to a colleague, if the office wishes it (`turns`), goes to `column_id`, by default
    to `new`, and is enrolled in that column's series if `enrol` is set. If names contradict each other or several
    contacts match, a new contact is added, and `duplicates` shows them with each other.

    `consents` become evidence. One to e-mail counts only once its address is proven: by the sender, if `is_proven`, or
    else by the answer to the mail that is sent now (`opt_in.request`), unless
    `asks_for_proof` is off. `source_label` names the source to people,
    `occurred_at` is when the person asked, by default `now`. Raises `NotUnderstood` for an unknown column. Without
    `foreign` each call adds an inquiry. Whoever calls it within a transaction gives that up if it raises.
    """
    columns = verbs.lock_all_columns(account)  # an office's inquiries wait for each other: two at once are one contact
    said = _Said(values, foreign, campaign, further, source_label)
    column = _wanted(columns, column_id)
    room = adding.room(account.pk, column.pk, said.row.known.identifying, said.foreign)
    if room.owner_id is not None:
        return TakenIn(Contact.objects.of(account).get(pk=room.owner_id), Outcome.REPEATED)
    asked_at, agreed = min(occurred_at or now, now), list(consents)
    contact = known = _known(account, said.row) if room.near else None
    is_plain = known is None and not agreed and not enrol  # one statement writes and tells it
    with nullcontext() if is_plain else notices.as_one(notices.Kind.MOVED if known else notices.Kind.ARRIVED):
        if contact is None:
            parts = said.actions(text) if is_plain else []
            common: Any = {"account": account, "column": column, "actor": actor, "values": said.values, "now": now}
            choice = None if said.values.get("assignee") else turns.choose(account, said.values, now)
            contact = adding.put(room, said=parts, asked_at=asked_at, choice=choice, **common)
        else:
            _come_up(contact, columns, said, asked_at, now)
            _complete(contact, said, now)
        said.left += attested.record(contact, agreed, values, is_proven=is_proven, at=asked_at, now=now)
        if known is None and enrol:
            leads.begin_series(contact, column, actor, now)
        for kind, part in [] if is_plain else said.actions(text):
            actions.perform(contact=contact, kind=kind, actor=None, text=part, performed_at=asked_at, now=now)
        if asks_for_proof:
            attested.ask_for_proof(contact, agreed, values, is_proven=is_proven, asked_from=source_label, now=now)
    if not is_plain:
        contact.refresh_from_db()
    return TakenIn(contact, Outcome.AGAIN if known else Outcome.NEW)


def machines(
    account: Account, foreign: tuple[str, str] | None, campaign: Mapping[str, str], further: Iterable[Sequence[str]]
) -> tuple[dict[str, Any], list[Pair]]:
    """Return the fields of a new contact that nobody types, as `take_in` fills them, and what they have no room for."""
    said = _Said({}, foreign, campaign, further, "")
    if said.foreign and _is_taken(account, *said.foreign):
        said.left += said.values.pop("foreign_ids")
    return said.values, said.left


class _Said:
    """What an inquiry says: the fields it fills, and the lines that only its text has room for."""

    def __init__(
        self,
        values: Mapping[str, Any],
        foreign: tuple[str, str] | None,
        campaign: Mapping[str, str] | Iterable[Sequence[str]],
        further: Iterable[Sequence[str]],
        source_label: str,
    ) -> None:
        self.left: list[Pair] = []
        self.foreign = _foreign(*foreign) if foreign else None
        self.values = dict(values)
        self.source_label = source_label
        more = {
            "foreign_ids": [[*self.foreign]] if self.foreign else [],
            "campaign": campaign.items() if isinstance(campaign, Mapping) else campaign,
            "further": further,
        }
        for name, given in more.items():
            self.values[name] = self.union(name, self.values.get(name, []), given)
        self.row = Row(line=0, name="", facts={name: self.values[name] for name in FACTS if self.values.get(name)})
        if source_label and not self.values.get("source_detail"):  # of a known contact it stands in the text
            self.values["source_detail"] = source_label[:120]

    def union(self, name: str, known: Sequence[Pair], more: Iterable[Sequence[str]]) -> list[Pair]:
        """Return the pairs that the field keeps; what it cannot keep stands in the text."""
        kept, left = pairs.union(name, known, more)
        self.left += left
        return kept

    def actions(self, text: str) -> list[tuple[Kind, str]]:
        """Return kind and text of the actions that tell the inquiry."""
        return [(Kind.NOTE if number else Kind.INQUIRY, part) for number, part in enumerate(self.told(text))]

    def told(self, text: str) -> list[str]:
        """Return the text of the inquiry, and of the notes that continue a long one: there, our own lines are first."""
        lines = pairs.write(self.left)
        source = _("Über: %(source)s") % {"source": self.source_label} if self.source_label else ""
        whole = "\n\n".join(filter(None, (text.strip(), lines, source)))
        if len(whole) <= MAX_TEXT:
            return [whole]
        return list(_parts("\n\n".join(filter(None, (source, lines, text.strip())))))


def _parts(text: str) -> Iterator[str]:
    """Yield a long text in parts, each with a word that it goes on."""
    room = MAX_TEXT - 100
    for number, start in enumerate(range(0, len(text), room), start=1):
        is_last, is_cut = start + room >= len(text), number == MAX_PARTS
        more = "" if is_last else _("[gekürzt]") if is_cut else _("[gekürzt: weiter in der nächsten Notiz]")
        yield f"{text[start : start + room]}\n\n{more}".rstrip()
        if is_cut:
            return


def _foreign(source: str, value: str) -> tuple[str, str] | None:
    """Return the id as it is kept; one that is too long gives way to its hash."""
    if len(value) > BOUNDS["foreign_ids"].value:
        value = sha256(value.encode()).hexdigest()
    kept, _left = pairs.tidy("foreign_ids", [[source, value]])
    return (kept[0][0], kept[0][1]) if kept else None


def _is_taken(account: Account, source: str, value: str) -> bool:
    return ForeignId.objects.of(account).filter(source=source, value=value).exists()


def _wanted(columns: list[Column], column_id: int | None) -> Column:
    """Return the column for a new contact, by default `new`. Raises NotUnderstood."""
    if column_id is not None:
        return verbs.find(columns, column_id)
    return next(column for column in columns if column.key == Column.Key.NEW)


def _known(account: Account, row: Row) -> Contact | None:
    """Lock contact and card of this person and return the contact; None if there is none, or it was just erased."""
    people = People(account, with_consents=False)
    people.load([row])
    person = people.find(row, repeats=False).person
    if person is None:
        return None
    contact = Contact.objects.of(account).select_for_update(of=("self",), no_key=True).filter(pk=person.key).first()
    Card.objects.of(account).select_for_update(of=("self",)).filter(pk=person.key).first()
    if contact is not None:
        contact.account = account
    return contact


def _come_up(contact: Contact, columns: list[Column], said: _Said, asked_at: datetime, now: datetime) -> None:
    """Move the contact to the top of its column, marked; out of a lost column or the trash, to the top of `new`."""
    first = next(column for column in columns if column.key == Column.Key.NEW)
    cards, is_waiting = Card.objects.of(contact.account).filter(pk=contact.pk), False
    if contact.trashed_at is not None:
        leads.bring_back(contact, first, now)
        said.left.append(["", _("Der Kontakt lag im Papierkorb und ist durch diese Anfrage zurückgekommen.")])
    else:
        card = cards.get()
        if next(column for column in columns if column.pk == card.column_id).is_lost:
            bulk.move_cards(cards, first, None, Move.Via.INQUIRY, now)
        else:
            if Card.objects.of(contact.account).filter(column=card.column_id, rank__lt=card.rank).exists():
                cards.update(rank=places.top(card.column_id)[0])  # told with the inquiry
            is_waiting = card.waits_since is not None  # who asked before goes on to wait since then
    cards.update(asked_again_at=asked_at, **({} if is_waiting else waiting.begin(contact.account, asked_at)))


def _complete(contact: Contact, said: _Said, now: datetime) -> None:
    """Fill in missing fields without overwriting any; what contradicts stands in the text."""
    known = {name: getattr(contact, name) for name in FACTS}
    given = said.row.facts
    more = {name: said.union(name, known[name], given[name]) for name in matching.PAIRS & given.keys()}
    added = matching.filled(known, given | more)
    for name, value in given.items():
        if name in _CONTRADICTING and name not in added and not _is_so(known[name], value):
            label = _("%(field)s (abweichend)") % {"field": facts.label(name)}
            said.left.append([label, facts.text(name, value)])
    if added := {name: value for name, value in added.items() if name in EDITED}:
        facts.write(contact, added, None, now)


# Facts of which a contact has one: a number or an address more is added, and a name is compared by `identity`.
_CONTRADICTING = frozenset(
    name
    for name, fact in FACTS.items()
    if fact.group in ("address", "property", "valuation") or name in ("company", "birth_date", "title")
)


def _is_so(known: Any, value: Any) -> bool:
    return known == value or (isinstance(known, str) and known.casefold() == value.casefold())
