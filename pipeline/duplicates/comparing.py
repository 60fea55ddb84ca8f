"""Two contacts side by side: in which facts they differ, which of each is the fuller one, and what they become."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from hashlib import blake2b
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from accounts.plans import Feature
from base.fields import MAX_TAGS
from contacts import contact_points, duplicates, facts, identity, pairs
from contacts.contact_points import ContactPoint
from contacts.description import FACTS
from contacts.models import Contact
from contacts.pairs import Pair
from pipeline.models import Card

LISTS = ("emails", "phones", "pairs", "tags")  # kinds of which both are kept
STATUS, ASSIGNEE = "status", "assignee"
# Facts that only make sense together; each other one is chosen by itself.
TOGETHER = {
    "email": ("email", "email_kind"),
    "phone": ("phone", "phone_kind", "phone_words"),
    "street": ("street", "postal_code", "city"),
    "property_street": ("property_street", "property_postal_code", "property_city"),
    "value": ("value", "value_from", "value_to", "value_provider", "value_link"),
    "source": ("source", "source_detail"),
    "due_on": ("due_on", "due_note"),
}
_LATER = {name for names in TOGETHER.values() for name in names[1:]}
UNITS = {
    name: TOGETHER.get(name, (name,)) for name, fact in FACTS.items() if fact.kind not in LISTS and name not in _LATER
}
UNITED = tuple(name for name, fact in FACTS.items() if fact.kind in LISTS)


@dataclass(frozen=True)
class Choice:
    """One thing to choose: its value in either contact, and whose is chosen."""

    name: str
    label: str
    texts: tuple[str, str]
    chosen: int  # 0: the first one's
    differs: bool


@dataclass(frozen=True)
class Compared:
    """Two contacts side by side, the one with the lower id first."""

    user: User
    contacts: tuple[Contact, Contact]

    @property
    def reason(self) -> str:
        """What they have in common, in words."""
        return common(*self.contacts)

    @cached_property
    def mark(self) -> str:
        """A short text that changes with whatever is chosen from or united."""
        values = [
            [one.version, one.card.column_id, one.card.version, one.assignee_id, one.due_on, one.due_note, one.tags]
            for one in self.contacts
        ]
        return blake2b(repr(values).encode(), digest_size=16).hexdigest()

    def choices(self, asked: Mapping[str, int] | None = None) -> list[Choice]:
        """Return what is to be chosen, what differs first. `asked` are ids of contacts that were chosen before."""
        names = (STATUS, ASSIGNEE, *UNITS) if self.user.account.can(Feature.ASSIGN) else (STATUS, *UNITS)
        found = [self._choice(name, asked or {}) for name in names]
        return sorted((one for one in found if any(one.texts)), key=lambda one: not one.differs)

    def united(self) -> list[tuple[str, str]]:
        """Return label and text of what both have of several, as it will be."""
        survivor, other = self.roles({})
        values, _left = merged_values(survivor, other, self.chosen({}), may_assign=False)
        shown = {name: values.get(name, getattr(survivor, name)) for name in UNITED}
        return [(facts.label(name), facts.text(name, value)) for name, value in shown.items() if value]

    def chosen(self, asked: Mapping[str, int]) -> dict[str, Contact]:
        """Return whose value is taken of each unit: what was asked for, else the fuller one's."""
        return {name: self.contacts[self._index(name, asked)] for name in (ASSIGNEE, *UNITS)}

    def roles(self, asked: Mapping[str, int]) -> tuple[Contact, Contact]:
        """Return the contact that stays, whose status is chosen, and the other one."""
        index = self._index(STATUS, asked)
        return self.contacts[index], self.contacts[1 - index]

    def _index(self, name: str, asked: Mapping[str, int]) -> int:
        ids = [one.pk for one in self.contacts]
        return ids.index(asked[name]) if asked.get(name) in ids else self._fuller(name)

    def _fuller(self, name: str) -> int:
        first, second = self.contacts
        if name == STATUS:
            return int(_progress(second.card) > _progress(first.card))
        if name == ASSIGNEE:
            return int(first.assignee_id is None and second.assignee_id is not None)
        return int(_fullness(second, name) > _fullness(first, name))

    def _choice(self, name: str, asked: Mapping[str, int]) -> Choice:
        first, second = self.contacts
        texts = (_text(first, name), _text(second, name))
        if name == STATUS:
            differs = first.card.column_id != second.card.column_id
        elif name == ASSIGNEE:
            differs = first.assignee_id != second.assignee_id
        else:
            differs = texts[0].casefold() != texts[1].casefold()
        return Choice(name, _label(name), texts, self._index(name, asked), differs)


def common(one: Contact, other: Contact) -> str:
    """Return what two contacts have in common: „gleiche E-Mail-Adresse, gleicher Name“."""
    records = [identity.record(vars(each)) for each in (one, other)]
    place = _("gleiche Anschrift") if identity.places(vars(one)) & identity.places(vars(other)) else ""
    return ", ".join(filter(None, (duplicates.in_common(*records), place)))


def merged_values(
    survivor: Contact, other: Contact, chosen: Mapping[str, Contact], *, may_assign: bool
) -> tuple[dict[str, Any], list[Pair]]:
    """Return the fields that change of the survivor, and what there is no room for of what both have of several."""
    values: dict[str, Any] = {}
    for name, names in UNITS.items():
        values |= {field: getattr(chosen[name], field) for field in names}
    if may_assign:
        values["assignee_id"] = chosen[ASSIGNEE].assignee_id
    left: list[Pair] = []
    for name, fold in (("email", str.lower), ("phone", identity.number_of)):
        further = [point for one in _first(chosen[name], survivor, other) for point in _points(one, name)]
        field = f"more_{name}s"
        values[field] = contact_points.union(values[name], [], further, fold)
        kept = {fold(text) or text for text in contact_points.texts(values[name], values[field])}
        lost = dict.fromkeys(point["text"] for point in further if (fold(point["text"]) or point["text"]) not in kept)
        left += [[facts.label(field), text] for text in lost]
    for name in ("foreign_ids", "campaign", "further"):
        values[name], more = pairs.union(name, getattr(survivor, name), getattr(other, name))
        left += more
    tags = list(dict.fromkeys([*survivor.tags, *other.tags]))
    values["tags"] = tags[:MAX_TAGS]
    left += [[facts.label("tags"), tag] for tag in tags[MAX_TAGS:]]
    return {name: value for name, value in values.items() if getattr(survivor, name) != value}, left


def _first(chosen: Contact, *both: Contact) -> Sequence[Contact]:
    return sorted(both, key=lambda one: one.pk != chosen.pk)


def _points(contact: Contact, name: str) -> list[ContactPoint]:
    """Return all e-mail addresses or numbers of the contact, the first one first."""
    first = getattr(contact, name)
    words = contact.phone_words if name == "phone" else ""
    points = [contact_points.contact_point(first, getattr(contact, f"{name}_kind"), words)] if first else []
    return points + getattr(contact, f"more_{name}s")


def _progress(card: Card) -> tuple[bool, int, int]:
    """Return how far a contact has come; of two that are equally far the older one stays."""
    return not card.column.is_lost, card.column.position, -card.pk


def _fullness(contact: Contact, name: str) -> tuple[int, int]:
    """Return how many of the unit's fields have a value, and how much they say."""
    values = [getattr(contact, field) for field in UNITS[name]]
    if name == "source":
        values[0] = "" if values[0] == "other" else "source"
    said = [str(value) for value in values if value not in (None, "")]
    return len(said), sum(map(len, said)) if all(isinstance(value, str) for value in values) else 0


def _text(contact: Contact, name: str) -> str:
    if name == STATUS:
        return contact.card.column.name
    if name == ASSIGNEE:
        return contact.assignee.full_name if contact.assignee else ""
    found = [(field, getattr(contact, field)) for field in UNITS[name]]
    texts = [facts.text(field, value) for field, value in found if value not in (None, "")]
    return ", ".join(texts)


def _label(name: str) -> str:
    if name == STATUS:
        return _("Status")
    if name == ASSIGNEE:
        return _("Mitarbeiter")
    return _("Anschrift") if name == "street" else facts.label(name)
