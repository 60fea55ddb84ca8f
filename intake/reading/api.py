"""Our own REST shape: one JSON object for one lead. Says of each field what is wrong with it, and keeps what is new."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.translation import gettext_noop as _

from contacts.csv.contact_points import phones_in
from contacts.csv.fields import choice_of
from contacts.description import FACTS, FIRST_YEAR_BUILT, LAST_YEAR_BUILT
from intake.reading.composing import EMAIL, NOBODY, Item, composed
from intake.reading.decoding import decoded, tidy
from intake.reading.lead import (
    MAX_BYTES,
    MAX_MESSAGE,
    MAX_PLACE,
    MAX_REACH,
    MAX_VALUE,
    MAX_VERSION,
    MAX_WORDING,
    ConsentGiven,
    Lead,
    NotRead,
)
from intake.reading.moments import moment_of
from intake.reading.targets import CAMPAIGN, FURTHER
from intake.reading.tree import TOO_LARGE, from_json, leaves

NO_OBJECT = _("Erwartet wird ein JSON-Objekt.")
WRONG = _("Einige Felder sind nicht verständlich.")
NEEDS_TEXT = _("Hier wird ein Text erwartet.")
NEEDS_BRANCH = _("Hier wird ein Objekt erwartet.")
NEEDS_LIST = _("Hier wird eine Liste erwartet.")
NEEDS_NUMBER = _("Hier wird eine Zahl größer als 0 erwartet.")
NEEDS_YEAR = _("Hier wird ein Jahr zwischen 1000 und 2100 erwartet.")
NEEDS_BOOLEAN = _("Hier wird true oder false erwartet.")
NEEDS_MOMENT = _("Hier wird ein Zeitpunkt nach ISO 8601 erwartet, etwa 2026-11-27T09:12:00+01:00.")
NEEDS_EMAIL = _("Das ist keine E-Mail-Adresse.")
NEEDS_PHONE = _("Das ist keine Telefonnummer.")
NEEDS_LINK = _("Hier wird eine Adresse erwartet, die mit http:// oder https:// beginnt.")
NEEDS_CHOICE = _("Dieser Wert ist nicht vorgesehen.")
TOO_LONG = _("Der Text ist zu lang.")
TOO_MANY = _("Das sind zu viele Einträge.")

PHONE_KINDS = {
    "": "phone",
    "home": "private_phone",
    "private": "private_phone",
    "mobile": "mobile",
    "work": "work_phone",
    "other": "other_phone",
    "fax": "fax",
}
CHANNELS = ("email", "phone", "letter")
METHODS = ("form", "double_opt_in", "spoken", "written")
MAX_CONSENTS = 10

_MIN_NUMBER, _MAX_NUMBER = Decimal("0.001"), 1_000_000_000
_MAX_DIGITS = 30  # of a number as it was sent
_LINK = re.compile(r"https?://[^\s<>\"]+", re.IGNORECASE)


class Problem(NamedTuple):
    """What is wrong with a field: its path, and a German sentence that `gettext` translates."""

    path: str
    sentence: str


class Malformed(NotRead):
    """It is no JSON object at all."""


class Problems(NotRead):
    """It is one, but some of its fields cannot be understood."""

    def __init__(self, reason: str, problems: list[Problem]) -> None:
        super().__init__(reason)
        self.problems = problems

    def __reduce__(self) -> tuple[Any, ...]:
        return Problems, (self.reason, self.problems)


def lead_in(body: bytes) -> Lead:
    """Return the lead. Raises Malformed, or Problems with every field that cannot be understood."""
    if len(body) > MAX_BYTES:
        raise Malformed(TOO_LARGE)
    text = decoded(body)
    try:
        from_json(text)  # the limits of depth and fields
    except NotRead as fault:
        raise Malformed(fault.reason) from None
    sent = json.loads(text, parse_int=_integer, parse_float=Decimal)
    if not isinstance(sent, dict):
        raise Malformed(NO_OBJECT)
    return _Request(sent).lead()


def _integer(text: str) -> int | str:
    return int(text) if len(text) < 20 else text


def _text(value: Any, limit: int = MAX_VALUE) -> str:
    if not isinstance(value, str | int) or isinstance(value, bool):
        return NEEDS_TEXT
    return TOO_LONG if len(str(value)) > limit else ""


def _limited(limit: int) -> Callable[[Any], str]:
    return lambda value: _text(value, limit)


def _number(value: Any) -> str:
    is_one = isinstance(value, int | Decimal) and not isinstance(value, bool)
    is_sane = is_one and _MIN_NUMBER <= value < _MAX_NUMBER and len(str(value)) <= _MAX_DIGITS
    return "" if is_sane else NEEDS_NUMBER


def _year(value: Any) -> str:
    is_one = isinstance(value, int) and FIRST_YEAR_BUILT <= value <= LAST_YEAR_BUILT
    return "" if is_one else NEEDS_YEAR


def _email(value: Any) -> str:
    return _text(value, 254) or ("" if EMAIL.fullmatch(str(value).strip()) else NEEDS_EMAIL)


def _moment(value: Any) -> str:
    return "" if isinstance(value, str) and moment_of(value) else NEEDS_MOMENT


def _link(value: Any) -> str:
    return _text(value, FACTS["value_link"].limit) or ("" if _LINK.fullmatch(str(value)) else NEEDS_LINK)


def _choice(name: str) -> Callable[[Any], str]:
    return lambda value: _text(value) or ("" if choice_of(name, str(value)) else NEEDS_CHOICE)


class _Rule(NamedTuple):
    target: str
    check: Callable[[Any], str]


def _fact(name: str) -> _Rule:
    return _Rule(name, _limited(FACTS[name].limit))


_HOME = {name: _fact(name) for name in ("street", "postal_code", "city")}
_FIELDS: Mapping[str, _Rule] = {
    "source": _Rule("source", _choice("source")),
    "source_detail": _fact("source_detail"),
    "occurred_at": _Rule("occurred_at", _moment),
    "external_id": _Rule("foreign_id", _limited(200)),
    "subject": _Rule("subject", _text),
    "message": _Rule("message", _limited(MAX_MESSAGE)),
    "person.salutation": _Rule("salutation", _choice("salutation")),
    **{f"person.{name}": _fact(name) for name in ("title", "first_name", "last_name", "company")},
    "person.email": _Rule("email", _email),
    **{f"person.address.{name}": rule for name, rule in _HOME.items()},
    "property.kind": _Rule("property_kind", _choice("property_kind")),
    "property.living_area": _Rule("living_area", _number),
    "property.plot_area": _Rule("plot_area", _number),
    "property.year_built": _Rule("year_built", _year),
    **{f"property.address.{name}": _Rule(f"property_{name}", rule.check) for name, rule in _HOME.items()},
    "property.sell_horizon": _Rule("sell_horizon", _choice("sell_horizon")),
    "property.valuation.value": _Rule("value", _number),
    "property.valuation.from": _Rule("value_from", _number),
    "property.valuation.to": _Rule("value_to", _number),
    "property.valuation.provider": _fact("value_provider"),
    "property.valuation.report_url": _Rule("value_link", _link),
}
_BRANCHES = {path[:dot] for path in _FIELDS for dot in range(len(path)) if path[dot] == "."} | {"tracking"}
_OF_CONSENT = {"wording": MAX_WORDING, "wording_version": MAX_VERSION, "place": MAX_VALUE, "ip": 60}
_LISTS = {"person.emails": MAX_REACH, "person.phones": MAX_REACH, "consents": MAX_CONSENTS}


class _Request:
    def __init__(self, sent: dict[str, Any]) -> None:
        self.problems: list[Problem] = []
        self.consents: list[ConsentGiven] = []
        self.items = [*self._branch(sent, "")]

    def lead(self) -> Lead:
        lead = composed(self.items, parser="api")
        lead.consents = self.consents
        if self.problems:
            raise Problems(WRONG, self.problems)
        if not lead.is_named:
            raise Problems(NOBODY, [Problem("person", NOBODY)])
        return lead

    def _branch(self, sent: dict[str, Any], prefix: str) -> Iterator[Item]:
        for key, value in sent.items():
            path = f"{prefix}{key}"
            if value is None or value == "":
                continue
            if path in _FIELDS:
                yield from self._field(path, value)
            elif path in _LISTS:
                yield from self._list(path, value)
            elif path in _BRANCHES and not isinstance(value, dict):
                self.problems.append(Problem(path, NEEDS_BRANCH))
            elif path in _BRANCHES:
                yield from self._branch(value, f"{path}.")
            else:
                yield from _kept(path, value)

    def _field(self, path: str, value: Any) -> Iterator[Item]:
        target, check = _FIELDS[path]
        if sentence := check(value):
            self.problems.append(Problem(path, sentence))
        else:
            yield Item(path, target, _written(value))

    def _list(self, path: str, value: Any) -> Iterator[Item]:
        if not isinstance(value, list):
            self.problems.append(Problem(path, NEEDS_LIST))
        elif len(value) > _LISTS[path]:
            self.problems.append(Problem(path, TOO_MANY))
        else:
            for number, one in enumerate(value):
                yield from self._entry(path, f"{path}.{number}", one)

    def _entry(self, path: str, place: str, one: Any) -> Iterator[Item]:
        if path == "person.emails":
            fault = _email(one)
            self.problems += [Problem(place, fault)] if fault else []
            yield Item(place, "email", "" if fault else str(one))
        elif not isinstance(one, dict):
            self.problems.append(Problem(place, NEEDS_BRANCH))
        elif path == "person.phones":
            yield from self._phone(place, one)
        else:
            yield from self._consent(place, one)

    def _phone(self, path: str, sent: dict[str, Any]) -> Iterator[Item]:
        kind, number = sent.get("kind") or "", sent.get("number")
        if not isinstance(kind, str) or kind not in PHONE_KINDS:
            self.problems.append(Problem(f"{path}.kind", NEEDS_CHOICE))
        elif not isinstance(number, str) or not phones_in(number).points:
            self.problems.append(Problem(f"{path}.number", NEEDS_PHONE))
        else:
            yield Item(path, PHONE_KINDS[kind], number)
        yield from self._unknown(path, sent, ("kind", "number"))

    def _consent(self, path: str, sent: dict[str, Any]) -> Iterator[Item]:
        texts = {name: sent.get(name) or "" for name in _OF_CONSENT}
        checked = {name: _text(value, _OF_CONSENT[name]) for name, value in texts.items()}
        faults = [Problem(f"{path}.{name}", fault) for name, fault in checked.items() if fault]
        channel, granted, method = sent.get("channel"), sent.get("granted"), sent.get("method") or "form"
        faults += [Problem(f"{path}.channel", NEEDS_CHOICE)] if channel not in CHANNELS else []
        faults += [Problem(f"{path}.granted", NEEDS_BOOLEAN)] if not isinstance(granted, bool) else []
        faults += [Problem(f"{path}.method", NEEDS_CHOICE)] if method not in METHODS else []
        self.problems += faults
        if not faults:
            written = {name: tidy(str(value)) for name, value in texts.items()}
            self.consents.append(ConsentGiven(str(channel), bool(granted), method=str(method), **written))
            if len(written["place"]) > MAX_PLACE:  # the evidence has its beginning
                yield from _kept(f"{path}.place", written["place"])
        yield from self._unknown(path, sent, (*texts, "channel", "granted", "method", "ip_stored"))

    def _unknown(self, path: str, sent: dict[str, Any], known: tuple[str, ...]) -> Iterator[Item]:
        for key, value in sent.items():
            if key not in known:
                yield from _kept(f"{path}.{key}", value)


def _kept(path: str, value: Any) -> Iterator[Item]:
    """Yield what has no field of ours, and the marks of a campaign."""
    mark = path.removeprefix("tracking.")
    for leaf in leaves(from_json(json.dumps(value, default=str))):
        label = f"{path}.{leaf.path}".rstrip(".").removeprefix("extra.")
        yield Item(label, mark if mark in CAMPAIGN else FURTHER, leaf.value)


def _written(value: Any) -> str:
    """Return a number as people in Germany write it, so that 1.125 stays a little more than one."""
    if isinstance(value, Decimal):
        return f"{value.normalize():f}".replace(".", ",")
    return str(value)
