"""The tables that the demo fills, and the rows of one batch of contacts."""

from collections.abc import Sequence
from typing import Any

from django.db.models import Model

from base.copying import analyze, copy_in
from contacts.derived import COLUMNS
from contacts.models import Action, Change, Consent, Contact
from demo.derived import Derived
from demo.people import Person
from funnel.models import Enrolment, Message, Suppression
from pipeline.models import Move

# The demo writes first what differs; further columns have their default.
WRITTEN = (
    *("id", *Person._fields[:-1], "created_at", "last_action_at", "action_counts", "due_on", "due_note"),
    *("assignee_id", *Derived._fields),
)
CONTACT = (*WRITTEN, *(name for name in COLUMNS if name not in WRITTEN))
ACTION = (
    *("account_id", "contact_id", "kind", "outcome", "text", "performed_at", "planned_for"),
    *("author_id", "created_at"),
)
MOVE = (
    *("account_id", "contact_id", "from_column_id", "to_column_id", "from_name", "to_name", "from_rank"),
    *("version", "actor_id", "via", "at"),
)
CHANGE = ("account_id", "contact_id", "kind", "before", "after", "actor_id", "at")
CONSENT = (
    *("account_id", "contact_id", "channel", "granted", "wording", "place", "method"),
    *("occurred_at", "recorded_at", "address"),
)
ENROLMENT = (
    *("id", "account_id", "contact_id", "sequence_id", "state", "reason", "address"),
    *("started_at", "changed_at"),
)
MESSAGE = (
    *("account_id", "contact_id", "enrolment_id", "step_id", "address", "state", "reason", "planned_for"),
    *("is_urgent", "claimed_at", "finished_at", "attempts", "message_id", "answer", "subject", "html", "text"),
)
SUPPRESSION = ("account_id", "address_hash", "reason", "at")
# In the order of their references.
TABLES: dict[type[Model], Sequence[str]] = {
    Contact: CONTACT,
    Action: ACTION,
    Move: MOVE,
    Change: CHANGE,
    Consent: CONSENT,
    Enrolment: ENROLMENT,
    Message: MESSAGE,
    Suppression: SUPPRESSION,
}
Row = Sequence[Any]


class RowBatch:
    """The rows of one batch of contacts by table."""

    def __init__(self) -> None:
        self.rows: dict[type[Model], list[Row]] = {model: [] for model in TABLES}
        # Tables without statistics yet that checks and triggers of others read.
        self.unknown: set[type[Model]] = {Contact, Enrolment, Message}

    def add(self, model: type[Model], *rows: Row) -> None:
        self.rows[model] += rows

    def write(self) -> None:
        """Write all rows and forget them."""
        for model, rows in self.rows.items():
            if rows:
                copy_in(model, TABLES[model], rows)
                rows.clear()
                if model in self.unknown:
                    self.unknown.remove(model)
                    analyze(model)
