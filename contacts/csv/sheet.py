"""A contact list that has been read: its headers, what its columns may mean, and its rows one by one.

Whatever the file was, it is kept as plain rows (`store`): UTF-8, commas, and before the cells of each row the line of
the file on which it began. So nobody has to guess a second time.
"""

import csv
import io
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
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
MAX_ROW_LENGTH = 100_000  # characters; whoever goes on with the rows holds many of them
MAX_SAMPLE_LENGTH = 200  # characters of a cell that tell what its column means
SAMPLE_ROWS = 200


class Entry(NamedTuple):
    """`errors` say why a row cannot be taken, `remarks` what the report says although it is; `is_left_out`: a total."""

    line: int
    cells: list[str]
    values: dict[str, object]
    errors: list[str]
    remarks: list[str]
    is_left_out: bool = False


@dataclass(frozen=True)
class Shape:
    """What has been found out about a file on the way through it."""

    kind: str  # csv, table or vcard
    encoding: str = ""
    delimiter: str = ""
    repair: str = ""  # what would put its umlauts right
    header_line: int = 0  # 0: data from the first row on
    width: int = 0
    rows: int = 0  # that are not empty, headers and titles included
    before: int = 0  # of these, up to the headers
    filled: list[int] = field(default_factory=list)  # how many rows have something in each column
    remark: str = ""  # the name of the table's sheet, if there were several

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def store(rows: Iterable[tuple[int, Sequence[str]]], target: IO[str], **known: Any) -> Shape:
    """Writes the rows that are not empty and answers their shape. Raises CsvError for what is no list of contacts."""
    writer = csv.writer(target)
    first: list[tuple[int, Sequence[str]]] = []
    filled: Counter[int] = Counter()
    count = 0
    for number, (line, cells) in enumerate(rows, start=1):
        if number > MAX_ROWS + 1:
            limit = f"{MAX_ROWS:,}".replace(",", ".")
            sentence = gettext_noop("Höchstens %(limit)s Zeilen je Datei. Bitte die Datei teilen.")
            raise CsvError(line, sentence, limit=limit)
        said = [index for index, cell in enumerate(cells) if cell and not cell.isspace()]
        if not said:
            continue
        if said[-1] >= MAX_COLUMNS:
            sentence = gettext_noop("Die Datei hat %(found)s Spalten; höchstens %(limit)s sind möglich.")
            raise CsvError(line, sentence, found=said[-1] + 1, limit=MAX_COLUMNS)
        if sum(map(len, cells)) > MAX_ROW_LENGTH:
            raise CsvError(line, TOO_LONG)
        count += 1
        filled.update(said)
        if count <= SAMPLE_ROWS:
            first.append((line, cells))
        writer.writerow((line, *cells[:MAX_COLUMNS]))
    return _shape(first, count, filled, known)


def _shape(first: list[tuple[int, Sequence[str]]], count: int, filled: Counter[int], known: dict[str, Any]) -> Shape:
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
    return Shape(header_line=line, width=width, rows=count, before=before, filled=found, **known)


def _width(rows: Sequence[Sequence[str]], header: int | None) -> int:
    """How many columns the file has: those with a header, and those that most rows have."""
    said = [max((index + 1 for index, cell in enumerate(cells) if cell.strip()), default=0) for cells in rows]
    usual = Counter(map(len, rows[1 if header is None else header + 1 :])).most_common(1)
    wide = [size for cells, size in zip(rows, said, strict=True) if usual and len(cells) == usual[0][0]]
    return max(said[header] if header is not None else 0, max(wide, default=0) if usual else max(said))


class Sheet:
    """The rows of a stored file. `header_line` and `repair` may be chosen otherwise than they were found."""

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
        """The rows among which the headers may be."""
        return self.first[:HEADER_ROWS]

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """The rows behind the headers, each with the line of the file on which it begins."""
        return ((line, cells) for line, cells in self._lines() if line > self.header_line)

    def entries(self, mapping: Mapping[int, str]) -> Iterator[Entry]:
        """Each row with its values, or with the sentences that say why it cannot be taken; short ones are filled up."""
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
        """What the columns with content are called that nobody takes over."""
        return left_behind(self.named(), mapping, self.shape.filled)

    def named(self) -> list[str]:
        """The headers, those that are empty by their number."""
        return [header or _("Spalte %(number)s") % {"number": index} for index, header in enumerate(self.headers, 1)]

    def _headers(self) -> list[str]:
        found = next((cells for line, cells in self.first if line == self.header_line), [])
        headers = [one_line(cell)[:200] for cell in found][: self.shape.width]
        return headers + [""] * (self.shape.width - len(headers))

    def _lines(self) -> Iterator[tuple[int, list[str]]]:
        with self.opened() as raw, io.TextIOWrapper(raw, "utf-8", newline="") as text:
            for number, *cells in csv.reader(text):
                yield int(number), [unguarded(put_right(cell, self.repair)) for cell in cells]
