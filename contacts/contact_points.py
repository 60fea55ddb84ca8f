"""Several numbers and addresses of one contact: each with its kind, as typed, and the words beside it.

The first number and the first address are columns of the contact; the further ones are a list of dicts in another.
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
    """One further number or address."""
    return {"kind": kind, "text": text, "words": words[:MAX_WORDS_LENGTH]}


def texts(first: str, further: Iterable[Mapping[str, str]]) -> list[str]:
    """All numbers, or all addresses, as typed: the first one first, each once."""
    return list(dict.fromkeys(filter(None, (first, *(one["text"] for one in further)))))


def beside(kind: str, words: str) -> str:
    """What is said beside a number: „mobil; nur abends“, or ""."""
    return "; ".join(filter(None, (str(KINDS.get(kind, "")), words)))


def write(further: Sequence[Mapping[str, str]]) -> str:
    """The further ones as one line: „0171 2345678 (mobil; nur abends) | 040 123456“."""
    return _BETWEEN.join(map(_written, further))


def read(line: str) -> list[ContactPoint]:
    """What `write` has written; what stands in brackets without a known kind are words."""
    found = (_ENTRY.fullmatch(part.strip()) for part in line.split(_BETWEEN.strip()))
    return [_read(match) for match in found if match and match["text"]][:MAX_FURTHER]


def union(
    first: str, known: Sequence[ContactPoint], more: Iterable[ContactPoint], fold: Fold = str.casefold
) -> list[ContactPoint]:
    """The further ones with those of `more` that are not known yet, `first` neither.

    What `fold` makes of a text tells whether it is known; "" for a text that has no other form.
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
    said = beside(one.get("kind", ""), one.get("words", ""))
    return f"{one['text']} ({said})" if said else one["text"]


def _read(match: re.Match[str]) -> ContactPoint:
    kind, words = "", match["beside"] or ""
    first, _sign, rest = words.partition("; ")
    for key, name in KINDS.items():
        if first.casefold() in (key, str(name).casefold()):
            kind, words = key, rest
    return contact_point(match["text"], kind, words)
