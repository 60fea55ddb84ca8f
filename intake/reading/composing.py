"""Composing a lead of named values: the same for every format, so that nothing is lost between them."""

import re
from collections.abc import Iterable
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop as _

from base.text import one_line
from contacts.csv.contact_points import MAX_CELL_LENGTH, phones_in
from contacts.csv.people import split_name
from contacts.csv.places import split_address, split_place
from intake.reading import targets
from intake.reading.consenting import CHANNELS, granted, wording_in
from intake.reading.decoding import tidy
from intake.reading.lead import (
    MAX_FURTHER,
    MAX_LABEL,
    MAX_MESSAGE,
    MAX_PLACE,
    MAX_REACH,
    MAX_VALUE,
    ConsentGiven,
    Lead,
    NotRead,
)
from intake.reading.moments import moment_of
from intake.reading.words import AROUND_EMAILS

NOBODY = _("Weder ein Name noch eine E-Mail-Adresse noch eine Telefonnummer war darin zu erkennen.")

MAX_POINTS = 50  # values of a lead that are searched for numbers or addresses

_IN_MAIL = r"[^\s<>()\[\]{},;:\"'|@"
EMAIL = re.compile(rf"{_IN_MAIL}]{{1,64}}@{_IN_MAIL}/]{{1,190}}\.{_IN_MAIL}/.]{{2,63}}")


class Item(NamedTuple):
    """A value that was sent, what it was called, and what it is (a key of `targets.LABELS`)."""

    label: str
    target: str
    value: str


def compose(items: Iterable[Item], *, parser: str) -> Lead:
    """Return the lead of one person. Raises NotRead if nobody could be known by it."""
    lead = composed(items, parser=parser)
    if not lead.is_named:
        raise NotRead(NOBODY)
    return lead


def of_some(leads: list[Lead]) -> list[Lead]:
    """Return the leads of several people. Raises NotRead if none of them has a name."""
    if not any(lead.is_named or lead.is_test for lead in leads):
        raise NotRead(NOBODY)
    return leads


def composed(items: Iterable[Item], *, parser: str) -> Lead:
    """Return the lead, even if nobody could be known by it."""
    composer = _Composer(parser)
    for label, target, value in items:
        item = Item(one_line(tidy(label[: 4 * MAX_LABEL]))[:MAX_LABEL], target, tidy(value))
        if item.value and target != targets.OMIT:
            composer.take(item)
    return composer.finished()


class _Composer:
    def __init__(self, parser: str) -> None:
        self.lead = Lead(parser=parser)
        self.texts: list[str] = []
        self.points = 0  # values read as numbers or addresses
        self.parts: dict[str, list[Item]] = {}  # of names, places and consents, which need each other

    def take(self, item: Item) -> None:
        target = item.target
        if target in targets.PHONES or target == "email":
            self._point(item)
        elif target in targets.NAMES:
            self._named(item)
        elif target in targets.PLACES or target in _ABOUT_CONSENT:
            self._keep(item)
        elif target in targets.CAMPAIGN:
            self._campaign(item)
        elif target in targets.FACT_TARGETS:
            self._fact(item)
        elif target in _READERS:
            _READERS[target](self, item)
        else:
            self._further(item)

    def finished(self) -> Lead:
        for target in ("full_name", "name_first"):
            for item in self.parts.get(target, ()):
                self._name(item)
        for prefix in ("", "property_"):
            self._places(prefix)
        self._consents()
        message = "\n\n".join(filter(None, [self.lead.message, "\n".join(self.texts)]))
        self.lead.left_out += len(message) > MAX_MESSAGE
        self.lead.message = message[:MAX_MESSAGE].rstrip()
        return self.lead

    def _further(self, item: Item) -> None:
        if len(self.lead.further) >= MAX_FURTHER:
            self.lead.left_out += 1
            return
        self.lead.further.append((item.label, self._short(item)))

    def _short(self, item: Item) -> str:
        """Return the value, of a long one the beginning: the whole of it goes into the message."""
        if len(item.value) > MAX_VALUE:
            self._text(item)
        return item.value[:MAX_VALUE]

    def _text(self, item: Item) -> None:
        if sum(map(len, self.texts)) > MAX_MESSAGE:
            self.lead.left_out += 1
            return
        self.texts.append(f"{item.label}: {item.value}" if item.label else item.value)

    def _message(self, item: Item) -> None:
        if item.value not in self.lead.message:
            self.lead.message = f"{self.lead.message}\n\n{item.value}".strip()[: 2 * MAX_MESSAGE]

    def _fact(self, item: Item) -> None:
        known = self.lead.facts.get(item.target)
        if known is None:
            self.lead.facts[item.target] = self._short(item)
        elif known != item.value[:MAX_VALUE]:
            self._further(item)

    def _campaign(self, item: Item) -> None:
        if self.lead.campaign.setdefault(item.target, item.value[:MAX_VALUE]) != item.value:
            self._further(item)

    def _point(self, item: Item) -> None:
        self.points += 1
        if self.points > MAX_POINTS:
            self._further(item)
        elif item.target == "email":
            self._emails(item)
        else:
            self._phones(item)

    def _emails(self, item: Item) -> None:
        value = item.value[:MAX_CELL_LENGTH]
        found = EMAIL.findall(value)
        for address in found:
            self._reach(self.lead.emails, address, item)
        if not found or value != item.value or _words(EMAIL.sub(" ", value)) - AROUND_EMAILS:
            self._further(item)

    def _named(self, item: Item) -> None:
        """Keep a name for the end, and take an address that stands beside it: Uwe Kern <uwe@kern.example>."""
        value = item.value[:MAX_CELL_LENGTH]
        is_room = len(self.parts.get(item.target, ())) < MAX_REACH
        for address in EMAIL.findall(value) if is_room and "@" in value else ():
            self._reach(self.lead.emails, address, item)
            item = item._replace(value=item.value.replace(address, " ").strip(" <>()\"',;"))
        if item.value:
            self._keep(item)

    def _keep(self, item: Item) -> None:
        """Keep it until the rest is known."""
        known = self.parts.setdefault(item.target, [])
        limit = MAX_VALUE if item.target in _ABOUT_CONSENT else MAX_CELL_LENGTH
        if len(known) < MAX_REACH and len(item.value) <= limit:
            known.append(item)
        else:
            self._further(item)

    def _phones(self, item: Item) -> None:
        found = phones_in(item.value, targets.PHONES[item.target][1])
        for point in found.points:
            self._reach(self.lead.phones, (point["kind"], point["text"]), item)
        if not found.points or found.left or any(point["words"] for point in found.points):
            self._further(item)

    def _reach(self, known: list[Any], one: object, item: Item) -> None:
        if one in known:
            return
        if len(known) < MAX_REACH:
            known.append(one)
        else:
            self._further(item)

    def _subject(self, item: Item) -> None:
        if item.value not in self.lead.subject:
            self.lead.subject = ", ".join(filter(None, [self.lead.subject, item.value]))[:MAX_VALUE]

    def _foreign_id(self, item: Item) -> None:
        if self.lead.foreign_id or len(item.value) > MAX_LABEL:
            self._further(item)
        else:
            self.lead.foreign_id = item.value

    def _occurred_at(self, item: Item) -> None:
        moment = moment_of(item.value)
        if moment is None or self.lead.occurred_at not in (None, moment):
            self._further(item)
        else:
            self.lead.occurred_at = moment

    def _name(self, item: Item) -> None:
        """Split a name into parts, unless they were sent as well."""
        facts = self.lead.facts
        given = f"{facts.get('first_name', '')} {facts.get('last_name', '')}"
        if given.strip():
            if _words(item.value) - _words(given):
                self._further(item)
            return
        parts = split_name(item.value, last_first=item.target == "name_first")
        for name, value in parts.items():
            if value:
                self._fact(Item(item.label, name, value))
        if _words(item.value) - _words(" ".join(parts.values())):
            self._further(item)  # what stood in brackets, or before a name

    def _places(self, prefix: str) -> None:
        facts = self.lead.facts
        for number in self.parts.get(f"{prefix}house_number", ()):
            street = facts.get(f"{prefix}street", "")
            if street and not street.endswith(f" {number.value}"):
                facts[f"{prefix}street"] = f"{street} {number.value}"[:MAX_VALUE]
            elif not street:
                self._further(number)
        for item in self.parts.get(f"{prefix}address", ()):
            street, place = split_address(item.value)
            self._parts_of_place(item, prefix, (street, place.postal_code, place.city))
        for item in self.parts.get(f"{prefix}place", ()):
            self._parts_of_place(item, prefix, ("", *split_place(item.value)))
        city = facts.get(f"{prefix}city", "")
        if city and f"{prefix}postal_code" not in facts and (place := split_place(city)).postal_code and place.city:
            facts |= {f"{prefix}postal_code": place.postal_code, f"{prefix}city": place.city}

    def _parts_of_place(self, item: Item, prefix: str, parts: tuple[str, str, str]) -> None:
        names = (f"{prefix}street", f"{prefix}postal_code", f"{prefix}city")
        found = {name: part for name, part in zip(names, parts, strict=True) if part}
        if any(self.lead.facts.get(name, part) != part for name, part in found.items()):
            self._further(item)
        else:
            self.lead.facts.update(found)

    def _consents(self) -> None:
        wording = "\n".join(item.value for item in self.parts.get("consent_wording", ()))[:MAX_MESSAGE]
        place = next((item.value for item in self.parts.get("consent_place", ())), "")[:MAX_VALUE]
        given = [item for target in CHANNELS for item in self.parts.get(target, ())]
        for item in given:
            answer = granted(item.value)
            if answer is None or len(self.lead.consents) >= MAX_REACH:
                self._further(item)
            else:
                said = wording or wording_in(item.value)[:MAX_MESSAGE]
                self.lead.consents.append(ConsentGiven(CHANNELS[item.target], answer, said, place=place))
        if len(place) > MAX_PLACE and self.lead.consents:  # the evidence has its beginning
            self._further(self.parts["consent_place"][0])
        if not self.lead.consents:
            for target in targets.ABOUT_CONSENTS:
                for item in self.parts.get(target, ()):
                    self._further(item)


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W_]+", text.casefold()))


_ABOUT_CONSENT = {**targets.CONSENTS, **targets.ABOUT_CONSENTS}
_READERS = {
    targets.TEXT: _Composer._text,
    "message": _Composer._message,
    "subject": _Composer._subject,
    "foreign_id": _Composer._foreign_id,
    "occurred_at": _Composer._occurred_at,
}
