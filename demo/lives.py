"""One contact of the demo, and the rows of its story. Times and numbers are text, which COPY writes faster."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accounts.models import Account, User
from accounts.plans import Plan
from base.copying import text_array
from contacts import derived as contact_rows
from contacts.derived import COLUMNS
from contacts.models import Action, Change, Consent, Contact
from demo.derived import derived
from demo.people import Person
from demo.rows import CONTACT, WRITTEN, Row, RowBatch
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
        blank = dict(zip(COLUMNS, contact_rows.row({"account_id": account.pk}), strict=True))
        self.rest = [blank[name] for name in CONTACT[len(WRITTEN) :]]

    def owner(self, life: Life) -> User | None:
        return life.colleague if life.story.is_assigned and self.assigns else None

    def write(self, life: Life, rows: RowBatch) -> None:
        """Add the rows of a contact, except its card and its mails."""
        rows.add(Contact, self.contact(life))
        rows.add(Action, *[self.action(life, event) for event in life.story.events])
        rows.add(Move, *self.moves(life))
        rows.add(Change, *self.changes(life))
        if life.story.consented_at:
            rows.add(Consent, self.consent(life, str(life.story.consented_at)))

    def contact(self, life: Life) -> Row:
        person, story, owner = life.person, life.story, self.owner(life)
        counts, last_action_at = story.performed()
        return (
            life.pk,
            *person[:_AREAS],
            text_of(person.living_area),
            text_of(person.plot_area),
            *person[_AREAS + 2 : _TAGS],
            text_array(person.tags),
            str(story.created_at),
            text_of(last_action_at),
            "{" + ",".join([f'"{kind}":{number}' for kind, number in counts.items()]) + "}",
            text_of(story.due_on),
            story.due_note,
            owner and owner.id,
            *derived(self.account_id, person),
            *self.rest,
        )

    def action(self, life: Life, event: Event) -> Row:
        author = None if event.is_automatic else life.colleague.id
        performed = text_of(event.performed_at)
        recorded = performed or str(life.story.entered_at)
        happened = (event.kind, event.outcome, event.text, performed, text_of(event.planned_for))
        return (self.account_id, life.pk, *happened, author, recorded)

    def moves(self, life: Life) -> Iterator[Row]:
        for number, (before, after, moment) in enumerate(life.story.steps, start=2):
            columns = (self.columns[before], self.columns[after], before, after)
            yield (self.account_id, life.pk, *columns, "", number, life.colleague.id, _BOARD, str(moment))

    def changes(self, life: Life) -> Iterator[Row]:
        created = str(life.story.created_at)
        yield (self.account_id, life.pk, _CREATED, "", WAY[0], None, created)
        if owner := self.owner(life):
            yield (self.account_id, life.pk, _ASSIGNED, "", owner.full_name, owner.id, str(life.story.entered_at))

    def consent(self, life: Life, moment: str) -> Row:
        person = life.person
        method = _FORM if person.source in CONSENTING else _SPOKEN
        how = (WORDING, person.source_detail, method, moment, moment, person.email)
        return (self.account_id, life.pk, _EMAIL, True, *how)


_AREAS, _TAGS = Person._fields.index("living_area"), Person._fields.index("tags")
# Plain text, as COPY expects it.
_BOARD, _EMAIL = Move.Via.BOARD.value, Consent.Channel.EMAIL.value
_CREATED, _ASSIGNED = Change.Kind.CREATED.value, Change.Kind.ASSIGNED.value
_FORM, _SPOKEN = Consent.Method.FORM.value, Consent.Method.SPOKEN.value


def text_of(value: datetime | date | Decimal | None) -> str | None:
    """Return a value as text for COPY."""
    return None if value is None else str(value)
