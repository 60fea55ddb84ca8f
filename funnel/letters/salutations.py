"""How a letter begins in German: „Sehr geehrte Frau Dr. Brandes“. Pure: reads a contact's fields, asks nobody.

An empty, doubtful or abused name never makes half a greeting: what cannot be said well becomes „Guten Tag“.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from base.text import one_line
from contacts.models import Contact, Salutation

# Direction marks turn the words around them; private-use characters mark the places of placeholders while rendering.
UNSEEN = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ue000-\uf8ff]")
# Whoever fills a form with an address instead of a name wants it mailed to others.
ADDRESS = re.compile(r"://|www\.|@|\w\.[a-z]{2,}")
MAX_NAME_LENGTH = 80
LEADING_SALUTATION = re.compile(r"^(?:(?:Herrn?|Frau|Hr\.|Hrn\.|Fr\.)\s+)+(?=\S)", re.IGNORECASE)
TITLES = re.compile(r"(?:(?:Prof|Dr|Dipl)\b[.\w-]*\s*(?:(?:med|jur|rer|nat|phil|h|c|Ing)\.\s*)*)+", re.IGNORECASE)
GROUP = re.compile(
    r"(?:Familie|Fam\.|Eheleute|Ehepaar|Ehel\.|Erbengemeinschaft|WEG)(?=\s)", re.IGNORECASE
)  # no Herr, no Frau


@dataclass(frozen=True)
class Person:
    """One of the people a contact consists of."""

    salutation: str
    title: str
    first_name: str
    last_name: str


def salutation(contact: Contact) -> str:
    """The beginning of a mail to the contact, without the comma; never empty."""
    people = [person for person in _people(contact) if person.first_name or person.last_name]
    formal, neutral = [_formal(person) for person in people], _neutral(people)
    is_doubled = len(set(formal)) < len(formal) and bool(neutral)  # „Herr Klein, … Herr Klein“
    if formal and all(formal) and not is_doubled:
        return ", ".join([formal[0], *(_lower(greeting) for greeting in formal[1:])])
    if neutral:
        return _("Guten Tag %s") % neutral
    if not people and tidy(contact.company):
        return _("Sehr geehrte Damen und Herren")
    return _("Guten Tag")


def spoken_title(title: str, salutation: str) -> str:
    """The part of academic titles that is said: „Prof. Dr. med.“ → „Professor“, „Dr.-Ing.“ → „Dr.“, else nothing."""
    if re.search(r"\b(j\.?|junior)?-?prof(essor(in)?)?\b", title, re.IGNORECASE):
        return _("Professorin") if salutation == Salutation.MRS else _("Professor")
    return "Dr." if re.search(r"\b(?:dr|doktor(?:in)?)\b", title, re.IGNORECASE) else ""


def tidy(text: str) -> str:
    """One line without control characters, direction marks and doubled blanks."""
    shown = UNSEEN.sub("", unicodedata.normalize("NFC", text))
    if not shown.isprintable():
        shown = "".join(" " if _is_control(sign) else sign for sign in shown)
    return one_line(shown)


def _is_control(sign: str) -> bool:
    """Control characters and the like; not the joiner that makes one emoji of several."""
    return unicodedata.category(sign)[0] == "C" and sign != "\u200d"


def name(text: str) -> str:
    """A name as it may stand in a mail; "" for what is none (no letter in it, or an address to click on)."""
    found = tidy(text).strip(" ,;")
    if not any(sign.isalpha() for sign in found) or ADDRESS.search(found):
        return ""
    return found[:MAX_NAME_LENGTH].strip()


def _people(contact: Contact) -> list[Person]:
    """The contact and the second person of a couple, who has the first one's last name unless it has its own."""
    first = _person(contact.salutation, contact.title, contact.first_name, contact.last_name)
    known = contact.partner_salutation, contact.partner_first_name, contact.partner_last_name
    if not any(known):
        return [first]
    second = _person(
        contact.partner_salutation,
        contact.partner_title,
        contact.partner_first_name,
        contact.partner_last_name,
    )
    return [first, second if second.last_name else replace(second, last_name=first.last_name)]


def _person(salutation: str, title: str, first_name: str, last_name: str) -> Person:
    """A person as the fields mean it: „Weber, Hans“ in one of them is last and first name, what is said before a name
    is none of it, and a title in front of it is one.
    """
    first, last = name(first_name), name(last_name)
    if "," in last or ("," in first and not last):
        whole = last if "," in last else first
        last, behind = (part.strip() for part in whole.split(",", 1))
        first = (first if whole != first else "") or (behind if not TITLES.fullmatch(behind) else "")
        title = title or (behind if TITLES.fullmatch(behind) else "")
    last = LEADING_SALUTATION.sub("", last)
    leading = TITLES.match(last)
    if leading and leading.end() < len(last):
        title, last = title or leading[0].strip(), last[leading.end() :].strip()
    return Person(salutation, title, LEADING_SALUTATION.sub("", first), last)


def _formal(person: Person) -> str:
    if (
        not person.last_name
        or GROUP.match(person.last_name)
        or person.salutation not in (Salutation.MRS, Salutation.MR)
    ):
        return ""
    words = [spoken_title(person.title, person.salutation), person.last_name]
    pattern = _("Sehr geehrte Frau %s") if person.salutation == Salutation.MRS else _("Sehr geehrter Herr %s")
    return pattern % " ".join(filter(None, words))


def _neutral(people: list[Person]) -> str:
    """First and last names; a last name alone says neither Frau nor Herr and is no greeting, unless a title leads."""
    names = []
    for person in people:
        title = spoken_title(person.title, person.salutation)
        if GROUP.match(person.last_name):
            names.append(person.last_name)
        elif person.first_name or title:
            names.append(" ".join(filter(None, (title, person.first_name, person.last_name))))
    return _(" und ").join(names) if len(names) == len(people) else ""


def _lower(greeting: str) -> str:
    return greeting[:1].lower() + greeting[1:]
