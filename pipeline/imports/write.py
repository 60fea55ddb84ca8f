"""Writing what was planned: contacts, actions, history and cards, all inside the caller's transaction.

New contacts are inserted before anything is locked, because nobody sees them until the commit. Then the usual locks
are taken: account and colleagues, to keep other bulk verbs away while known contacts are changed; the columns by id
only while cards are added and moved, so that the board stays usable during a long import.
"""

from array import array
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from accounts.models import Account, User
from base.batches import batches
from base.copying import copy_in, forget_plans, fresh_ids
from base.refusals import Conflict
from contacts import assignment
from contacts.csv.values import show
from contacts.derived import FIELDS as DERIVED
from contacts.derived import copy_contacts, derive
from contacts.kinds import Kind
from contacts.models import Action, Change, Consent, Contact, Source
from funnel.series import bulk_enrolments
from funnel.series.bulk_enrolments import Started
from pipeline.cards import bulk, places
from pipeline.cards.bulk import Enrol
from pipeline.cards.locks import carry_later, carry_now
from pipeline.imports.mails import Mails
from pipeline.imports.matching import PendingChange
from pipeline.imports.people import People
from pipeline.imports.plan import label
from pipeline.imports.rows import Evidence, Facts
from pipeline.imports.traces import Written, keep
from pipeline.models import Card, Column, Import, Move

BATCH = 500
MAX_SUMMARY_LENGTH = 400
Report = Callable[[int], None]
History = tuple[int, str, str, str]  # contact, kind, before, after
Item = TypeVar("Item")


class Writer:
    """Writes one import. `actor` is the importing user; all rows are written with the same `now`.

    With `enrol` the series of a status begins for those who enter it and may be mailed.
    """

    def __init__(
        self,
        people: People,
        account: Account,
        actor: User,
        now: datetime,
        report: Report,
        *,
        enrol: bool = False,
    ) -> None:
        self.people, self.account, self.actor, self.now = people, account, actor, now
        self.traces: dict[int, tuple[Facts, Facts]] = {}  # known contact → changed fields before and after
        self.report, self.enrol = report, enrol
        self.mails, self.started = Mails(), Started()
        self.done = 0
        self.ids = array("q")  # of the new contacts, in the order of the file
        self.columns = array("q")  # where each of them goes
        self.assignees: set[int | None] = set()  # of new contacts
        self.moves: dict[int, list[int]] = {}  # column → known contacts that go there
        columns = list(Column.objects.of(account))
        self.known: list[int] = []  # the known contacts of which anything is changed
        self.came_from: dict[int, int] = {}  # known contacts whose card is moved → the column it leaves
        self.names = {column.pk: column.name for column in columns}
        self.series = {column.pk: column.sequence_id for column in columns if column.sequence_id}
        self.users = {user.pk: user.full_name for user in User.objects.of(account)}

    def write(self, source: Import) -> None:
        """Write everything. Raises a Refusal if a column, a colleague or the plan no longer exists."""
        first = Column.objects.of(self.account).get(key=Column.Key.NEW)
        for batch in batches(self.people.new(), BATCH):
            self._insert([self.people.pending_change(key) for key in batch], first)
            forget_plans()
        Account.objects.select_for_update(no_key=True).get(pk=self.account.pk)
        self._hold_colleagues()
        carry_later()
        for batch in batches(self.people.known(), BATCH):
            self._change(batch)
        self._put_cards()
        keep(source, Written(self.ids, self.known, self.traces, self.came_from, self.now))

    def contact_id(self, key: int | None) -> int | None:
        """Return the id of a contact of the plan."""
        return self.ids[-key - 1] if key is not None and key < 0 else key

    def _insert(self, changes: Sequence[PendingChange], first: Column) -> None:
        ids = fresh_ids(Contact, len(changes))
        columns = [pending.column_id or first.pk for pending in changes]
        contacts = [self._contact(pk, pending) for pk, pending in zip(ids, changes, strict=True)]
        copy_contacts(contacts)
        self.ids.extend(ids)
        self.columns.extend(columns)
        self.assignees.update(pending.facts.get("assignee_id") for pending in changes)
        self._record(
            (pk, Change.Kind.IMPORTED, "", self.names.get(column, "")) for pk, column in zip(ids, columns, strict=True)
        )
        self._note(zip(ids, changes, strict=True))
        self._attest([(pk, pending.facts.get("email", ""), pending) for pk, pending in zip(ids, changes, strict=True)])
        if self.enrol:
            self._start([Contact(**values) for values in contacts], columns)
        self._tell(len(changes))

    def _start(self, contacts: Sequence[Contact], columns: Sequence[int]) -> None:
        """Plan the mails of new contacts. Nobody sees them yet, so that this is done before anything is locked."""
        for column_id in sorted({*columns} & self.series.keys()):
            entering = [contact for contact, column in zip(contacts, columns, strict=True) if column == column_id]
            started = bulk_enrolments.start_many(
                contacts=entering,
                sequence_id=self.series[column_id],
                waits=False,
                causes={},
                actor=self.actor,
                now=self.now,
            )
            self._count(column_id, started)

    def _count(self, column_id: int, started: Started) -> None:
        self.mails.add(column_id, started)
        self.started.add(started)

    def _contact(self, pk: int, pending: PendingChange) -> dict[str, Any]:
        contact = {"source": Source.IMPORT.value, **pending.facts, "id": pk, "account_id": self.account.pk}
        contact["created_at"] = min(pending.created_at or self.now, self.now)
        if pending.notes:
            contact |= {"action_counts": {Kind.NOTE.value: len(pending.notes)}, "last_action_at": self.now}
        return contact

    def _change(self, ids: Sequence[int]) -> None:
        """Apply the pending changes to known contacts. Those trashed in the meantime are skipped."""
        found = Contact.objects.of(self.account).live().filter(pk__in=ids).order_by("pk")
        contacts = list(found.select_for_update(of=("self",), no_key=True))
        self.known += [contact.pk for contact in contacts]
        pairs = [(contact, self.people.pending_change(contact.pk)) for contact in contacts]
        history = [change for contact, pending in pairs for change in self._apply(contact, pending)]
        written = sorted({name for _contact, pending in pairs for name in _written(pending)})
        if written:
            Contact.objects.bulk_create(
                [derive(contact) for contact in contacts],
                update_conflicts=True,  # faster by far than an UPDATE with a CASE for each field
                unique_fields=["id"],
                update_fields=[*written, *DERIVED],
            )
        self._record(history)
        self._note((contact.pk, pending) for contact, pending in pairs)
        self._attest([(contact.pk, contact.email, pending) for contact, pending in pairs])
        self._tell(len(ids))

    def _apply(self, contact: Contact, pending: PendingChange) -> Iterator[History]:
        wanted = {name: value for name, value in pending.facts.items() if getattr(contact, name) != value}
        if "assignee_id" in wanted:
            before, after = self.users.get(contact.assignee_id or 0, ""), self.users[wanted["assignee_id"]]
            yield contact.pk, Change.Kind.ASSIGNED, before, after
        if "due_on" in wanted or "due_note" in wanted:
            before = _due(contact.due_on, contact.due_note)
            after = _due(wanted.get("due_on", contact.due_on), wanted.get("due_note", contact.due_note))
            yield contact.pk, Change.Kind.DUE, before, after
        self.traces[contact.pk] = ({name: getattr(contact, name) for name in wanted}, wanted)
        edited = {name: getattr(contact, name) for name in wanted if name not in _APART}
        for name, value in wanted.items():
            setattr(contact, name, value)
        if edited:
            contact.version += 1
            after = _summary({name: wanted[name] for name in edited})
            yield contact.pk, Change.Kind.IMPORTED, _summary(edited), after
        if pending.column_id is not None:
            self.moves.setdefault(pending.column_id, []).append(contact.pk)
        self._count_notes(contact, pending)

    def _count_notes(self, contact: Contact, pending: PendingChange) -> None:
        if pending.notes:
            counts = contact.action_counts
            contact.action_counts = counts | {Kind.NOTE.value: counts.get(Kind.NOTE.value, 0) + len(pending.notes)}
            contact.last_action_at = max(contact.last_action_at or self.now, self.now)

    def _note(self, pairs: Iterable[tuple[int, PendingChange]]) -> None:
        columns = (
            "account_id",
            "contact_id",
            "kind",
            "outcome",
            "text",
            "performed_at",
            "author_id",
            "created_at",
        )
        account, kind, now, actor = self.account.pk, Kind.NOTE.value, self.now, self.actor.pk
        notes = ((pk, text) for pk, pending in pairs for text in pending.notes)
        copy_in(Action, columns, ((account, pk, kind, "", text, now, actor, now) for pk, text in notes))

    def _attest(self, consenting: Iterable[tuple[int, str, PendingChange]]) -> None:
        """Record consents of the file as evidence, marked as imported: contact, its address, what changes."""
        columns = (
            "account_id",
            "contact_id",
            "channel",
            "granted",
            "method",
            "wording",
            "place",
            "address",
            "occurred_at",
            "recorded_by_id",
            "recorded_at",
        )
        common = (Consent.Channel.EMAIL.value, True, Consent.Method.IMPORT.value)
        rows = (
            (self.account.pk, pk, *common, *_consent_cells(given, email), self.actor.pk, self.now)
            for pk, email, pending in consenting
            for given in pending.consents
        )
        copy_in(Consent, columns, rows)

    def _hold_colleagues(self) -> None:
        """Lock the assignees and the plan, so that both still exist at the commit."""
        known = map(self.people.pending_change, self.people.known())
        wanted = (self.assignees | {pending.facts.get("assignee_id") for pending in known}) - {None}
        for user in User.objects.of(self.account).filter(pk__in=wanted).order_by("pk"):
            assignment.hold(self.account, user)

    def _put_cards(self) -> None:
        locked = Column.objects.of(self.account).order_by("pk").select_for_update(no_key=True)
        columns = {column.pk: column for column in locked}
        carry_now()
        if not columns.keys() >= {*self.columns, *self.moves}:
            raise Conflict(_("Eine Spalte, in die Kontakte sollen, gibt es nicht mehr. Bitte prüfen Sie erneut."))
        for column_id, ids in self.moves.items():
            cards = Card.objects.of(self.account).filter(contact__in=ids).exclude(column=column_id)
            self.came_from.update(cards.values_list("pk", "column"))
            enrol = Enrol.READY if self.enrol else Enrol.NOBODY
            result = bulk.move_cards(cards, columns[column_id], self.actor, Move.Via.IMPORT, self.now, enrol=enrol)
            self._count(column_id, result.started)
        for column_id in sorted({*self.columns}):
            ids = [pk for pk, target in zip(self.ids, self.columns, strict=True) if target == column_id]
            ranked = zip(ids, places.top(column_id, len(ids)), strict=True)
            columns_of = (
                "contact_id",
                "account_id",
                "column_id",
                "rank",
                "version",
                "entered_at",
                "last_key",
                "last_request",
            )
            copy_in(
                Card,
                columns_of,
                ((pk, self.account.pk, column_id, rank, 1, self.now, "", "") for pk, rank in ranked),
            )

    def _record(self, history: Iterable[History]) -> None:
        columns = ("contact_id", "kind", "before", "after", "account_id", "actor_id", "at")
        common = (self.account.pk, self.actor.pk, self.now)
        copy_in(Change, columns, ((pk, str(kind), before, after, *common) for pk, kind, before, after in history))

    def _tell(self, count: int) -> None:
        self.done += count
        self.report(self.done)


_APART = ("assignee_id", "due_on", "due_note")  # they have a history of their own


def _consent_cells(given: Evidence, email: str) -> tuple[str, str, str, datetime]:
    return given.wording, given.place, given.address or email.lower(), given.at


def _written(pending: PendingChange) -> set[str]:
    """Return the fields of the contact that the pending change may touch."""
    names = {"assignee" if name == "assignee_id" else name for name in pending.facts}
    if pending.facts:
        names.add("version")
    return names | {"action_counts", "last_action_at"} if pending.notes else names


def _due(day: date | None, note: str) -> str:
    return (f"{day:%d.%m.%Y}: {note}" if note else f"{day:%d.%m.%Y}") if day else ""


def _summary(facts: dict[str, Any]) -> str:
    """„Ort: Bonn; Telefon: –“."""
    return "; ".join(f"{label(name)}: {show(name, value) or '–'}" for name, value in facts.items())[:MAX_SUMMARY_LENGTH]
