"""The XML of a portal of its own making, `objektanfrage`: one person who asks about one object."""

from typing import TYPE_CHECKING

from django.utils.translation import gettext_noop as _

from intake.reading import xml_files
from intake.reading.composing import Item, composed, of_some
from intake.reading.lead import MAX_PEOPLE, Lead, NotRead
from intake.reading.words import XML_LABELS

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

ROOT = "objektanfrage"
NOBODY = _("In der XML-Datei steht niemand, der anfragt.")
TOO_MANY = _("In der XML-Datei stehen mehr als 50 Personen.")

_TARGETS = {
    "i_anrede": "salutation",
    "i_titel": "title",
    "i_vorname": "first_name",
    "i_name": "last_name",
    "i_nachname": "last_name",
    "i_firma": "company",
    "i_strasse": "street",
    "i_plz": "postal_code",
    "i_ort": "city",
    "i_tel": "phone",
    "i_fax": "fax",
    "i_mobil": "mobile",
    "i_email": "email",
    "i_info": "message",
    "o_refnr": "subject",
    "o_stichwort": "subject",
    "o_datum": "occurred_at",
}


def leads_in(root: "Element") -> list[Lead]:
    """Return the people who ask. Raises NotRead."""
    people = [*xml_files.children(root, "interessent")]
    if len(people) > MAX_PEOPLE:
        raise NotRead(TOO_MANY)
    about = [item for held in xml_files.children(root, "objekt") for item in _items(held)]
    about.append(Item("source", "source", "portal"))
    xml_files.check_repeated(len(about) for _person in people)
    found = [composed([*items, *about], parser="objektanfrage") for items in map(_items, people) if _says(items)]
    if not found:
        raise NotRead(NOBODY)
    return of_some(found)


def _items(element: "Element") -> list[Item]:
    names = [(xml_files.local(child), xml_files.text(child)) for child in element]
    return [Item(XML_LABELS.get(name, name), _TARGETS.get(name, ""), text) for name, text in names]


def _says(items: list[Item]) -> bool:
    return any(item.value for item in items)
