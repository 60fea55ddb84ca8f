"""Search without models: the lexemes a contact is found by, and the queries made of typed text.

PostgreSQL only compares: a contact's `lexemes` go through `array_to_tsvector`, a `query` goes through the cast to
tsquery, never through `to_tsquery` on what somebody typed. Words of a contact are folded twice (ü as ue and as u),
typed words once (ü as ue): "müller", "mueller" and "muller" all find Müller, and "müller" does not find Mull.
Search is by the beginning of words; a phone number is also found by any four of its digits in a row.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache

MAX_QUERY_LENGTH = 100
MAX_WORDS = 8
_MAX_LEXEME_LENGTH = 254  # characters; PostgreSQL refuses lexemes of 2 kB

_UMLAUTS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue"})
_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ı": "i", "æ": "ae", "œ": "oe", "þ": "th"})
_WORD = re.compile(r"[^\W_]+")
_APOSTROPHE = re.compile(r"(?<=\w)['’‘`´](?=\w)")
_DIGITS = re.compile(r"[\d\s()/.+-]+")
_SALUTATION = re.compile(r"\s*(?:herrn?|frau|familie|fam\.|eheleute)\s+(?=\S)", re.IGNORECASE)
_LABEL = re.compile(
    r"(?<!\w)(?:tel|telefon|fon|phone|mobil|mobile|handy|fax)(?![^\W_])[\s.:]*(?=[+(]?\d)", re.IGNORECASE
)
_MAILTO = re.compile(r"^(?:mailto:)?", re.IGNORECASE)
_AROUND_ADDRESS = "<>()[]{}\"',;:.„“”‚‘’«»"
_BEGINNING = 3  # signs by which the beginning of a word is found
_RUN = 4  # digits in a row
_MAX_RUNS = 12
_RUN_MARK = "\u2060"  # nobody can type it: a run is no beginning of a word
_PHONE = re.compile(r"(?<![\w@.])(?:\+|\(?0)[\d\s()/.-]*\d(?!\w)")


def fold(text: str) -> str:
    """Lower case, ä as ae, ß as ss, no other accents: how typed words are compared."""
    return _plain(_composed(text).translate(_UMLAUTS))


def fold_short(text: str) -> str:
    """Lower case, ä as a, ß as ss, no other accents: how "muller" finds Müller, and how names are sorted."""
    return _plain(_composed(text))


def lexemes(
    *,
    email: str = "",
    emails: Iterable[str] = (),
    phone: str = "",
    phones: Iterable[str] = (),
    street: str = "",
    tags: Iterable[str] = (),
    **texts: str,
) -> list[str]:
    """Return the distinct, sorted lexemes of a contact's facts. Phones are E.164 where known, else as typed."""
    addresses = [*filter(None, (email, *emails))]
    words = {word for text in (*texts.values(), *tags) for word in _spellings(text)}
    words.update(word for address in addresses for word in _spelt(address))
    roads = _words(street)
    words |= roads | {road + "asse" for road in roads if road.endswith("str")}
    words.update(_printable(folded) for address in addresses for folded in _folded(address))
    words |= {word for number in {phone, *phones} if number for word in _numbers(number)}
    return sorted({word[:_MAX_LEXEME_LENGTH] for word in words if word})


def query(text: str) -> str | None:
    """Return a typed search as text of a tsquery in which each word must begin a lexeme; None if nothing was typed.

    If all words are shorter than three signs, they must be lexemes: most contacts have a word that begins with an s.
    Only the first 100 characters and 8 words count. Signs have no meaning: they part words, and a search of nothing
    but signs looks for these signs (and finds nothing) instead of everything. A salutation before a name is no part of
    it, nor is what a signature or a mail program puts around a number or an address („Tel.: 0421 …“, „<eva@…>“). Four
    digits or more may stand anywhere in a phone number.
    """
    text = _bare(text)
    words = _typed(text)
    runs = _runs(_dialled(text)) if len(words) > 1 and _DIGITS.fullmatch(text) else []
    if not runs and _are_short(words):
        return " & ".join(map(_quoted, words)) or None
    asked = " & ".join(map(_asked, words))
    return f"{asked} | {' & '.join(map(_quoted, runs[:_MAX_RUNS]))}" if runs else asked


def beginning(words: Iterable[str]) -> str | None:
    """Return a tsquery in which each of these folded words begins a lexeme, without short ones; None if all are."""
    return " & ".join(f"{_quoted(word)}:*" for word in words if len(word) >= _BEGINNING) or None


def finds_whole_words(text: str) -> bool:
    """Return whether the search is too short to find words by their beginning."""
    words = _typed(_bare(text))
    return bool(words) and _are_short(words) and not _DIGITS.fullmatch(text)


def _bare(text: str) -> str:
    return _LABEL.sub("", _SALUTATION.sub("", _printable(text[:MAX_QUERY_LENGTH]), count=1)) if text else ""


def _are_short(words: list[str]) -> bool:
    return all(len(word) < _BEGINNING for word in words)


def _typed(text: str) -> list[str]:
    """Return the words of a search; text of nothing but signs is words, too."""
    words = [digits for number in _PHONE.findall(text) if (digits := _dialled(number))]
    for part in _PHONE.sub(" ", text).split():
        address = _MAILTO.sub("", part.strip(_AROUND_ADDRESS))
        is_address = "@" in address.strip("@")
        words += [fold(address)] if is_address else _WORD.findall(fold(_unparted(part)))
    return (list(dict.fromkeys(words)) or text.split())[:MAX_WORDS]


def is_short_number(text: str) -> bool:
    """Return whether the search is a run of digits just long enough to match anywhere in a number."""
    return bool(_DIGITS.fullmatch(text)) and len(_dialled(text)) == _RUN


def vector(words: Sequence[str]) -> str:
    """Return lexemes as text of a tsvector for COPY, the same as `array_to_tsvector` makes of them."""
    together = "".join(words)
    if not words or "'" in together or "\\" in together:
        return " ".join(map(_quoted, words))
    return "'" + "' '".join(words) + "'"


def sort_key(last_name: str, first_name: str = "", company: str = "") -> str | None:
    """Return the key for alphabetical order (ä as a, ß as ss) in byte order; None if no name has a letter or digit.

    Made of names alone: an e-mail address or a number in it would show by the order, and in the addresses of further
    pages, to those who may not see it. Two spaces part last and first name, so that all Maiers stand before the
    first Maier-Abt.
    """
    name = "  ".join(filter(None, (_spaced(last_name), _spaced(first_name))))
    key = name if _spaced(last_name) else _spaced(company) or name
    return key[:200] or None


def _asked(word: str) -> str:
    begins = f"{_quoted(word)}:*"
    runs = _runs(word) if word.isdigit() else []
    return f"({begins} | {' & '.join(map(_quoted, runs[:_MAX_RUNS]))})" if runs else begins


def _runs(digits: str) -> list[str]:
    """Return each run of four digits, marked."""
    runs = (digits[start : start + _RUN] for start in range(len(digits) - _RUN + 1))
    return [_RUN_MARK + run for run in dict.fromkeys(runs)]


def _unparted(text: str) -> str:
    """Return O'Brien as Obrien."""
    return _APOSTROPHE.sub("", text)


def _composed(text: str) -> str:
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _plain(text: str) -> str:
    if text.isascii():
        return text
    bare = "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign  # Arabic and other digits as 0-9
        for sign in unicodedata.normalize("NFKD", text)
        if not unicodedata.combining(sign)
    )
    return unicodedata.normalize("NFC", bare.translate(_LETTERS))


@lru_cache(maxsize=4096)
def _spaced(text: str) -> str:
    """Return the words of a text with single spaces between them. Cached: many people share a name."""
    return " ".join(_WORD.findall(fold_short(text)))


def _printable(text: str) -> str:
    """Replace control characters and lone surrogates, which PostgreSQL refuses or nobody sees, by spaces."""
    if text.isprintable():  # most texts: one call instead of a look at each character
        return text.strip()
    return "".join(" " if unicodedata.category(sign) in ("Cc", "Cf", "Cs") else sign for sign in text).strip()


@lru_cache(maxsize=4096)
def _spellings(text: str) -> frozenset[str]:
    """Return the words of a text. Cached: many people share a name."""
    return frozenset(_spelt(text))


def _spelt(text: str) -> set[str]:
    """Return the words of a text, those with an apostrophe in them parted and not."""
    bare = _unparted(text)
    return _words(text) if bare == text else _words(text) | _words(bare)


def _words(text: str) -> set[str]:
    return {word for folded in _folded(text) for word in _WORD.findall(folded)}


def _folded(text: str) -> set[str]:
    return {text.lower()} if text.isascii() else {fold(text), fold_short(text)}


def _dialled(number: str) -> str:
    """Return the digits of a number: from the country code on if it has one, else as typed ("0170 …" stays 0170…)."""
    if number.isascii() and number[:1] == "+" and number[1:].isdigit():
        return number[1:].removeprefix("00")  # E.164
    number = re.sub(r"(?<=\d)\s*\(0\)", "", number.strip())
    digits = "".join(str(unicodedata.digit(sign)) for sign in number if sign.isdigit())
    return digits.removeprefix("00")


def _numbers(phone: str) -> list[str]:
    digits = _dialled(phone)
    if len(digits) < 3:
        return []
    known = [digits]
    if digits.startswith("0"):
        known.append("49" + digits[1:])
    elif digits.startswith("49"):
        known.append("0" + digits[2:])
    return [*known, *(run for number in known for run in _runs(number))]


def _quoted(word: str) -> str:
    return "'" + word.replace("\\", "\\\\").replace("'", "''") + "'"
