"""Finding the contact that a row of a file refers to: one of the office, or one that an earlier row has added.

`contacts.identity` decides who is the same person; a row without identifying cells refers to the contact that agrees
in all its cells. The office's contacts are looked up in batches. What the file changes is kept pickled in memory, to
fit a hundred thousand rows into the worker.
"""

import pickle
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from django.db.models import BooleanField, QuerySet
from django.db.models.expressions import RawSQL

from accounts.models import Account
from contacts import finding, identity
from contacts.description import FACTS
from contacts.kinds import Kind
from contacts.models import Action, Consent, Contact, ForeignId
from pipeline.imports import matching
from pipeline.imports.matching import Change, PendingChange, Person, given
from pipeline.imports.rows import Facts, Row, sort_name

MAX_ALIKE = 30  # people who share a number or an address; with more it identifies nobody
MAX_READ = 20_000  # contacts for one batch of rows

# Name by name, for the same reason as `finding.WITH_KEYS`.
LIVING_AT = """
contacts_contact.id = ANY (ARRAY(
    SELECT found.id FROM unnest(%s::text[], %s::text[]) AS wanted (name, code) CROSS JOIN LATERAL (
        SELECT id FROM contacts_contact
        WHERE account_id = %s AND sort_name = wanted.name
            AND replace(lower(postal_code), ' ', '') = replace(lower(wanted.code), ' ', '')
        OFFSET 0
    ) AS found
))
"""


class Found(NamedTuple):
    """The contact found. Else `several` are those it may be, `others` those that share a number or an address."""

    person: Person | None
    others: list[tuple[str, Person]]
    several: list[Person]


class People:
    """Finds the contact of each row and collects the changes the file makes to it."""

    def __init__(self, account: Account, *, with_consents: bool) -> None:
        self.account = account
        self._contacts = Contact.objects.of(account).filter(merged_into=None)
        self.with_consents = with_consents
        self.pending: dict[int, bytes] = {}
        self.added = 0
        self._names: list[tuple[str, ...]] = []  # of the facts in changes: mostly the same, and kept once
        self._numbers: dict[tuple[str, ...], int] = {}  # of these names
        self._seen: dict[int, tuple[int, ...]] = {}  # hash of a key → contacts the file has touched
        self._claims: dict[int, int] = {}  # contact → the id by which the file knows it
        self._near: dict[int, list[Person]] = {}  # hash of a key → contacts of this batch
        self._loaded: dict[int, Person] = {}
        self._owners: dict[tuple[str, ...], int] = {}  # id of another system → the contact that has it

    def load(self, rows: Sequence[Row]) -> None:
        """Look up all contacts that these rows could refer to."""
        self._near, self._loaded = {}, {}
        wanted = {key for row in rows for key in row.known.identifying}
        self._look_up((key,) for key in wanted)
        crowded = {key for key in wanted if len(self._near.get(hash(key), ())) == MAX_ALIKE}
        self._look_up(_with_name(row, key) for row in rows for key in row.known.identifying if key in crowded)
        self._look_up_places([row.facts for row in rows if not row.known.identifying])
        touched = {key for row in rows for each in row.known.hashes for key in self._seen.get(each, ())}
        self._read(self._contacts.filter(pk__in=[key for key in touched if key > 0]))
        for key in touched:
            if key < 0:
                pending = self.pending_change(key)
                self._know(Person(key, dict(pending.facts), pending.column_id))
                self._loaded[key].remember(pending)
        self._read_owners([pair for row in rows for pair in row.facts.get("foreign_ids", ())])
        if any(row.note for row in rows):  # which any column can add to
            self._read_notes()
        if self.with_consents:
            self._read_consents()

    def find(self, row: Row, *, repeats: bool = True) -> "Found":
        """Return the contact this row refers to (one in the trash only if no other fits), or similar ones.

        With `repeats`, a row without identifying cells also refers to the contact that agrees in all its cells.
        """
        near = {person.key: person for key in row.known.hashes for person in self._near.get(key, ())}
        if not near:
            return Found(None, [], [])
        found: list[Person] = []
        for trashed in (False, True):
            people = [person for person in near.values() if self._fits(person, row, trashed)]
            found = found or matching.identified(row, people)
            found = found or (matching.repeated(row, people) if repeats else [])
        if len(found) == 1:
            return Found(found[0], [], [])
        others = [person for person in near.values() if not person.trashed]
        several = [person for person in found if not person.trashed]
        return Found(None, matching.in_common(row.known.record, others), several if several[1:] else [])

    def keep_own_ids(self, row: Row, person: Person | None) -> list[str]:
        """Leave the row those ids of other systems that no other contact has, and return the others."""
        key = person.key if person else -self.added - 1
        given = row.facts.get("foreign_ids", [])
        own = [pair for pair in given if self._owners.setdefault(tuple(pair), key) == key]
        if len(own) < len(given):
            row.facts = {**row.facts, "foreign_ids": own} if own else _without_ids(row.facts)
        return [value for source, value in given if [source, value] not in own]

    def mark(self, person: Person) -> int:
        """Return how reports refer to the contact: its id, or the negated line of the row that adds it."""
        return person.key if person.key > 0 else -self.pending_change(person.key).line

    def add(self, row: Row) -> Person:
        """Add a new contact with the values of the row."""
        self.added += 1
        person = Person(-self.added, dict(row.facts), row.column_id, _known=row.known)
        pending = PendingChange(row.line, row.facts, row.column_id, created_at=row.created_at)
        pending.notes += [row.note] if row.note else []
        pending.consents += [row.consent] if row.consent else []
        person.remember(pending)
        self._keep(person, pending, row)
        return person

    def merge(self, person: Person, row: Row) -> list[Change]:
        """Add the row to the pending change of a known contact, and return what changes."""
        wanted = matching.wanted(person.facts, row.facts)
        pending = self.pending_change(person.key) if person.key in self.pending else PendingChange(row.line)
        changed: list[Change] = [(name, person.facts.get(name), value) for name, value in wanted.items()]
        person.facts.update(wanted)
        pending.facts.update(wanted)
        person.changed()
        if row.column_id is not None and row.column_id != person.column_id:
            changed.append(("status", person.column_id, row.column_id))
            person.column_id = pending.column_id = row.column_id
        if row.note and row.note not in person.notes:
            person.notes.add(row.note)
            pending.notes.append(row.note)
            changed.append(("note", None, row.note))
        if row.consent and given(row.consent) not in person.consents:
            person.consents.add(given(row.consent))
            pending.consents.append(row.consent)
            changed.append(("consent_at", None, row.consent.at))
        if changed or row.file_id:
            self._keep(person, pending, row, is_written=bool(changed))
        return changed

    def pending_change(self, key: int) -> PendingChange:
        """Return the pending change of this contact."""
        line, names, values, *others = pickle.loads(self.pending[key])  # noqa: S301  our own bytes, never out of here
        return PendingChange(line, dict(zip(self._names[names], values, strict=True)), *others)

    def new(self) -> range:
        """Return the keys of new contacts in the order of the file."""
        return range(-1, -self.added - 1, -1)

    def known(self) -> list[int]:
        """Return the ids of contacts to be changed, in the order in which rows are locked."""
        return sorted(key for key in self.pending if key > 0)

    def _keep(self, person: Person, pending: PendingChange, row: Row, *, is_written: bool = True) -> None:
        if is_written:
            self.pending[person.key] = self._packed(pending)
        if row.file_id:
            self._claims.setdefault(person.key, row.file_id)
        self._know(person)
        for key in person.known.hashes:
            seen = self._seen.get(key, ())
            if person.key not in seen and len(seen) < MAX_ALIKE:
                self._seen[key] = (*seen, person.key)

    def _packed(self, pending: PendingChange) -> bytes:
        names = tuple(pending.facts)
        if names not in self._numbers:
            self._numbers[names] = len(self._names)
            self._names.append(names)
        facts = self._numbers[names], [*pending.facts.values()]
        others = pending.column_id, pending.notes, pending.consents, pending.created_at
        return pickle.dumps((pending.line, *facts, *others), protocol=5)

    def _know(self, person: Person) -> None:
        """Index the contact for this batch by what is known of it now."""
        self._loaded[person.key] = person
        for key in person.known.hashes:
            near = self._near.setdefault(key, [])
            if len(near) < MAX_ALIKE and person not in near:
                near.append(person)

    def _look_up(self, wanted: Iterable[tuple[str, ...]]) -> None:
        """Read the contacts with these keys, the first ones if many have the same."""
        office = f"{self.account.pk}:"
        if keys := [[office + key for key in together] for together in wanted]:
            self._read(self._contacts.filter(finding.with_keys(keys, first=MAX_ALIKE)))

    def _look_up_places(self, people: Iterable[Facts]) -> None:
        """Read the contacts of these names at these places; without a name, all without anything to be known by."""
        places = {(sort_name(facts), str(facts.get("postal_code", ""))) for facts in people}
        named = [(name, code) for name, code in places if name]
        if named:
            names, codes = map(list, zip(*named, strict=True))
            self._read(self._contacts.filter(RawSQL(LIVING_AT, [names, codes, self.account.pk], BooleanField())))
        if len(named) < len(places):
            self._read(self._contacts.filter(sort_name=None, email="", phone_e164=""))

    def _read(self, contacts: QuerySet[Contact]) -> None:
        names = ("id", "trashed_at", "card__column_id", "assignee_id", *FACTS)
        for values in contacts.order_by("pk")[:MAX_READ].values_list(*names).iterator(chunk_size=500):
            key, trashed_at, column_id, *facts = values
            if key in self._loaded:
                continue
            known = dict(zip(("assignee_id", *FACTS), facts, strict=True))
            known = {name: value for name, value in known.items() if value not in (None, "", [])}
            person = Person(key, known, column_id, trashed_at is not None)
            if key in self.pending:
                pending = self.pending_change(key)
                person.facts |= pending.facts
                person.column_id = pending.column_id or column_id
                person.remember(pending)
            self._know(person)

    def _read_owners(self, pairs: Sequence[Sequence[str]]) -> None:
        if pairs:
            known = ForeignId.objects.of(self.account).filter(value__in={value for _source, value in pairs})
            self._owners |= {
                (source, value): key for source, value, key in known.values_list("source", "value", "contact_id")
            }

    def _read_notes(self) -> None:
        notes = Action.objects.of(self.account).filter(kind=Kind.NOTE, contact__in=[*self._loaded])
        for key, text in notes.values_list("contact_id", "text"):
            self._loaded[key].notes.add(text)

    def _read_consents(self) -> None:
        known = Consent.objects.of(self.account).filter(contact__in=[*self._loaded], granted=True)
        known = known.filter(is_proven=True)
        rows = known.filter(channel=Consent.Channel.EMAIL)
        for key, at, wording in rows.values_list("contact_id", "occurred_at", "wording"):
            self._loaded[key].consents.add((at, wording))

    def _fits(self, person: Person, row: Row, trashed: bool) -> bool:
        """Return whether the row can refer to this person: in a file, a contact has one id."""
        claim = self._claims.get(person.key, row.file_id)
        return person.trashed == trashed and (not row.file_id or claim == row.file_id)


def _without_ids(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if name != "foreign_ids"}


def _with_name(row: Row, key: str) -> tuple[str, ...]:
    return key, *identity.name_keys(row.known.record)
