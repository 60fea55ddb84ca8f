"""Contact lists as CSV: finding the delimiter of a file, and writing one."""

import csv
import io
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice
from typing import NamedTuple

from contacts.csv.encodings import CsvError, records
from contacts.csv.fields import FIELDS
from contacts.csv.headers import header_of, hits
from contacts.csv.values import show

DELIMITERS = ";,\t|"
RARE_DELIMITERS = "^~¦#:"  # only if they split every row
SAMPLE_ROWS, SAMPLE_SIZE = 100, 200_000
_ROWS_A_CHUNK = 200

_HINT = re.compile(r"sep=.?")
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
# A phone number or a number: no letters, one sign.
_PLAIN_NUMBER = re.compile(r"[+-][0-9(][0-9 ()/.,-]*")
_TEXT_OF_EXCEL = re.compile(r'="([^"]*)"')


def delimiter_of(data: bytes, encoding: str) -> str:
    """Return the delimiter that yields known headers, else the one that splits all rows alike. Raises CsvError."""
    found = [_judged(data, encoding, sign) for sign in DELIMITERS + RARE_DELIMITERS]
    best = max(found, key=lambda each: (each.hits, each.fault is None, each.is_even, -each.rank))
    if best.fault:
        raise best.fault
    return best.delimiter


def rows_of(data: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """Yield the rows of the file, without the `sep=` line that tells spreadsheets the delimiter."""
    for line, cells in records(data, encoding, delimiter):
        if line > 1 or not _HINT.fullmatch(delimiter.join(cells).strip()):
            yield line, cells


def write(rows: Iterable[Mapping[str, object]], fields: Sequence[str], beside: Sequence[str] = ()) -> Iterator[bytes]:
    """Yield the file of an export in chunks; reading it returns the same values.

    `beside` are the headers of further texts, which follow the fields and are not read back.
    """
    headers = [FIELDS[key].header for key in fields]
    cells = (
        [show(key, row.get(key)) for key in fields] + [str(row.get(header, "")) for header in beside] for row in rows
    )
    return write_table([*headers, *beside], cells)


def write_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """Yield a file in chunks: UTF-8 with BOM and semicolons, as German spreadsheets expect it.

    A cell that a spreadsheet would take for a formula gets an apostrophe in front; `unguarded` removes it.
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


def unguarded(text: str) -> str:
    """Return the cell without our apostrophe, or without the formula around ="04109"."""
    if text.startswith("'") and _is_formula(text[1:]):
        return text[1:]
    found = _TEXT_OF_EXCEL.fullmatch(text) if text.startswith("=") else None
    return found[1] if found else text


class _Judged(NamedTuple):
    delimiter: str
    rank: int
    hits: int = 0
    is_even: bool = False
    fault: CsvError | None = None


def _judged(data: bytes, encoding: str, delimiter: str) -> _Judged:
    """Judge this delimiter by the first rows."""
    rank = (DELIMITERS + RARE_DELIMITERS).index(delimiter)
    rows: list[list[str]] = []
    size = 0
    fault = None
    try:
        for _line, cells in islice(rows_of(data, encoding, delimiter), SAMPLE_ROWS):
            rows += [cells] if any(map(str.strip, cells)) else []
            size += sum(map(len, cells)) + len(cells)
            if size > SAMPLE_SIZE:
                break
    except CsvError as found:
        fault = found
    header = header_of(rows)
    known = hits(rows[header]) if header is not None else 0
    widths = Counter(map(len, rows))
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    is_even = width > 1 and count * 10 >= len(rows) * 9
    if delimiter in RARE_DELIMITERS and not is_even:
        known = min(known, 1)
    return _Judged(delimiter, rank, known, is_even, fault)


def _is_formula(text: str) -> bool:
    """Return whether the text looks like a formula, also after apostrophes, which are escaped by another one."""
    text = text.lstrip("'")
    return text.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(text)


def _guarded(text: str) -> str:
    return "'" + text if _is_formula(text) else text
