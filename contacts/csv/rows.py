"""Contact lists as CSV: which sign parts the cells of a file, and how a list is written into one."""

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
RARE_DELIMITERS = "^~¦#:"  # only if every row is parted by them
SAMPLE_ROWS, SAMPLE_SIZE = 100, 200_000
_ROWS_A_CHUNK = 200

_HINT = re.compile(r"sep=.?")
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
# A phone number or a number: no letters, no second sign.
_PLAIN_NUMBER = re.compile(r"[+-][0-9(][0-9 ()/.,-]*")
_TEXT_OF_EXCEL = re.compile(r'="([^"]*)"')


def delimiter_of(data: bytes, encoding: str) -> str:
    """The sign that gives known headers, else the one that parts every row alike. Raises the fault if none can."""
    found = [_judged(data, encoding, sign) for sign in DELIMITERS + RARE_DELIMITERS]
    best = max(found, key=lambda each: (each.hits, each.fault is None, each.is_even, -each.rank))
    if best.fault:
        raise best.fault
    return best.delimiter


def rows_of(data: bytes, encoding: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of the file that are not empty, without the line that tells spreadsheets the delimiter."""
    for line, cells in records(data, encoding, delimiter):
        if line > 1 or not _HINT.fullmatch(delimiter.join(cells).strip()):
            yield line, cells


def write(rows: Iterable[Mapping[str, object]], fields: Sequence[str], beside: Sequence[str] = ()) -> Iterator[bytes]:
    """The file of an export in pieces; reading it gives the same values back.

    `beside`: headers of texts in the rows that stand behind the fields and are not read back.
    """
    headers = [FIELDS[key].header for key in fields]
    cells = (
        [show(key, row.get(key)) for key in fields] + [str(row.get(header, "")) for header in beside] for row in rows
    )
    return write_table([*headers, *beside], cells)


def write_table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[bytes]:
    """A file in pieces: UTF-8 with BOM and semicolons, as spreadsheets in Germany open it.

    A cell that a spreadsheet would take for a formula begins with an apostrophe; `unguarded` takes it away again.
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
    """The cell without what spreadsheets put around it: our apostrophe, or ="04109"."""
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
    """What speaks for this sign in the first rows."""
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
    """Also behind apostrophes: a text that begins with ours must get another one to come back whole."""
    text = text.lstrip("'")
    return text.startswith(_FORMULA) and not _PLAIN_NUMBER.fullmatch(text)


def _guarded(text: str) -> str:
    return "'" + text if _is_formula(text) else text
