"""Numbers and e-mail addresses in the cells of a file, each with the words beside it."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from base.emails import clean_email
from base.text import one_line
from contacts import contact_points
from contacts.csv.fields import bare
from contacts.csv.headers import kind_of
from contacts.phones import HOME, from_abroad, looks_like_one

MAX_WORDS_LENGTH, MAX_NUMBER_LENGTH, MAX_PER_CELL = 120, 40, 10
MAX_CELL_LENGTH = 1000  # characters; a longer cell is prose, and searching it for addresses would be slow
NOTHING = {
    "",
    "ka",
    "keineangabe",
    "keineangaben",
    "unbekannt",
    "na",
    "null",
    "keine",
    "keiner",
    "kein",
    "nein",
    "none",
    "nv",
    "nichtbekannt",
    "nichtvorhanden",
    "no",
    "x",
    "xx",
    "xxx",
    "unknown",
    "entfaellt",
    "fehlt",
    "ohne",
    "0",
    "keineemail",
    "keinemail",
    "keintelefon",
    "0000",
    "000000",
}
ContactPoint = contact_points.ContactPoint

_ROUNDED = re.compile(r"[0-9][.,]?[0-9]*E\+?[0-9]+", re.IGNORECASE)
_TRAILING = re.compile(r"(?<=[0-9])[.,]0+$")
_APART = re.compile(
    r"\s*(?::::|[,;|\n]|\s/\s|\s(?:oder|und|u\.|bzw\.)\s)\s*"
    r"|(?<=[0-9])\s*/\s*(?=(?:\+|00)[0-9])|(?<=[0-9 ]{5})/(?=0[1-9])"
)
_SHORT = re.compile(r"\(?0[0-9]{1,4}\)?")
_REST = re.compile(r"[0-9][0-9 -]*")
_NUMBER = re.compile(r"[+(]?[0-9][0-9 ()/.–-]*[0-9]")
_SECOND = re.compile(r"/\s*(?:\+|0)")
_AT = re.compile(r"\s*(?:\(at\)|\[at\]|\{at\}|<at>|\sat\s(?=[\w.-]+\.[a-z]{2,}\b))\s*", re.IGNORECASE)
_MAILS_APART = re.compile(r"\s*(?::::|[,;|\n]|\s/\s|\s(?:oder|und)\s)\s*|\s+(?=[^\s@<]+@)|(?<=[\w])/(?=[^\s/@]+@)")
_PLAIN_MAIL = re.compile(r"[A-Za-z0-9._+-]+@[A-Za-z0-9.-]+")  # most cells: nothing to part
_BLANKS = re.compile(r"\s{2,}")
_IN_BRACKETS = re.compile(r"(.*)<([^<>\s]+@[^<>\s]+)>(.*)", re.DOTALL)
_BORDER = " \t\n()[]-–,;:/."


class Found(NamedTuple):
    """`left` is the text that is neither a number, nor an address, nor words beside one."""

    points: list[ContactPoint]
    left: list[str]
    is_rounded: bool = False


def is_nothing(text: str) -> bool:
    """Return whether the text means that there is no value."""
    return bare(text) in NOTHING


def phones_in(text: str, kind: str = "", label: str = "", region: str = HOME) -> Found:
    """Return the phone numbers of a cell. A word, a dash or fewer than six digits is not a number.

    A number of another region gets its country code if it is possible there; all others are read as German.
    """
    if len(text) > MAX_CELL_LENGTH:
        return Found([], [text])
    text = _TRAILING.sub("", _closed_up(text).removeprefix("p:").strip().lstrip("'").strip())
    if _ROUNDED.fullmatch(text):
        return Found([], [], is_rounded=True)
    kind, words = _labelled(kind, label)
    found: list[ContactPoint] = []
    pending: list[str] = []
    for part in _parts(text, region):
        number = next((each for each in _NUMBER.findall(part) if _is_number(each, region)), "")
        rest = _joined(part.replace(number, " ", 1) if number else part)
        if number:
            own = kind_of(rest)
            found.append({"kind": own or kind, "text": _written(number, region)[:MAX_NUMBER_LENGTH], "words": words})
            _add_words(found[-1], "" if own and len(rest.split()) == 1 else rest)
        elif found:
            _add_words(found[-1], rest)
        else:
            pending.append(part)
    if found and pending:
        _add_words(found[0], ", ".join(map(_joined, pending)))
        pending = []
    return Found(found, [part for part in pending if not is_nothing(part)])


def emails_in(text: str, kind: str = "", label: str = "") -> Found:
    """Return the e-mail addresses of a cell, each as it is stored."""
    if len(text) > MAX_CELL_LENGTH:
        return Found([], [text])
    kind, words = _labelled(kind, label)
    found: list[ContactPoint] = []
    left: list[str] = []
    for part in [text] if _PLAIN_MAIL.fullmatch(text) else _mails_apart(text):
        bracketed = _IN_BRACKETS.fullmatch(part)
        address = bracketed[2] if bracketed else part.strip(" <>()\"'.")
        try:
            found.append({"kind": kind, "text": clean_email(address), "words": words})
        except ValueError:
            left += [] if is_nothing(part) else [part]
    return Found(found, left)


def _mails_apart(text: str) -> Iterator[str]:
    return filter(None, _MAILS_APART.split(_AT.sub("@", _closed_up(text).removeprefix("mailto:"))))


def further(text: str, *, is_email: bool) -> Found:
    """Read the cell in which an export lists all but the first number or address."""
    found: list[ContactPoint] = []
    left: list[str] = []
    for point in contact_points.read(text):
        try:
            found.append(point | {"text": clean_email(point["text"])} if is_email else point)
        except ValueError:
            left.append(point["text"])
    return Found(found, left)


def in_order(found: Sequence[ContactPoint]) -> list[ContactPoint]:
    """Sort fax numbers last."""
    return sorted(found, key=lambda point: point["kind"] == "fax")


def once(found: Sequence[ContactPoint]) -> list[ContactPoint]:
    """Remove repeated numbers or addresses."""
    if len(found) < 2:
        return [*found]
    first: dict[str, ContactPoint] = {}
    for point in found:
        first.setdefault(bare(point["text"]), point)
    return list(first.values())


def _closed_up(text: str) -> str:
    """Replace runs of blanks by one blank or line end; the patterns that follow are slow on long runs."""
    return _BLANKS.sub(lambda run: "\n" if "\n" in run[0] else " ", text)


@lru_cache(maxsize=8192)
def _is_number(text: str, region: str) -> bool:
    return looks_like_one(text) or bool(from_abroad(text, region))


def _written(number: str, region: str) -> str:
    return from_abroad(number, region) or number.strip(" .-–/")


def _parts(text: str, region: str) -> Iterator[str]:
    """Split at commas and the like, but rejoin an area code with its number."""
    if _NUMBER.fullmatch(text) and not _SECOND.search(text) and _is_number(text, region):
        yield text
        return
    area = ""
    for part in filter(None, map(str.strip, _APART.split(text))):
        if area and _REST.fullmatch(part) and not part.startswith("0"):
            yield f"{area} {part}"
            area = ""
            continue
        if area:
            yield area
        area = part if _SHORT.fullmatch(part) else ""
        if not area:
            yield part
    if area:
        yield area


def _joined(text: str) -> str:
    return one_line(text).strip(_BORDER)


def _add_words(point: ContactPoint, text: str) -> None:
    """Add the words to the number."""
    if text and text not in point["words"]:
        point["words"] = f"{point['words']}, {text}".removeprefix(", ")[:MAX_WORDS_LENGTH]


@lru_cache(maxsize=1024)
def _labelled(kind: str, label: str) -> tuple[str, str]:
    label = label.strip("* ")
    named = kind_of(label)
    return named or kind, "" if named or is_nothing(label) else label[:MAX_WORDS_LENGTH]
