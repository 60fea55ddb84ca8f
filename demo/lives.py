"""One contact of the demo, and the rows of its story. Times are text, which COPY writes faster than objects."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from accounts.models import Account, User
from accounts.plans import Plan
from base.copying import text_array
from contacts import derived as contact_rows
from contacts.models import Action, Change, Consent, Contact
from demo.derived import derived
from demo.people import Person
from demo.rows import CONTACT, Row, RowBatch
from demo.story import CONSENTING, WAY, WORDING, Event, Story
from pipeline.models import Column, Move


@dataclass(frozen=True, slots=True)
class Life:
    """One contact: the person, the story, and the colleague in it."""

    pk: int
    person: Person
    story: Story
    colleague: User


class ContactWriter:
    """Makes the rows of an office's contacts."""

    def __init__(self, account: Account, columns: dict[str, Column]) -> None:
        self.account_id, self.columns = account.pk, {name: column.pk for name, column in columns.items()}
        self.assigns = account.plan == Plan.EXPERT
        # The row of an empty contact, with the default of each column.
        self.blank = dict(zip(CONTACT, contact_rows.row({"account_id": account.pk}), strict=True))

    def owner(self, life: Life) -> User | None:
        return life.colleague if life.story.is_assigned and self.assigns else None

    def write(self, life: Life, rows: RowBatch) -> None:
        """Add the rows of a contact, except its card and its mails."""
        rows.add(Contact, self.contact(life))
        for model, found in (
            (Action, [self.action(life, event) for event in life.story.events]),
            (Move, self.moves(life)),
            (Change, self.changes(life)),
            (Consent, self.consents(life)),
        ):
            for row in found:
                rows.add(model, row)

    def contact(self, life: Life) -> Row:
        person, story, owner = life.person, life.story, self.owner(life)
        counts, last_action_at = story.performed()
        row = self.blank.copy()
        row.update(zip(_FACTS, person, strict=False))
        row.update(
            id=life.pk,
            created_at=str(story.created_at),
            last_action_at=text_of(last_action_at),
            action_counts="{" + ",".join([f'"{kind}":{number}' for kind, number in counts.items()]) + "}",
            due_on=story.due_on,
            due_note=story.due_note,
            assignee_id=owner and owner.pk,
            tags=text_array(person.tags),
            **derived(self.account_id, person),
        )
        return tuple(row.values())

    def action(self, life: Life, event: Event) -> Row:
        author = None if event.is_automatic else life.colleague.pk
        performed = text_of(event.performed_at)
        recorded = performed or str(life.story.entered_at)
        happened = (event.kind, event.outcome, event.text, performed, text_of(event.planned_for))
        return (self.account_id, life.pk, *happened, author, recorded)

    def moves(self, life: Life) -> Iterator[Row]:
        for number, (before, after, moment) in enumerate(life.story.steps, start=2):
            columns = (self.columns[before], self.columns[after], before, after)
            yield (self.account_id, life.pk, *columns, "", number, life.colleague.pk, _BOARD, str(moment))

    def changes(self, life: Life) -> Iterator[Row]:
        created = str(life.story.created_at)
        yield (self.account_id, life.pk, _CREATED, "", WAY[0], None, created)
        if owner := self.owner(life):
            yield (self.account_id, life.pk, _ASSIGNED, "", owner.full_name, owner.pk, str(life.story.entered_at))

    def consents(self, life: Life) -> Iterator[Row]:
        if life.story.consented_at:
            person, moment = life.person, str(life.story.consented_at)
            method = _FORM if person.source in CONSENTING else _SPOKEN
            how = (WORDING, person.source_detail, method, moment, moment, person.email)
            yield (self.account_id, life.pk, _EMAIL, True, *how)


_FACTS = Person._fields[:-2]  # all but inquiry and notes
# Plain text, as COPY expects it.
_BOARD, _EMAIL = Move.Via.BOARD.value, Consent.Channel.EMAIL.value
_CREATED, _ASSIGNED = Change.Kind.CREATED.value, Change.Kind.ASSIGNED.value
_FORM, _SPOKEN = Consent.Method.FORM.value, Consent.Method.SPOKEN.value


def text_of(moment: datetime | None) -> str | None:
    """Return a time as text for COPY."""
    return None if moment is None else str(moment)
