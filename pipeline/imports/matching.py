"""Matching a row of a file with the contacts it may refer to, and what the row changes of them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from contacts import contact_points, identity, pairs
from contacts.description import FACTS
from contacts.identity import Record, Same
from pipeline.imports.rows import Evidence, Facts, Known, Row, known_by

PAIRS = {name for name, fact in FACTS.items() if fact.kind == "pairs"}
LISTS = {"more_emails", "more_phones", *PAIRS}  # of which more can be added to what is there
_NOT_SAID = ("assignee_id", "due_on", "due_note", "tags", "source", "source_detail")

Change = tuple[str, Any, Any]  # field, old value, new one
Given = tuple[datetime, str]  # identifies a consent: its moment and its wording


def given(evidence: Evidence) -> Given:
    return evidence.at, evidence.wording


@dataclass(slots=True)
class PendingChange:
    """All changes that the rows of the file make to one contact."""

    line: int  # of the first row
    facts: Facts = field(default_factory=dict)
    column_id: int | None = None
    notes: list[str] = field(default_factory=list)
    consents: list[Evidence] = field(default_factory=list)
    created_at: datetime | None = None


@dataclass(slots=True)
class Person:
    """A contact as the import sees it. `key` is its id, or negative for one that the file adds."""

    key: int
    facts: Facts  # without the empty ones
    column_id: int | None
    trashed: bool = False
    notes: set[str] = field(default_factory=set)
    consents: set[Given] = field(default_factory=set)
    _known: Known | None = None

    @property
    def known(self) -> Known:
        """What the person is identified by. Call `changed` after changing the facts."""
        if self._known is None:
            self._known = known_by(self.facts)
        return self._known

    @property
    def record(self) -> Record:
        return self.known.record

    def changed(self) -> None:
        self._known = None

    def remember(self, pending: PendingChange) -> None:
        """Remember notes and consents of the pending change, so that none is added twice."""
        self.notes.update(pending.notes)
        self.consents.update(map(given, pending.consents))


def identified(row: Row, people: Sequence[Person]) -> list[Person]:
    """Return the people the row refers to: by e-mail address, else by number and name.

    If several match, they are narrowed down by the id in the file, the exact name and all other cells, if one of these
    leaves a single person.
    """
    record = row.known.record
    for agreed in (Same.EMAIL, Same.PHONE):  # addresses take precedence over numbers
        known = _without_shared(record, people) if agreed is Same.EMAIL else record
        if found := [person for person in people if identity.same(known, person.record) is agreed]:
            return _narrowed(row, found)
    return []


def repeated(row: Row, people: Sequence[Person]) -> list[Person]:
    """Return the people that a row without identifying cells refers to: those that agree in all its cells."""
    return _narrowed(row, [person for person in people if _says_the_same(person, row)])


def in_common(record: Record, people: Sequence[Person]) -> list[tuple[str, Person]]:
    """Return who shares an address or number (`Same`) with the record, regardless of names."""
    shared = ((identity.shared(record, person.record), person) for person in people)
    return [(same.value, person) for same, person in shared if same]


def wanted(known: Facts, row: Facts) -> Facts:
    """Return what the row changes. Numbers and pairs are added; an initial or a shorter form replaces no name."""
    found = {name: value for name, value in row.items() if known.get(name) != value}
    for first, further, fold in (
        ("email", "more_emails", str.lower),
        ("phone", "more_phones", identity.number_of),
    ):
        found.update(_merged_points(known, row, first, further, fold))
    for name in PAIRS & row.keys():
        found[name], _left = pairs.union(name, known.get(name, []), row[name])
    if _is_shorter(known, row):
        found.pop("first_name", None)
        found.pop("last_name", None)
    return {name: value for name, value in found.items() if value not in (None, "", []) and known.get(name) != value}


def filled(known: Facts, row: Facts) -> Facts:
    """Return what the row adds to what is known: values where there is none yet, further numbers and addresses."""
    added = wanted(known, row)
    return {name: value for name, value in added.items() if name in LISTS or not known.get(name)}


def _narrowed(row: Row, people: list[Person]) -> list[Person]:
    if len(people) > 1:
        for narrowed in (
            [person for person in people if person.key == row.file_id],
            [person for person in people if identity.same_name(row.known.record, person.record)],
            [person for person in people if _says_the_same(person, row)],
        ):
            if len(narrowed) == 1:
                return narrowed
    return people


def _without_shared(record: Record, people: Sequence[Person]) -> Record:
    """Return the record without addresses that too many people with different names share."""
    shared = []
    for address in record.emails:
        having = [person.record for person in people if address in person.record.emails]
        if len(having) >= identity.SHARED_BY - 1 and identity.different([*having, record]) >= identity.SHARED_BY:
            shared.append(address)
    return identity.without(record, shared) if shared else record


def _says_the_same(person: Person, row: Row) -> bool:
    """Return whether no cell of the row disagrees. Assignee, due date, tags and source do not matter."""
    if person.known.place != row.known.place:
        return False
    known = person.facts
    return all(_agrees(known, name, value) for name, value in row.facts.items() if name not in _NOT_SAID)


def _agrees(known: Facts, name: str, value: Any) -> bool:
    if name in PAIRS:
        return all(pair in known.get(name, []) for pair in value)
    if name in LISTS:
        texts = {one["text"] for one in known.get(name, [])}
        return all(one["text"] in texts for one in value)
    return known.get(name) == value


def _merged_points(known: Facts, row: Facts, first: str, further: str, fold: contact_points.Fold) -> Facts:
    """Add another number or address as a further one, instead of replacing the first."""
    more = list(row.get(further, []))
    if any(_same(fold, one["text"], row[first]) for one in known.get(further, []) if row.get(first)):
        row = row | {first: ""}
    beside = ("email_kind",) if first == "email" else ("phone_kind", "phone_words")
    if not known.get(first) or _same(fold, known[first], row.get(first, "")):
        shown = known.get(first) or row.get(first, "")
        return {further: contact_points.union(shown, known.get(further, []), more, fold), first: shown}
    if row.get(first) and not (first == "email" and not identity.is_someones(row[first])):
        more.insert(
            0, contact_points.contact_point(row[first], row.get(f"{first}_kind", ""), row.get(f"{first}_words", ""))
        )
    kept = {name: known.get(name, "") for name in (first, *beside)}
    return {further: contact_points.union(known[first], known.get(further, []), more, fold), **kept}


def _same(fold: contact_points.Fold, one: str, other: str) -> bool:
    return (fold(one) or one) == (fold(other) or other) or not other


def _is_shorter(known: Facts, row: Facts) -> bool:
    """Return whether the row has less of the name than is known, or the same words in another order."""
    mine, theirs = (
        sorted(identity.name_words(f"{facts.get('first_name', '')} {facts.get('last_name', '')}"))
        for facts in (row, known)
    )
    if mine == theirs:
        is_named = bool(known.get("first_name") and known.get("last_name"))
        return is_named and _field_words(row, "last_name") != _field_words(known, "last_name")
    return len(mine) < len(theirs) or sum(map(len, mine)) < sum(map(len, theirs))


def _field_words(facts: Facts, name: str) -> list[str]:
    return sorted(identity.name_words(facts.get(name, "")))
