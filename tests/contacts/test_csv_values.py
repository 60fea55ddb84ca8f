"""What cells mean, and the way out and back: an exported list read again gives the same values."""

import tracemalloc
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from contacts.csv_fields import CHOICES, FIELDS
from contacts.csv_rows import read, write
from contacts.csv_values import clean

BERLIN = ZoneInfo("Europe/Berlin")
KEYS = [key for key in FIELDS if key != "house_number"]


def value(key, text):
    values, errors = clean(["A", text], {0: "last_name", 1: key})
    assert errors == []
    return values[key]


def fault(key, text):
    values, errors = clean(["A", text], {0: "last_name", 1: key})
    assert key not in values
    assert len(errors) == 1
    return errors[0]


@pytest.mark.parametrize(
    ("key", "text", "expected"),
    [
        ("first_name", "  Änne\t", "Änne"),
        ("first_name", "A\u0308nne", "Änne"),
        ("first_name", "Anna\nMaria", "Anna Maria"),
        ("first_name", "\u00a0Anna\u00a0", "Anna"),
        ("first_name", "x" * 80, "x" * 80),
        ("first_name", "<b>{{7*7}}</b>", "<b>{{7*7}}</b>"),
        ("salutation", "Herr", "mr"),
        ("salutation", "Herrn", "mr"),
        ("salutation", "Hr.", "mr"),
        ("salutation", "frau", "mrs"),
        ("salutation", "Fr.", "mrs"),
        ("salutation", "Familie", "neutral"),
        ("salutation", "Herr und Frau", "neutral"),
        ("salutation", "", ""),
        ("salutation", "-", ""),
        ("email", " Anna@Müller.de ", "anna@xn--mller-kva.de"),
        ("email", "", ""),
        ("phone", "+49 (0)170/12-34", "+49 (0)170/12-34"),
        ("phone", "٠١٧٠ ١٢٣٤", "٠١٧٠ ١٢٣٤"),
        ("phone", "=HYPERLINK(…)", "=HYPERLINK(…)"),
        ("postal_code", "01067", "01067"),
        ("living_area", "1.250,5 m²", Decimal("1250.50")),
        ("living_area", "120", Decimal("120.00")),
        ("living_area", "ca. 120,55 qm", Decimal("120.55")),
        ("living_area", "120.5", Decimal("120.50")),
        ("living_area", "1.250", Decimal("1250.00")),
        ("living_area", "1.250.000", Decimal("1250000.00")),
        ("living_area", "1,250.50", Decimal("1250.50")),
        ("living_area", "1 250,5", Decimal("1250.50")),
        ("living_area", "0", Decimal("0.00")),
        ("living_area", "99,995", Decimal("100.00")),
        ("living_area", "9.999.999,99", Decimal("9999999.99")),
        ("living_area", "k. A.", None),
        ("plot_area", "", None),
        ("year_built", "1965", 1965),
        ("year_built", "ca. 1900", 1900),
        ("year_built", "unbekannt", None),
        ("property_kind", "Doppelhaushälfte", "house"),
        ("property_kind", "ETW", "apartment"),
        ("property_kind", "Grundstueck", "land"),
        ("source", "Empfehlung", "recommendation"),
        ("source", "", ""),
        ("due_on", "24.12.2026", date(2026, 12, 24)),
        ("due_on", "2026-12-24 00:00:00", date(2026, 12, 24)),
        ("due_on", "24.12.2026 00:00", date(2026, 12, 24)),
        ("due_on", "", None),
        ("tags", "VIP, Kapitalanleger;vip ,,", ["VIP", "Kapitalanleger"]),
        ("tags", "", []),
        ("note", " erste\r\nzweite\tZeile\r", "erste\nzweite\tZeile"),
        ("note", "x" * 10_000, "x" * 10_000),
        ("status", "Termin vereinbart", "Termin vereinbart"),
        ("assignee", "Sofia Vogt", "Sofia Vogt"),
        ("id", "17", 17),
        ("id", "", None),
        ("created_at", "24.12.2026 13:05", datetime(2026, 12, 24, 13, 5, tzinfo=BERLIN)),
        ("created_at", "24.12.2026, 9:05:30 Uhr", datetime(2026, 12, 24, 9, 5, 30, tzinfo=BERLIN)),
        ("created_at", "24.12.2026", datetime(2026, 12, 24, tzinfo=BERLIN)),
        ("created_at", "2026-07-24", datetime(2026, 7, 24, tzinfo=BERLIN)),
        ("created_at", "2026-12-24T13:05:06Z", datetime(2026, 12, 24, 13, 5, 6, tzinfo=UTC)),
    ],
)
def test_cells_become_values(key, text, expected):
    assert value(key, text) == expected


@pytest.mark.parametrize(
    ("key", "text", "sentence"),
    [
        ("first_name", "x" * 81, "Vorname: höchstens 80 Zeichen, hier sind es 81."),
        ("first_name", "a\x00b", "Vorname: Das Zeichen NUL ist nicht erlaubt."),
        ("note", "x" * 10_001, "Notiz: höchstens 10000 Zeichen, hier sind es 10001."),
        ("salutation", "Sir", "Anrede: „Sir“ ist nicht bekannt."),
        ("property_kind", "Schloss", "Objektart: „Schloss“ ist nicht bekannt."),
        ("email", "a@b.de,c@d.de", "E-Mail-Adresse: Bitte nur eine E-Mail-Adresse angeben."),
        ("living_area", "-5", "Wohnfläche in m²: „-5“ ist keine Fläche in m²."),
        ("living_area", "viel", "Wohnfläche in m²: „viel“ ist keine Fläche in m²."),
        ("living_area", "1.2.3", "Wohnfläche in m²: „1.2.3“ ist keine Fläche in m²."),
        ("living_area", "NaN", "Wohnfläche in m²: „NaN“ ist keine Fläche in m²."),
        ("living_area", "1e9", "Wohnfläche in m²: „1e9“ ist keine Fläche in m²."),
        ("living_area", "10.000.000", "Wohnfläche in m²: Die Fläche ist zu groß."),
        ("plot_area", "9" * 500, "Grundstück in m²: Die Fläche ist zu groß."),
        ("year_built", "65", "Baujahr: „65“ ist keine Jahreszahl."),
        ("year_built", "0999", "Baujahr: Das Jahr muss zwischen 1000 und 2100 liegen."),
        ("year_built", "2101", "Baujahr: Das Jahr muss zwischen 1000 und 2100 liegen."),
        ("due_on", "30.02.2026", "Fällig am: Den Tag 30.02.2026 gibt es nicht."),
        ("due_on", "morgen", "Fällig am: Bitte ein Datum wie 24.12.2026 angeben."),
        ("due_on", "24.12.26", "Fällig am: Bitte das Jahr vierstellig angeben, zum Beispiel 24.12.2026."),
        ("created_at", "gestern", "Angelegt am: Bitte ein Datum wie 24.12.2026 angeben."),
        ("created_at", "24.12.2026 25:00", "Angelegt am: „24.12.2026 25:00“ ist kein Zeitpunkt."),
        ("created_at", "2026-12-24 12:00+99:00", "Angelegt am: „2026-12-24 12:00+99:00“ ist kein Zeitpunkt."),
        ("tags", ",".join(map(str, range(21))), "Schlagwörter: höchstens 20 Schlagwörter."),
        ("tags", "x" * 31, f"Schlagwörter: „{'x' * 31}“ hat mehr als 30 Zeichen."),
        ("id", "1e3", "Kontakt-ID: „1e3“ ist keine Kontakt-ID."),
        ("id", "0", "Kontakt-ID: „0“ ist keine Kontakt-ID."),
        ("id", "9" * 19, f"Kontakt-ID: „{'9' * 19}“ ist keine Kontakt-ID."),
    ],
)
def test_faults_are_said_in_a_sentence(key, text, sentence):
    assert fault(key, text) == sentence


@pytest.mark.parametrize("key", ["last_name", "company", "email", "phone"])
def test_one_of_four_names_is_enough(key):
    text = "a@example.org" if key == "email" else "0170 1"
    assert clean([text], {0: key}) == ({key: text}, [])
    assert clean([" "], {0: key}) == (
        {key: ""},
        ["Es fehlt ein Nachname, eine Firma, eine E-Mail-Adresse oder eine Telefonnummer."],
    )


def test_a_first_name_alone_is_nobody():
    assert clean(["Anna"], {0: "first_name"})[1] == [
        "Es fehlt ein Nachname, eine Firma, eine E-Mail-Adresse oder eine Telefonnummer."
    ]


def test_a_wrong_address_is_one_fault_and_not_two():
    assert clean(["keine"], {0: "email"})[1] == ["E-Mail-Adresse: „keine“ ist keine gültige E-Mail-Adresse."]


def test_the_house_number_joins_its_street():
    mapping = {0: "last_name", 1: "house_number", 2: "street"}
    assert clean(["A", "5a", "Hauptstr."], mapping)[0] == {"last_name": "A", "street": "Hauptstr. 5a"}
    assert clean(["A", "5a", "Hauptstr. 5a"], mapping)[0]["street"] == "Hauptstr. 5a"
    assert clean(["A", "", "Hauptstr."], mapping)[0]["street"] == "Hauptstr."
    assert clean(["A", "7"], {0: "last_name", 1: "house_number"})[0]["street"] == "7"


def test_several_columns_of_one_kind_are_joined_or_refused():
    assert clean(["030 1", "0170 2"], {0: "phone", 1: "phone"}) == ({"phone": "030 1 / 0170 2"}, [])
    assert clean(["", "0170 2"], {0: "phone", 1: "phone"}) == ({"phone": "0170 2"}, [])
    assert clean(["0170 2", "0170 2"], {0: "phone", 1: "phone"}) == ({"phone": "0170 2"}, [])
    assert clean(["A", "B"], {0: "last_name", 1: "last_name"})[1] == [
        "Nachname: Zwei Spalten sagen Verschiedenes."
    ]
    assert clean(["A", "x", "y"], {0: "last_name", 1: "note", 2: "note"})[0]["note"] == "x\ny"


def test_a_title_in_the_salutation_becomes_the_title():
    assert clean(["A", "Herrn Prof. Dr."], {0: "last_name", 1: "salutation"}) == (
        {"last_name": "A", "salutation": "mr", "title": "Prof. Dr."},
        [],
    )
    assert fault("salutation", "Frau Müller") == "Anrede: „Frau Müller“ ist nicht bekannt."


def test_an_unknown_source_is_kept_as_its_detail():
    assert clean(["A", "Flyer"], {0: "last_name", 1: "source"}) == (
        {"last_name": "A", "source": "other", "source_detail": "Flyer"},
        [],
    )
    mapping = {0: "last_name", 1: "source", 2: "source_detail"}
    assert clean(["A", "Flyer", "Mai"], mapping)[0]["source_detail"] == "Flyer, Mai"


def cells_of(rows, fields):
    return b"".join(write(rows, fields)).decode("utf-8-sig")


def test_an_export_is_what_german_spreadsheets_open():
    rows = [
        {
            "last_name": "Groß",
            "living_area": Decimal("1250.50"),
            "due_on": date(2026, 2, 1),
            "tags": ["a", "b"],
        }
    ]
    fields = ["last_name", "living_area", "due_on", "tags", "phone"]
    data = b"".join(write(rows, fields))
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.decode("utf-8-sig") == (
        "Nachname;Wohnfläche in m²;Fällig am;Schlagwörter;Telefon\r\nGroß;1250,50;01.02.2026;a, b;\r\n"
    )


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("=1+1", "'=1+1"),
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("@SUM(1)", "'@SUM(1)"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("+1+cmd", "'+1+cmd"),
        ("-2+3", "'-2+3"),
        ("- hat angerufen", "'- hat angerufen"),
        ("＝1", "'＝1"),
        ("'=1", "''=1"),
        ("''=1", "'''=1"),
        ("+49 170 1234", "+49 170 1234"),
        ("+49 (0)170/12-34", "+49 (0)170/12-34"),
        ("-5", "-5"),
        ("'+49 170", "'+49 170"),
        ("'abc", "'abc"),
        ("Müller", "Müller"),
        ("a=b", "a=b"),
    ],
)
def test_formulas_are_neutralised_and_numbers_are_not(text, cell):
    exported = cells_of([{"company": text}], ["company"])
    assert exported == f"Firma\r\n{cell}\r\n"
    assert [entry.values for entry in read(exported.encode()).entries({0: "company"})] == [{"company": text}]


def tidy(text):
    text = unicodedata.normalize("NFC", "".join(sign for sign in text if unicodedata.category(sign) != "Cc"))
    return unicodedata.normalize("NFC", text.strip())


def texts(limit):
    tricky = st.text(alphabet="'=+-@;,\"\t 0123456789()/äß\ufeff\u2028a", max_size=12)
    free = tricky | st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12)
    return free.map(lambda text: tidy(text)[:limit].strip())


def long_texts():
    signs = st.sampled_from("'=+-@;,\"\n\t 1äb") | st.characters(exclude_categories=["Cs", "Cc"])
    return st.lists(signs, max_size=30).map(
        lambda found: unicodedata.normalize("NFC", "".join(found)).strip()
    )


areas = st.none() | st.decimals(0, Decimal("9999999.99"), places=2, allow_nan=False)
moments = st.datetimes(
    datetime(1900, 1, 2),
    datetime(2200, 1, 1),
    timezones=st.sampled_from([UTC, BERLIN, timezone(timedelta(hours=-3, minutes=-30))]),
    allow_imaginary=False,
)
tags = st.lists(
    st.text(alphabet="'=+-@\"aäBß 1", min_size=1, max_size=10).map(str.strip).filter(bool),
    max_size=5,
    unique_by=str.casefold,
)
rows = st.fixed_dictionaries(
    {
        **{key: texts(field.limit) for key, field in FIELDS.items() if field.kind == "text" and key in KEYS},
        **{key: st.sampled_from(["", *choices]) for key, choices in CHOICES.items()},
        "last_name": texts(80).filter(bool),
        "email": st.sampled_from(
            ["", "anna@krueger.example", "+a@xn--mller-kva.de", "-a@example.org", "=a@example.org"]
        ),
        "phone": st.sampled_from(["", "+49 170 1234", "=1", "'+49", "'=1", "-5", "٠١٧٠"]) | texts(40),
        "living_area": areas,
        "plot_area": areas,
        "year_built": st.none() | st.integers(1000, 2100),
        "due_on": st.none() | st.dates(date(1900, 1, 1), date(2200, 12, 31)),
        "created_at": moments,
        "consent_at": moments,
        "consent_wording": long_texts(),
        "id": st.integers(1, 10**18 - 1),
        "tags": tags,
        "note": long_texts(),
    }
)


@settings(max_examples=40)
@given(st.lists(rows, min_size=1, max_size=3))
def test_an_export_read_again_gives_exactly_the_same_values(contacts):
    sheet = read(b"".join(write(contacts, KEYS)))
    assert sheet.mapping == dict(enumerate(KEYS))
    entries = list(sheet.entries(sheet.mapping))
    assert [entry.errors for entry in entries] == [[]] * len(contacts)
    assert [at_utc(entry.values) for entry in entries] == list(map(at_utc, contacts))


def at_utc(values):
    """The hour that comes twice in October equals no moment of another time zone, so compare instants."""
    return values | {key: values[key].astimezone(UTC) for key in ("created_at", "consent_at")}


@given(st.text(alphabet="'=+-@\t\r\n;\" 1a", max_size=8).filter(lambda text: not text.startswith(" ")))
@example("'")
@example("''=")
def test_cells_come_back_as_they_were_whatever_they_begin_with(text):
    data = b"".join(write([{"last_name": "A", "note": text}], ["last_name", "note"]))
    ((_line, cells),) = read(data).rows()
    assert cells[1] == text


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_are_a_sheet_or_a_refusal(data):
    try:
        sheet = read(b"Nachname;Notiz\n" + data)
    except ValueError as refusal:
        assert refusal.line >= 1
        return
    assert len(list(sheet.entries(sheet.mapping))) == sheet.count


def test_fifty_thousand_rows_stream_out_and_in_with_little_memory():
    row = {"last_name": "Müller", "first_name": "Änne", "email": "a@example.org", "phone": "+49 170 1234"}
    fields = ["last_name", "first_name", "email", "phone", "note"]
    tracemalloc.start()
    size = sum(map(len, write(({**row, "note": f"Notiz {number}"} for number in range(50_000)), fields)))
    written = tracemalloc.get_traced_memory()[1]
    data = b"".join(write((row for _ in range(50_000)), fields))
    tracemalloc.reset_peak()
    before = tracemalloc.get_traced_memory()[0]
    sheet = read(data)
    count = sum(1 for _row in sheet.rows())
    grown = tracemalloc.get_traced_memory()[1] - before
    tracemalloc.stop()
    assert (count, sheet.count) == (50_000, 50_000)
    assert size > 2_000_000
    assert written < 1_000_000
    assert grown < 8_000_000
