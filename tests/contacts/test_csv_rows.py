"""Reading files: encodings, delimiters, broken files. Each refusal names the line and says what to do."""

import pytest

from contacts.csv.encodings import CsvError
from contacts.csv.reading import read

HEADER = "Nachname;Vorname;E-Mail-Adresse;Telefon"
LONG = "Die Zeile ist zu lang; das ist keine Liste von Kontakten."
QUOTE = "Ein Anführungszeichen wurde geöffnet, aber nicht richtig geschlossen."
EMPTY = "Die Datei ist leer."
MIXED = "Die Datei mischt mehrere Zeichensätze. Bitte einheitlich als UTF-8 speichern."
UNREADABLE = "Der Zeichensatz ist nicht lesbar. Bitte die Datei als UTF-8 speichern."
NUL = "Die Zeile enthält ein NUL-Zeichen; das ist keine Textdatei."
ONLY_HEADER = "Die Datei enthält nur die Überschrift, aber keine Kontakte."
HTML = (
    "Das ist eine Tabelle als Webseite (HTML), auch wenn die Datei auf .xls endet. Bitte öffnen Sie sie in Excel und"
    " speichern Sie sie als .xlsx oder CSV."
)
NO_TABLE = (
    "Das ist keine Tabelle, sondern ein PDF, ein Bild, ein Brief oder ein Archiv. Bitte speichern Sie die Kontakte in"
    " dem Programm, aus dem sie kommen, als .xlsx oder CSV."
)
TABLE = "Diese Datei ist keine Tabelle, die wir lesen können. Bitte speichern Sie sie als CSV."


def refusal(data):
    with pytest.raises(CsvError) as refused:
        read(data)
    return refused.value.line, refused.value.sentence


@pytest.mark.parametrize(
    ("codec", "encoding"),
    [
        ("utf-8", "utf-8-sig"),
        ("utf-8-sig", "utf-8-sig"),
        ("cp1252", "cp1252"),
        ("utf-16", "utf-16"),
    ],
)
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n", "\r"])
def test_usual_encodings_and_delimiters_give_the_same_rows(codec, encoding, delimiter, newline):
    lines = [["Straße", "Ort"], ["Königsallee 1", "Düsseldorf"], ["Größenweg 2", "Köln"]]
    sheet = read(newline.join(delimiter.join(line) for line in lines).encode(codec))
    assert (sheet.encoding, sheet.delimiter, sheet.headers) == (encoding, delimiter, ["Straße", "Ort"])
    assert (sheet.mapping, sheet.count) == ({0: "street", 1: "city"}, 2)
    assert list(sheet.rows()) == [(2, ["Königsallee 1", "Düsseldorf"]), (3, ["Größenweg 2", "Köln"])]


def test_big_endian_utf16_and_the_euro_sign_of_windows():
    assert list(read("\ufeffName;Ort\nÄ;B".encode("utf-16-be")).rows()) == [(2, ["Ä", "B"])]
    assert list(read("Name;Notiz\nA;500.000 €".encode("cp1252")).rows()) == [(2, ["A", "500.000 €"])]


def test_the_delimiter_is_the_one_that_gives_known_headers():
    assert read(b"Name, genau;Vorname, Rufname;Ort\n1;2;3").delimiter == ";"
    assert read(b"Nachname,Ort,a;b;c;d;e\n1,2,3").delimiter == ","
    assert read(b'"Nachname","Vor;name","Ort"\n"a;b","c;d","e"').delimiter == ","


def test_the_delimiter_line_of_spreadsheets_is_skipped():
    for delimiter in ";,\t":
        sheet = read(f"sep={delimiter}\r\nNachname{delimiter}Ort\r\nA{delimiter}B\r\n".encode())
        assert (sheet.delimiter, sheet.header_line, list(sheet.rows())) == (delimiter, 2, [(3, ["A", "B"])])


def test_one_column_is_enough():
    sheet = read(b"E-Mail\na@example.org\n\nb@example.org")
    assert (sheet.headers, sheet.mapping, sheet.count) == (["E-Mail"], {0: "email"}, 2)
    assert list(sheet.rows()) == [(2, ["a@example.org"]), (4, ["b@example.org"])]


def test_quoted_cells_hold_delimiters_quotes_and_lines():
    text = 'Nachname;Notiz\r\n"A;B";"sagte ""ja""\r\nund ging"\r\n; \r\nC; "d"\r\n5" Rohr;e\r\n'
    assert list(read(text.encode()).rows()) == [
        (2, ["A;B", 'sagte "ja"\r\nund ging']),
        (5, ["C", "d"]),
        (6, ['5" Rohr', "e"]),
    ]


def test_line_numbers_are_those_of_the_file():
    text = '\n;;\nNachname;Notiz\n\nA;"1\n2\n3"\n;\nB;4\n'
    sheet = read(text.encode())
    assert (sheet.header_line, sheet.count) == (3, 2)
    assert [line for line, _cells in sheet.rows()] == [5, 9]


def test_empty_columns_at_the_end_do_not_count():
    sheet = read(b"Nachname;Ort;;\nA;B;;\nC;D\n")
    assert sheet.headers == ["Nachname", "Ort"]
    assert [entry.errors for entry in sheet.entries(sheet.mapping)] == [[], []]


def test_short_rows_are_filled_up_and_longer_ones_are_refused():
    sheet = read(f"{HEADER}\nA;B;a@example.org;030 23125123\nA;B\nA;B;;1;2\nC;;;\n".encode())
    assert [(entry.line, entry.errors) for entry in sheet.entries(sheet.mapping)] == [
        (2, []),
        (3, []),
        (4, ["Die Zeile hat 5 statt 4 Spalten."]),
        (5, []),
    ]


def test_an_entry_has_line_cells_values_and_errors():
    sheet = read(f"{HEADER}\nMüller;Änne;Aenne@Example.org;0170/123456\n;Eva;keine;\n".encode("cp1252"))
    good, bad = sheet.entries(sheet.mapping)
    values = {
        "last_name": "Müller",
        "first_name": "Änne",
        "email": "aenne@example.org",
        "phone": "0170/123456",
    }
    assert good == (2, ["Müller", "Änne", "Aenne@Example.org", "0170/123456"], values, [], [], False)
    assert (bad.line, bad.values["last_name"], bad.errors) == (3, "Eva", [])


@pytest.mark.parametrize(
    ("data", "line", "sentence"),
    [
        (b"", 1, EMPTY),
        (b"\xef\xbb\xbf", 1, EMPTY),
        (b"\xff\xfe", 1, EMPTY),
        (b" \r\n\r\n;;;\n", 1, EMPTY),
        (b"sep=;\n", 1, EMPTY),
        (b"Nachname;Ort", 1, ONLY_HEADER),
        (b"Nachname;Ort\r\n;\r\n\r\n", 1, ONLY_HEADER),
        (b'Nachname;Ort\nA;B\nC;"D\nE;F\n', 3, QUOTE),
        (b'Nachname;Ort\nA;B\n"C;D\nE;F\n"G";H\n', 3, QUOTE),
        (b'Nachname;Ort\nA;"B" C\n', 2, QUOTE),
        (b'"Nachname;Ort\nA;B\n', 1, QUOTE),
        (b'Nachname;Ort\nA;"' + b"x" * 200_000 + b'"\n', 2, LONG),
        (b"Nachname;Ort\nA;B\nC\x00;D\n", 3, NUL),
        (b"\x00\x00\x00", 1, NUL),
        ("Nachname;Ort\nA;B\n".encode("utf-16-le"), 1, NUL),
        (b"PK\x03\x04\x14\x00", 0, TABLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", 0, TABLE),
        (b"Nachname;Ort\nM\xc3\xbcller;K\xf6ln\n", 2, MIXED),
        (b"Nachname;Ort\nM\xfcller;Bonn\nWei\xc3\x9f;Ulm\n", 2, MIXED),
        (b"\xef\xbb\xbfNachname;Ort\nA;B\nM\xfcller;Bonn\n", 3, MIXED),
        (b"<table><tr><td>Nachname</td></tr></table>", 0, HTML),
        (b"\xef\xbb\xbf\r\n<HTML><body>", 0, HTML),
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n1 0 obj", 0, NO_TABLE),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", 0, NO_TABLE),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", 0, NO_TABLE),
        (b"{\\rtf1\\ansi Nachname;Ort\\par A;B}", 0, NO_TABLE),
        (b"\x1f\x8b\x08\x00", 0, NO_TABLE),
        (b"\xff\xfeN\x00a\x00m\x00e\x00\n\x00A", 2, UNREADABLE),
    ],
)
def test_a_broken_file_is_refused_with_line_and_reason(data, line, sentence):
    assert refusal(data) == (line, sentence)


def test_three_encodings_in_one_file_are_refused():
    parts = [b"Nachname;Ort\n", "Weiß;Köln\n".encode(), "Groß;Köln\n".encode("cp1252")]
    assert refusal(b"".join([*parts, "Süß;Ulm\n".encode("utf-16-le")])) == (3, MIXED)


def test_a_fault_after_the_first_megabyte_is_found():
    rows = "Müller;Köln\n" * 100_000
    assert len(rows.encode()) > 1 << 20
    assert refusal(b"Nachname;Ort\n" + rows.encode()[: -len("Müller;Köln\n".encode())] + b"M\xfcller;X\n") == (
        100_001,
        MIXED,
    )


def test_an_umlaut_may_span_two_chunks():
    start = b"Nachname;Notiz\n" + (b"x;" + b"y" * 97 + b"\n") * 10_485
    padding = (1 << 20) - 1 - len(start)
    data = start + b"z" * padding + "ü;1\n".encode()
    assert data[(1 << 20) - 1 : (1 << 20) + 1] == "ü".encode()
    assert read(data).encoding == "utf-8-sig"


def test_three_hundred_columns_are_read_and_more_are_not():
    headers = [f"Spalte {number}" for number in range(299)]
    wide = ";".join(["Nachname", *headers]) + "\n" + ";".join(["A"] * 300)
    assert len(read(wide.encode()).headers) == 300
    wider = ";".join(["Nachname", *headers, "noch eine"]) + "\nA"
    assert refusal(wider.encode()) == (1, "Die Datei hat 301 Spalten; höchstens 300 sind möglich.")


def test_a_hundred_thousand_rows_are_read_and_more_are_not():
    assert read(b"Nachname\n" + b"A\n" * 100_000).count == 100_000
    too_many = (100_002, "Höchstens 100.000 Zeilen je Datei. Bitte die Datei teilen.")
    assert refusal(b"Nachname\n" + b"A\n" * 1_000_000) == too_many
    assert refusal(b"Nachname\nA\n" + b"\n" * 1_000_000) == too_many  # empty ones count


def test_the_error_names_its_line():
    with pytest.raises(CsvError, match=r"^Zeile 1: Die Datei ist leer\.$"):
        read(b"")


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
@pytest.mark.parametrize("name", ["Jäger", "Weißköpfer", "Bähr-Müller", "Käthe Groß"])
def test_umlauts_of_dos_and_mac_are_repaired(encoding, name):
    sheet = read(f"Nachname;Ort\nMeier;Bonn\n{name};Ulm\n".encode(encoding))
    assert (sheet.repair, list(sheet.rows())[1]) == (encoding, (3, [name, "Ulm"]))


def test_capital_umlauts_of_dos_are_repaired():
    sheet = read("Nachname;Ort\nMÜLLER;KÖLN\n".encode("cp850"))
    assert (sheet.repair, list(sheet.rows())) == ("cp850", [(2, ["MÜLLER", "KÖLN"])])


def test_utf8_that_was_read_as_windows_is_repaired():
    text = "Nachname;Ort\nMüller;Köln\nGroß;Ölbronn\n"
    sheet = read(text.encode().decode("cp1252", "replace").encode())
    assert (sheet.repair, list(sheet.rows())) == (
        "utf-8",
        [(2, ["Müller", "Köln"]), (3, ["Groß", "Ölbronn"])],
    )


def test_correct_letters_are_not_changed():
    sheet = read("Nachname;Ort\nJoão SÃO;Ãlamo\nŠimić;KOŠICE\n".encode())
    assert (sheet.repair, next(sheet.rows())) == ("", (2, ["João SÃO", "Ãlamo"]))


@pytest.mark.parametrize("delimiter", ["|", "^", "~", "¦", "#"])
def test_rare_delimiters_are_recognised(delimiter):
    lines = [["Nachname", "Vorname", "E-Mail"], ["A", "B", "a@example.org"], ["C", "D", "c@example.org"]]
    sheet = read("\n".join(delimiter.join(line) for line in lines).encode())
    assert (sheet.delimiter, sheet.headers, sheet.count) == (delimiter, lines[0], 2)


def test_a_title_above_the_headers_is_skipped():
    sheet = read(b"Kundenliste 2026\n\nNachname;Ort\nA;B\n")
    assert (sheet.header_line, sheet.count, list(sheet.rows())) == (3, 1, [(4, ["A", "B"])])


@pytest.mark.parametrize(
    ("text", "header_line"),
    [
        ("Müller;Anna;Köln\nSchmidt;Eva;Bonn\n", 0),
        ("Anna;a@example.org\nEva;e@example.org\n", 0),
        ("foo;bar\n1;2\n3;4\n", 1),
    ],
)
def test_without_known_headers_the_cells_say_whether_the_first_row_is_one(text, header_line):
    assert read(text.encode()).header_line == header_line


def test_a_column_without_a_header_is_read():
    sheet = read(b"Nachname;E-Mail\nA;a@example.org;ruft an\nB;b@example.org;\n")
    assert (sheet.headers, sheet.mapping) == (
        ["Nachname", "E-Mail", ""],
        {0: "last_name", 1: "email", 2: "note"},
    )


@pytest.mark.parametrize("total", [";;;Summe;200,5", "Anzahl: 2;;;;", "Gesamt;;;;120", "Summe;;;;120,5"])
def test_rows_of_totals_are_left_out(total):
    sheet = read(f"Nachname;Vorname;E-Mail;PLZ;Wohnfläche\nA;B;;;120,5\n{total}\n".encode())
    assert [entry.is_left_out for entry in sheet.entries(sheet.mapping)] == [False, True]


@pytest.mark.parametrize("name", ["Summe", "Total", "Gesamt"])
def test_a_person_whose_name_is_a_word_for_totals_is_kept(name):
    sheet = read(f"Nachname;Vorname;E-Mail\n{name};Anna;\n{name};;a@example.org\n".encode())
    assert [entry.is_left_out for entry in sheet.entries(sheet.mapping)] == [False, False]


@pytest.mark.parametrize(
    "text",
    [
        "Meier;sagte „Ja“ – 500 € § 7 … ",
        "Müller;„Haus”gut und § 5a, Stra§e",  # slips of the hand, beside a true umlaut
        "Šimić;Žižek, Baša, Košice, KOŠICE",
        "Ÿsaÿe;Perez, José, Muñoz, Citroën",
    ],
)
def test_rare_characters_of_windows_1252_are_not_mistaken_for_another_encoding(text):
    sheet = read(f"Nachname;Notiz\n{text}\n".encode("cp1252", errors="replace"))
    assert sheet.encoding == "cp1252"
