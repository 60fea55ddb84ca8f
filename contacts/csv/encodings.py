"""Decoding a contact list: its encoding, its records, and the repair of wrong umlauts.

All files are read through this module, which bounds the memory that any of them can take.
"""

import codecs
import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

MAX_RECORD_LENGTH = 1_000_000  # characters of one row, line ends in its cells included
TOO_LONG = gettext_noop("Die Zeile ist zu lang; das ist keine Liste von Kontakten.")
_CHUNK = 1 << 20
_EVIDENCE = 1_000_000  # bytes from the first one that is not ASCII; more would not change the result
_NOT_ASCII = re.compile(rb"[\x80-\xff]")

_UMLAUT_IN_UTF8 = re.compile(rb"\xc3[\x80-\xbf]")
# Umlauts inside a word, in Windows-1252; and those of DOS (CP 850: ä, ö, ü) and the Mac (ä, ß, ü), which decode as
# „ ” \x81 and Š § Ÿ in Windows-1252. Their other characters are letters of other languages, except between capitals:
# KšLN or GR™SSE is never meant.
_UMLAUT_IN_CP1252 = re.compile(rb"[A-Za-z][\xe4\xf6\xfc\xdf][a-z]|[\xc4\xd6\xdc][a-z]")
_UMLAUT_OF_DOS = re.compile(rb"[A-Za-z][\x81\x84\x94][a-z]|[A-Z][\x99\x9a][A-Z]|[^\w][\x8e\x99\x9a][A-Z]{2}")
_UMLAUT_OF_MAC = re.compile(rb"[A-Za-z][\x9f\xa7][a-z]|[a-z]\x8a[a-z]|[A-Z]\x8a[a-z]{2}")
# The same after the wrong characters were saved as UTF-8: Ã¼, ÃŸ, Ã–; š and ™ between capitals, „ inside a word.
_TWICE_IN_UTF8 = re.compile(rb"\xc3\x83(?:\xc2[\x80-\xbf]|[\xc5\xc6\xcb].|\xe2..)")
_DOS_IN_UTF8 = re.compile(rb"[A-Z](?:\xc5\xa1|\xe2\x84\xa2)[A-Z]|[A-Za-z](?:\xe2\x80\x9e|\xe2\x80\x9d|\xc2\x81)[a-z]")
REPAIRS = ("utf-8", "cp850", "mac_roman")
_C1 = "contacts.c1"  # Windows-1252 leaves five bytes undefined; they are kept unchanged, as browsers do


def _as_they_are(fault: UnicodeError) -> tuple[str | bytes, int]:
    if isinstance(fault, UnicodeDecodeError):
        return chr(fault.object[fault.start]), fault.start + 1
    if isinstance(fault, UnicodeEncodeError) and ord(fault.object[fault.start]) < 0xA0:
        return bytes([ord(fault.object[fault.start])]), fault.start + 1
    raise fault


codecs.register_error(_C1, _as_they_are)
csv.field_size_limit(MAX_RECORD_LENGTH + 1)  # otherwise a long cell would be reported as an open quote


class CsvError(ValueError):
    """The file cannot be read. Holds the line of the file and a sentence for the user.

    The sentence is translated on access, because the process that reads files has no translations.
    """

    def __init__(self, line: int, sentence: str, **values: object) -> None:
        super().__init__(line, sentence, values)
        self.line, self.words, self.values = line, sentence, values

    @property
    def sentence(self) -> str:
        return _(self.words) % self.values

    def __str__(self) -> str:
        if not self.line:
            return self.sentence
        return _("Zeile %(line)s: %(sentence)s") % {"line": self.line, "sentence": self.sentence}


def encoding_of(data: bytes) -> tuple[str, str]:
    """Return the encoding (UTF-8, UTF-16 with BOM, else Windows-1252) and the repair that its umlauts need, or ""."""
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16", ""
    if data.isascii():
        return "utf-8-sig", ""
    strange = _NOT_ASCII.search(data)
    start = max(0, strange.start() - 10) if strange else 0
    sample = data[start : start + _EVIDENCE]
    fault = _fault_in_utf8(data)
    if fault is None:
        is_dos = _DOS_IN_UTF8.search(sample) and not _UMLAUT_IN_UTF8.search(sample)
        return "utf-8-sig", "utf-8" if _TWICE_IN_UTF8.search(sample) else "cp850" if is_dos else ""
    if data.startswith(BOM_UTF8) or _UMLAUT_IN_UTF8.search(data):
        sentence = gettext_noop("Die Datei mischt mehrere Zeichensätze. Bitte einheitlich als UTF-8 speichern.")
        raise CsvError(data.count(b"\n", 0, fault) + 1, sentence)
    if _UMLAUT_IN_CP1252.search(sample):
        return "cp1252", ""
    dos, mac = (sum(1 for _found in sign.finditer(sample)) for sign in (_UMLAUT_OF_DOS, _UMLAUT_OF_MAC))
    return "cp1252", "" if not dos + mac else "cp850" if dos >= mac else "mac_roman"


def put_right(text: str, repair: str) -> str:
    """Repair the umlauts of a text; one that the repair does not fit is returned unchanged."""
    if text.isascii() or not repair:
        return text
    try:
        return text.encode("cp1252", _C1).decode(repair)
    except UnicodeError:
        return text


def records(data: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the file, each with the line on which it begins."""
    lines = _Lines(data, encoding)
    reader = csv.reader(lines, delimiter=delimiter, strict=True, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line, lines.size = lines.number + 1, 0
    except csv.Error:
        sentence = gettext_noop("Ein Anführungszeichen wurde geöffnet, aber nicht richtig geschlossen.")
        raise CsvError(line, sentence) from None


class _Lines:
    """The lines of the file. `size` is the length read of the current row; the caller resets it after each row."""

    def __init__(self, data: bytes, encoding: str) -> None:
        self.stream = io.TextIOWrapper(io.BytesIO(data), encoding, errors=_errors(encoding), newline="")
        self.number = self.size = 0

    def __iter__(self) -> "_Lines":
        return self

    def __next__(self) -> str:
        try:
            line = self.stream.readline(MAX_RECORD_LENGTH + 1)
        except UnicodeDecodeError:
            sentence = gettext_noop("Der Zeichensatz ist nicht lesbar. Bitte die Datei als UTF-8 speichern.")
            raise CsvError(self.number + 1, sentence) from None
        if not line:
            raise StopIteration
        self.number += 1
        self.size += len(line)
        if "\x00" in line:
            sentence = gettext_noop("Die Zeile enthält ein NUL-Zeichen; das ist keine Textdatei.")
            raise CsvError(self.number, sentence)
        if self.size > MAX_RECORD_LENGTH:
            raise CsvError(self.number, TOO_LONG)
        return line


def _errors(encoding: str) -> str:
    return _C1 if encoding == "cp1252" else "strict"


def _fault_in_utf8(data: bytes) -> int | None:
    """Return the position of the first byte that is not UTF-8. Decodes in chunks to save memory."""
    decoder = getincrementaldecoder("utf-8")()
    for start in range(0, len(data), _CHUNK):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + _CHUNK], start + _CHUNK >= len(data))
        except UnicodeDecodeError as fault:
            return start - pending + fault.start
    return None
