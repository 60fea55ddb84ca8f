"""The columns of a contact list in a file: the facts, further columns, and facts that files split or join.

The first header of a field is the one an export writes. It is part of a file format and therefore the same in every
language; `Field.label` is what the interface shows.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Literal

from django.utils.translation import gettext, gettext_noop

from contacts import description
from contacts.csv.programs import HEADERS
from contacts.csv.words import CHOICES
from contacts.description import FACTS
from contacts.search import fold

Kind = description.Kind | Literal["note", "moment", "id"]
# Columns that hold several fields of a contact; never written by an export.
ONLY_READ = ("full_name", "name_first", "house_number", "address", "place", "country")
# Headers that an export adds to the facts and an import ignores: consents by channel, and actions.
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
    joint: str = ""  # joins several columns of this field, or separates its values; "" if there can be only one

    @property
    def header(self) -> str:
        return self.headers[0]

    @property
    def label(self) -> str:
        return gettext(self.header)


# A plain "ID" belongs to another program, so only our own header is recognised.
_ID = Field("id", (gettext_noop("Kontakt-ID"), "contact id"), kind="id")
# Further columns of files, by the fact they follow.
_BEHIND = {
    "last_name": (
        # A full name is used where the columns of its parts are empty.
        Field("full_name", (gettext_noop("Vor- und Nachname"),), 160),
        Field("name_first", (gettext_noop("Nachname, Vorname"),), 160),
    ),
    "street": (
        Field("address", (gettext_noop("Ganze Anschrift"),), 240, joint="\n"),
        Field(
            "house_number",
            (gettext_noop("Hausnummer"), "Haus-Nr.", "Hausnr", "HNr", "house number", "street number"),
            20,
            joint=" ",
        ),
    ),
    "city": (
        Field("place", (gettext_noop("PLZ und Ort"),), 100, joint=" "),
        Field("country", (gettext_noop("Land"),), 60, joint=" "),
    ),
    "source_detail": (
        Field("status", (gettext_noop("Status"), "Phase", "Spalte", "Pipeline-Status", "stage"), 40),
        Field(
            "assignee",
            (
                *(gettext_noop("Mitarbeiter"), "Zuständig", "Zuständiger Mitarbeiter", "Betreuer", "Betreuerin"),
                *("Bearbeiter", "Bearbeiterin", "Makler", "Maklerin", "assignee", "owner", "agent", "assigned to"),
            ),
            254,
        ),
    ),
}
_LAST = (
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
    # Evidence of a consent to mails: when, the wording, and where.
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
_RANK = {"email": 0, "phone": 0, "emails": 2, "phones": 2}


def _facts() -> Iterator[Field]:
    """Yield the facts by group, in each the first number and address before their kinds and further ones."""
    for _group, facts in groupby(FACTS.values(), key=lambda fact: fact.group):
        for fact in sorted(facts, key=lambda fact: _RANK.get(fact.kind, 1)):
            headers = (fact.label, *filter(None, fact.headers.split("|")))
            yield Field(fact.name, headers, fact.limit, fact.kind, fact.joint)
            yield from _BEHIND.get(fact.name, ())


_ALL = (_ID, *_facts(), *_LAST)
FIELDS = {field.key: field for field in _ALL}

_UNIT = re.compile(r"(?<=.)(?:in)?(?:m2|qm)$")


@lru_cache(maxsize=4096)
def bare(text: str) -> str:
    """Return letters and digits only, folded: "E-Mail-Adresse" and "Email Adresse" are the same header.

    Cached: in a file, most words of a choice occur in many rows.
    """
    return "".join(sign for sign in fold(text) if sign.isalnum())


_BY_HEADER = {_UNIT.sub("", bare(word)): (key, 10) for key, words in HEADERS.items() for word in words.split("|")} | {
    _UNIT.sub("", bare(header)): (field.key, rank) for field in _ALL for rank, header in enumerate(field.headers)
}
_BY_WORD = {
    key: {bare(word): choice for choice, words in choices.items() for word in (choice, *words)}
    for key, choices in CHOICES.items()
}


def choice_of(key: str, word: str) -> str | None:
    """Return the choice of a field that a word names, or None."""
    return _BY_WORD[key].get(bare(word))


def named(header: str) -> tuple[str | None, int]:
    """Return the field that a header names, or None, and how well it does: 0 is best."""
    return _BY_HEADER.get(_UNIT.sub("", bare(header)), (None, 0))
