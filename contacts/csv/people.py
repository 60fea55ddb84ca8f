"""Names and salutations as people write them into one cell."""

import re
from typing import NamedTuple

from base.text import one_line
from contacts.csv.fields import bare, choice_of
from contacts.csv.names import FIRST_NAMES, words_of

_MR = words_of("herr herrn hr hrn mr mister m mann maennlich male monsieur")
_MRS = words_of("frau fr frl fraeulein mrs ms miss w f weiblich female madame")
_GROUP = words_of(
    """
    familie fam family eheleute ehel ehepaar paar erbengemeinschaft erben eg weg grundstuecksgemeinschaft gemeinschaft
    eigentuemergemeinschaft wohnungseigentuemergemeinschaft firma fa company gbr herrschaften damen herren divers
    diverse d x neutral keine ohne anrede nachlass verein stiftung praxis kanzlei hausverwaltung
    """
)
_HOUSEHOLD = words_of("familie fam eheleute ehel ehepaar firma")
_POLITE = words_of("sehr geehrte geehrter geehrtes liebe lieber werte werter guten tag hallo an den die das z hd")
_AND = words_of("und u and sowie")
_TITLE = re.compile(
    r"(?:prof|professor|dr|drs|dipl|dipl-\w+|diplom-\w+|ing|mag|lic|med|jur|phil|rer|nat|oec|pol|habil|dent|vet|theol"
    r"|mult|hc|iur|ra|rain|ph|d|msc|bsc|ma|ba|mba|llm|inform|kfm|betriebsw|volksw|wirt|wi|stb|wp|univ|fh|pd|priv|doz)"
)
_NEEDS = words_of("prof professor dr drs dipl ing mag lic ra rain msc bsc mba llm")
_PARTICLES = words_of(
    "von vom van zu zum zur de del della der den di da dos du le la ten ter af av al el bin ibn op 't"
)
_WORDS = re.compile(r"[^\s,/&+]+")
_COUPLE = re.compile(r"\s(?:und|u\.|&|\+)\s|/")
_BRACKETS = re.compile(r"\s*\(([^)]*)\)\s*")


class Salutation(NamedTuple):
    key: str | None  # of the field, or None if a word was not understood
    title: str = ""


def read_salutation(text: str) -> Salutation:
    """Return the meaning of „Herrn Prof. Dr.“, „Eheleute“ or „Sehr geehrte Frau“."""
    if key := choice_of("salutation", text):
        return Salutation(key)
    titles: list[str] = []
    found: set[str] = set()
    for word in _WORDS.findall(text):
        plain = bare(word)
        if plain in _MR | _MRS | _GROUP:
            found.add("mr" if plain in _MR else "mrs" if plain in _MRS else "neutral")
        elif _is_title(word):
            titles.append(word)
        elif plain and plain not in _POLITE | _AND:
            return Salutation(None)
    if not found and not titles:
        return Salutation(None)
    return Salutation(found.pop() if len(found) == 1 else "neutral" if found else "", " ".join(titles))


def is_academic(text: str) -> bool:
    """Return whether a title is an academic one and not a profession."""
    words = _WORDS.findall(text)
    return bool(words) and all(map(_is_title, words)) and any(bare(word.split("-")[0]) in _NEEDS for word in words)


def split_name(text: str, *, last_first: bool = False) -> dict[str, str]:
    """Split a full name into salutation, title, first and last name; a comma follows a last name."""
    text = one_line(_BRACKETS.sub(" ", text))
    values: dict[str, str] = {}
    words = text.split(" ")
    while len(words) > 1 and bare(words[0]) in (_MR | _MRS | _HOUSEHOLD):
        if len(bare(words[0])) > 1:
            values.setdefault("salutation", words[0])
        words = words[1:]
    titles = [word for word in words if _is_title(word) and bare(word) not in _PARTICLES and len(words) > 1]
    if titles and any(bare(word.split("-")[0]) in _NEEDS for word in titles):
        values["title"] = " ".join(title.strip(",") for title in titles)
        comma = any(word.endswith(",") for word in titles)
        words = [word for word in words if word not in titles]
        words = [f"{words[0]},", *words[1:]] if comma and words else words
    first, last = _parted(" ".join(words).strip(" ,"), last_first)
    return values | {"first_name": first, "last_name": last}


def is_first_name(text: str) -> bool:
    """Return whether the cell holds a common first name, alone or the first of several."""
    return bare(text.split(" ")[0].split("-")[0]) in FIRST_NAMES if text else False


def _parted(text: str, last_first: bool) -> tuple[str, str]:
    if "," in text:
        last, _comma, first = text.partition(",")
        particles, first = _trailing(first.strip())
        return first, f"{particles} {last.strip()}".strip()
    words = text.split(" ")
    if len(words) < 2:
        return "", text
    if _COUPLE.search(text) and not last_first:
        return " ".join(words[:-1]), words[-1]
    if last_first:
        start = next((index for index, word in enumerate(words) if word.lower() not in _PARTICLES), 0)
        return " ".join(words[start + 1 :]), " ".join(words[: start + 1])
    start = next((index for index, word in enumerate(words[1:-1], 1) if word.lower() in _PARTICLES), len(words) - 1)
    return " ".join(words[:start]), " ".join(words[start:])


def _trailing(first: str) -> tuple[str, str]:
    """Split particles of the last name off the first one: „Johann Wolfgang von“."""
    words = first.split(" ")
    kept = len(words)
    while kept > 1 and words[kept - 1].lower() in _PARTICLES:
        kept -= 1
    return " ".join(words[kept:]), " ".join(words[:kept])


def _is_title(word: str) -> bool:
    plain = word.strip(".,").lower()
    if plain in ("h.c", "e.h"):
        return True
    parts = [part for part in plain.split(".") if part]
    if not parts or not all(_TITLE.fullmatch(part) for part in parts):
        return False
    return "." in word or plain.split("-")[0] in _NEEDS
