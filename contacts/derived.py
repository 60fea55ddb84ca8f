"""Derived fields of a contact: the E.164 number, the sort key, and the lexemes and keys it is found by."""

from collections.abc import Iterable
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchVectorField
from django.db.models import Func, JSONField, TextField, Value
from psycopg.types.json import Jsonb

from base.copying import copy_in
from contacts import contact_points, identity, search
from contacts.description import FACTS
from contacts.models import Contact

COLUMNS = [field.attname for field in Contact._meta.concrete_fields]
JSON = [field.attname for field in Contact._meta.concrete_fields if isinstance(field, JSONField)]
FIELDS = ["phone_e164", "sort_name", "search", "keys"]
_SEARCHED = [fact.name for fact in FACTS.values() if fact.searched and fact.kind in ("text", "tags")]


def derive(contact: Contact) -> Contact:
    """Set the derived fields of a new or changed contact and return it. Does not save it."""
    _set_plain(contact)
    contact.search = search_vector(contact)
    return contact


def _set_plain(contact: Contact) -> None:
    """Set the derived fields but for the search vector."""
    contact.phone_e164 = identity.number_of(contact.phone)
    contact.more_phones = [point | {"e164": identity.number_of(point["text"])} for point in contact.more_phones]
    contact.sort_name = search.sort_key(contact.last_name, contact.first_name, contact.company)
    contact.keys = identity.keys(contact.account_id, vars(contact))


def search_vector(contact: Contact) -> Func:
    """Return the contact's lexemes as an expression for its search vector."""
    words = Value(lexemes(contact), output_field=ArrayField(TextField()))
    return Func(words, function="array_to_tsvector", output_field=SearchVectorField())


def copy_contacts(contacts: Iterable[Contact]) -> None:
    """Insert new contacts, whose ids are reserved, by COPY with their derived fields."""
    copy_in(Contact, COLUMNS, map(row, contacts))


def row(contact: Contact) -> list[Any]:
    """Return the contact with its derived fields as a row for COPY, in the order of `COLUMNS`.

    The search vector is text, because COPY runs no function.
    """
    _set_plain(contact)
    ready = {"search": search.vector(lexemes(contact))} | {name: Jsonb(getattr(contact, name)) for name in JSON}
    return [ready.get(name, getattr(contact, name)) for name in COLUMNS]


def lexemes(contact: Contact) -> list[str]:
    """Return the words a contact is found by. Needs `phone_e164`."""
    return search.lexemes(
        emails=contact_points.texts(contact.email, contact.more_emails),
        phones=[contact.phone_e164 or contact.phone, *map(_dialled, contact.more_phones)],
        **{name: getattr(contact, name) for name in _SEARCHED},
    )


def _dialled(point: contact_points.ContactPoint) -> str:
    return point.get("e164") or point["text"]
