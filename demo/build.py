"""The demo: two offices with logins, and any number of believable contacts, the same for the same seed.

Rows are inserted by COPY, a batch of contacts at a time, in one transaction. Of a contact that is written only the
e-mail address and some twenty bytes for its card are kept.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import count, islice
from random import Random

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction

from accounts.models import Account, Role, User
from accounts.plans import Plan
from base.batches import batches, rare_collections
from base.copying import fresh_ids
from contacts.models import Contact
from demo.doubles import doubled
from demo.lives import ContactWriter, Life
from demo.people import Person, people
from demo.post import PostOffice, complete_sender
from demo.rows import RowBatch
from demo.stacks import Stack
from demo.story import SHARES, tell
from demo.website import add_form
from funnel import figures
from funnel.models import Enrolment
from pipeline.columns.defaults import create_board
from pipeline.models import Column

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
BATCH = 1_000  # contacts whose rows are held at a time
MAX_RENDERED = 1_000  # the newest mails of the first office, an eighth of that in the second; older ones have no text


@transaction.atomic
def build(*, contacts: int, seed: int, now: datetime) -> None:
    """Create the two offices unless they exist, and add the contacts. `now` is in the office's time zone."""
    krueger, hansen = _office(KRUEGER, Plan.EXPERT, now), _office(HANSEN, Plan.STARTER, now)
    second = min(max(contacts // HANSEN_SHARE, 14), contacts)
    crowd = people(contacts + second, seed)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or the server keeps a check of each row until the commit
    with rare_collections():
        _Filler(krueger, seed, now, MAX_RENDERED).fill(doubled(islice(crowd, contacts)))
        _Filler(hansen, seed + 1, now, MAX_RENDERED // HANSEN_SHARE).fill(crowd)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # or the planner assumes empty tables until autovacuum runs
    figures.keep(now=now)


def _office(name: str, plan: str, now: datetime) -> Account:
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
    if name == KRUEGER:
        add_form(User.objects.of(account).get(role=Role.ADMINISTRATOR), now)
    return account


def _seats() -> Iterator[tuple[str, int]]:
    """Yield each contact's column and its number there: first two per column, then by the usual shares."""
    hundred = [name for name, share in SHARES.items() for _ in range(share)]
    first = 2 * len(SHARES)
    filled = dict.fromkeys(SHARES, 0)
    for number in count():
        # 61 and 100 are coprime: every hundred has the same mix.
        name = list(SHARES)[number % len(SHARES)] if number < first else hundred[number * 61 % len(hundred)]
        yield name, filled[name]
        filled[name] += 1


class _Filler:
    """Fills an office, one batch of contacts after the other. Only the cards are kept until the end."""

    def __init__(self, account: Account, seed: int, now: datetime, max_rendered: int) -> None:
        self.account, self.now = account, now
        self.chance, self.colleagues = Random(seed), Random(f"{seed}: colleagues")
        self.team = [user for user in User.objects.of(account).order_by("pk") if user.works_contacts]
        columns = {column.name: column for column in Column.objects.of(account)}
        self.writer = ContactWriter(account, columns)
        self.post_office = PostOffice(account, self.writer, seed, now, max_rendered)
        self.stacks = {column.name: Stack(column) for column in columns.values()}
        self.rows = RowBatch()

    def fill(self, crowd: Iterator[Person]) -> None:
        for batch in batches(zip(crowd, _seats(), strict=False), BATCH):  # the seats never end
            self._take(batch)
        self._close()

    def _take(self, batch: list[tuple[Person, tuple[str, int]]]) -> None:
        served = self.post_office.served([person.email for person, _seat in batch if person.email])
        lives, posts = [], []
        for pk, (person, (column, place)) in zip(fresh_ids(Contact, len(batch)), batch, strict=True):
            story = tell(person, column, place, self.chance, self.now)
            lives.append(Life(pk, person, story, self.colleagues.choice(self.team)))
            posts.append(self.post_office.follow(person, story, is_free=person.email not in served))
            self.stacks[column].add(pk, story)
        numbers = iter(fresh_ids(Enrolment, sum(len(post.runs) for post in posts)))
        for life, post in zip(lives, posts, strict=True):
            self.writer.write(life, self.rows)
            self.post_office.write(life, post, numbers, self.rows)
        self.rows.write()

    def _close(self) -> None:
        """Write what needs all contacts: the texts of the newest mails, and the cards."""
        self.post_office.close(self.rows)
        self.rows.write()
        list(Column.objects.of(self.account).order_by("pk").select_for_update(no_key=True))
        for stack in self.stacks.values():
            stack.write()
