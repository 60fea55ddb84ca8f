"""Contact lists as CSV: bytes to rows and row errors, and rows to bytes. Knows no models and no database."""

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE, getincrementaldecoder
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.utils.translation import gettext as _

from contacts.csv_fields import FIELDS, propose
from contacts.csv_values import clean, show

__all__ = ["CsvError", "Entry", "Sheet", "clean", "read", "write", "write_table"]

MOST_ROWS = 100_000
MOST_COLUMNS = 100
DELIMITERS = ";,\t"
_CHUNK = 1 << 20
_ROWS_A_CHUNK = 200

_SPREADSHEET = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_HINT = re.compile(r"sep=[;,\t]?")
_UMLAUT_IN_UTF8 = re.compile(rb"\xc3[\x80-\xbf]")
_NOT_IN_CP1252 = re.compile(rb"[\x81\x8d\x8f\x90\x9d]")
# Inside a word, where Windows-1252 has its umlauts; and what those of DOS (CP 850: ä, ö) and of the Mac (ß, ü, ä) look
# like if they are read as Windows-1252: „ ” § Ÿ Š. Other signs of theirs are letters of other languages.
_UMLAUT_IN_CP1252 = re.compile(rb"[A-Za-z][\xe4\xf6\xfc\xdf][a-z]|[\xc4\xd6\xdc][a-z]")
_UMLAUT_ELSEWHERE = re.compile(rb"[A-Za-z][\x84\x94\x9f\xa7][a-z]|[a-z]\x8a[a-z]|[A-Z]\x8a[a-z]{2}")
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
_PLAIN_NUMBER = re.compile(
    r"[+-][0-9(][0-9 ()/.,-]*"
)  # a phone number or a number: no letters, no second sign


class CsvError(ValueError):
    """The file cannot be read: the line of the file, and a sentence for the user."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(line, sentence)
        self.line = line
        self.sentence = sentence

    def __str__(self) -> str:
        return _("Zeile %(line)s: %(sentence)s") % {"line": self.line, "sentence": self.sentence}


class Entry(NamedTuple):
    line: int
    cells: list[str]
    values: dict[str, object]
    errors: list[str]


@dataclass(frozen=True)
class Sheet:
    """A file that can be read to its end: `read` has been through it once."""

    encoding: str
    delimiter: str
    headers: list[str]
    mapping: dict[int, str]  # proposed: column index to field key
    count: int  # rows that are not empty
    data: bytes = field(repr=False)
    header_line: int = 1

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows that are not empty, each with the line of the file on which it begins."""
        for line, cells in _records(self.data, self.encoding, self.delimiter):
            if line > self.header_line and any(map(str.strip, cells)):
                yield line, [_unguarded(cell) for cell in cells]

    def entries(self, mapping: Mapping[int, str]) -> Iterator[Entry]:
        """Each row with its values, or with the sentences that say why it cannot be taken."""
        width = len(self.headers)
        for line, cells in self.rows():
            if len(cells) < width or any(map(str.strip, cells[width:])):
                widths = {"found": len(cells), "expected": width}
                fault = _("Die Zeile hat %(found)s statt %(expected)s Spalten.") % widths
                yield Entry(line, cells, {}, [fault])
            else:
                yield Entry(line, cells, *clean(cells, mapping))


def read(data: bytes) -> Sheet:
    """The sheet in a file. Raises CsvError; goes through the whole file, but keeps no row of it."""
    encoding = _encoding(data)
    best = max(
        (_header(data, encoding, delimiter) for delimiter in DELIMITERS), key=lambda found: found.score
    )
    if best.fault:
        raise best.fault
    if len(best.headers) > MOST_COLUMNS:
        widths = {"found": len(best.headers), "limit": MOST_COLUMNS}
        raise CsvError(
            best.line, _("Die Datei hat %(found)s Spalten; höchstens %(limit)s sind möglich.") % widths
        )
    if not best.mapping:
        raise CsvError(
            best.line, _("Keine Spaltenüberschrift wurde erkannt, zum Beispiel „Nachname“ oder „E-Mail“.")
        )
    sheet = Sheet(encoding, best.delimiter, best.headers, best.mapping, 0, data, best.line)
    count = 0
    for line, _cells in sheet.rows():
        count += 1
        if count > MOST_ROWS:
            limit = f"{MOST_ROWS:,}".replace(",", ".")
            raise CsvError(
                line, _("Höchstens %(limit)s Zeilen je Datei. Bitte die Datei teilen.") % {"limit": limit}
            )
    if not count:
        raise CsvError(best.line, _("Die Datei enthält nur die Überschrift, aber keine Kontakte."))
    return Sheet(encoding, best.delimiter, best.headers, best.mapping, count, data, best.line)


def write(rows: Iterable[Mapping[str, object]], fields: Sequence[str]) -> Iterator[bytes]:
    """The file of an export in pieces; `read` gives the same values back."""
    headers = [FIELDS[key].header for key in fields]
    return write_table(headers, ([show(key, row.get(key)) for key in fields] for row in rows))


def write_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A file in pieces: UTF-8 with BOM and semicolons, as spreadsheets in Germany open it.

    A cell that a spreadsheet would take for a formula begins with an apostrophe; `read` takes it away again.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    writer.writerow(headers)
    yield BOM_UTF8
    for number, row in enumerate(rows, start=1):
        writer.writerow(map(_guarded, row))
        if number % _ROWS_A_CHUNK == 0:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


class _Header(NamedTuple):
    score: tuple[bool, int, int]
    delimiter: str
    line: int
    headers: list[str]
    mapping: dict[int, str]
    fault: CsvError | None


def _header(data: bytes, encoding: str, delimiter: str) -> _Header:
    """The headers if the file is parted by this sign, and how much speaks for it."""
    try:
        for line, cells in _records(data, encoding, delimiter):
            text = "".join(cells).strip()
            if not text.strip(DELIMITERS) or _HINT.fullmatch(text):
                continue
            headers = [cell.strip() for cell in cells]
            while headers and not headers[-1]:
                headers.pop()
            mapping = propose(headers)
            return _Header((True, len(mapping), len(headers)), delimiter, line, headers, mapping, None)
    except CsvError as fault:
        return _Header((False, 0, 0), delimiter, fault.line, [], {}, fault)
    return _Header((False, 0, 0), delimiter, 1, [], {}, CsvError(1, _("Die Datei ist leer.")))


def _records(data: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_lines(data, encoding), delimiter=delimiter, strict=True, skipinitialspace=True)
    line = 1
    try:
        for cells in reader:
            yield line, cells
            line = reader.line_num + 1
    except csv.Error:
        sentence = _("Ein Anführungszeichen wurde geöffnet, aber nicht richtig geschlossen.")
        raise CsvError(line, sentence) from None


def _lines(data: bytes, encoding: str) -> Iterator[str]:
    number = 0
    try:
        for number, line in enumerate(io.TextIOWrapper(io.BytesIO(data), encoding, newline=""), start=1):
            if "\x00" in line:
                raise CsvError(number, _("Die Zeile enthält ein NUL-Zeichen; das ist keine Textdatei."))
            yield line
    except UnicodeDecodeError:
        raise _undecodable(number + 1) from None


def _encoding(data: bytes) -> str:
    """UTF-8 with or without BOM, UTF-16 with BOM, else Windows-1252; one file, one encoding."""
    if data.startswith(_SPREADSHEET):
        raise CsvError(
            1, _("Das ist eine Tabelle, keine CSV-Datei. Bitte die Tabelle als CSV-Datei speichern.")
        )
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return "utf-16"
    fault = _fault_in_utf8(data)
    if fault is None:
        return "utf-8-sig"
    line = data.count(b"\n", 0, fault) + 1
    if data.startswith(BOM_UTF8) or _UMLAUT_IN_UTF8.search(data):
        raise CsvError(
            line, _("Die Datei mischt mehrere Zeichensätze. Bitte einheitlich als UTF-8 speichern.")
        )
    if unknown := _NOT_IN_CP1252.search(data):
        raise _undecodable(data.count(b"\n", 0, unknown.start()) + 1)
    if (strange := _UMLAUT_ELSEWHERE.search(data)) and not _UMLAUT_IN_CP1252.search(data):
        sentence = _("Die Umlaute stehen in einem Zeichensatz von DOS oder Mac. Bitte als UTF-8 speichern.")
        raise CsvError(data.count(b"\n", 0, strange.start()) + 1, sentence)
    return "cp1252"


def _fault_in_utf8(data: bytes) -> int | None:
    """Where the bytes stop being UTF-8; piece by piece, so that a large file is never held twice."""
    decoder = getincrementaldecoder("utf-8")()
    for start in range(0, len(data), _CHUNK):
        pending = len(decoder.getstate()[0])
        try:
            decoder.decode(data[start : start + _CHUNK], start + _CHUNK >= len(data))
        except UnicodeDecodeError as fault:
            return start - pending + fault.start
    return None


def _undecodable(line: int) -> CsvError:
    return CsvError(line, _("Der Zeichensatz ist nicht lesbar. Bitte die Datei als UTF-8 speichern."))


def _is_formula(text: str) -> bool:
    """Also behind apostrophes: a text that begins with ours must get another one to come back whole."""
    text = text.lstrip("'")
    return text.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(text)


def _guarded(text: str) -> str:
    return "'" + text if _is_formula(text) else text


def _unguarded(text: str) -> str:
    return text[1:] if text.startswith("'") and _is_formula(text[1:]) else text
