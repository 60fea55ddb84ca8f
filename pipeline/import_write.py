"""Carries out a plan: contacts, actions, history, cards. Everything is written inside the caller's one transaction.

Contacts are inserted before anything is locked, because nobody sees them until the commit. Then come the locks of the
house: the account and the colleagues, which keeps other bulk verbs away while known contacts are changed; the columns
by id, only for the moment in which cards are put and moved, so that the board stays usable during a long import.
"""

from array import array
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from accounts.models import Account, User
from accounts.refusals import Conflict
from contacts import assignment
from contacts.csv_values import show
from contacts.derived import FIELDS as DERIVED
from contacts.derived import derive
from contacts.kinds import Kind
from contacts.models import Action, Change, Contact, Source
from pipeline import bulk, places
from pipeline.import_people import People, Wish
from pipeline.import_plan import label
from pipeline.models import Card, Column, Move

BATCH = 500
LONGEST_SUMMARY = 400
Report = Callable[[int], None]
Item = TypeVar("Item")


class Writer:
    """One carrying-out. `actor` is who imports, `now` the one moment of all that is written."""

    def __init__(self, people: People, account: Account, actor: User, now: datetime, report: Report) -> None:
        self.people, self.account, self.actor, self.now = people, account, actor, now
        self.report = report
        self.done = 0
        self.ids = array("q")  # of the new contacts, in the order of the file
        self.columns = array("q")  # where each of them goes; 0: the first column
        self.moves: dict[int, list[int]] = {}  # column → known contacts that go there
        self.names = {column.pk: column.name for column in Column.objects.of(account)}
        self.users = {user.pk: user.full_name for user in User.objects.of(account)}

    def write(self) -> None:
        """Everything. Raises a Refusal if a column, a colleague or the plan has gone meanwhile."""
        first = Column.objects.of(self.account).get(key=Column.Key.NEW)
        for batch in _parts(self.people.new()):
            self._insert([self.people.wish(key) for key in batch], first)
        Account.objects.select_for_update(no_key=True).get(pk=self.account.pk)
        self._hold_colleagues()
        for batch in _parts(self.people.known()):
            self._change(batch)
        self._put_cards()

    def contact_id(self, key: int | None) -> int | None:
        """The id of a contact of the plan."""
        return self.ids[-key - 1] if key is not None and key < 0 else key

    def _insert(self, wishes: Sequence[Wish], first: Column) -> None:
        contacts = Contact.objects.bulk_create(self._contact(wish) for wish in wishes)
        self.ids.extend(contact.pk for contact in contacts)
        self.columns.extend(wish.column_id or first.pk for wish in wishes)
        pairs = list(zip(contacts, wishes, strict=True))
        Change.objects.bulk_create(
            self._history(contact, Change.Kind.IMPORTED, "", self.names.get(wish.column_id or first.pk, ""))
            for contact, wish in pairs
        )
        self._note(pairs)
        self._tell(len(wishes))

    def _contact(self, wish: Wish) -> Contact:
        facts = {"source": Source.IMPORT} | wish.facts
        contact = Contact(
            account=self.account, created_at=min(wish.created_at or self.now, self.now), **facts
        )
        self._count_notes(contact, wish)
        return derive(contact)

    def _change(self, ids: Sequence[int]) -> None:
        """Fills and overwrites what the file wants; what somebody trashed in the meantime stays as it is."""
        found = Contact.objects.of(self.account).live().filter(pk__in=ids).order_by("pk")
        contacts = list(found.select_for_update(of=("self",), no_key=True))
        pairs = [(contact, self.people.wish(contact.pk)) for contact in contacts]
        history = [change for contact, wish in pairs for change in self._apply(contact, wish)]
        written = sorted({name for _contact, wish in pairs for name in _written(wish)})
        if written:
            Contact.objects.bulk_create(
                [derive(contact) for contact in contacts],
                update_conflicts=True,  # faster by far than an UPDATE with a CASE for each field
                unique_fields=["id"],
                update_fields=[*written, *DERIVED],
            )
        Change.objects.bulk_create(history)
        self._note(pairs)
        self._tell(len(ids))

    def _apply(self, contact: Contact, wish: Wish) -> Iterator[Change]:
        wanted = {name: value for name, value in wish.facts.items() if getattr(contact, name) != value}
        if "assignee_id" in wanted:
            before, after = self.users.get(contact.assignee_id or 0, ""), self.users[wanted["assignee_id"]]
            yield self._history(contact, Change.Kind.ASSIGNED, before, after)
        if "due_on" in wanted or "due_note" in wanted:
            before = _due(contact.due_on, contact.due_note)
            after = _due(wanted.get("due_on", contact.due_on), wanted.get("due_note", contact.due_note))
            yield self._history(contact, Change.Kind.DUE, before, after)
        edited = {name: getattr(contact, name) for name in wanted if name not in _APART}
        for name, value in wanted.items():
            setattr(contact, name, value)
        if edited:
            contact.version += 1
            yield self._history(
                contact,
                Change.Kind.IMPORTED,
                _summary(edited),
                _summary({name: wanted[name] for name in edited}),
            )
        if wish.column_id is not None:
            self.moves.setdefault(wish.column_id, []).append(contact.pk)
        self._count_notes(contact, wish)

    def _count_notes(self, contact: Contact, wish: Wish) -> None:
        if wish.notes:
            counts = contact.action_counts
            contact.action_counts = counts | {
                Kind.NOTE.value: counts.get(Kind.NOTE.value, 0) + len(wish.notes)
            }
            contact.last_action_at = max(contact.last_action_at or self.now, self.now)

    def _note(self, pairs: Sequence[tuple[Contact, Wish]]) -> None:
        Action.objects.bulk_create(
            Action(
                account=self.account,
                contact=contact,
                kind=Kind.NOTE,
                text=text,
                performed_at=self.now,
                author=self.actor,
                created_at=self.now,
            )
            for contact, wish in pairs
            for text in wish.notes
        )

    def _hold_colleagues(self) -> None:
        """Whoever is given a contact is still there at the commit, and so is the plan that allows it."""
        wishes = (self.people.wish(key) for key in self.people.wishes)
        wanted = {wish.facts["assignee_id"] for wish in wishes if "assignee_id" in wish.facts}
        for user in User.objects.of(self.account).filter(pk__in=wanted).order_by("pk"):
            assignment.hold(self.account, user)

    def _put_cards(self) -> None:
        locked = Column.objects.of(self.account).order_by("pk").select_for_update(no_key=True)
        columns = {column.pk: column for column in locked}
        if not columns.keys() >= {*self.columns, *self.moves}:
            raise Conflict(
                _("Eine Spalte, in die Kontakte sollen, gibt es nicht mehr. Bitte prüfen Sie erneut.")
            )
        for column_id, ids in self.moves.items():
            cards = Card.objects.of(self.account).filter(contact__in=ids).exclude(column=column_id)
            bulk.carry(cards, columns[column_id], self.actor, Move.Via.IMPORT, self.now)
        for column_id in sorted({*self.columns}):
            ids = [pk for pk, target in zip(self.ids, self.columns, strict=True) if target == column_id]
            for part in _parts(list(zip(ids, places.top(column_id, len(ids)), strict=True)), 5000):
                Card.objects.bulk_create(
                    Card(
                        contact_id=pk,
                        account=self.account,
                        column_id=column_id,
                        rank=rank,
                        entered_at=self.now,
                    )
                    for pk, rank in part
                )

    def _history(self, contact: Contact, kind: str, before: str, after: str) -> Change:
        return Change(
            account=self.account,
            contact=contact,
            kind=kind,
            before=before,
            after=after,
            actor=self.actor,
            at=self.now,
        )

    def _tell(self, count: int) -> None:
        self.done += count
        self.report(self.done)


_APART = ("assignee_id", "due_on", "due_note")  # they have a history of their own


def _written(wish: Wish) -> set[str]:
    """The fields of the contact that the wish may change."""
    names = {"assignee" if name == "assignee_id" else name for name in wish.facts}
    if wish.facts:
        names.add("version")
    return names | {"action_counts", "last_action_at"} if wish.notes else names


def _due(day: date | None, note: str) -> str:
    return (f"{day:%d.%m.%Y}: {note}" if note else f"{day:%d.%m.%Y}") if day else ""


def _summary(facts: dict[str, Any]) -> str:
    """„Ort: Bonn; Telefon: –“."""
    return "; ".join(f"{label(name)}: {show(name, value) or '–'}" for name, value in facts.items())[
        :LONGEST_SUMMARY
    ]


def _parts(items: Sequence[Item], size: int = BATCH) -> Iterator[Sequence[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))
