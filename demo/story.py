"""The story of a demo contact on its way to a column. Pure: takes a random generator, returns what happened."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from random import Random

from contacts.kinds import NOT_COUNTED, Kind, Outcome
from contacts.models import Source
from demo import texts
from demo.people import Person, drawn

# The usual path of a lead, and the percentage of contacts in each column.
WAY = (
    "Neue Kontakte",
    "Nicht erreicht",
    "Erfolgreich kontaktiert",
    "Termin vereinbart",
    "Bewertung erstellt",
    "Auftrag erhalten",
)
LOST = "Kein Auftrag"
SHARES = dict(zip((*WAY, LOST), (12, 34, 23, 7, 5, 16, 3), strict=True))
# Plain text: asking a member of an enumeration for its value takes as long as drawing a text.
CALL, MAIL_OUT, MAIL_IN, NOTE = Kind.CALL.value, Kind.MAIL_OUT.value, Kind.MAIL_IN.value, Kind.NOTE.value
MEETING, ONSITE, VALUATION = Kind.MEETING.value, Kind.ONSITE.value, Kind.VALUATION.value
LETTER, OFFER, MANDATE = Kind.LETTER.value, Kind.OFFER.value, Kind.MANDATE.value
INQUIRY, REACHED = Kind.INQUIRY.value, Outcome.REACHED.value
FIRST_ACTIONS = {
    Source.VALUATION.value: Kind.VALUATION_REQUEST.value,
    Source.GUIDE.value: Kind.DOWNLOAD.value,
    Source.PHONE.value: CALL,
}
CONSENTING = frozenset((Source.FORM.value, Source.VALUATION.value, Source.GUIDE.value))
WORDING = (
    "Ich bin damit einverstanden, dass mir das Büro Informationen rund um den Verkauf meiner Immobilie per E-Mail"
    " sendet. Ich kann das jederzeit widerrufen."
)
MISSED = ((Outcome.NOT_REACHED.value, texts.CALLS_MISSED), (Outcome.MAILBOX.value, texts.CALLS_MAILBOX))
MAILS = (
    "Unterlagenliste und Terminvorschläge geschickt.",
    "Nach dem Telefonat zusammengefasst, was für die Bewertung noch fehlt.",
    "Um Rückruf gebeten, da telefonisch nicht zu erreichen.",
    "Zwei Vergleichsobjekte aus der Nachbarschaft geschickt.",
)
REFUSALS = (
    "Hat sich für einen anderen Makler entschieden.",
    "Verkauft privat an den Neffen.",
    "Möchte vorerst vermieten und meldet sich, falls sich das ändert.",
    "War nur neugierig auf den Wert, Verkauf ist nicht geplant.",
)


@dataclass(slots=True)
class Event:
    """An action of the story, planned if `performed_at` is None. Kind and outcome are plain text, for COPY."""

    kind: str
    performed_at: datetime | None
    text: str = ""
    outcome: str = ""
    planned_for: datetime | None = None
    is_automatic: bool = False


_SILENT = frozenset(kind.value for kind in NOT_COUNTED)


@dataclass(slots=True)
class Story:
    """Everything the demo writes about one contact besides its facts."""

    created_at: datetime
    column: str
    events: list[Event] = field(default_factory=list)
    mailed: list[Event] = field(default_factory=list)  # the mails of the funnel among the actions
    steps: list[tuple[str, str, datetime]] = field(default_factory=list)  # from, to, when
    due_on: date | None = None
    due_note: str = ""
    is_assigned: bool = False
    consented_at: datetime | None = None

    def performed(self) -> tuple[dict[str, int], datetime | None]:
        """Return the number of performed actions by kind, and the time of the last action."""
        counts: dict[str, int] = {}
        last = None
        for event in (*self.events, *self.mailed):
            if moment := event.performed_at:
                counts[event.kind] = counts.get(event.kind, 0) + 1
                if (last is None or moment > last) and event.kind not in _SILENT:
                    last = moment
        return counts, last

    @property
    def waits(self) -> bool:
        """Whether nobody has answered yet: the only thing that happened is that somebody asked."""
        return not self.steps and [event.is_automatic for event in self.events] == [True]

    @property
    def entered_at(self) -> datetime:
        return self.steps[-1][2] if self.steps else self.created_at


def tell(person: Person, column: str, place: int, chance: Random, now: datetime) -> Story:
    """Return the story of a contact that ends in the column.

    `place` counts the column's contacts, so that the first few always show every kind of due date and assignment.
    """
    way = [*WAY[: WAY.index(column) + 1]] if column in WAY else [WAY[0], WAY[2], LOST]
    if len(way) > 2 and chance.random() < 0.5:
        way.remove("Nicht erreicht") if "Nicht erreicht" in way else None
    age = timedelta(hours=chance.uniform(1, 120)) if len(way) == 1 else timedelta(days=chance.uniform(4, 230))
    clock = _Clock(chance, now - age, now, len(way))
    story = Story(created_at=clock.now_in_story, column=column)
    story.events.append(_first(person, clock.now_in_story))
    if person.email and chance.random() < (0.9 if person.source in CONSENTING else 0.65):
        story.consented_at = clock.now_in_story
    for previous, following in pairwise(way):
        _happen(story, following, chance, clock)
        story.steps.append((previous, following, clock.forward()))
    story.is_assigned = place % 4 != 1 if len(way) > 1 else place % 3 == 2
    _set_due(story, place, chance, clock.today)
    return story


_TO_DAYTIME = tuple(timedelta(hours=min(max(hour, 8), 19) - hour) for hour in range(24))


class _Clock:
    """A clock that runs from a contact's first day to today in believable steps, never past now."""

    def __init__(self, chance: Random, start: datetime, now: datetime, stages: int) -> None:
        self.chance, self.now_in_story, self.end = chance, start, now
        self.today = now.date()
        self.stride = (now - start) / (stages * 6 + 1)

    def forward(self) -> datetime:
        moment = self.now_in_story + self.stride * (0.3 + 1.3 * self.chance.random())
        moment += _TO_DAYTIME[moment.hour]
        if self.now_in_story < moment < self.end:
            self.now_in_story = moment
        else:
            self.now_in_story = min(self.now_in_story + timedelta(minutes=7), self.end)
        return self.now_in_story


def _first(person: Person, moment: datetime) -> Event:
    kind = FIRST_ACTIONS.get(person.source, INQUIRY)
    return Event(kind, moment, person.inquiry, REACHED if kind == CALL else "", is_automatic=kind != CALL)


def _happen(story: Story, column: str, chance: Random, clock: _Clock) -> None:
    """Add the actions before the card moved into the column."""
    add = story.events.append
    if column == "Nicht erreicht":
        for _ in range(drawn(chance, (1, 2, 3))):
            outcome, notes = drawn(chance, MISSED)
            add(Event(CALL, clock.forward(), drawn(chance, notes), outcome))
        if chance.random() < 0.6:
            add(Event(MAIL_OUT, clock.forward(), drawn(chance, MAILS)))
    elif column == "Erfolgreich kontaktiert":
        add(Event(CALL, clock.forward(), drawn(chance, texts.CALLS_REACHED), REACHED))
        if chance.random() < 0.5:
            add(Event(MAIL_OUT, clock.forward(), drawn(chance, MAILS)))
            add(Event(MAIL_IN, clock.forward()))
        if chance.random() < 0.5:
            add(Event(NOTE, clock.forward(), drawn(chance, texts.NOTES)))
    elif column == "Termin vereinbart":
        add(Event(CALL, clock.forward(), drawn(chance, texts.CALLS_REACHED), REACHED))
        if story.column == column:
            days = timedelta(days=drawn(chance, range(1, 15)))
            planned = (clock.end + days).replace(hour=drawn(chance, range(9, 18)), minute=drawn(chance, (0, 30)))
            add(Event(MEETING, None, planned_for=planned))
        else:
            add(Event(MEETING, clock.forward(), drawn(chance, texts.MEETINGS)))
    elif column == "Bewertung erstellt":
        add(Event(ONSITE, clock.forward(), drawn(chance, texts.MEETINGS)))
        add(Event(VALUATION, clock.forward()))
        add(Event(LETTER, clock.forward(), drawn(chance, texts.LETTERS)))
    elif column == "Auftrag erhalten":
        add(Event(OFFER, clock.forward()))
        add(Event(MANDATE, clock.forward()))
    else:
        add(Event(CALL, clock.forward(), drawn(chance, REFUSALS), REACHED))


def _set_due(story: Story, place: int, chance: Random, today: date) -> None:
    """Set due dates: overdue, today and later on the first cards of a column, then on every third one."""
    is_new = story.column == WAY[0]
    fixed = {2: 3} if is_new else {0: -3, 2: 0, 3: 2, 5: -1}
    if place in fixed:
        days = fixed[place]
    elif chance.random() < (0.1 if is_new else 0.3):
        days = drawn(chance, (-9, -4, -2, -1, 0, 1, 2, 3, 5, 7, 10, 14, 21, 30, 60))
    else:
        return
    story.due_on = today + timedelta(days=days)
    story.due_note = drawn(chance, texts.DUE_NOTES) if chance.random() < 0.6 else ""
