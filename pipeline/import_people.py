"""Which contact a row of an imported file means: one of the office, or one that an earlier row has brought.

Rows match by e-mail address, else by phone number and name, else (when they have neither) by names, address and all
other cells. The office's contacts are looked up batch by batch; what the file adds is kept packed in memory, because
a hundred thousand rows must fit beside the rest of the worker.
"""

import pickle
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from accounts.models import Account
from contacts.kinds import Kind
from contacts.models import Action, Consent, Contact
from contacts.reaches import union
from pipeline.import_rows import (
    FACTS,
    Evidence,
    Facts,
    Row,
    email_key,
    number_of,
    person_key,
    phone_key,
    place_key,
    sort_name,
)

Given = tuple[datetime, str]  # a consent, known again by its moment and its words


def given(evidence: Evidence) -> Given:
    return evidence.at, evidence.wording


@dataclass(slots=True)
class Person:
    """A contact as the import sees it: `key` is its id, or negative for one that the file brings."""

    key: int
    facts: Facts  # without the empty ones
    column_id: int | None
    trashed: bool = False
    notes: set[str] = field(default_factory=set)
    consents: set[Given] = field(default_factory=set)
    number: str | None = None  # the phone number in its one form, where it is known already

    def hears(self, wish: "Wish") -> None:
        """Knows the notes and consents that the file brings, so that none is brought again."""
        self.notes.update(wish.notes)
        self.consents.update(map(given, wish.consents))


@dataclass(slots=True)
class Wish:
    """All that the rows of the file want of one contact."""

    line: int  # of the first row
    facts: Facts = field(default_factory=dict)
    column_id: int | None = None
    notes: list[str] = field(default_factory=list)
    consents: list[Evidence] = field(default_factory=list)
    created_at: datetime | None = None


class People:
    """Finds the contact of each row and collects what the file wants of it."""

    def __init__(self, account: Account, *, with_notes: bool, with_consents: bool) -> None:
        self.account = account
        self.with_notes, self.with_consents = with_notes, with_consents
        self.wishes: dict[int, bytes] = {}
        self.brought = 0
        self._seen: dict[int, tuple[int, ...]] = {}  # hash of a key → contacts the file has touched
        self._claims: dict[int, int] = {}  # contact → the id by which the file knows it
        self._near: dict[int, list[Person]] = {}  # hash of a key → contacts of this batch
        self._loaded: dict[int, Person] = {}

    def load(self, rows: Iterable[Row]) -> None:
        """Looks up whatever these rows could mean."""
        self._near, self._loaded = {}, {}
        emails: set[str] = set()
        numbers: set[str] = set()
        names: set[str | None] = set()
        touched: set[int] = set()
        for row in rows:
            keys, number = self._keys(row.facts)
            touched.update(key for each in keys for key in self._seen.get(each or 0, ()))
            emails.add(row.facts.get("email", ""))
            numbers.add(number)
            if not row.facts.get("email") and not number:
                names.add(sort_name(row.facts))
        contacts = Contact.objects.of(self.account)
        for found in (
            contacts.filter(email__in=emails - {""}),
            contacts.filter(phone_e164__in=numbers - {""}),
            contacts.filter(sort_name__in=names - {None}),
            contacts.filter(sort_name=None, email="", phone_e164="") if None in names else contacts.none(),
            contacts.filter(pk__in=[key for key in touched if key > 0]),
        ):
            self._read(found.order_by("pk"))
        for key in touched:
            if key < 0:
                wish = self.wish(key)
                self._know(Person(key, dict(wish.facts), wish.column_id))
                self._loaded[key].hears(wish)
        if self.with_notes:
            self._read_notes()
        if self.with_consents:
            self._read_consents()

    def find(self, row: Row) -> Person | None:
        """The contact this row means; one in the trash only if no other fits."""
        by_email, by_phone, by_place = (self._near.get(key or 0, []) for key in self._keys(row.facts)[0])
        if row.facts.get("email") or row.facts.get("phone"):
            by_place = []
        else:
            by_place = [person for person in by_place if _says_the_same(person.facts, row.facts)]
        for trashed in (False, True):
            for people in (by_email, by_phone, by_place):
                fitting = [person for person in people if self._fits(person, row, trashed)]
                if fitting:
                    return min(fitting, key=lambda person: _distance(person, row))
        return None

    def bring(self, row: Row) -> Person:
        """A contact that does not exist yet."""
        self.brought += 1
        person = Person(-self.brought, dict(row.facts), row.column_id)
        wish = Wish(row.line, row.facts, row.column_id, created_at=row.created_at)
        wish.notes += [row.note] if row.note else []
        wish.consents += [row.consent] if row.consent else []
        person.hears(wish)
        self._keep(person, wish, row)
        return person

    def merge(self, person: Person, row: Row) -> list[str]:
        """Notes what the row wants of a known contact; answers what that changes (names of fields)."""
        wanted = row.facts | _all_of_both(person.facts, row.facts)
        changed = [name for name, value in wanted.items() if person.facts.get(name) != value]
        wish = self.wish(person.key) if person.key in self.wishes else Wish(row.line)
        for name in changed:
            person.facts[name] = wish.facts[name] = wanted[name]
        if row.column_id is not None and row.column_id != person.column_id:
            person.column_id = wish.column_id = row.column_id
            changed.append("status")
        if row.note and row.note not in person.notes:
            person.notes.add(row.note)
            wish.notes.append(row.note)
            changed.append("note")
        if row.consent and given(row.consent) not in person.consents:
            person.consents.add(given(row.consent))
            wish.consents.append(row.consent)
            changed.append("consent_at")
        if changed or row.file_id:
            person.number = None
            self._keep(person, wish, row, is_written=bool(changed))
        return changed

    def wish(self, key: int) -> Wish:
        """What the file wants of this contact."""
        return pickle.loads(self.wishes[key])  # noqa: S301  our own bytes, never out of this process

    def new(self) -> range:
        """The keys of the contacts to be made, in the order of the file."""
        return range(-1, -self.brought - 1, -1)

    def known(self) -> list[int]:
        """The ids of the contacts to be changed, in the order in which rows are locked."""
        return sorted(key for key in self.wishes if key > 0)

    def _keep(self, person: Person, wish: Wish, row: Row, *, is_written: bool = True) -> None:
        if is_written:
            self.wishes[person.key] = pickle.dumps(wish, protocol=5)
        if row.file_id:
            self._claims.setdefault(person.key, row.file_id)
        self._know(person)
        for key in self._keys(person.facts, person.number)[0]:
            if key is not None and person.key not in self._seen.get(key, ()):
                self._seen[key] = (*self._seen.get(key, ()), person.key)

    def _know(self, person: Person) -> None:
        """Makes the contact findable in this batch, under what is now known of it."""
        self._loaded[person.key] = person
        for key in self._keys(person.facts, person.number)[0]:
            if key is not None and person not in (near := self._near.setdefault(key, [])):
                near.append(person)

    def _read(self, contacts: Iterable[Contact]) -> None:
        names = ("id", "trashed_at", "phone_e164", "card__column_id", "assignee_id", *FACTS)
        for values in contacts.values_list(*names).iterator(chunk_size=500):  # type: ignore[attr-defined]
            key, trashed_at, number, column_id, *facts = values
            if key in self._loaded:
                continue
            known = dict(zip(("assignee_id", *FACTS), facts, strict=True))
            known = {name: value for name, value in known.items() if value not in (None, "", [])}
            person = Person(key, known, column_id, trashed_at is not None, number=number)
            if key in self.wishes:
                wish = self.wish(key)
                person.facts |= wish.facts
                person.column_id = wish.column_id or column_id
                person.hears(wish)
                person.number = None
            self._know(person)

    def _read_notes(self) -> None:
        notes = Action.objects.of(self.account).filter(kind=Kind.NOTE, contact__in=[*self._loaded])
        for key, text in notes.values_list("contact_id", "text"):
            self._loaded[key].notes.add(text)

    def _read_consents(self) -> None:
        known = Consent.objects.of(self.account).filter(contact__in=[*self._loaded], granted=True)
        rows = known.filter(channel=Consent.Channel.EMAIL)
        for key, at, wording in rows.values_list("contact_id", "occurred_at", "wording"):
            self._loaded[key].consents.add((at, wording))

    def _keys(self, facts: Facts, number: str | None = None) -> tuple[tuple[int | None, ...], str]:
        """The hashes under which a contact is found, and its phone number in the one form."""
        number = number_of(facts.get("phone", "")) if number is None else number
        return (email_key(facts), phone_key(facts, number), place_key(facts)), number

    def _fits(self, person: Person, row: Row, trashed: bool) -> bool:
        """One file knows one contact by one id: two persons sharing an address stay two."""
        claim = self._claims.get(person.key, row.file_id)
        return person.trashed == trashed and (not row.file_id or claim == row.file_id)


def _all_of_both(known: Facts, wanted: Facts) -> Facts:
    """Further numbers and addresses are added to those that are there."""
    found = {}
    for first, further, same in (("email", "more_emails", str.lower), ("phone", "more_phones", number_of)):
        if further in wanted:
            shown = known.get(first) or wanted.get(first, "")
            found[further] = union(shown, known.get(further, []), wanted[further], same)
    return {name: value for name, value in found.items() if value}


def _distance(person: Person, row: Row) -> tuple[bool, bool, bool, int]:
    other_name = person_key(person.facts) != person_key(row.facts)
    return person.key != row.file_id, other_name, person.key < 0, abs(person.key)


def _says_the_same(known: Facts, wanted: Facts) -> bool:
    """Whether no cell of the row disagrees; who has it on the desk, and when, is not what the contact is."""
    left_out = ("assignee_id", "due_on", "due_note", "tags", "source", "source_detail")
    return all(known.get(name) == value for name, value in wanted.items() if name not in left_out)
