"""Writing the demo's mails, with their texts as they were sent, into the tables of the funnel."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from random import Random

from django.conf import settings
from django.urls import reverse

from accounts.models import Account, User
from base.copying import copy_in, fresh_ids
from contacts.models import Consent, Contact
from demo.mails import UNSUBSCRIBING, Mail, Post, Run, follow, mails_of, tell_of
from demo.people import Person
from demo.story import Story
from funnel.contact_messages import plain_subject
from funnel.letters import rendering
from funnel.models import Enrolment, LegalForm, Message, Sender, Step, Suppression, SuppressionReason
from funnel.permission.suppression import address_hash
from funnel.permission.tokens import unsubscribe_token
from funnel.series import planning
from pipeline.models import Column

MAX_FOLLOWED = 20_000  # contacts; further ones count as imported and get no mails
MAX_RENDERED = 2_000  # the newest mails; the others have only a subject
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
ENROLMENT = (
    *("id", "account_id", "contact_id", "sequence_id", "state", "reason", "address"),
    *("started_at", "changed_at"),
)
MESSAGE = (
    *("account_id", "contact_id", "enrolment_id", "step_id", "address", "state", "reason", "planned_for"),
    *(
        "is_urgent",
        "claimed_at",
        "finished_at",
        "attempts",
        "message_id",
        "answer",
        "subject",
        "html",
        "text",
    ),
)
CONSENT = (
    *("account_id", "contact_id", "channel", "granted", "wording", "place", "method"),
    *("occurred_at", "recorded_at"),
)
SUPPRESSION = ("account_id", "address_hash", "reason", "at")


@dataclass(frozen=True)
class Letter:
    """A contact with its story and its mails."""

    pk: int
    person: Person
    owner: User | None
    story: Story
    post: Post


class PostOffice:
    """The funnel of one office: what it sends when, and what its mails say."""

    def __init__(self, account: Account) -> None:
        self.account = account
        self.sender = Sender.objects.of(account).select_related("account").get()
        self.window = planning.window(self.sender)
        columns = Column.objects.of(account).filter(key__isnull=False)
        steps = list(Step.objects.of(account).filter(removed_at=None, is_on=True).order_by("position"))
        self.series = {
            column.name: [step for step in steps if step.sequence_id == column.sequence_id] for column in columns
        }
        self.letters: list[Letter] = []
        self.served = set(Message.objects.of(account).values_list("address", flat=True).distinct())

    def take(self, pk: int, person: Person, owner: User | None, story: Story, chance: Random, now: datetime) -> None:
        """Add the mails of a contact's story, unless another contact of the office has the same address."""
        if len(self.letters) == MAX_FOLLOWED:
            return
        address = person.email.lower()
        is_free = bool(address) and address not in self.served
        self.served.add(address)
        post = follow(story, self.series, self.window, chance, now, has_address=is_free)
        self.letters.append(Letter(pk, person, owner, story, post))

    def word(self) -> None:
        """Render the texts of sent mails, and add actions for them."""
        left = [(mail, one) for one in self.letters for mail in mails_of(one.post) if mail.has_left]
        left.sort(key=lambda pair: pair[0].planned_for, reverse=True)
        for mail, letter in left[:MAX_RENDERED]:
            self._render(mail, letter)
        for mail, _letter in left[MAX_RENDERED:]:
            mail.subject = plain_subject(mail.step.subject, self.sender.name)
        for letter in self.letters:
            tell_of(letter.post, letter.story)

    def _render(self, mail: Mail, letter: Letter) -> None:
        message = Message(account=self.account, contact_id=letter.pk, address=letter.person.email.lower())
        rendered = rendering.render(
            step_subject=mail.step.subject,
            step_body=mail.step.body,
            contact=Contact(pk=letter.pk, account=self.account, assignee=letter.owner, **letter.person.facts()),
            sender=self.sender,
            unsubscribe_url=settings.BASE_URL + reverse("funnel:unsubscribe", args=[unsubscribe_token(message)]),
        )
        mail.subject, mail.html, mail.text = rendered.subject, rendered.html, rendered.text

    def write(self) -> None:
        """Write all rows of the funnel."""
        runs = [(one.pk, one.person, run) for one in self.letters for run in one.post.runs]
        ids = fresh_ids(Enrolment, len(runs))
        numbered = [(number, *one) for number, one in zip(ids, runs, strict=True)]
        copy_in(Enrolment, ENROLMENT, (self._enrolment(*one) for one in numbered))
        copy_in(Message, MESSAGE, (row for one in numbered for row in self._messages(*one)))
        gone = [one for one in self.letters if one.post.unsubscribed_at]
        copy_in(Consent, CONSENT, (self._withdrawal(one) for one in gone))
        copy_in(Suppression, SUPPRESSION, (self._suppression(one) for one in gone))

    def _enrolment(self, number: int, pk: int, person: Person, run: Run) -> tuple:
        times = (run.started_at, run.changed_at)
        return (
            number,
            self.account.pk,
            pk,
            run.sequence_id,
            run.state,
            run.reason,
            person.email.lower(),
            *times,
        )

    def _messages(self, number: int, pk: int, person: Person, run: Run) -> Iterator[tuple]:
        for mail in run.mails:
            ids = (self.account.pk, pk, number, mail.step.pk, person.email.lower())
            ends = (mail.planned_for, False, mail.claimed_at, mail.finished_at, int(mail.has_left))
            words = (mail.subject if mail.html else "", mail.html, mail.text)
            yield (*ids, mail.state, mail.reason, *ends, planning.new_message_id(), mail.answer, *words)

    def _withdrawal(self, letter: Letter) -> tuple:
        moment = letter.post.unsubscribed_at
        how = ("", UNSUBSCRIBING, Consent.Method.FORM, moment, moment)
        return (self.account.pk, letter.pk, Consent.Channel.EMAIL, False, *how)

    def _suppression(self, letter: Letter) -> tuple:
        digest = address_hash(self.account.pk, letter.person.email)
        return (self.account.pk, digest, SuppressionReason.UNSUBSCRIBED, letter.post.unsubscribed_at)


def complete_sender(account: Account) -> None:
    """Complete the sender, so that the demo's offices can send from the start."""
    Sender.objects.of(account).update(name=account.name, **IMPRINTS[account.name])
