"""Which value of a web hook is what: as the office has said, else by the names that forms give their fields."""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from contacts.csv.fields import bare
from contacts.csv.headers import heading, is_of_the_program
from contacts.search import fold
from intake.reading import targets
from intake.reading.composing import Item
from intake.reading.tree import Leaf
from intake.reading.words import FIELDS, FILLERS, NAMELESS, NO_PERSON, OBJECT

_WORD = re.compile(r"[^\W_]+")
_BRACKETS = re.compile(r"\([^()]*\)")
_HUMP = re.compile(r"(?<=[a-z])(?=[A-Z])")
_BY_NAME = {name: target for target, names in FIELDS.items() for name in names.split()}
_BY_KIND = {"mobile": "mobile", "private": "private_phone", "work": "work_phone", "other": "other_phone", "fax": "fax"}
_OF_HEADINGS = {
    **{name: name for name in (*targets.FACT_TARGETS, *targets.NAMES, *targets.PLACES, "email")},
    "note": "message",
    "source": "",
    "source_detail": "",
}
_OF_OBJECT = ("street", "house_number", "postal_code", "city", "place", "address")


class Field(NamedTuple):
    """A value of a payload: where it stands, what it is called, and what it becomes unless an office says otherwise.

    Without a `target` its label proposes one.
    """

    path: str
    label: str
    target: str | None
    value: str


def items(fields: Iterable[Field], mapping: Mapping[str, str]) -> list[Item]:
    """Return what the fields become; `mapping` are the targets that an office has chosen, by path."""
    return [Item(label, _known(mapping.get(path, target)), value) for path, label, target, value in proposed(fields)]


def fields_of(leaves: Iterable[Leaf]) -> list[Field]:
    """Return the values of an unknown payload, called as their paths."""
    return [Field(path, path, None, value) for path, value in leaves]


def proposed(fields: Iterable[Field]) -> list[Field]:
    """Propose a target by name for each field that has none. "name" is a last name beside a first name."""
    found = [field if field.target is not None else field._replace(target=target_of(field.label)) for field in fields]
    taken = {field.target for field in found}
    if "first_name" not in taken or "last_name" in taken:
        return found
    return [field._replace(target="last_name") if field.target == "full_name" else field for field in found]


def target_of(path: str) -> str:
    """Return the target that a name or a path proposes, "" if it names nothing that we know."""
    last = _last(_BRACKETS.sub(" ", path).strip() or path)
    if last.lower() in targets.CAMPAIGN:
        return last.lower()
    words = _WORD.findall(fold(_HUMP.sub(" ", path)))
    if len(path) > 120 or NO_PERSON & {*words} or bare(last) in ("value", "wert"):
        return ""
    named = [word for word in _WORD.findall(fold(_HUMP.sub(" ", last))) if word not in FILLERS]
    target = _BY_NAME.get(bare(last)) or _named(" ".join(named), last)
    if target in _OF_OBJECT and (OBJECT & {*words} or any(word.startswith(("objekt", "immobilie")) for word in words)):
        return f"property_{target}"
    return target


def _last(path: str) -> str:
    """Return the part of the path that names the value; a label with blanks is no path."""
    if " " in path:
        return path
    parts = [part for part in path.split(".") if part and not part.isdigit()]
    while len(parts) > 1 and parts[-1].lower() in NAMELESS:
        parts.pop()
    return parts[-1] if parts else path


def _named(words: str, last: str) -> str:
    """Return the target of a name without fillers; `last` is the name as it was sent."""
    plain = bare(words)
    if plain in _BY_NAME:
        return _BY_NAME[plain]
    for text in (words, " ".join(word for word in words.split() if word not in OBJECT)):
        found = heading(text)
        if found.key and not is_of_the_program(last):
            return _BY_KIND.get(found.kind, "phone") if found.key == "phone" else _OF_HEADINGS.get(found.key, "")
    return ""


def _known(target: str | None) -> str:
    """Return the target, that of "Weitere Angaben" for one that exists no more."""
    return target if target in targets.LABELS else targets.FURTHER
