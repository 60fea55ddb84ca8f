"""Reading files: encodings, delimiters, broken files. Each refusal names the line and says what to do."""

import pytest

from contacts.csv_rows import CsvError, read

HEADER = "Nachname;Vorname;E-Mail-Adresse;Telefon"
QUOTE = "Ein Anführungszeichen wurde geöffnet, aber nicht richtig geschlossen."
EMPTY = "Die Datei ist leer."
MIXED = "Die Datei mischt mehrere Zeichensätze. Bitte einheitlich als UTF-8 speichern."
UNREADABLE = "Der Zeichensatz ist nicht lesbar. Bitte die Datei als UTF-8 speichern."
NUL = "Die Zeile enthält ein NUL-Zeichen; das ist keine Textdatei."
NO_HEADER = "Keine Spaltenüberschrift wurde erkannt, zum Beispiel „Nachname“ oder „E-Mail“."
ONLY_HEADER = "Die Datei enthält nur die Überschrift, aber keine Kontakte."
TABLE = "Das ist eine Tabelle, keine CSV-Datei. Bitte die Tabelle als CSV-Datei speichern."


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
def test_every_usual_file_is_read_alike(codec, encoding, delimiter, newline):
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


def test_rows_of_another_width_are_named_and_never_guessed():
    sheet = read(f"{HEADER}\nA;B;a@example.org;030 23125123\nA;B\nA;B;;1;2\nC;;;\n".encode())
    assert [(entry.line, entry.errors) for entry in sheet.entries(sheet.mapping)] == [
        (2, []),
        (3, ["Die Zeile hat 2 statt 4 Spalten."]),
        (4, ["Die Zeile hat 5 statt 4 Spalten."]),
        (5, []),
    ]


def test_an_entry_carries_line_cells_values_and_errors():
    sheet = read(f"{HEADER}\nMüller;Änne;Aenne@Example.org;0170/12\nA;;keine;\n".encode("cp1252"))
    good, bad = sheet.entries(sheet.mapping)
    assert good == (
        2,
        ["Müller", "Änne", "Aenne@Example.org", "0170/12"],
        {"last_name": "Müller", "first_name": "Änne", "email": "aenne@example.org", "phone": "0170/12"},
        [],
    )
    assert (bad.line, bad.values) == (3, {"last_name": "A", "first_name": "", "phone": ""})
    assert bad.errors == ["E-Mail-Adresse: „keine“ ist keine gültige E-Mail-Adresse."]


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
        (b"M\xc3\xbcller;Anna;K\xc3\xb6ln\nSchmidt;Eva;Bonn\n", 1, NO_HEADER),
        (b"\nfoo;bar\n1;2\n", 2, NO_HEADER),
        (b'Nachname;Ort\nA;B\nC;"D\nE;F\n', 3, QUOTE),
        (b'Nachname;Ort\nA;B\n"C;D\nE;F\n"G";H\n', 3, QUOTE),
        (b'Nachname;Ort\nA;"B" C\n', 2, QUOTE),
        (b'"Nachname;Ort\nA;B\n', 1, QUOTE),
        (b'Nachname;Ort\nA;"' + b"x" * 200_000 + b'"\n', 2, QUOTE),
        (b"Nachname;Ort\nA;B\nC\x00;D\n", 3, NUL),
        (b"\x00\x00\x00", 1, NUL),
        ("Nachname;Ort\nA;B\n".encode("utf-16-le"), 1, NUL),
        (b"PK\x03\x04\x14\x00", 1, TABLE),
        (b"\xd0\xcf\x11\xe0\xa1\xb1", 1, TABLE),
        (b"Nachname;Ort\nM\xc3\xbcller;K\xf6ln\n", 2, MIXED),
        (b"Nachname;Ort\nM\xfcller;Bonn\nWei\xc3\x9f;Ulm\n", 2, MIXED),
        (b"\xef\xbb\xbfNachname;Ort\nA;B\nM\xfcller;Bonn\n", 3, MIXED),
        (b"Nachname;Ort\nA;B\nM\x81ller;Bonn\n", 3, UNREADABLE),
        (b"\xff\xfeN\x00a\x00m\x00e\x00\n\x00A", 2, UNREADABLE),
    ],
)
def test_a_broken_file_is_refused_with_line_and_reason(data, line, sentence):
    assert refusal(data) == (line, sentence)


def test_three_encodings_in_one_file_are_refused():
    parts = [b"Nachname;Ort\n", "Weiß;Köln\n".encode(), "Groß;Köln\n".encode("cp1252")]
    assert refusal(b"".join([*parts, "Süß;Ulm\n".encode("utf-16-le")])) == (3, MIXED)


def test_a_fault_behind_the_first_megabyte_is_found():
    rows = "Müller;Köln\n" * 100_000
    assert len(rows.encode()) > 1 << 20
    assert refusal(
        b"Nachname;Ort\n" + rows.encode()[: -len("Müller;Köln\n".encode())] + b"M\xfcller;X\n"
    ) == (
        100_001,
        MIXED,
    )


def test_an_umlaut_on_the_border_between_two_pieces_is_no_fault():
    start = b"Nachname;Notiz\n" + (b"x;" + b"y" * 97 + b"\n") * 10_485
    padding = (1 << 20) - 1 - len(start)
    data = start + b"z" * padding + "ü;1\n".encode()
    assert data[(1 << 20) - 1 : (1 << 20) + 1] == "ü".encode()
    assert read(data).encoding == "utf-8-sig"


def test_a_hundred_columns_are_read_and_more_are_not():
    headers = [f"Spalte {number}" for number in range(99)]
    wide = ";".join(["Nachname", *headers]) + "\n" + ";".join(["A"] * 100)
    assert len(read(wide.encode()).headers) == 100
    wider = ";".join(["Nachname", *headers * 2]) + "\nA"
    assert refusal(wider.encode()) == (1, "Die Datei hat 199 Spalten; höchstens 100 sind möglich.")


def test_a_hundred_thousand_rows_are_read_and_more_are_not():
    assert read(b"Nachname\n" + b"A\n" * 100_000).count == 100_000
    line, sentence = refusal(b"Nachname\n" + b"A\n" * 1_000_000)
    assert (line, sentence) == (100_002, "Höchstens 100.000 Zeilen je Datei. Bitte die Datei teilen.")


def test_the_error_says_its_line():
    with pytest.raises(CsvError, match=r"^Zeile 1: Die Datei ist leer\.$"):
        read(b"")


@pytest.mark.parametrize("encoding", ["cp850", "mac_roman"])
@pytest.mark.parametrize("name", ["Jäger", "Weißköpfer", "Bähr-Müller", "Käthe Groß"])
def test_umlauts_of_dos_and_mac_are_refused_instead_of_being_read_as_other_letters(encoding, name):
    data = f"Nachname;Ort\nMeier;Bonn\n{name};Ulm\n".encode(encoding)
    with pytest.raises(CsvError) as fault:
        read(data)
    assert str(fault.value) in (
        "Zeile 3: Die Umlaute stehen in einem Zeichensatz von DOS oder Mac. Bitte als UTF-8 speichern.",
        f"Zeile 3: {UNREADABLE}",
    )


@pytest.mark.parametrize(
    "text",
    [
        "Meier;sagte „Ja“ – 500 € § 7 … ",
        "Müller;„Haus”gut und § 5a, Stra§e",  # slips of the hand, beside a true umlaut
        "Šimić;Žižek, Baša, Košice, KOŠICE",
        "Ÿsaÿe;Perez, José, Muñoz, Citroën",
    ],
)
def test_rare_signs_of_windows_are_no_reason_to_refuse(text):
    sheet = read(f"Nachname;Notiz\n{text}\n".encode("cp1252", errors="replace"))
    assert sheet.encoding == "cp1252"
