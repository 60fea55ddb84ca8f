"""The XML that most portals attach to their mails, `openimmo_feedback`, in all versions met, by local names."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop as _

from intake.reading import xml_files
from intake.reading.composing import Item, composed, of_some
from intake.reading.lead import MAX_PEOPLE, Lead, NotRead
from intake.reading.targets import CAMPAIGN
from intake.reading.words import XML_LABELS

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ROOT = "openimmo_feedback"
NOBODY = _("In der XML-Datei steht niemand, der anfragt.")
TOO_MANY = _("In der XML-Datei stehen mehr als 50 Personen.")

_OBJECTS = ("objekt", "object", "property", "estate")
_PEOPLE = ("interessent", "prospect", "prospective_customer", "lead")
# Names in English, which at least one platform sends.
_ALIASES = {
    "salutation": "anrede",
    "first": "vorname",
    "first_name": "vorname",
    "firstname": "vorname",
    "last": "nachname",
    "last_name": "nachname",
    "lastname": "nachname",
    "name": "nachname",
    "company": "firma",
    "street": "strasse",
    "zip": "plz",
    "zipcode": "plz",
    "postcode": "plz",
    "postal_code": "plz",
    "city": "ort",
    "phone": "tel",
    "telephone": "tel",
    "telefon": "tel",
    "mobile": "mobil",
    "cell": "mobil",
    "e_mail": "email",
    "mail": "email",
    "enquiry": "anfrage",
    "inquiry": "anfrage",
    "message": "anfrage",
    "nachricht": "anfrage",
}
_OF_PERSON = {
    "anrede": "salutation",
    "titel": "title",
    "vorname": "first_name",
    "nachname": "last_name",
    "firma": "company",
    "strasse": "street",
    "hausnummer": "house_number",
    "plz": "postal_code",
    "ort": "city",
    "tel": "phone",
    "fax": "fax",
    "mobil": "mobile",
    "email": "email",
    "anfrage": "message",
}
_OF_OBJECT = {"oobj_id": "subject", "bezeichnung": "subject", "title": "subject"}
_OF_SENDER = {"name": "source_detail", "datum": "occurred_at", "date": "occurred_at"}
_EXTENSION = "user_defined_extend"


def leads_in(root: "Element") -> list[Lead]:
    """Return the people who ask. Raises NotRead if none of them has a name."""
    people = _people(root)
    sender = [item for one in xml_files.children(root, "sender") for item in _items(one, _OF_SENDER, "sender")]
    objects = {id(held): [*_items(held, _OF_OBJECT, "objekt"), *sender] for held, _person in people if held is not None}
    told = [(person, sender if held is None else objects[id(held)]) for held, person in people]
    xml_files.check_repeated(len(about) for _person, about in told)
    found = [lead for person, about in told if (lead := _lead(person, about))]
    if not found:
        raise NotRead(NOBODY)
    return of_some(found)


def _people(root: "Element") -> list[tuple["Element | None", "Element"]]:
    """Return each person with the object they ask about; some senders name people beside the objects."""
    objects = [*xml_files.children(root, *_OBJECTS)]
    people: list[tuple[Element | None, Element]] = [
        (held, person) for held in objects for person in xml_files.children(held, *_PEOPLE)
    ]
    only = objects[0] if len(objects) == 1 else None
    people += [(only, person) for person in xml_files.children(root, *_PEOPLE)]
    if len(people) > MAX_PEOPLE:
        raise NotRead(TOO_MANY)
    return people


def _lead(person: "Element", about: list[Item]) -> Lead | None:
    """Return None for an element without any text."""
    items = [*_items(person, _OF_PERSON)]
    if not any(item.value for item in items):
        return None
    return composed([*items, *about, Item("source", "source", "portal")], parser="feedback")


def _items(element: "Element", targets: dict[str, str], of: str = "") -> Iterator[Item]:
    for child in element:
        name = xml_files.local(child)
        if name == _EXTENSION:
            yield from _extensions(child)
        elif name not in _PEOPLE:
            target = targets.get(name) or targets.get(_ALIASES.get(name, ""), "")
            path = f"{of}.{name}".lstrip(".")
            yield Item(XML_LABELS.get(path, path), target, xml_files.text(child))


def _extensions(extension: "Element") -> Iterator[Item]:
    """Yield the fields of senders' own, some of them campaign marks; other shapes are kept as they are."""
    for child in extension:
        names = [xml_files.text(one) for one in xml_files.children(child, "name")]
        values = [xml_files.text(one) for one in xml_files.children(child, "wert", "value")]
        if names and values:
            mark = names[0].lower()
            yield Item(names[0], mark if mark in CAMPAIGN else "", " ".join(values))
        else:
            yield Item(xml_files.local(child), "", xml_files.text(child))
