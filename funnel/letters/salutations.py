"""German salutations: „Sehr geehrte Frau Dr. Brandes“. Only reads the contact's fields.

Empty, doubtful or abused names never lead to half a salutation; the fallback is „Guten Tag“.
"""

import re
import unicodedata
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from base.text import one_line
from contacts.models import Contact, Salutation

# Direction marks reorder the text around them; private-use characters mark placeholders while rendering.
UNSEEN = re.compile(r"[\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ue000-\uf8ff]")
# An address instead of a name is an attempt to have it mailed to others.
ADDRESS = re.compile(r"://|www\.|@|\w\.[a-z]{2,}")
STRAY_MARKS = re.compile(r"(?:^|\s+)[,;!?]+(?:\s*[,;!?])*")
MAX_NAME_LENGTH = 80
LEADING_SALUTATION = re.compile(r"^(?:(?:Herrn?|Frau|Hr\.|Hrn\.|Fr\.)\s+)+(?=\S)", re.IGNORECASE)
TITLES = re.compile(r"(?:(?:Prof|Dr|Dipl)\b[.\w-]*\s*(?:(?:med|jur|rer|nat|phil|h|c|Ing)\.\s*)*)+", re.IGNORECASE)
GROUP = re.compile(
    r"(?:Familie|Fam\.|Eheleute|Ehepaar|Ehel\.|Erbengemeinschaft|WEG)(?=\s)", re.IGNORECASE
)  # no Herr, no Frau


@dataclass(frozen=True)
class Person:
    """One of the one or two people of a contact."""

    salutation: str
    title: str
    first_name: str
    last_name: str


def salutation(contact: Contact) -> str:
    """Return the salutation for the contact, without the comma; never empty."""
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
    """Return the spoken part of academic titles: „Prof. Dr. med.“ → „Professor“, „Dr.-Ing.“ → „Dr.“, else ""."""
    if re.search(r"\b(j\.?|junior)?-?prof(essor(in)?)?\b", title, re.IGNORECASE):
        return _("Professorin") if salutation == Salutation.MRS else _("Professor")
    return "Dr." if re.search(r"\b(?:dr|doktor(?:in)?)\b", title, re.IGNORECASE) else ""


def tidy(text: str) -> str:
    """Return the text on one line, without control characters, direction marks and repeated spaces."""
    shown = UNSEEN.sub("", unicodedata.normalize("NFC", text))
    if not shown.isprintable():
        shown = "".join(" " if _is_control(sign) else sign for sign in shown)
    return one_line(shown)


def _is_control(sign: str) -> bool:
    """Return whether it is a control character, other than the joiner that combines emoji."""
    return unicodedata.category(sign)[0] == "C" and sign != "\u200d"


def name(text: str) -> str:
    """Return a name fit for a mail, or "" if it has no letter or is an address.

    No mark of punctuation stands after a space or first, where it would look like the end of a salutation.
    """
    found = STRAY_MARKS.sub("", tidy(text)).strip(" ,;")
    if not any(sign.isalpha() for sign in found) or ADDRESS.search(found):
        return ""
    return found[:MAX_NAME_LENGTH].strip()


def _people(contact: Contact) -> list[Person]:
    """Return the people of a contact. The partner has the contact's last name unless it has its own."""
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
    """Return a person, with names tidied: „Weber, Hans“ in one field is last and first name, leading salutations are
    removed, and leading titles become the title.
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
    """Return first and last names, "" if there is only a last name, which needs „Frau“, „Herr“ or a title."""
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
