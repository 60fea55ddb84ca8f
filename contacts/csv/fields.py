"""The columns of a contact list in a file: their headers, and the names other programs give them.

The first header of a field is the one an export writes. It is part of a file format and therefore the same in every
language; `Field.label` is what the interface shows.
"""

import re
from dataclasses import dataclass
from typing import Literal

from django.utils.translation import gettext, gettext_noop

from contacts.csv.programs import HEADERS
from contacts.csv.words import CHOICES
from contacts.search import fold

Kind = Literal[
    "text",
    "note",
    "email",
    "phone",
    "emails",
    "phones",
    "tags",
    "choice",
    "area",
    "year",
    "date",
    "moment",
    "id",
]
# What a file may have in one column and a contact has in several; never written by an export.
ONLY_READ = ("full_name", "name_first", "house_number", "address", "place", "country")
# What an export says beside the facts, and an import passes over: the headers, by channel and for the actions.
CONSENTS = {
    "email": "Stand der Einwilligung E-Mail",
    "phone": "Stand der Einwilligung Telefon",
    "letter": "Stand der Einwilligung Post",
}
ACTIONS = "Aktionen (neueste zuerst)"
ONLY_WRITTEN = (*CONSENTS.values(), ACTIONS)


@dataclass(frozen=True)
class Field:
    key: str
    headers: tuple[str, ...]
    limit: int = 0
    kind: Kind = "text"
    joint: str = ""  # what joins several columns of this field, or parts its values; "" if there can be only one

    @property
    def header(self) -> str:
        return self.headers[0]

    @property
    def label(self) -> str:
        return gettext(self.header)


def _partner(header: str, name: str, english: str) -> tuple[str, ...]:
    others = (f"Partner {name}", f"{name} Partner", f"Partnerin {name}", f"{name} 2")
    return (header, *others, f"Ehepartner {name}", f"{name} Ehepartner", f"partner {english}")


_ALL = (
    # A bare "ID" of another program is not ours, so only our own header is recognised.
    Field("id", (gettext_noop("Kontakt-ID"), "contact id"), kind="id"),
    Field("salutation", (gettext_noop("Anrede"), "salutation"), kind="choice"),
    Field("title", (gettext_noop("Titel"), "Akademischer Titel", "academic title", "title"), 40),
    Field("first_name", (gettext_noop("Vorname"), "Vornamen", "Rufname", "first name", "given name"), 80),
    Field(
        "last_name",
        (gettext_noop("Nachname"), "Name", "Familienname", "Zuname", "last name", "surname", "family name"),
        80,
    ),
    # The name in one column counts where the columns of its parts are empty.
    Field("full_name", (gettext_noop("Vor- und Nachname"),), 160),
    Field("name_first", (gettext_noop("Nachname, Vorname"),), 160),
    Field(
        "company",
        (gettext_noop("Firma"), "Firmenname", "Unternehmen", "Organisation", "company", "organization"),
        120,
    ),
    Field(
        "partner_salutation",
        _partner(gettext_noop("Anrede (2. Person)"), "Anrede", "salutation"),
        kind="choice",
    ),
    Field("partner_title", _partner(gettext_noop("Titel (2. Person)"), "Titel", "title"), 40),
    Field("partner_first_name", _partner(gettext_noop("Vorname (2. Person)"), "Vorname", "first name"), 80),
    Field("partner_last_name", _partner(gettext_noop("Nachname (2. Person)"), "Nachname", "last name"), 80),
    Field(
        "email",
        (gettext_noop("E-Mail-Adresse"), "E-Mail", "Mail", "Mailadresse", "E-Mail privat", "email address"),
        254,
        "email",
        " ",
    ),
    Field(
        "phone",
        (
            *(gettext_noop("Telefon"), "Telefonnummer", "Telefon privat", "Tel", "Tel-Nr", "Rufnummer"),
            *("Festnetz", "Mobil", "Mobiltelefon", "Mobilnummer", "Handy", "Handynummer"),
            *("phone", "phone number", "telephone", "mobile", "mobile phone", "cell"),
        ),
        40,
        "phone",
        " ",
    ),
    Field("email_kind", (gettext_noop("Art der E-Mail-Adresse"), "email kind"), kind="choice"),
    Field("phone_kind", (gettext_noop("Art des Telefons"), "phone kind"), kind="choice"),
    Field("phone_words", (gettext_noop("Hinweis zum Telefon"), "phone remark"), 120),
    Field("more_emails", (gettext_noop("Weitere E-Mail-Adressen"), "more email addresses"), kind="emails"),
    Field("more_phones", (gettext_noop("Weitere Telefonnummern"), "more phone numbers"), kind="phones"),
    Field(
        "street",
        (
            *(gettext_noop("Straße und Hausnummer"), "Straße", "Straße/Nr.", "Straße Nr", "Straße Hausnr"),
            *("Straße/Hausnummer", "Straße + Hausnummer", "street", "street address"),
        ),
        120,
        joint=" ",
    ),
    Field("address", (gettext_noop("Ganze Anschrift"),), 240, joint="\n"),
    Field(
        "house_number",
        (gettext_noop("Hausnummer"), "Haus-Nr.", "Hausnr", "HNr", "house number", "street number"),
        20,
        joint=" ",
    ),
    Field(
        "postal_code",
        (gettext_noop("PLZ"), "Postleitzahl", "zip", "zip code", "postal code", "postcode"),
        10,
        joint=" ",
    ),
    Field("city", (gettext_noop("Ort"), "Stadt", "Wohnort", "city", "town"), 80, joint=" "),
    Field("place", (gettext_noop("PLZ und Ort"),), 100, joint=" "),
    Field("country", (gettext_noop("Land"),), 60, joint=" "),
    Field(
        "property_kind",
        (gettext_noop("Objektart"), "Objekttyp", "Immobilienart", "Immobilientyp", "property type"),
        kind="choice",
    ),
    Field("living_area", (gettext_noop("Wohnfläche in m²"), "Wohnfläche", "living area"), kind="area"),
    Field(
        "plot_area",
        (
            *(gettext_noop("Grundstück in m²"), "Grundstück", "Grundstücksfläche", "Grundstücksgröße"),
            *("plot area", "plot size", "lot size"),
        ),
        kind="area",
    ),
    Field("year_built", (gettext_noop("Baujahr"), "year built", "year of construction"), kind="year"),
    Field("source", (gettext_noop("Quelle"), "Herkunft", "Leadquelle", "source", "lead source"), 120, "choice"),
    Field(
        "source_detail",
        (gettext_noop("Quelle im Einzelnen"), "Quelle Detail", "Quelle Details", "source detail"),
        120,
    ),
    Field("status", (gettext_noop("Status"), "Phase", "Spalte", "Pipeline-Status", "stage"), 40),
    Field(
        "assignee",
        (
            *(gettext_noop("Mitarbeiter"), "Zuständig", "Zuständiger Mitarbeiter", "Betreuer", "Betreuerin"),
            *(
                "Bearbeiter",
                "Bearbeiterin",
                "Makler",
                "Maklerin",
                "assignee",
                "owner",
                "agent",
                "assigned to",
            ),
        ),
        254,
    ),
    Field(
        "due_on",
        (
            *(gettext_noop("Fällig am"), "Fällig", "Fälligkeit", "Fälligkeitsdatum"),
            *(
                "Wiedervorlage",
                "Wiedervorlage am",
                "due",
                "due date",
                "due on",
                "follow-up",
                "follow up date",
            ),
        ),
        kind="date",
    ),
    Field(
        "due_note",
        (gettext_noop("Notiz zur Fälligkeit"), "Notiz zur Wiedervorlage", "Wiedervorlage Notiz", "due note"),
        200,
    ),
    Field(
        "tags",
        (gettext_noop("Schlagwörter"), "Schlagworte", "Stichwörter", "Tags", "labels"),
        30,
        "tags",
        ", ",
    ),
    Field(
        "note",
        (
            *(gettext_noop("Notiz"), "Notizen", "Bemerkung", "Bemerkungen", "Kommentar", "Anmerkung"),
            *("Anmerkungen", "note", "notes", "comment", "comments", "remarks"),
        ),
        10_000,
        "note",
        "\n",
    ),
    # The three that make evidence of a consent to mails: what was agreed to, when and where.
    Field(
        "consent_at",
        (
            *(gettext_noop("Einwilligung E-Mail am"), "E-Mail-Einwilligung am", "Einwilligung am"),
            *(
                "Einwilligungsdatum",
                "Datum der Einwilligung",
                "Einwilligung Datum",
                "Opt-in am",
                "Opt-in-Datum",
            ),
            *("consent date", "opt-in date", "email consent date"),
        ),
        kind="moment",
    ),
    Field(
        "consent_wording",
        (
            *(gettext_noop("Wortlaut der Einwilligung"), "Einwilligungstext", "Text der Einwilligung"),
            *("Einwilligung Text", "Einwilligung Wortlaut", "consent wording", "consent text"),
        ),
        2000,
        "note",
    ),
    Field(
        "consent_place",
        (
            *(gettext_noop("Einwilligung wo"), "Quelle der Einwilligung", "Einwilligung Quelle"),
            *("Einwilligung über", "consent source", "opt-in source"),
        ),
        200,
    ),
    Field(
        "created_at",
        (gettext_noop("Angelegt am"), "Erstellt am", "Erfasst am", "Anlagedatum", "created", "created at"),
        kind="moment",
    ),
)
FIELDS = {field.key: field for field in _ALL}

_UNIT = re.compile(r"(?<=.)(?:in)?(?:m2|qm)$")


def bare(text: str) -> str:
    """Letters and digits only, lower case, ä as ae: "E-Mail-Adresse" and "Email Adresse" are one header."""
    return "".join(sign for sign in fold(text) if sign.isalnum())


_BY_HEADER = {_UNIT.sub("", bare(word)): (key, 10) for key, words in HEADERS.items() for word in words.split("|")} | {
    _UNIT.sub("", bare(header)): (field.key, rank) for field in _ALL for rank, header in enumerate(field.headers)
}
_BY_WORD = {
    key: {bare(word): choice for choice, words in choices.items() for word in (choice, *words)}
    for key, choices in CHOICES.items()
}


def choice_of(key: str, word: str) -> str | None:
    """The choice of a field which a word names, or None."""
    return _BY_WORD[key].get(bare(word))


def named(header: str) -> tuple[str | None, int]:
    """The field that a header names, and how well: 0 is best."""
    return _BY_HEADER.get(_UNIT.sub("", bare(header)), (None, 0))
