"""Foreign HTML as rows of cells, and the texts of elements by their id. Reads each character once, whatever is sent."""

import html
import re
from typing import NamedTuple

from contacts.csv.names import words_of
from intake.reading.decoding import tidy

MAX_LENGTH = 500_000  # characters that are read
MAX_ROWS = 5000  # of a plain text
MAX_IDS = 300
MAX_OPEN = 200  # elements within each other whose ends are looked for
MAX_NESTED = 20  # elements within each other whose texts are told apart

_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9:]*)([^<>]*)>")
_ID = re.compile(r"""\sid\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+))""", re.IGNORECASE)
_BLANKS = re.compile(r"[ \t\r\f\v\n]+")
_EMPTY_LINES = re.compile(r"\n{3,}")
_GAP = re.compile(r"\t+|(?<=[^ ]) {3,}(?=[^ ])")
_HIDDEN = words_of("style script head title template noscript svg")
_VOID = words_of("br hr img input meta link wbr col area base source")
_LINES = words_of("p div br hr li ul ol dl dt dd h1 h2 h3 h4 h5 h6 pre section article header footer table")
_CELLS = frozenset(("td", "th"))
_ROWS = frozenset(("tr", "table", "tbody", "thead"))


class Page(NamedTuple):
    rows: list[list[str]]
    by_id: dict[str, str]


def read(markup: str) -> Page:
    reader = _Reader()
    place = 0
    markup = _without_comments(markup[:MAX_LENGTH])
    for tag in _TAG.finditer(markup):
        reader.text(markup[place : tag.start()])
        reader.tag(tag[2].lower(), tag[3], closes=bool(tag[1]))
        place = tag.end()
    reader.text(markup[place:])
    return reader.page()


def rows_of(text: str) -> list[list[str]]:
    """Return the lines of a plain text as rows; wide gaps part cells."""
    lines = tidy(text[:MAX_LENGTH]).split("\n", MAX_ROWS)[:MAX_ROWS]
    return [[cell for cell in _GAP.split(line.strip(), maxsplit=1) if cell] for line in lines]


def _lines(text: str) -> str:
    return _EMPTY_LINES.sub("\n\n", "\n".join(line.strip() for line in tidy(text).split("\n"))).strip()


def _without_comments(markup: str) -> str:
    first, *rest = markup.split("<!--")
    return first + "".join(part.partition("-->")[2] for part in rest)


class _Reader:
    def __init__(self) -> None:
        self.rows: list[list[str]] = []
        self.cells: list[str] = []  # of the row that is being read
        self.pieces: list[str] = []  # of the cell
        self.open: list[tuple[str, str]] = []  # elements, and the id of each that has one
        self.places: dict[str, list[int]] = {}  # in `open`, of the elements of each name
        self.ids: dict[str, list[str]] = {}
        self.hidden = ""  # the element that hides its text

    def text(self, text: str) -> None:
        if text and not self.hidden:
            self._add(_BLANKS.sub(" ", html.unescape(text)))

    def tag(self, name: str, attributes: str, *, closes: bool) -> None:
        if self.hidden:
            self.hidden = "" if closes and name == self.hidden else self.hidden
        elif name in _HIDDEN:
            self.hidden = "" if closes or attributes.endswith("/") else name
        else:
            self._break(name)
            if name not in _VOID:
                self._close(name) if closes else self._opened(name, attributes)

    def page(self) -> Page:
        self._end_row()
        return Page(self.rows, {key: _lines("".join(texts)) for key, texts in self.ids.items()})

    def _break(self, name: str) -> None:
        if name in _ROWS:
            self._end_row()
        elif name in _CELLS:
            self._end_cell()
        elif name in _LINES:
            self._add("\n")

    def _add(self, text: str) -> None:
        self.pieces.append(text)
        for _name, key in self.open[-MAX_NESTED:]:
            if key:
                self.ids[key].append(text)

    def _opened(self, name: str, attributes: str) -> None:
        found = _ID.search(f" {attributes}") if "id" in attributes.lower() else None
        key = next(filter(None, found.groups()), "") if found else ""
        if key in self.ids or len(self.ids) >= MAX_IDS:
            key = ""
        if key:
            self.ids[key] = []
        self.places.setdefault(name, []).append(len(self.open))
        self.open.append((name, key))

    def _close(self, name: str) -> None:
        """Close the innermost element of this name, with all that was left open in it."""
        places = self.places.get(name)
        if places and len(self.open) - places[-1] <= MAX_OPEN:
            left = places[-1]
            for inner, _key in self.open[left:]:
                self.places[inner].pop()
            del self.open[left:]

    def _end_cell(self) -> None:
        cell = _lines("".join(self.pieces))
        if cell:
            self.cells.append(cell)
        self.pieces = []

    def _end_row(self) -> None:
        self._end_cell()
        if self.cells:
            self.rows.append(self.cells)
        self.cells = []
