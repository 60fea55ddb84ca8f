"""What a form can ask, and what a new one asks."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from contacts.description import FACTS
from contacts.models import Consent
from intake.models import Form, Question

MESSAGE = "message"  # no fact of the contact: the text of the inquiry
# Facts a stranger can be asked for, in the order in which they are offered.
OFFERED = (
    *("salutation", "title", "first_name", "last_name", "company", "email", "phone"),
    *("street", "postal_code", "city"),
    *("property_kind", "property_street", "property_postal_code", "property_city"),
    *("living_area", "plot_area", "year_built", "sell_horizon"),
    MESSAGE,
)
REACHES = ("email", "phone")  # one of them must be asked for and given, or nobody could answer
# What browsers fill in by themselves.
AUTOCOMPLETE = {
    "title": "honorific-prefix",
    "first_name": "given-name",
    "last_name": "family-name",
    "company": "organization",
    "email": "email",
    "phone": "tel",
    "street": "street-address",
    "postal_code": "postal-code",
    "city": "address-level2",
}
MAX_QUESTIONS = 40
FIRST = ("first_name", "last_name", "email", "phone", MESSAGE)
FIRST_REQUIRED = ("last_name", "email")


def offered() -> Iterator[str]:
    """Yield what can be asked of the facts that contacts have."""
    return (name for name in OFFERED if name == MESSAGE or name in FACTS)


def label_of(fact: str) -> str:
    """Return what a fact is called where a form asks for it, in the active language."""
    if fact == MESSAGE:
        return _("Ihre Nachricht")
    return _(FACTS[fact].label)


def name_of(question: Question) -> str:
    """Return the question as it is asked, in the active language."""
    return question.label or label_of(question.fact)


def first_questions(form: Form) -> list[Question]:
    """Return the questions of a new form."""
    return [
        Question(account=form.account, form=form, position=place, fact=fact, is_required=fact in FIRST_REQUIRED)
        for place, fact in enumerate(FIRST)
    ]


def first_wordings(form: Form, office: str) -> dict[str, str]:
    """Return the wordings of the consents that a new form asks for, in its language."""
    with override(form.language):
        by_mail = _(
            "Ich willige ein, dass %(office)s mir E-Mails rund um meine Immobilie und die Leistungen des Büros "
            "schickt. Ich kann die Einwilligung jederzeit widerrufen, zum Beispiel über den Abmeldelink in jeder "
            "E-Mail."
        )
        by_phone = _(
            "Ich willige ein, dass %(office)s mich zu meiner Immobilie und den Leistungen des Büros anruft. Ich kann "
            "die Einwilligung jederzeit widerrufen."
        )
        texts: dict[Any, str] = {Consent.Channel.EMAIL: by_mail, Consent.Channel.PHONE: by_phone}
        return {str(channel): text % {"office": office} for channel, text in texts.items()}
