"""The demo: two offices with logins, and any number of believable contacts, the same for the same seed.

Rows are inserted by COPY: 100,000 contacts with all their history take well under a minute.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import accumulate
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from accounts.models import Account, Role, User
from accounts.plans import Plan
from base.copying import copy_in, fresh_ids
from contacts.derived import copy_contacts
from contacts.models import Action, Change, Consent, Contact
from demo.people import Person, people
from demo.post import PostOffice, complete_sender
from demo.story import CONSENTING, SHARES, WORDING, Story, tell
from pipeline.cards import places
from pipeline.columns.defaults import create_board
from pipeline.models import Card, Column, Move

PASSWORD = "pipeline-demo"
KRUEGER, HANSEN = "Krüger Immobilien", "Hansen & Partner"
HANSEN_SHARE = 8  # one contact in eight belongs to the second office, but never fewer than fourteen
MEMBERS = {
    KRUEGER: (
        ("anna@krueger.example", "Anna", "Krüger", Role.ADMINISTRATOR, 1),
        ("mehmet@krueger.example", "Mehmet", "Bulut", Role.MANAGER, 5),
        ("sofia@krueger.example", "Sofia", "Vogt", Role.AGENT, 10),
        ("jan@krueger.example", "Jan", "Thiele", Role.AGENT, 3),
        ("mara@krueger.example", "Mara", "Lenz", Role.MARKETING, 8),
    ),
    HANSEN: (("paul@hansen.example", "Paul", "Hansen", Role.ADMINISTRATOR, 7),),
}
CARD = (
    *("contact_id", "account_id", "column_id", "rank", "version", "entered_at"),
    *("last_key", "last_request"),
)
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


@transaction.atomic
def build(*, contacts: int, seed: int, now: datetime) -> None:
    """Create the two offices unless they exist, and add the contacts. `now` is in the office's time zone."""
    krueger, hansen = _office(KRUEGER, Plan.EXPERT), _office(HANSEN, Plan.STARTER)
    second = min(max(contacts // HANSEN_SHARE, 14), contacts)
    crowd = people(contacts + second, seed)
    _fill(krueger, [next(crowd) for _ in range(contacts)], seed, now)
    _fill(hansen, list(crowd), seed + 1, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # or the planner takes the tables for empty until autovacuum runs


def _office(name: str, plan: str) -> Account:
    account = Account.objects.filter(name=name).first()
    if account:
        return account
    account = Account.objects.create(name=name, plan=plan)
    create_board(account)
    complete_sender(account)
    password = make_password(PASSWORD)
    for email, first_name, last_name, role, hue in MEMBERS[name]:
        User.objects.create(
            account=account,
            email=email,
            first_name=first_name,
            last_name=last_name,
            role=role,
            hue=hue,
            password=password,
        )
    return account


def _fill(account: Account, crowd: list[Person], seed: int, now: datetime) -> None:
    chance = Random(seed)
    team = [user for user in User.objects.of(account).order_by("pk") if user.works_contacts]
    columns = {column.name: column for column in Column.objects.of(account).order_by("position")}
    ids = fresh_ids(Contact, len(crowd))
    stories = [
        tell(person, column, place, chance, now)
        for person, (column, place) in zip(crowd, _seats(len(crowd)), strict=True)
    ]
    lives = [
        _Life(account, pk, person, story, chance.choice(team), columns)
        for pk, person, story in zip(ids, crowd, stories, strict=True)
    ]
    assigning = account.plan == Plan.EXPERT
    posts = _post(account, lives, assigning, Random(seed), now)
    copy_contacts(life.contact(assigning) for life in lives)
    copy_in(Card, CARD, list(_cards(lives, columns)))  # a list: it queries, impossible during COPY
    for model, fields, rows in (
        (Action, ACTION, _Life.actions),
        (Move, MOVE, _Life.moves),
        (Change, CHANGE, _Life.changes),
        (Consent, CONSENT, _Life.consents),
    ):
        copy_in(model, fields, (row for life in lives for row in rows(life)))
    posts.write()


def _post(account: Account, lives: "list[_Life]", assigning: bool, chance: Random, now: datetime) -> PostOffice:
    """Add the mails of the funnel to the stories."""
    office = PostOffice(account)
    for life in lives:
        owner = life.owner if life.story.is_assigned and assigning else None
        office.take(life.pk, life.person, owner, life.story, chance, now)
    office.word()
    return office


def _seats(count: int) -> Iterator[tuple[str, int]]:
    """Yield each contact's column and its number there: first two per column, then by the usual shares."""
    bounds = list(accumulate(SHARES.values()))
    filled = dict.fromkeys(SHARES, 0)
    for number in range(count):
        if number < 2 * len(SHARES):
            name = list(SHARES)[number % len(SHARES)]
        else:
            share = (number * 61) % bounds[-1]  # 61 and 100 are coprime: every hundred has the same mix
            name = next(name for name, bound in zip(SHARES, bounds, strict=True) if share < bound)
        yield name, filled[name]
        filled[name] += 1


class _Life:
    """One contact with all rows of its story."""

    def __init__(
        self, account: Account, pk: int, person: Person, story: Story, owner: User, columns: dict[str, Column]
    ) -> None:
        self.account, self.pk, self.person, self.story = account, pk, person, story
        self.owner, self.columns = owner, columns

    def contact(self, assigning: bool) -> Contact:
        person, story = self.person, self.story
        return Contact(
            pk=self.pk,
            account=self.account,
            created_at=story.created_at,
            last_action_at=story.last_action_at,
            action_counts=story.counts,
            due_on=story.due_on,
            due_note=story.due_note,
            assignee=self.owner if story.is_assigned and assigning else None,
            **person.facts(),
        )

    def actions(self) -> Iterator[tuple]:
        for event in self.story.events:
            author = None if event.is_automatic else self.owner.pk
            moment = event.performed_at or self.story.entered_at
            times = (event.performed_at, event.planned_for, author, moment)
            yield (self.account.pk, self.pk, event.kind, event.outcome, event.text, *times)

    def moves(self) -> Iterator[tuple]:
        for number, (before, after, moment) in enumerate(self.story.steps):
            columns = (self.columns[before].pk, self.columns[after].pk, before, after)
            yield (self.account.pk, self.pk, *columns, "", number + 2, self.owner.pk, Move.Via.BOARD, moment)

    def changes(self) -> Iterator[tuple]:
        account, created = self.account.pk, self.story.created_at
        yield (account, self.pk, Change.Kind.CREATED, "", "Neue Kontakte", None, created)
        if self.story.is_assigned and self.account.plan == Plan.EXPERT:
            name = self.owner.full_name
            yield (account, self.pk, Change.Kind.ASSIGNED, "", name, self.owner.pk, self.story.entered_at)

    def consents(self) -> Iterator[tuple]:
        moment = self.story.consented_at
        if moment:
            method = Consent.Method.FORM if self.person.source in CONSENTING else Consent.Method.SPOKEN
            how = (WORDING, self.person.source_detail, method, moment, moment, self.person.email)
            yield (self.account.pk, self.pk, Consent.Channel.EMAIL, True, *how)


def _cards(lives: Iterable[_Life], columns: dict[str, Column]) -> Iterator[tuple]:
    """Yield each column's cards, the latest on top, above those that exist."""
    for column in columns.values():
        inside = [life for life in lives if life.story.column == column.name]
        inside.sort(key=lambda life: life.story.entered_at, reverse=True)
        for life, rank in zip(inside, places.top(column.pk, len(inside)), strict=True):
            version = len(life.story.steps) + 1
            yield (life.pk, life.account.pk, column.pk, rank, version, life.story.entered_at, "", "")
