"""A contact list that has been read: its headers, the meaning of its columns, and its rows.

Any file is stored as plain CSV (`store`): UTF-8, commas, and in front of the cells of each row its line in the file.
So encoding and delimiter are guessed only once.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from itertools import islice
from typing import IO, Any, NamedTuple

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from base.text import one_line
from contacts.csv.cells import Columns
from contacts.csv.encodings import TOO_LONG, CsvError, put_right
from contacts.csv.guessing import left_behind, propose
from contacts.csv.headers import HEADER_ROWS, header_of
from contacts.csv.rows import unguarded
from contacts.csv.values import is_total

MAX_ROWS = 100_000  # empty ones included
MAX_COLUMNS = 300
MAX_ROW_LENGTH = 100_000  # characters; later steps hold many rows at once
MAX_SAMPLE_LENGTH = 200  # characters of a cell used to guess the meaning of its column
SAMPLE_ROWS = 200
_GUARDS = ("'", "=")  # only a cell that begins with one of them may have to be unguarded


class Entry(NamedTuple):
    """A row with its values. `errors` refuse it, `remarks` do not; `is_left_out` marks a row of totals."""

    line: int
    cells: list[str]
    values: dict[str, object]
    errors: list[str]
    remarks: list[str]
    is_left_out: bool = False


@dataclass(frozen=True)
class Shape:
    """What is known about a file after reading it."""

    kind: str  # csv, table or vcard
    encoding: str = ""
    delimiter: str = ""
    repair: str = ""  # that its umlauts need, see `encodings.encoding_of`
    header_line: int = 0  # 0: no headers
    width: int = 0
    rows: int = 0  # non-empty, including headers and titles
    before: int = 0  # rows up to and including the headers
    filled: list[int] = field(default_factory=list)  # number of non-empty cells of each column
    remark: str = ""  # the name of the sheet, if there are several

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def store(rows: Iterable[tuple[int, Sequence[str]]], target: IO[str], known: Shape) -> Shape:
    """Write the non-empty rows and return the completed shape. Raises CsvError if they are no list of contacts."""
    writer = csv.writer(target)
    first: list[tuple[int, Sequence[str]]] = []
    filled: Counter[int] = Counter()
    count = 0
    for number, (line, cells) in enumerate(rows, start=1):
        if number > MAX_ROWS + 1:
            limit = f"{MAX_ROWS:,}".replace(",", ".")
            sentence = gettext_noop("Höchstens %(limit)s Zeilen je Datei. Bitte die Datei teilen.")
            raise CsvError(line, sentence, limit=limit)
        used = [index for index, cell in enumerate(cells) if cell and not cell.isspace()]
        if not used:
            continue
        if used[-1] >= MAX_COLUMNS:
            sentence = gettext_noop("Die Datei hat %(found)s Spalten; höchstens %(limit)s sind möglich.")
            raise CsvError(line, sentence, found=used[-1] + 1, limit=MAX_COLUMNS)
        if sum(map(len, cells)) > MAX_ROW_LENGTH:
            raise CsvError(line, TOO_LONG)
        count += 1
        filled.update(used)
        if count <= SAMPLE_ROWS:
            first.append((line, cells))
        writer.writerow((line, *cells[:MAX_COLUMNS]))
    return _shape(first, count, filled, known)


def _shape(first: list[tuple[int, Sequence[str]]], count: int, filled: Counter[int], known: Shape) -> Shape:
    if not count:
        raise CsvError(1, gettext_noop("Die Datei ist leer."))
    header = header_of([cells for _line, cells in first])
    line, before = (first[header][0], header + 1) if header is not None else (0, 0)
    if count == before:
        raise CsvError(line, gettext_noop("Die Datei enthält nur die Überschrift, aber keine Kontakte."))
    width = _width([cells for _line, cells in first], header)
    for _line, cells in first[:before]:
        filled.subtract(index for index, cell in enumerate(cells) if cell.strip())
    found = [filled[index] for index in range(MAX_COLUMNS)]
    while found and not found[-1]:
        found.pop()
    return replace(known, header_line=line, width=width, rows=count, before=before, filled=found)


def _width(rows: Sequence[Sequence[str]], header: int | None) -> int:
    """Return the number of columns: those with a header, and those that most rows have."""
    widths = [max((index + 1 for index, cell in enumerate(cells) if cell.strip()), default=0) for cells in rows]
    usual = Counter(map(len, rows[1 if header is None else header + 1 :])).most_common(1)
    wide = [size for cells, size in zip(rows, widths, strict=True) if usual and len(cells) == usual[0][0]]
    return max(widths[header] if header is not None else 0, max(wide, default=0) if usual else max(widths))


class Sheet:
    """The rows of a stored file. `header_line` and `repair` override what was guessed."""

    def __init__(
        self, opened: Callable[[], IO[bytes]], shape: Shape, header_line: int | None = None, repair: str = ""
    ) -> None:
        self.opened, self.shape, self.repair = opened, shape, repair
        self.header_line = shape.header_line if header_line is None else header_line
        self.first = list(islice(self._lines(), SAMPLE_ROWS))
        self.headers = self._headers()
        sample = [cells for line, cells in self.first if line > self.header_line]
        columns = [
            [cells[index][:MAX_SAMPLE_LENGTH] for cells in sample if index < len(cells)]
            for index in range(len(self.headers))
        ]
        self.mapping = propose(self.headers, columns)
        before = sum(1 for line, _cells in self.first if line <= self.header_line)
        self.count = shape.rows - before

    @property
    def encoding(self) -> str:
        return self.shape.encoding

    @property
    def delimiter(self) -> str:
        return self.shape.delimiter

    def head(self) -> list[tuple[int, list[str]]]:
        """Return the rows that may be the headers."""
        return self.first[:HEADER_ROWS]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """Yield the rows after the headers, each with its line in the file."""
        return ((line, cells) for line, cells in self._lines() if line > self.header_line)

    def entries(self, mapping: Mapping[int, str]) -> Iterator[Entry]:
        """Yield each row with its values, or with the sentences that say why it is refused."""
        width = len(self.headers)
        columns = Columns(mapping, self.headers)
        for line, cells in self.rows():
            if any(map(str.strip, cells[width:])):
                widths = {"found": len(cells), "expected": width}
                fault = _("Die Zeile hat %(found)s statt %(expected)s Spalten.") % widths
                yield Entry(line, cells, {}, [fault], [])
            elif is_total(cells):
                yield Entry(line, cells, {}, [_("Summenzeile: kein Kontakt.")], [], is_left_out=True)
            else:
                yield Entry(line, cells, *columns.clean(cells))

    def left_behind(self, mapping: dict[int, str]) -> list[str]:
        """Return the headers of non-empty columns that are not imported."""
        return left_behind(self.named(), mapping, self.shape.filled)

    def named(self) -> list[str]:
        """Return the headers; empty ones are numbered."""
        return [header or _("Spalte %(number)s") % {"number": index} for index, header in enumerate(self.headers, 1)]

    def _headers(self) -> list[str]:
        found = next((cells for line, cells in self.first if line == self.header_line), [])
        headers = [one_line(cell)[:200] for cell in found][: self.shape.width]
        return headers + [""] * (self.shape.width - len(headers))

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        with self.opened() as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
            for number, *cells in csv.reader(text):
                if self.repair:
                    cells = [put_right(cell, self.repair) for cell in cells]
                yield int(number), [unguarded(cell) if cell[:1] in _GUARDS else cell for cell in cells]
