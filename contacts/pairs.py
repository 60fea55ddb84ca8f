"""What was said under labels we have no field for: pairs of label and value, in the order in which they came.

As text each is a line „Etage: 3. OG“; further lines of a value are indented. Knows no models.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from base.text import one_line

Pair = list[str]  # label, "" if there is none, and value; a list, as JSON gives it back

_SIGN = ": "
_INDENT = "  "
_WOULD_END = re.compile(r":+ ")


class Bounds(NamedTuple):
    """How many pairs a contact keeps, and how many characters of each label and value."""

    pairs: int
    label: int
    value: int


BOUNDS = {
    "foreign_ids": Bounds(50, 60, 200),
    "campaign": Bounds(50, 200, 1000),
    "further": Bounds(50, 200, 1000),
}


def tidy(name: str, pairs: Iterable[Sequence[str]]) -> tuple[list[Pair], list[Pair]]:
    """Return the pairs as the field keeps them, each once and none without a value, and what is beyond its bounds."""
    bounds = BOUNDS[name]
    kept: list[Pair] = []
    left: list[Pair] = []
    for label, value in pairs:
        label = _label(label)[: bounds.label].rstrip()
        value = _lines(value) if name != "foreign_ids" else one_line(_printable(value, ""))
        whole, pair = [label, value], [label, value[: bounds.value].rstrip()]
        if not value or pair in kept:
            continue
        if len(kept) == bounds.pairs or len(value) > bounds.value:
            left.append(whole)
        if len(kept) < bounds.pairs:
            kept.append(pair)
    return kept, left


def union(name: str, known: Sequence[Sequence[str]], more: Iterable[Sequence[str]]) -> tuple[list[Pair], list[Pair]]:
    """Return `known` with those of `more` that are not in it, and what the field cannot keep of them."""
    return tidy(name, [*known, *more])


def write(pairs: Iterable[Sequence[str]]) -> str:
    """Return pairs as lines, which `read` reads as the same ones."""
    return "\n".join(map(_written, pairs))


def read(text: str) -> list[Pair]:
    """Return the pairs of these lines; a line without a label is a value alone."""
    found: list[Pair] = []
    for line in text.replace("\r\n", "\n").split("\n"):
        if line[:1].isspace() and found:
            found[-1][1] += f"\n{line.strip()}"
        elif line.strip():
            label, sign, value = line.partition(_SIGN)
            found.append([label, value] if sign else ["", line])
    return found


def line(pairs: Iterable[Sequence[str]]) -> str:
    """Return pairs in one line: „Etage: 3. OG; Aufzug: ja“."""
    return "; ".join(one_line(_written(pair)) for pair in pairs)


def _written(pair: Sequence[str]) -> str:
    label, value = pair
    head = f"{label}{_SIGN}" if label or _SIGN in value else ""
    return head + value.replace("\n", f"\n{_INDENT}")


def _label(text: str) -> str:
    """Return a label in one line, without what would end it."""
    return one_line(_WOULD_END.sub(" – ", one_line(_printable(text, "")))).lstrip(" :–").rstrip(" :")


def _lines(text: str) -> str:
    parts = _printable(text.replace("\r\n", "\n").replace("\r", "\n"), "\n").split("\n")
    return "\n".join(filter(None, map(str.strip, parts)))


def _printable(text: str, kept: str) -> str:
    """Compose letters, and replace control characters and lone surrogates by blanks."""
    text = unicodedata.normalize("NFC", text)
    return "".join(sign if sign in kept or unicodedata.category(sign) not in ("Cc", "Cs") else " " for sign in text)
