"""Messages and contacts with odd names, built without a database."""

from datetime import UTC, datetime

from accounts.models import Account, User
from contacts.models import Contact
from funnel.models import Message, Sender, Step
from tests.funnel.mailing import IMPRINT

ADDRESS = "klara@post.example"
KRUEGER = Account(pk=1, name="Krüger Immobilien")
SENDER = Sender(account=KRUEGER, hue=4, email="post@krueger.example", **IMPRINT)
SOFIA = User(pk=3, account=KRUEGER, first_name="Sofia", last_name="Vogt", email="sofia@krueger.example")

ODD_NAMES = (
    "<img src=x onerror=alert(1)>",
    "{{7*7}}",
    "{{ user.password }}",
    "${7*7} {% load x %}",
    "'\"><svg/onload=alert(1)>",
    "O'Neill-D’Arcy",
    "🏡 Müller 👩‍👩‍👧",
    "משה בן־ציון",
    "أحمد الفارسي",
    "\u202edlofnehoS",
    "Zo\u0308e",
    "x" * 80,
    "Karl Theodor Maria Nikolaus Johann Jacob Philipp Franz Joseph Sylvester Buhl",
    "*Sternchen* _Strich_ `code` [Link](https://evil.example) # ~",
    "Brandes\r\nBcc: x@evil.example",
    ",",
    " ",
    "www.evil.example",
    "北京 太郎",
    "a\x00b\ue000",
    "&amp;amp; <b>",
    "1. Platz - Haus",
)


def contact(**facts) -> Contact:
    """A contact of Krüger Immobilien."""
    return Contact(**({"pk": 7, "account": KRUEGER, "email": ADDRESS} | facts))


def odd_contacts() -> list[Contact]:
    """Return contacts with each odd name: a woman, a man, a company, half a couple, and one with nothing else."""
    found = []
    for name in ODD_NAMES:
        found += [
            contact(salutation="mrs", title="Dr.", first_name=name, last_name=name, assignee=SOFIA),
            contact(salutation="mr", last_name=name, partner_salutation="mrs", partner_first_name=name),
            contact(company=name, city=name, street=name, property_kind="land"),
            contact(salutation="neutral", first_name=name, partner_first_name="Kim", partner_last_name=name),
        ]
    return found


def message(subject="Ihre Anfrage", body="{{anrede}},\n\nvielen Dank.", to: Contact | None = None) -> Message:
    """A claimed message of this step to the contact (by default Frau Dr. Brandes)."""
    to = to or contact(salutation="mrs", title="Dr.", first_name="Klara", last_name="Brandes", assignee=SOFIA)
    KRUEGER.sender = SENDER
    return Message(
        pk=11,
        account=KRUEGER,
        contact=to,
        step=Step(pk=5, account=KRUEGER, subject=subject, body=body),
        address=ADDRESS,
        message_id="<abc@krueger.example>",
        claimed_at=datetime(2026, 11, 23, 9, 0, tzinfo=UTC),
    )
