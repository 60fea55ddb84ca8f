"""The facts of a contact as its page shows them, group by group."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from base.fields import german_number
from contacts import facts, reaches
from contacts.models import Contact


@dataclass(frozen=True)
class Line:
    """One label with its value; `href` calls or writes, `beside` says which number it is."""

    label: str
    text: str
    href: str = ""
    beside: str = ""


@dataclass(frozen=True)
class Section:
    group: facts.Group
    lines: list[Line]


def sections(contact: Contact) -> list[Section]:
    """All groups in their order; a group without values has one line that says so."""
    return [section(contact, group) for group in facts.GROUPS.values()]


def section(contact: Contact, group: facts.Group) -> Section:
    """One group."""
    lines = _LINES[group.key](contact)
    return Section(group, [line for line in lines if line.text] or lines[:1])


def _person(contact: Contact) -> list[Line]:
    name = _joined(
        contact.get_salutation_display() if contact.salutation != "neutral" else "",
        contact.title,
        contact.first_name,
        contact.last_name,
    )
    return [Line(_("Name"), name), Line(_("Firma"), contact.company)]


def _partner(contact: Contact) -> list[Line]:
    salutation = contact.get_partner_salutation_display() if contact.partner_salutation != "neutral" else ""
    name = _joined(salutation, contact.partner_title, contact.partner_first_name, contact.partner_last_name)
    return [Line(_("2. Person"), name)]


def _reach(contact: Contact) -> list[Line]:
    said = reaches.beside(contact.phone_kind, contact.phone_words)
    first = [
        Line(_("E-Mail"), contact.email, f"mailto:{contact.email}", reaches.beside(contact.email_kind, "")),
        Line(_("Telefon"), contact.phone, _dialled(contact.phone_e164), said),
    ]
    mails = [_further(_("Weitere E-Mail"), one, f"mailto:{one['text']}") for one in contact.more_emails]
    phones = [_further(_("Weiteres Telefon"), one, _dialled(one["e164"])) for one in contact.more_phones]
    return [first[0], *mails, first[1], *phones]


def _further(label: str, one: reaches.Reach, href: str) -> Line:
    return Line(label, one["text"], href, reaches.beside(one["kind"], one["words"]))


def _dialled(number: str) -> str:
    return f"tel:{number}" if number else ""


def _address(contact: Contact) -> list[Line]:
    city = _joined(contact.postal_code, contact.city)
    return [Line(_("Adresse"), "\n".join(filter(None, (contact.street, city))))]


def _property(contact: Contact) -> list[Line]:
    parts = [contact.get_property_kind_display()]
    if contact.living_area is not None:
        parts.append(_("%(area)s m² Wohnfläche") % {"area": german_number(contact.living_area)})
    if contact.plot_area is not None:
        parts.append(_("%(area)s m² Grundstück") % {"area": german_number(contact.plot_area)})
    if contact.year_built is not None:
        parts.append(_("Baujahr %(year)s") % {"year": contact.year_built})
    return [Line(_("Objekt"), ", ".join(filter(None, parts)))]


def _source(contact: Contact) -> list[Line]:
    return [Line(_("Quelle"), " – ".join(filter(None, (contact.get_source_display(), contact.source_detail))))]


def _tags(contact: Contact) -> list[Line]:
    return [Line(_("Schlagwörter"), contact.tags_text)]


def _joined(*words: str) -> str:
    return " ".join(filter(None, words))


_LINES = {
    "person": _person,
    "partner": _partner,
    "reach": _reach,
    "address": _address,
    "property": _property,
    "source": _source,
    "tags": _tags,
}
