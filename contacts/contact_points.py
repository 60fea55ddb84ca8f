"""Further phone numbers and e-mail addresses of a contact: the text as typed, with its kind and a remark.

The first number and the first address are columns of the contact; the further ones are lists of dicts in two others.
Knows no models.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from django.utils.translation import gettext_lazy

MAX_FURTHER = 9  # further ones of each sort
MAX_WORDS_LENGTH = 120
KINDS = {
    "private": gettext_lazy("privat"),
    "work": gettext_lazy("geschäftlich"),
    "mobile": gettext_lazy("mobil"),
    "fax": gettext_lazy("Fax"),
    "other": gettext_lazy("sonstige"),
}
ContactPoint = dict[str, str]  # kind, text, words; a number also e164
Fold = Callable[[str], str]

_BETWEEN = " | "
_ENTRY = re.compile(r"(?P<text>.*?)(?: \((?P<beside>[^()]*)\))?", re.DOTALL)


def contact_point(text: str, kind: str = "", words: str = "") -> ContactPoint:
    """Make a contact point; a remark that is too long is cut off."""
    return {"kind": kind, "text": text, "words": words[:MAX_WORDS_LENGTH]}


def texts(first: str, further: Iterable[Mapping[str, str]]) -> list[str]:
    """Return all numbers, or all addresses, as typed, without duplicates: the first one first."""
    return list(dict.fromkeys(filter(None, (first, *(one["text"] for one in further)))))


def beside(kind: str, words: str) -> str:
    """Return kind and remark as text: „mobil; nur abends“, or ""."""
    return "; ".join(filter(None, (str(KINDS.get(kind, "")), words)))


def write(further: Sequence[Mapping[str, str]]) -> str:
    """Return contact points as one line: „0171 2345678 (mobil; nur abends) | 040 123456“."""
    return _BETWEEN.join(map(_written, further))


def read(line: str) -> list[ContactPoint]:
    """Parse what `write` returned. Text in brackets that begins with no known kind is a remark."""
    found = (_ENTRY.fullmatch(part.strip()) for part in line.split(_BETWEEN.strip()))
    return [_read(match) for match in found if match and match["text"]][:MAX_FURTHER]


def union(
    first: str, known: Sequence[ContactPoint], more: Iterable[ContactPoint], fold: Fold = str.casefold
) -> list[ContactPoint]:
    """Return `known` with those of `more` added that are neither in it nor equal to `first`.

    Texts are compared after `fold`; where that returns "", as they are.
    """
    seen = {fold(text) or text for text in (first, *(one["text"] for one in known))}
    found = list(known)
    for one in more:
        form = fold(one["text"]) or one["text"]
        if form not in seen:
            seen.add(form)
            found.append(one)
    return found[:MAX_FURTHER]


def _written(one: Mapping[str, str]) -> str:
    remark = beside(one.get("kind", ""), one.get("words", ""))
    return f"{one['text']} ({remark})" if remark else one["text"]


def _read(match: re.Match[str]) -> ContactPoint:
    kind, words = "", match["beside"] or ""
    first, _sign, rest = words.partition("; ")
    for key, name in KINDS.items():
        if first.casefold() in (key, str(name).casefold()):
            kind, words = key, rest
    return contact_point(match["text"], kind, words)
