"""Spreadsheets (.xlsx, .xls, .ods) as rows of texts."""

import io
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from django.utils.translation import gettext_noop
from python_calamine import CalamineError, CalamineWorkbook, PasswordError

from contacts.csv.encodings import CsvError

SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def read_spreadsheet(data: bytes) -> tuple[str, Iterator[tuple[int, Sequence[str]]]]:
    """Return the rows of the first non-empty sheet, and its name if there are several."""
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        names = book.sheet_names
        sheets = [sheet for sheet in map(book.get_sheet_by_name, names[:20]) if sheet.height]
    except PasswordError:
        raise CsvError(
            0,
            gettext_noop("Die Tabelle ist mit einem Kennwort geschützt. Bitte speichern Sie sie ohne Kennwort."),
        ) from None
    except (CalamineError, OSError, ValueError):
        raise CsvError(
            0,
            gettext_noop("Diese Datei ist keine Tabelle, die wir lesen können. Bitte speichern Sie sie als CSV."),
        ) from None
    if not sheets:
        raise CsvError(1, gettext_noop("Die Datei ist leer."))
    return (sheets[0].name if len(sheets) > 1 else ""), _rows(sheets[0])


def _rows(sheet) -> Iterator[tuple[int, list[str]]]:  # type: ignore[no-untyped-def]
    start = sheet.start[0] if sheet.start else 0
    for number, cells in enumerate(sheet.iter_rows(), start=1 + start):
        yield number, [_text(cell) for cell in cells]


def _text(value: object) -> str:
    """Return the cell as it would be written in a CSV file."""
    if isinstance(value, str):
        return value.replace("\x00", "")
    if isinstance(value, bool) or value is None:
        return {True: "ja", False: "nein"}.get(bool(value), "") if value is not None else ""
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value).replace(".", ",")
    if isinstance(value, datetime):
        return value.date().isoformat() if value.time() == time() else value.isoformat(" ", "seconds")
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
