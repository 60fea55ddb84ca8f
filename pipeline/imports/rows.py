"""A row of an imported file as this office understands it: its columns and colleagues instead of their names."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from accounts.models import Role, User
from base.text import one_line
from contacts import identity, search
from contacts.csv.fields import FIELDS
from contacts.csv.sheet import Entry
from contacts.description import FACTS
from contacts.identity import Record
from pipeline.columns import verbs
from pipeline.models import Column

REJECT = "reject"  # chosen for words that mean nothing here
_NEW = ("new", "neu", "neuer kontakt", "neue anfrage")  # what other programs call the first status
_PLACE = (
    "first_name",
    "last_name",
    "company",
    "partner_first_name",
    "partner_last_name",
    "street",
    "postal_code",
    "city",
)

Facts = dict[str, Any]


class Evidence(NamedTuple):
    """That somebody agreed to mails: when, to which words, where, and for which address."""

    at: datetime
    wording: str
    place: str
    address: str = ""


class Known(NamedTuple):
    """What somebody is known by."""

    record: Record
    identifying: list[str]  # the keys of the office's contacts with an address or number of these
    place: int  # see `place_key`
    hashes: list[int]  # of all these, by which contacts are found in memory


@dataclass(slots=True)
class Row:
    """What one row of the file wants. An empty cell wants nothing."""

    line: int
    name: str
    facts: Facts = field(default_factory=dict)
    column_id: int | None = None
    note: str = ""
    created_at: datetime | None = None
    file_id: int | None = None  # the id the file knows the contact by; it may be another office's
    consent: Evidence | None = None
    remark: str = ""  # a note in the report on a row that is imported
    errors: list[str] = field(default_factory=list)
    is_left_out: bool = False  # a line of totals: nobody is missing
    _known: Known | None = None

    @property
    def known(self) -> Known:
        """What the row names somebody by. The facts must be complete."""
        if self._known is None:
            self._known = known_by(self.facts)
        return self._known


class Reader:
    """Turns the entries of a file into rows, with the choices made in the mapping step.

    `place` is where a consent was given if the file does not say, `now` the moment after which there is none yet.
    """

    def __init__(
        self,
        columns: Collection[Column],
        users: Iterable[User],
        options: Mapping[str, Any],
        *,
        place: str,
        now: datetime,
    ) -> None:
        self.wording = str(options.get("consent_wording") or "")
        self.place, self.now = place, now
        named: dict[str, int | None] = {column.folded_name: column.pk for column in columns}
        known = set(named.values())
        first = next((column.pk for column in columns if column.key == Column.Key.NEW), None)
        self.columns: dict[str, int | None] = {**dict.fromkeys(_NEW, first), **named}
        chosen = options.get("status_columns", {})
        self.columns |= {word: pk for word, pk in chosen.items() if pk in known}
        self.rejected = {word for word, pk in chosen.items() if pk == REJECT}
        self.unknown_column = options.get("unknown_status")
        self.rejects_unassigned = options.get("unknown_assignee") == REJECT
        self.users: dict[str, list[User]] = {}
        for user in users:
            for name in {user.email, search.fold(user.full_name)}:
                self.users.setdefault(name, []).append(user)

    def row(self, entry: Entry) -> Row:
        """Return the row, with a sentence for each reason why it cannot be imported."""
        values = entry.values
        facts = {name: value for name in FACTS if (value := values.get(name)) or value not in (None, "", [])}
        if "due_on" not in facts:
            facts.pop("due_note", None)
        row = Row(entry.line, name_of(facts) or " ".join(filter(None, entry.cells))[:80], facts)
        row.errors, row.is_left_out = list(entry.errors), entry.is_left_out
        row.note = str(values.get("note") or "")
        row.created_at = values.get("created_at")  # type: ignore[assignment]
        row.file_id = values.get("id")  # type: ignore[assignment]
        self._agree(row, values)
        row.remark = " ".join(filter(None, (*entry.remarks, row.remark)))
        self._set_status(row, str(values.get("status") or ""))
        self._assign(row, str(values.get("assignee") or ""))
        return row

    def _agree(self, row: Row, values: Mapping[str, object]) -> None:
        """Evidence needs its day and its words; a bare "yes" is none."""
        at, words = values.get("consent_at"), str(values.get("consent_wording") or "")
        place = str(values.get("consent_place") or "")
        if not isinstance(at, datetime):
            row.remark = _("Einwilligung nicht übernommen: Das Datum fehlt.") if words or place else ""
        elif at > self.now:
            row.remark = _("Einwilligung nicht übernommen: Das Datum liegt in der Zukunft.")
        elif not (words or self.wording):
            row.remark = _("Einwilligung nicht übernommen: Der Wortlaut fehlt.")
        else:
            address = str(row.facts.get("email", "")).lower()
            row.consent = Evidence(at, words or self.wording, place or self.place, address)

    def _set_status(self, row: Row, status: str) -> None:
        if not status:
            return
        folded = _folded_name(status)
        row.column_id = self.columns.get(folded)
        if row.column_id is None and folded not in self.rejected and self.unknown_column != REJECT:
            row.column_id = self.unknown_column
        if row.column_id is None:
            sentence = _("Den Status „%(status)s“ gibt es nicht.") % {"status": status}
            is_refused = folded in self.rejected or self.unknown_column == REJECT
            self._refuse(row, "status", status, sentence, is_refused=is_refused)

    def _assign(self, row: Row, name: str) -> None:
        if not name:
            return
        found = self.users.get(name.strip().lower()) or self.users.get(search.fold(name), [])
        present = [user for user in found if user.is_active and user.role != Role.MARKETING]
        if len(present) == 1:
            row.facts["assignee_id"] = present[0].pk
            return
        sentence = _("Mitarbeiter „%(name)s“ nicht verfügbar.") % {"name": name}
        if len(present) > 1:
            sentence = _("„%(name)s“ heißen mehrere Mitarbeiter; bitte die E-Mail-Adresse angeben.") % {"name": name}
        self._refuse(row, "assignee", name, sentence, is_refused=self.rejects_unassigned)

    def _refuse(self, row: Row, key: str, text: str, sentence: str, *, is_refused: bool) -> None:
        """Refuse the row for an unknown word only if that was chosen; otherwise keep the word in the note."""
        if is_refused:
            row.errors.append(sentence)
            return
        row.note = f"{row.note}\n{FIELDS[key].label}: {text}".strip()[: FIELDS["note"].limit]
        row.remark = f"{row.remark} {sentence} {_('In die Notiz übernommen.')}".strip()


@lru_cache(maxsize=1024)
def _folded_name(status: str) -> str:
    return verbs.fold_name(status)


def name_of(facts: Mapping[str, Any]) -> str:
    """Return the name of the contact in the report."""
    person = f"{facts.get('first_name', '')} {facts.get('last_name', '')}".strip()
    return person or str(facts.get("company") or facts.get("email") or facts.get("phone") or "")


def place_key(facts: Mapping[str, Any]) -> int:
    """Return a key of names and postal address, for rows that have neither e-mail nor phone."""
    return hash("\n".join([one_line(str(facts.get(name, "")).casefold()) for name in _PLACE]))


def known_by(facts: Mapping[str, Any]) -> Known:
    """Return what these facts identify."""
    record, place = identity.record(facts), place_key(facts)
    identifying = [*map(identity.email_key, record.emails), *map(identity.phone_key, record.numbers)]
    return Known(record, identifying, place, [*map(hash, identifying), place])


def sort_name(facts: Mapping[str, Any]) -> str | None:
    """Return the key under which the office's contact of this name is found in the index."""
    return search.sort_key(*(facts.get(name, "") for name in ("last_name", "first_name", "company")))
