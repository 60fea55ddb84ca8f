"""Reading a file that may hold a contact list: its first bytes tell its type, its rows are stored as CSV."""

import io
from typing import IO

from django.utils.translation import gettext_noop

from contacts.csv.encodings import CsvError, encoding_of
from contacts.csv.rows import delimiter_of, rows_of
from contacts.csv.sheet import Shape, Sheet, store
from contacts.csv.spreadsheets import SPREADSHEETS, read_spreadsheet
from contacts.csv.vcards import is_vcard, read_vcards

# What people upload in place of a table, by its first bytes.
_NO_TABLES = (b"%pdf", b"\x89png", b"\xff\xd8\xff", b"gif8", b"{\\rtf", b"rar!", b"7z\xbc\xaf", b"\x1f\x8b")


def read_into(data: bytes, target: IO[str]) -> Shape:
    """Store the rows of the file and return their shape. Raises CsvError if it cannot be read."""
    if data.startswith(SPREADSHEETS):
        remark, table = read_spreadsheet(data)
        return store(table, target, Shape(kind="table", remark=remark))
    start = data[:4096].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<table", b"<?xml", b"<meta", b"<head")):
        raise CsvError(0, _web_page(start))
    if start.startswith(_NO_TABLES):
        sentence = gettext_noop(
            "Das ist keine Tabelle, sondern ein PDF, ein Bild, ein Brief oder ein Archiv. Bitte speichern Sie die"
            " Kontakte in dem Programm, aus dem sie kommen, als .xlsx oder CSV."
        )
        raise CsvError(0, sentence)
    encoding, repair = encoding_of(data)
    if is_vcard(start):
        return store(read_vcards(data, encoding), target, Shape(kind="vcard", encoding=encoding, repair=repair))
    delimiter = delimiter_of(data, encoding)
    shape = Shape(kind="csv", encoding=encoding, delimiter=delimiter, repair=repair)
    return store(rows_of(data, encoding, delimiter), target, shape)


def read(data: bytes) -> Sheet:
    """Return the sheet of a file, held in memory."""
    target = io.StringIO(newline="")
    shape = read_into(data, target)
    stored = target.getvalue().encode()
    return Sheet(lambda: io.BytesIO(stored), shape, repair=shape.repair)


def _web_page(start: bytes) -> str:
    if start.startswith(b"<?xml"):
        return gettext_noop(
            "Das ist eine XML-Datei, keine Tabelle. Bitte öffnen Sie sie in Excel und speichern Sie sie als .xlsx."
        )
    return gettext_noop(
        "Das ist eine Tabelle als Webseite (HTML), auch wenn die Datei auf .xls endet. Bitte öffnen Sie sie in Excel"
        " und speichern Sie sie als .xlsx oder CSV."
    )
