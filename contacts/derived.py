"""Derived fields of a contact: the E.164 number, the sort key, and the lexemes and keys it is found by."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func, JSONField, TextField, Value

from base.copying import as_json, copy_in, text_array
from contacts import contact_points, identity, search
from contacts.description import FACTS
from contacts.models import Contact

COLUMNS = [field.attname for field in Contact._meta.concrete_fields]
FIELDS = ["phone_e164", "sort_name", "search", "keys"]
_FIELDS = Contact._meta.concrete_fields
# Nothing changes the lists in it. When a contact was created must be said.
_BLANK = {field.attname: field.get_default() for field in _FIELDS} | {"created_at": None}
_JSON = [field.attname for field in _FIELDS if isinstance(field, JSONField)]
_ARRAYS = [field.attname for field in _FIELDS if isinstance(field, ArrayField)]
_SEARCHED = [fact.name for fact in FACTS.values() if fact.searched and fact.kind in ("text", "tags")]
_STREETS = ("street", "property_street")
_TEXTS = [name for name in _SEARCHED if name not in _STREETS]


def derive(contact: Contact) -> Contact:
    """Set the derived fields of a new or changed contact and return it. Does not save it."""
    for name, value in _plain(vars(contact)).items():
        setattr(contact, name, value)
    contact.search = search_vector(contact)
    return contact


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the derived fields but for the search vector, and the further numbers with theirs."""
    return {
        "phone_e164": identity.number_of(values["phone"]),
        "more_phones": [point | {"e164": identity.number_of(point["text"])} for point in values["more_phones"]],
        "sort_name": search.sort_key(values["last_name"], values["first_name"], values["company"]),
        "keys": identity.keys(values["account_id"], values),
    }


def search_vector(contact: Contact) -> Func:
    """Return the contact's lexemes as an expression for its search vector."""
    words = Value(lexemes(contact), output_field=ArrayField(TextField()))
    return Func(words, function="array_to_tsvector", output_field=SearchVectorField())


def copy_contacts(contacts: Iterable[Mapping[str, Any]]) -> None:
    """Insert new contacts by COPY with their derived fields; see `row`."""
    copy_in(Contact, COLUMNS, map(row, contacts))


def row(values: Mapping[str, Any]) -> list[Any]:
    """Return a contact with its derived fields as a row for COPY, in the order of `COLUMNS`.

    `values` has the id, which is reserved, and the account's; other columns that are left out have their default. The
    search vector is text, because COPY runs no function, and so are arrays and JSON, because that is faster.
    """
    contact = {**_BLANK, **values}
    contact |= _plain(contact)
    contact["search"] = search.vector(_lexemes(contact))
    for name in _ARRAYS:
        contact[name] = text_array(contact[name])
    for name in _JSON:
        contact[name] = as_json(contact[name])
    return [*contact.values()]


def texts(contact: Contact) -> dict[str, str | None]:
    """Return the columns of a new contact with the derived ones, each as text, for a statement that inserts it.

    All being text, the statement is prepared once, whatever the contact has.
    """
    values = {name: value for name, value in vars(contact).items() if name in _BLANK}
    return {name: None if value is None else str(value) for name, value in zip(COLUMNS, row(values), strict=True)}


def lexemes(contact: Contact) -> list[str]:
    """Return the words a contact is found by. Needs `phone_e164`."""
    return _lexemes(vars(contact))


def _lexemes(values: Mapping[str, Any]) -> list[str]:
    return search.lexemes(
        emails=contact_points.texts(values["email"], values["more_emails"]),
        phones=[values["phone_e164"] or values["phone"], *map(_dialled, values["more_phones"])],
        street=" ".join(values[name] for name in _STREETS if values[name]),
        foreign_ids=" ".join(value for _source, value in values["foreign_ids"]),
        **{name: values[name] for name in _TEXTS if values[name]},
    )


def _dialled(point: contact_points.ContactPoint) -> str:
    return point.get("e164") or point["text"]
