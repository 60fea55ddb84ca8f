"""A row of an imported file as this office understands it: its columns and colleagues instead of their names."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from accounts.models import Role, User
from contacts import search
from contacts.csv_rows import Entry
from contacts.facts import REACH
from pipeline.columns import fold_name
from pipeline.models import Column

FACTS = (
    "salutation",
    "title",
    "first_name",
    "last_name",
    "company",
    "partner_salutation",
    "partner_title",
    "partner_first_name",
    "partner_last_name",
    *REACH,
    "street",
    "postal_code",
    "city",
    "property_kind",
    "living_area",
    "plot_area",
    "year_built",
    "source",
    "source_detail",
    "due_on",
    "due_note",
    "tags",
)
UNASSIGNED = "unassigned"
_PLACE = (
    *("first_name", "last_name", "company", "partner_first_name", "partner_last_name"),
    *("street", "postal_code", "city"),
)

Facts = dict[str, Any]


class Evidence(NamedTuple):
    """That somebody agreed to mails: when, to which words, where, and for which address."""

    at: datetime
    wording: str
    place: str
    address: str = ""


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
    remark: str = ""  # what the report says although the row is taken
    errors: list[str] = field(default_factory=list)


class Reader:
    """Turns the entries of a file into rows, with the choices made in the mapping step.

    `place` is where a consent was given if the file does not say, `now` the moment after which there is none yet.
    """

    def __init__(
        self,
        columns: Iterable[Column],
        users: Iterable[User],
        options: Mapping[str, Any],
        *,
        place: str,
        now: datetime,
    ) -> None:
        self.wording = str(options.get("consent_wording") or "")
        self.place, self.now = place, now
        self.columns: dict[str, int | None] = {column.folded_name: column.pk for column in columns}
        known = set(self.columns.values())
        chosen = options.get("status_columns", {})
        self.columns |= {status: pk if pk in known else None for status, pk in chosen.items()}
        unknown = options.get("unknown_status")
        self.unknown_column = unknown if unknown in known else None
        self.unassigned = options.get("unknown_assignee") == UNASSIGNED
        self.users: dict[str, list[User]] = {}
        for user in users:
            for name in {user.email, search.fold(user.full_name)}:
                self.users.setdefault(name, []).append(user)

    def row(self, entry: Entry) -> Row:
        """The row, with a sentence for each reason why it cannot be taken."""
        values = entry.values
        facts = {name: values[name] for name in FACTS if values.get(name) not in (None, "", [])}
        if "due_on" not in facts:
            facts.pop("due_note", None)
        row = Row(entry.line, name_of(facts) or " ".join(filter(None, entry.cells))[:80], facts)
        row.errors = list(entry.errors)
        row.note = str(values.get("note") or "")
        row.created_at = values.get("created_at")  # type: ignore[assignment]
        row.file_id = values.get("id")  # type: ignore[assignment]
        self._set_status(row, str(values.get("status") or ""))
        self._assign(row, str(values.get("assignee") or ""))
        self._agree(row, values)
        return row

    def _agree(self, row: Row, values: Mapping[str, object]) -> None:
        """Evidence needs its day and its words; a bare "yes" is none."""
        at, words = values.get("consent_at"), str(values.get("consent_wording") or "")
        place = str(values.get("consent_place") or "")
        if not isinstance(at, datetime):
            row.remark = _("Einwilligung nicht übernommen: Das Datum fehlt.") if words or place else ""
        elif at > self.now:
            row.errors.append(_("Die Einwilligung liegt in der Zukunft."))
        elif not (words or self.wording):
            row.remark = _("Einwilligung nicht übernommen: Der Wortlaut fehlt.")
        else:
            address = str(row.facts.get("email", "")).lower()
            row.consent = Evidence(at, words or self.wording, place or self.place, address)

    def _set_status(self, row: Row, status: str) -> None:
        if not status:
            return
        row.column_id = self.columns.get(fold_name(status), self.unknown_column)
        if row.column_id is None:
            row.errors.append(_("Den Status „%(status)s“ gibt es nicht.") % {"status": status})

    def _assign(self, row: Row, name: str) -> None:
        if not name:
            return
        found = self.users.get(name.strip().lower()) or self.users.get(search.fold(name), [])
        present = [user for user in found if user.is_active and user.role != Role.MARKETING]
        if len(present) == 1:
            row.facts["assignee_id"] = present[0].pk
        elif len(present) > 1:
            sentence = _("„%(name)s“ heißen mehrere Mitarbeiter; bitte die E-Mail-Adresse angeben.")
            row.errors.append(sentence % {"name": name})
        elif not self.unassigned:
            row.errors.append(_("Mitarbeiter „%(name)s“ nicht verfügbar.") % {"name": name})


def name_of(facts: Mapping[str, Any]) -> str:
    """What the report calls the contact."""
    person = f"{facts.get('first_name', '')} {facts.get('last_name', '')}".strip()
    return person or str(facts.get("company") or facts.get("email") or facts.get("phone") or "")


def place_key(facts: Mapping[str, Any]) -> int:
    """The names and the address, for rows that have neither e-mail nor phone."""
    return hash(("place", *(" ".join(str(facts.get(name, "")).casefold().split()) for name in _PLACE)))


def sort_name(facts: Mapping[str, Any]) -> str | None:
    """The key under which the office's contact of this name is found in the index."""
    return search.sort_key(*(facts.get(name, "") for name in ("last_name", "first_name", "company")))
