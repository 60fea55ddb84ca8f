"""Writing the demo's mails, with their texts as they were sent, into the tables of the funnel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from heapq import heappush, heappushpop
from operator import itemgetter
from random import Random
from typing import Any

from django.conf import settings
from django.urls import reverse

from accounts.models import Account
from contacts.models import Action, Consent, Contact
from demo.lives import ContactWriter, Life, text_of
from demo.mails import UNSUBSCRIBING, Mail, Post, Run, follow, tell_of
from demo.people import Person
from demo.rows import ACTION, RowBatch
from demo.story import Story
from funnel.contact_messages import plain_subject
from funnel.letters import rendering
from funnel.models import Enrolment, LegalForm, Message, Sender, Step, Suppression, SuppressionReason
from funnel.permission.suppression import address_hash
from funnel.permission.tokens import unsubscribe_token
from funnel.series import planning
from pipeline.models import Column

MAX_FOLLOWED = 20_000  # contacts of an office; most further ones count as imported and get no mails
EVERY = 3  # one in three of them gets mails: 1.5 million for a million contacts
IMPRINTS = {
    "Krüger Immobilien": {
        "legal_name": "Krüger Immobilien GmbH",
        "legal_form": LegalForm.GMBH,
        "represented_by": "Anna Krüger",
        "street": "Lindenallee 12",
        "postal_code": "50968",
        "city": "Köln",
        "phone": "0221 5550100",
        "contact_email": "info@krueger.example",
        "register": "Amtsgericht Köln, HRB 98765",
        "vat_id": "DE999999999",
        "supervisor": "Stadt Köln, Ordnungsamt, Willy-Brandt-Platz 3, 50679 Köln",
        "privacy_url": "https://krueger.example/datenschutz",
    },
    "Hansen & Partner": {
        "legal_name": "Paul Hansen Immobilien",
        "legal_form": LegalForm.REGISTERED,
        "represented_by": "Paul Hansen",
        "street": "Hafenstraße 7",
        "postal_code": "24937",
        "city": "Flensburg",
        "phone": "0461 5550100",
        "contact_email": "moin@hansen.example",
        "register": "Amtsgericht Flensburg, HRA 4321",
        "vat_id": "DE888888888",
        "supervisor": "Stadt Flensburg, Ordnungsamt",
        "privacy_url": "https://hansen.example/datenschutz",
    },
}


@dataclass(frozen=True, slots=True)
class Letter:
    """A mail that left: its row, and that of its action, if it was sent."""

    life: Life
    step: Step
    message: list[Any]
    action: list[Any] | None


class PostOffice:
    """The funnel of one office: what it sends when, and what its mails say."""

    def __init__(self, account: Account, writer: ContactWriter, seed: int, now: datetime, max_rendered: int) -> None:
        self.account, self.writer, self.chance, self.now = account, writer, Random(seed), now
        self.max_rendered = max_rendered
        self.sender = Sender.objects.of(account).select_related("account").get()
        self.window = planning.window(self.sender)
        columns = Column.objects.of(account).filter(key__isnull=False)
        steps = list(Step.objects.of(account).filter(removed_at=None, is_on=True).order_by("position"))
        self.series = {
            column.name: [step for step in steps if step.sequence_id == column.sequence_id] for column in columns
        }
        self.subjects = {step.pk: plain_subject(step.subject, self.sender.name) for step in steps}
        self.has_mailed = Message.objects.of(account).exists()
        self.account_id, self.message_id = account.pk, planning.new_message_id()[1:]  # of which each mail's is made
        self.count = self.letters = self.written = 0
        self.newest: list[tuple[datetime, int, Letter]] = []  # a heap, the oldest of them on top

    def served(self, addresses: list[str]) -> set[str]:
        """Return those of the addresses that the office knows already, so that nobody is mailed twice."""
        if not self.has_mailed:
            return set()
        contacts = Contact.objects.of(self.account).filter(email__in=addresses).values_list("email", flat=True)
        messages = Message.objects.of(self.account).exclude(state__in=("cancelled", "skipped"))
        return {*contacts, *messages.filter(address__in=addresses).values_list("address", flat=True)}

    def follow(self, person: Person, story: Story, *, is_free: bool) -> Post:
        """Return the mails of a contact's story, and add them to it."""
        self.count += 1
        if self.count > MAX_FOLLOWED and self.count % EVERY:
            return Post()
        has_address = is_free and bool(person.email)
        post = follow(story, self.series, self.window, self.chance, self.now, has_address=has_address)
        tell_of(post, story, self.subjects)
        return post

    def write(self, life: Life, post: Post, numbers: Iterator[int], rows: RowBatch) -> None:
        """Add the rows of a contact's mails, except the newest of the office, whose texts are rendered by `close`."""
        address = life.person.email.lower()
        for run in post.runs:
            number = next(numbers)
            rows.add(Enrolment, self._enrolment(number, life, run, address))
            for mail in run.mails:
                message = self._message(number, life, mail, address)
                if mail.claimed_at is None:
                    rows.add(Message, message)
                else:
                    action = list(self.writer.action(life, mail.event)) if mail.event else None
                    self._keep(mail.planned_for, Letter(life, mail.step, message, action), rows)
        if post.unsubscribed_at:
            rows.add(Consent, self._withdrawal(life, post.unsubscribed_at))
            digest = address_hash(self.account.pk, address)
            rows.add(Suppression, (self.account.pk, digest, SuppressionReason.UNSUBSCRIBED.value, post.unsubscribed_at))

    def close(self, rows: RowBatch) -> None:
        """Render the texts of the newest mails, and add their rows."""
        for _moment, _number, letter in sorted(self.newest, key=itemgetter(1), reverse=True):
            self._render(letter)
            _hand_over(letter, rows)
        self.newest = []

    def _keep(self, planned_for: datetime, letter: Letter, rows: RowBatch) -> None:
        self.letters += 1
        entry = (planned_for, -self.letters, letter)
        if len(self.newest) < self.max_rendered:
            heappush(self.newest, entry)
        else:
            _hand_over(heappushpop(self.newest, entry)[2], rows)

    def _render(self, letter: Letter) -> None:
        life, step = letter.life, letter.step
        contact = Contact(pk=life.pk, account=self.account, assignee=self.writer.owner(life), **life.person.facts())
        message = Message(account=self.account, contact_id=life.pk, address=life.person.email.lower())
        rendered = rendering.render(
            step_subject=step.subject,
            step_body=step.body,
            contact=contact,
            sender=self.sender,
            unsubscribe_url=settings.BASE_URL + reverse("funnel:unsubscribe", args=[unsubscribe_token(message)]),
        )
        letter.message[-3:] = rendered.subject, rendered.html, rendered.text
        if letter.action:
            letter.action[ACTION.index("text")] = rendered.subject

    def _enrolment(self, number: int, life: Life, run: Run, address: str) -> tuple[Any, ...]:
        times = (str(run.started_at), str(run.changed_at))
        return (number, self.account_id, life.pk, run.sequence_id, run.state, run.reason, address, *times)

    def _message(self, number: int, life: Life, mail: Mail, address: str) -> list[Any]:
        ids = (self.account_id, life.pk, number, mail.step.id, address)
        ends = (text_of(mail.claimed_at), text_of(mail.finished_at), int(mail.has_left))
        how = (mail.state, mail.reason, str(mail.planned_for), False, *ends)
        self.written += 1
        return [*ids, *how, f"<{self.written}.{self.message_id}", mail.answer, "", "", ""]

    def _withdrawal(self, life: Life, moment: datetime) -> tuple[Any, ...]:
        how = ("", UNSUBSCRIBING, Consent.Method.FORM.value, moment, moment, "")
        return (self.account.pk, life.pk, Consent.Channel.EMAIL.value, False, *how)


def _hand_over(letter: Letter, rows: RowBatch) -> None:
    rows.add(Message, letter.message)
    if letter.action:
        rows.add(Action, letter.action)


def complete_sender(account: Account) -> None:
    """Complete the sender, so that the demo's offices can send from the start."""
    Sender.objects.of(account).update(name=account.name, **IMPRINTS[account.name])
