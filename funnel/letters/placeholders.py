"""Placeholders in mail texts: an allowlist, replaced by plain substitution. No template engine is involved.

`{{anrede}}`, or `{{vorname|Fallback}}` for what may be unknown, where the fallback is required.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from contacts.choices import PropertyKind
from contacts.models import Contact
from funnel.letters.salutations import UNSEEN, name, salutation, tidy
from funnel.models import Sender

OBJECTS: dict[str, str | Promise] = {
    PropertyKind.HOUSE: gettext_lazy("Ihr Einfamilienhaus"),
    PropertyKind.APARTMENT: gettext_lazy("Ihre Wohnung"),
    PropertyKind.MULTI_FAMILY: gettext_lazy("Ihr Mehrfamilienhaus"),
    PropertyKind.LAND: gettext_lazy("Ihr Grundstück"),
    PropertyKind.COMMERCIAL: gettext_lazy("Ihre Gewerbeimmobilie"),
}


@dataclass(frozen=True)
class Placeholder:
    """A placeholder: its value, its description in the editor, and whether it may be empty for a contact."""

    value: Callable[[Contact, Sender], str]
    meaning: str | Promise
    may_be_empty: bool = True


def _agent(contact: Contact, sender: Sender) -> str:
    """Return who looks after the contact, or the office if nobody does."""
    user = contact.assignee
    return name(user.full_name) if user and user.is_active and name(user.full_name) else office(sender)


def office(sender: Sender) -> str:
    """Return the name under which the office writes."""
    return tidy(sender.name) or tidy(sender.legal_name) or tidy(sender.account.name)


ALLOWED: dict[str, Placeholder] = {
    "anrede": Placeholder(
        lambda contact, sender: salutation(contact), gettext_lazy("Sehr geehrte Frau Dr. Brandes"), False
    ),
    "vorname": Placeholder(lambda contact, sender: name(contact.first_name), gettext_lazy("Vorname")),
    "nachname": Placeholder(lambda contact, sender: name(contact.last_name), gettext_lazy("Nachname")),
    "firma": Placeholder(lambda contact, sender: name(contact.company), gettext_lazy("Firma des Kontakts")),
    "objekt": Placeholder(
        lambda contact, sender: str(OBJECTS.get(contact.property_kind, _("Ihre Immobilie"))),
        gettext_lazy("„Ihre Wohnung“, „Ihr Grundstück“; unbekannt: „Ihre Immobilie“"),
        False,
    ),
    "strasse": Placeholder(lambda contact, sender: name(contact.street), gettext_lazy("Straße und Nummer")),
    "ort": Placeholder(lambda contact, sender: name(contact.city), gettext_lazy("Ort des Kontakts")),
    "makler": Placeholder(_agent, gettext_lazy("zugewiesener Mitarbeiter, sonst das Büro"), False),
    "buero": Placeholder(lambda contact, sender: office(sender), gettext_lazy("Name des Büros"), False),
    # Required in the Impressum, so never empty in what is sent.
    "buero_telefon": Placeholder(
        lambda contact, sender: tidy(sender.phone).replace(" ", "\xa0"),  # keeps the number on one line
        gettext_lazy("Telefon des Büros"),
        False,
    ),
    "buero_ort": Placeholder(lambda contact, sender: tidy(sender.city), gettext_lazy("Ort des Büros"), False),
}
SHAPE = re.compile(r"\{\{[ \t]*([a-z_]+)[ \t]*(?:\|([^{}|\n]*))?\}\}")
BRACES = re.compile(r"\$?\{+[^{}\n]{0,60}\}*|\}+")
MARKS = 0xE000  # where the private-use characters begin that mark places while rendering


def problems(text: str) -> list[str]:
    """Return sentences on what is wrong with the placeholders of a text; it may be saved if there are none."""
    found = []
    for match in SHAPE.finditer(text):
        allowed = ALLOWED.get(match[1])
        if allowed is None:
            found.append(_unknown(match[0]))
        elif allowed.may_be_empty and not tidy(match[2] or ""):
            found.append(
                _(
                    "Rückfalltext fehlt: „%(name)s“ ist nicht bei jedem Kontakt bekannt. Schreiben Sie zum Beispiel "
                    "{{%(name)s|…}} und statt der Punkte, was sonst dort stehen soll."
                )
                % {"name": match[1]}
            )
    found += [_unknown(match[0]) for match in BRACES.finditer(SHAPE.sub("", text))]
    if re.search(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]", text):
        found.append(_("Der Text enthält Steuerzeichen."))
    return list(dict.fromkeys(found))


def subject_problems(subject: str) -> list[str]:
    """Return sentences on what is wrong with a subject, which must be one line so that it cannot inject a header."""
    found = problems(subject)
    if re.search(r"[\r\n\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", subject):
        found.append(_("Der Betreff ist eine einzige Zeile."))
    return found if tidy(subject) else [*found, _("Der Betreff fehlt.")]


@dataclass
class Filling:
    """The values for one contact and office, and warnings for the author of the text."""

    values: dict[str, str]
    warnings: list[str]

    def value(self, key: str, fallback: str) -> str:
        """Return the value of a placeholder or its fallback, and add a warning for the latter."""
        found = self.values.get(key, "")
        if not found:
            found = tidy(fallback)
            sentence = (
                _("„%(name)s“ ist hier nicht bekannt; es steht „%(fallback)s“.")
                if found
                else _("„%(name)s“ ist hier nicht bekannt, und es steht nichts dafür.")
            )
            self.warnings.append(sentence % {"name": key, "fallback": found})
        return found


def filling(contact: Contact, sender: Sender, names: Iterable[str] = tuple(ALLOWED)) -> Filling:
    """Return the values for the contact, by default all."""
    return Filling({key: ALLOWED[key].value(contact, sender) for key in names}, [])


@dataclass(frozen=True)
class Marked:
    """A text in which each placeholder is one private-use character, so that no value is ever parsed as text."""

    text: str
    places: tuple[tuple[str, str], ...]  # name and fallback, by the number of the mark


def mark(text: str) -> Marked:
    """Replace allowed placeholders with marks. Anything else stays as it is."""
    places: list[tuple[str, str]] = []

    def taken(match: re.Match[str]) -> str:
        if match[1] not in ALLOWED or len(places) == 6000:
            return match[0]
        places.append((match[1], match[2] or ""))
        return chr(MARKS + len(places) - 1)

    return Marked(SHAPE.sub(taken, UNSEEN.sub("", text)), tuple(places))


def fill(marked: Marked, filled: Filling, shown: Callable[[str], str] = str) -> str:
    """Replace the marks with values, each passed through `shown` for escaping. Values are not scanned again."""

    def put(match: re.Match[str]) -> str:
        return shown(filled.value(*marked.places[ord(match[0]) - MARKS]))

    return re.sub("[\ue000-\uf8ff]", put, marked.text)


def _unknown(text: str) -> str:
    allowed = ", ".join("{{" + key + "}}" for key in ALLOWED)
    return _("Unbekannter Platzhalter %(text)s. Erlaubt sind: %(allowed)s.") % {
        "text": f"„{tidy(text)}“",
        "allowed": allowed,
    }
