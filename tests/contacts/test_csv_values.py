"""The meaning of cells, and the round trip: reading an export gives the same values."""

import tracemalloc
import unicodedata
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from contacts.csv.cells import clean
from contacts.csv.encodings import encoding_of
from contacts.csv.fields import CHOICES, FIELDS, ONLY_READ
from contacts.csv.numbers import read_past_date
from contacts.csv.reading import read
from contacts.csv.rows import write
from contacts.pairs import tidy as tidy_pairs

BERLIN = ZoneInfo("Europe/Berlin")
NOBODY = "Es fehlt ein Name, eine Firma, eine E-Mail-Adresse oder eine Telefonnummer."
KEYS = [key for key in FIELDS if key not in ONLY_READ]


def value(key, text):
    values, errors, remarks = clean(["A", text], {0: "last_name", 1: key})
    assert (errors, remarks) == ([], [])
    return values[key]


def kept(key, text):
    """Return note and report of an unreadable cell; the contact is accepted all the same."""
    values, errors, remarks = clean(["A", text], {0: "last_name", 1: key})
    assert (values["last_name"], errors) == ("A", [])
    return values[key], values.get("note", ""), " ".join(remarks)


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
        ("phone", "0170 / 12 34 56", "0170 / 12 34 56"),
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
    ("key", "text", "expected"),
    [
        ("salutation", "Sir", ""),
        ("salutation", "Frau Müller", ""),
        ("property_kind", "Schloss", ""),
        ("email", "müller@example.org", ""),
        ("email", "a@b", ""),
        ("phone", "im Urlaub", ""),
        ("phone", "040 1", ""),
        ("phone", "=HYPERLINK(…)", ""),
        ("living_area", "-5", None),
        ("living_area", "viel", None),
        ("living_area", "1.2.3", None),
        ("living_area", "NaN", None),
        ("living_area", "1e9", None),
        ("living_area", "10.000.000", None),
        ("living_area", "120-130", Decimal("120.00")),
        ("plot_area", "9" * 50, None),
        ("year_built", "65", None),
        ("year_built", "0999", None),
        ("year_built", "2101", None),
        ("year_built", "1970er", 1970),
        ("due_on", "30.02.2026", None),
        ("due_on", "02/13/2026", None),
        ("due_on", "morgen", None),
        ("created_at", "gestern", None),
        ("created_at", "24.12.2026 25:00", None),
        ("tags", "x" * 31, []),
        ("id", "1e3", None),
        ("id", "0", None),
        ("id", "9" * 19, None),
        ("postal_code", "gegenüber der Kirche", ""),
        ("first_name", "x" * 81, "x" * 80),
    ],
)
def test_unreadable_cells_go_into_the_note_and_the_report(key, text, expected):
    label = FIELDS[key].label
    said = f"In die Notiz übernommen: {label} „{text[:60]}“."
    assert kept(key, text) == (expected, f"{label}: {text}", said)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("1.5.1980", date(1980, 5, 1)),
        ("1.5.80", date(1980, 5, 1)),
        ("1.5.45", date(1945, 5, 1)),  # of a date that may come it is 2045
        ("1.5.26", date(2026, 5, 1)),
        ("01.12.2026", date(2026, 12, 1)),  # today
        ("1980-05-01T00:00:00Z", date(1980, 5, 1)),
        ("19800501", date(1980, 5, 1)),
        ("29342", date(1980, 5, 1)),
        ("0.0.00", None),
    ],
)
def test_a_past_day_is_read(text, day):
    assert read_past_date(text) == (day, True)


@pytest.mark.parametrize("text", ["02.12.2026", "01.01.2027", "31.12.1899", "--0501", "19801301", "Mai 1980"])
def test_a_future_or_invalid_day_is_not_read(text):
    with pytest.raises(ValueError, match=r"\.$"):
        read_past_date(text)


def test_a_note_that_is_too_long_is_cut_and_the_report_says_so():
    values, errors, remarks = clean(["A", "x" * 10_001], {0: "last_name", 1: "note"})
    assert (len(values["note"]), errors, len(remarks)) == (10_000, [], 1)


def test_unreadable_cells_follow_the_note_with_their_header():
    headers = ["Name", "Bemerkung", "Baujahr ca."]
    values, _errors, _remarks = clean(["A", "Ruft an", "alt"], {0: "last_name", 1: "note", 2: "year_built"}, headers)
    assert values["note"] == "Ruft an\nBaujahr ca.: alt"


@pytest.mark.parametrize("key", ["last_name", "company", "email", "phone"])
def test_any_one_of_name_company_email_and_phone_is_enough(key):
    text = {"email": "a@example.org", "phone": "0170 123456"}.get(key, "0170 1")
    assert clean([text], {0: key})[:2] == ({key: text}, [])
    assert clean([" "], {0: key})[:2] == ({key: ""}, [NOBODY])


def test_a_first_name_alone_is_a_name():
    assert clean(["Anna"], {0: "first_name"})[:2] == ({"first_name": "", "last_name": "Anna"}, [])


def test_a_row_without_name_address_and_number_is_refused():
    assert clean(["keine", "-", "Bonn"], {0: "email", 1: "phone", 2: "city"})[1] == [NOBODY]


def test_the_house_number_joins_its_street():
    mapping = {0: "last_name", 1: "house_number", 2: "street"}
    assert clean(["A", "5a", "Hauptstr."], mapping)[0] == {"last_name": "A", "street": "Hauptstr. 5a"}
    assert clean(["A", "5a", "Hauptstr. 5a"], mapping)[0]["street"] == "Hauptstr. 5a"
    assert clean(["A", "", "Hauptstr."], mapping)[0]["street"] == "Hauptstr."
    assert clean(["A", "7"], {0: "last_name", 1: "house_number"})[0]["street"] == "7"


def test_several_columns_of_one_kind_are_several_numbers_or_kept_in_the_note():
    mapping = {0: "phone", 1: "phone"}
    second = {"kind": "", "text": "0170 234567", "words": ""}
    assert clean(["030 123456", "0170 234567"], mapping)[0] == {
        "phone": "030 123456",
        "more_phones": [second],
    }
    assert clean(["", "0170 234567"], mapping)[0] == {"phone": "0170 234567"}
    assert clean(["0170 234567", "0170 234567"], mapping)[0] == {"phone": "0170 234567"}
    values, errors, _remarks = clean(["A", "B"], {0: "last_name", 1: "last_name"})
    assert (values, errors) == ({"last_name": "A", "note": "Nachname: B"}, [])
    assert clean(["A", "x", "y"], {0: "last_name", 1: "note", 2: "note"})[0]["note"] == "x\ny"


def test_a_fax_is_never_the_first_number():
    values = clean(["040 111111", "040 222222"], {0: "phone", 1: "phone"}, ["Fax", "Telefon geschäftlich"])[0]
    assert (values["phone"], values["phone_kind"]) == ("040 222222", "work")
    assert values["more_phones"] == [{"kind": "fax", "text": "040 111111", "words": ""}]


def test_a_title_in_the_salutation_becomes_the_title():
    values = clean(["A", "Herrn Prof. Dr."], {0: "last_name", 1: "salutation"})[0]
    assert values == {"last_name": "A", "salutation": "mr", "title": "Prof. Dr."}


def test_an_unknown_source_is_kept_as_its_detail():
    values = clean(["A", "Flyer"], {0: "last_name", 1: "source"})[0]
    assert values == {"last_name": "A", "source": "other", "source_detail": "Flyer"}
    mapping = {0: "last_name", 1: "source", 2: "source_detail"}
    assert clean(["A", "Flyer", "Mai"], mapping)[0]["source_detail"] == "Flyer, Mai"


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Barbara Albers", ("Barbara", "Albers", "", "")),
        ("Albers, Barbara", ("Barbara", "Albers", "", "")),
        (
            "Herr Prof. Dr. med. Hans Peter von der Heide",
            ("Hans Peter", "von der Heide", "Prof. Dr. med.", "mr"),
        ),
        ("Goethe, Johann Wolfgang von", ("Johann Wolfgang", "von Goethe", "", "")),
        ("Dr. H. Müller", ("H.", "Müller", "Dr.", "")),
        ("Familie Schulz", ("", "Schulz", "", "neutral")),
        ("Albers", ("", "Albers", "", "")),
    ],
)
def test_a_full_name_is_split(text, names):
    values = clean([text], {0: "full_name"})[0]
    keys = ("first_name", "last_name", "title", "salutation")
    assert tuple(values.get(key, "") for key in keys) == names


def test_last_name_first_needs_no_comma():
    values = clean(["von der Heide Anna"], {0: "name_first"})[0]
    assert (values["first_name"], values["last_name"]) == ("Anna", "von der Heide")


def test_separate_names_win_over_a_full_name():
    values = clean(["Anna Albers", "Barbara", "Berg"], {0: "full_name", 1: "first_name", 2: "last_name"})[0]
    assert (values["first_name"], values["last_name"]) == ("Barbara", "Berg")


@pytest.mark.parametrize(
    ("key", "text", "place"),
    [
        ("place", "20095 Hamburg", ("", "20095", "Hamburg")),
        ("place", "D-20095 Hamburg", ("", "20095", "Hamburg")),
        ("place", "Hamburg", ("", "", "Hamburg")),
        ("address", "Am Markt 1  12345 Musterdorf", ("Am Markt 1", "12345", "Musterdorf")),
        ("address", "Am Markt 1\n20095 Hamburg\nDeutschland", ("Am Markt 1", "20095", "Hamburg")),
        ("address", "Weg 2", ("Weg 2", "", "")),
    ],
)
def test_addresses_in_one_column_are_split(key, text, place):
    values = clean(["A", text], {0: "last_name", 1: key})[0]
    assert tuple(values.get(name, "") for name in ("street", "postal_code", "city")) == place


@pytest.mark.parametrize(
    ("code", "city", "country", "expected"),
    [
        ("1067", "Dresden", "", "01067"),
        ("1067", "", "Deutschland", "01067"),
        ("4109,0", "Leipzig", "", "04109"),
        ("D-20095", "Hamburg", "", "20095"),
        ("z:04109", "", "", "04109"),
        ("8000", "Zürich", "", "8000"),
        ("1010", "Wien", "AT", "1010"),
    ],
)
def test_postcodes_get_back_their_leading_zero(code, city, country, expected):
    values = clean(["A", code, city, country], {0: "last_name", 1: "postal_code", 2: "city", 3: "country"})[0]
    assert values["postal_code"] == expected


def test_of_several_addresses_the_private_one_is_the_first_and_the_others_are_kept():
    headers = ["Name", "Straße geschäftlich", "Ort geschäftlich", "Straße privat", "Ort privat"]
    mapping = {0: "last_name", 1: "street", 2: "city", 3: "street", 4: "city"}
    values = clean(["A", "Pickhuben 2", "Hamburg", "Hofgasse 3", "Kiel"], mapping, headers)[0]
    assert (values["street"], values["city"]) == ("Hofgasse 3", "Kiel")
    assert values["note"] == "Straße geschäftlich: Pickhuben 2, Hamburg"


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
def test_formulas_are_escaped_and_numbers_are_not(text, cell):
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
    return st.lists(signs, max_size=30).map(lambda found: unicodedata.normalize("NFC", "".join(found)).strip())


areas = st.none() | st.decimals(0, Decimal("9999999.99"), places=2, allow_nan=False)
moments = st.datetimes(
    datetime(1900, 1, 2),
    datetime(2200, 1, 1),
    timezones=st.sampled_from([UTC, BERLIN, timezone(timedelta(hours=-3, minutes=-30))]),
    allow_imaginary=False,
).map(lambda moment: moment.replace(microsecond=0))
tags = st.lists(
    st.text(alphabet="'=+-@aäBß 1", min_size=1, max_size=10).map(str.strip).filter(bool),
    max_size=5,
    unique_by=str.casefold,
)


def further(*texts):
    """A strategy for further numbers or addresses."""
    one = st.fixed_dictionaries(
        {
            "kind": st.sampled_from(["", "mobile", "work"]),
            "text": st.sampled_from(texts),
            "words": st.sampled_from(["", "nur abends"]),
        }
    )
    return st.lists(one, max_size=2, unique_by=lambda reach: reach["text"])


def consistent(row):
    """Return whether further numbers have a first one."""
    nothing = {f"{key}{end}": "" for key in ("email", "phone") if not row[key] for end in ("_kind", "_words")}
    lists = {f"more_{key}s": [] for key in ("email", "phone") if not row[key]}
    return row | {key: value for key, value in (nothing | lists).items() if key in row}


def pairs(name):
    """A strategy for pairs as a contact has them."""
    text = st.text(alphabet=":'=+-@;\"aäB \n1", max_size=12)
    return st.lists(st.tuples(text, text.map("a".__add__)), max_size=3).map(lambda found: tidy_pairs(name, found)[0])


days = {
    "date": st.dates(date(1900, 1, 1), date(2200, 12, 31)),
    "past": st.dates(date(1900, 1, 1), date(2026, 11, 27)),
}
rows = st.fixed_dictionaries(
    {
        **{key: texts(field.limit) for key, field in FIELDS.items() if field.kind == "text" and key in KEYS},
        **{key: st.sampled_from(["", *choices]) for key, choices in CHOICES.items()},
        **{key: st.none() | days[field.kind] for key, field in FIELDS.items() if field.kind in days},
        "last_name": texts(80).filter(bool),
        "email": st.sampled_from(
            ["", "anna@krueger.example", "+a@xn--mller-kva.de", "-a@example.org", "=a@example.org"]
        ),
        "phone": st.sampled_from(["", "+49 170 1234567", "040/55 51-0", "(030) 123456", "0170 / 12 34 56"]),
        "phone_words": st.sampled_from(["", "nur abends"]),
        "more_phones": further("0171 2345678", "040 123456"),
        "more_emails": further("b@example.org", "c@example.org"),
        "title": st.sampled_from(["", "Dr.", "Prof. Dr.", "Graf", "Rechtsanwalt"]),
        "partner_title": st.sampled_from(["", "Dr.", "Graf"]),
        "postal_code": st.sampled_from(["", "01067", "8000", "SW1A 1AA"]),
        "city": st.sampled_from(["", "Köln", "=Bonn", "'Ulm", "Frankfurt (Oder)"]),
        "living_area": areas,
        "plot_area": areas,
        "year_built": st.none() | st.integers(1000, 2100),
        **dict.fromkeys(("value", "value_from", "value_to"), st.none() | st.integers(0, 2_000_000_000)),
        "value_link": st.sampled_from(["", "https://wert.example/b?x=1;y=2", "http://wert.example"]),
        "foreign_ids": pairs("foreign_ids"),
        "campaign": pairs("campaign"),
        "further": pairs("further"),
        "created_at": moments,
        "consent_at": moments,
        "consent_wording": long_texts(),
        "id": st.integers(1, 10**18 - 1),
        "tags": tags,
        "note": long_texts(),
    }
).map(consistent)


@settings(max_examples=40)
@given(st.lists(rows, min_size=1, max_size=3))
def test_an_export_read_again_gives_exactly_the_same_values(contacts):
    data = b"".join(write(contacts, KEYS))
    assume(not encoding_of(data)[1])  # letters that look like umlauts read wrongly are offered to be put right
    sheet = read(data)
    assert sheet.mapping == dict(enumerate(KEYS))
    entries = list(sheet.entries(sheet.mapping))
    assert [entry.errors for entry in entries] == [[]] * len(contacts)
    assert [at_utc(entry.values) for entry in entries] == list(map(at_utc, contacts))


def at_utc(values):
    """Return moments in UTC: those in the hour that occurs twice in October are never equal across time zones."""
    return values | {key: values[key].astimezone(UTC) for key in ("created_at", "consent_at")}


@given(st.text(alphabet="'=+-@\t\r\n;\" 1a", max_size=8).filter(lambda text: not text.startswith(" ")))
@example("'")
@example("''=")
def test_cells_with_any_beginning_are_read_back_unchanged(text):
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
    assert grown < 12_000_000
