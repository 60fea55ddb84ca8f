"""Hostile files: the request only stores them, and reading them ends with a sentence."""

import pytest
from django.core.files.storage import default_storage

from pipeline.models import Import, ImportState
from tests.pipeline.importing import checked, contacts, imported, outcomes, read, upload_of
from tests.pipeline.spreadsheets import cell, row, xlsx
from tests.pipeline.test_import_pages import text_of

SIZE = 3_000_000
MANY_ROWS = "Höchstens 100.000 Zeilen je Datei. Bitte die Datei teilen."
LONG_ROW = "Die Zeile ist zu lang; das ist keine Liste von Kontakten."
NO_PEOPLE = "Die Datei enthält nur die Überschrift, aber keine Kontakte."
TOO_MUCH = "Die Datei ist zu groß oder zu verschachtelt, um sie zu lesen."
NO_TABLE = "Diese Datei ist keine Tabelle, die wir lesen können. Bitte speichern Sie sie als CSV."
HEAD = row(1, cell("A1", "Nachname"), cell("B1", "Ort"))
CARD = b"BEGIN:VCARD\nVERSION:3.0\nN:Weber;Olga\n"
REPEATED = '<c t="s"><v>0</v></c>' * 200

SHAPES = {
    "line ends": (b"\r" * SIZE, MANY_ROWS),
    "line ends in UTF-16": (b"\xff\xfe" + b"\r\x00" * SIZE, MANY_ROWS),
    "semicolons": (b";" * SIZE, LONG_ROW),
    "lines of semicolons": ((b";" * 900_000 + b"\n") * 3, "Die Datei ist leer."),
    "quotes": (b'"' * SIZE, LONG_ROW),
    "pairs of quotes": (b'""\n' * (SIZE // 3), MANY_ROWS),
    "one cell": (b"a" * SIZE, LONG_ROW),
    "long cells": (b"Nachname;Ort\n" + (b"a" * 200_000 + b";Bonn\n") * 10, LONG_ROW),
    "long rows": (b"Nachname;Ort\n" + (b"a;" * 60_000 + b"\n") * 10, "Spalten; höchstens 300 sind möglich."),
    "zeros": (b"\x00" * SIZE, "Die Zeile enthält ein NUL-Zeichen; das ist keine Textdatei."),
    "half signs": (b"\xff\xfe" + b"\x00\xd8" * SIZE, "Der Zeichensatz ist nicht lesbar."),
    "a card whose picture never ends": (CARD + b"PHOTO:" + b"QUFB\n " * (SIZE // 6), NO_PEOPLE),
    "a card with a picture in one line": (CARD + b"PHOTO:" + b"A" * SIZE + b"\nEND:VCARD\n", LONG_ROW),
    "a card with a long note": (CARD + b"NOTE:" + b"A" * 500_000 + b"\nEND:VCARD\n", LONG_ROW),
    "cards that only begin": (b"BEGIN:VCARD\n" * (SIZE // 12), NO_PEOPLE),
    "cards that only end": (CARD + b"END:VCARD\n" * (SIZE // 10), MANY_ROWS),
    "a zip bomb": (xlsx(HEAD, row(2, cell("A2", "a" * 100 * SIZE))), TOO_MUCH),
    "a cell at the far end": (xlsx(HEAD, row(1_048_576, cell("XFD1048576", "x"))), TOO_MUCH),
    "one text a million times": (
        xlsx(HEAD, row(2, REPEATED) * 5000, shared="x" * 30_000),
        (TOO_MUCH, LONG_ROW),
    ),
    "a long cell": (xlsx(HEAD, row(2, cell("A2", "a" * 1_000_000))), LONG_ROW),
    "no zip": (b"PK\x03\x04" + b"\x00" * SIZE, NO_TABLE),
    "no old spreadsheet": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\xff" * SIZE, NO_TABLE),
    "no web page": (b"<html>" + b"<table>" * (SIZE // 7), "Das ist eine Tabelle als Webseite (HTML)"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_hostile_file_is_only_stored_by_the_request_and_ends_with_a_sentence(
    anna, board, login, django_capture_on_commit_callbacks, shape
):
    data, sentences = SHAPES[shape]
    client = login(anna)
    response = client.post("/contacts/import/", {"file": upload_of(data)})
    source = Import.objects.of(anna.account).get()
    assert (response.status_code, source.state, source.options, source.rows_total) == (302, "reading", {}, 0)
    with default_storage.open(source.file.name) as stored:
        assert stored.read() == data
    with django_capture_on_commit_callbacks(execute=True):
        source = read(source)
    assert (source.state, source.file.name) == (ImportState.FAILED, "")
    possible = (sentences,) if isinstance(sentences, str) else sentences
    assert any(sentence in source.error for sentence in possible), source.error
    assert source.error in text_of(client.get(response.headers["Location"]))


def test_long_cells_that_look_like_addresses_and_numbers_go_into_the_note(anna, board):
    """The patterns take quadratic time, so long texts are not searched."""
    strange = ["a@" + "." * 40_000 + "@", "0" + " " * 40_000 + "x"]
    source = checked(anna, f'Nachname;E-Mail;Telefon\nWeber;"{strange[0]}";"{strange[1]}"\n')
    assert (source.state, outcomes(source)) == (ImportState.CHECKED, ["created"])


def test_a_thousand_lines_between_two_numbers_are_one(anna, board):
    blanks = "\n" * 900
    imported(anna, f'Nachname;Telefon\nWeber;"040 5551234{blanks}0171 5550100"\n')
    (contact,) = contacts(anna)
    assert [contact.phone, *(more["text"] for more in contact.more_phones)] == ["040 5551234", "0171 5550100"]
