"""A small imitation of PostgreSQL's prefix matching evaluates the queries, so that rules are tested as searches."""

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contacts.search import fold, fold_short, lexemes, query, sort_key

TERM = r"'((?:[^'\\]|''|\\\\)+)'(:\*)?"


def finds(typed, **contact):
    """Evaluate a query like PostgreSQL: & binds closer than |, and :* matches the beginning of a lexeme."""
    text, known = query(typed), lexemes(**contact)
    assert text is not None

    def holds(term):
        word = term[1].replace("''", "'").replace("\\\\", "\\")
        return str(any(one.startswith(word) if term[2] else one == word for one in known))

    said = re.sub(TERM, holds, text)
    assert re.fullmatch(r"(?:True|False|[ &|()])+", said)
    return eval(said.replace("&", "and").replace("|", "or"))


@pytest.mark.parametrize(
    ("text", "long", "short"),
    [
        ("Müller", "mueller", "muller"),
        ("Mu\u0308ller", "mueller", "muller"),
        ("STRAẞE", "strasse", "strasse"),
        ("Weiß", "weiss", "weiss"),
        ("Öztürk", "oeztuerk", "ozturk"),
        ("Şahin İnce Yılmaz", "sahin ince yilmaz", "sahin ince yilmaz"),
        ("Małgorzata Wiśniewska", "malgorzata wisniewska", "malgorzata wisniewska"),
        ("René Ærø Đorđević", "rene aero dordevic", "rene aero dordevic"),
        ("ﬁnk １２", "fink 12", "fink 12"),
    ],
)
def test_folding(text, long, short):
    assert fold(text) == long
    assert fold_short(text) == short


@given(st.text())
def test_folding_twice_changes_nothing(text):
    assert fold_short(fold_short(text)) == fold_short(text)
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize("typed", ["Müller", "müll", "mueller", "muller", "MULLER", "mü", "mue", "mul", "mu\u0308ller"])
def test_mueller_is_found_however_the_umlaut_is_typed(typed):
    assert finds(typed, last_name="Müller")


def test_other_letters_are_not_folded():
    assert finds("müller", last_name="Mueller")
    assert not finds("müll", last_name="Mull")
    assert not finds("muller", last_name="Mueller")
    assert not finds("koehl", last_name="Kohl")


@pytest.mark.parametrize(
    "typed",
    [
        "dr",
        "Jürgen",
        "schröder-lüde",
        "lüdenscheid",
        "juergen schroe koeln",
        "eva",
        "fischer",
        "o'hara gmbh",
        "J.Schroeder@Example.org",
        "j.schroeder@",
        "example.org",
        "@example",
        "schroeder",
        "+49 (0)151 6234",
        "0151 6234",
        "(0151) 6234-98",
        "0049 151",
        "49151",
        "01516",
        "٠١٥١",
        "Hauptstraße 12",
        "hauptstr. 12",
        "hauptstrasse 12a 50667 köln",
        "50667",
        "6234",
        "1516 23",
        "151 623 4987",
        "234987",
        "Frau Schröder",
        "ohara",
        "O’Hara",
        "506 köln 0151/62",
        "vip",
        "see grundstück",
        "Schröder & Lüdenscheid",
        "Schröder, Jürgen",
        "Jürgen Schröder <j.schroeder@example.org>",
        "<J.Schroeder@example.org>,",
        "mailto:j.schroeder@example.org",
        "(mailto:j.schroeder@example.org).",
        "j.schroeder@example.org;",
        "„j.schroeder@example.org“",
        "tel:+491516234987",
        "Tel.: 0151/6234987",
        "Tel 0151 6234987",
        "Telefon: (0151) 6234987",
        "Mobil +49 (0)151 6234987",
        "Handy: 0151-6234987",
        "Schröder, Tel. 0151 6234987",
    ],
)
def test_a_contact_is_found_by(typed):
    assert finds(
        typed,
        title="Dr.",
        first_name="Jürgen",
        last_name="Schröder-Lüdenscheid",
        company="O'Hara GmbH",
        partner_first_name="Eva",
        partner_last_name="Fischer",
        email="j.schroeder@example.org",
        phone="+491516234987",
        street="Hauptstr. 12a",
        postal_code="50667",
        city="Köln",
        tags=["VIP", "Grundstück am See"],
    )


@pytest.mark.parametrize(
    "typed",
    [
        "schröder maier",
        "0152",
        "4988",
        "234 9876",
        "987",
        "herr herr",
        "uergen",
        "%",
        "_",
        "\\",
        "m_ller",
        "' OR 1=1",
        "*",
        ":*",
        "<k@example.org>",
        "mailto:",
        "Tel.",
        "Tel. 0152",
        "Hotel 0151",
    ],
)
def test_a_contact_is_not_found_by(typed):
    assert not finds(typed, first_name="Jürgen", last_name="Schröder", phone="+491516234987", email="j@example.org")


@pytest.mark.parametrize(
    ("typed", "text"),
    [
        ("Mue Köl", "'mue':* & 'koel':*"),
        ("mue, mue", "'mue':*"),
        ("%", "'%'"),
        ("\\", r"'\\'"),
        ("'", "''''"),
        ("% _", "'%' & '_'"),
        ("50%", "'50'"),
        ("o'neil\\@x", r"'o''neil\\@x':*"),
        ("a\x00b", "'a' & 'b'"),
        ("ab\ud800", "'ab'"),
        ("ab c", "'ab' & 'c'"),
        ("abc d", "'abc':* & 'd':*"),
        ("mü", "'mue':*"),
        ("00", "'00'"),
        ("0", "'0'"),
        ("a 2 3 4 5 6 7 8 9", "'a' & '2' & '3' & '4' & '5' & '6' & '7' & '8'"),
        ("1234", "('1234':* | '\u20601234')"),
        ("12345", "('12345':* | '\u20601234' & '\u20602345')"),
        ("12 345", "'12':* & '345':* | '\u20601234' & '\u20602345'"),
    ],
)
def test_the_query_is_quoted(typed, text):
    assert query(typed) == text


@pytest.mark.parametrize("typed", ["", " ", "\t\n", "\u3000", "\x00", "\u200b"])
def test_an_empty_text_is_no_query(typed):
    assert query(typed) is None


def test_only_the_first_hundred_characters_count():
    assert query("x" * 5_000) == "'" + "x" * 100 + "':*"


@given(st.text(max_size=200))
def test_any_text_is_no_query_or_a_well_quoted_one(text):
    result = query(text)
    if result is None:
        return
    asked = rf"(?:{TERM}|\({TERM} \| {TERM}(?: & {TERM}){{0,11}}\))"
    assert re.fullmatch(rf"{asked}(?: & {asked}){{0,7}}(?: \| {TERM}(?: & {TERM}){{0,11}})?", result)
    assert not [sign for sign in result if unicodedata.category(sign) in ("Cc", "Cs")]


@given(
    st.text(max_size=300),
    st.text(max_size=300),
    st.text(max_size=40),
    st.lists(st.text(max_size=40), max_size=3),
)
def test_postgresql_accepts_the_lexemes(name, email, phone, tags):
    found = lexemes(last_name=name, email=email, phone=phone, street=name, tags=tags)
    assert found == sorted(set(found))
    for lexeme in found:
        assert 0 < len(lexeme.encode()) < 2_046
        assert not [sign for sign in lexeme if unicodedata.category(sign) in ("Cc", "Cs")]


@given(st.text(alphabet="aeimnorstuäöüßéłşAÖÜ -.'", min_size=1, max_size=60))
def test_a_name_typed_as_it_is_written_is_always_found(name):
    if any(sign.isalpha() for sign in name):
        assert finds(name, last_name=name)


def runs(*found):
    return sorted("\u2060" + run for run in found)


def test_lexemes_of_an_empty_contact():
    assert lexemes() == []


def test_all_numbers_and_addresses_are_found_but_no_typed_word_means_a_run():
    known = {"emails": ["a@b.example", "second@c.example"], "phones": ["+491701234567", "040 99887"]}
    for typed in ("second@c", "c.example", "9988", "040 99", "4567"):
        assert finds(typed, last_name="Albers", **known)
    assert not finds("234", last_name="Albers", **known)
    assert query("\u2060") is None


def test_lexemes_of_a_small_contact():
    assert lexemes(last_name="Müller", email="m@köln.example", phone="0170/12 34", street="Ring 1") == [
        "01701234",
        "1",
        "491701234",
        "example",
        "koeln",
        "koln",
        "m",
        "m@koeln.example",
        "m@koln.example",
        "mueller",
        "muller",
        "ring",
        *runs("0170", "1701", "4917", "7012", "9170", "0123", "1234"),
    ]


@pytest.mark.parametrize(
    ("phone", "numbers"),
    [
        ("+49 (0)170/12-34", ["01701234", "491701234"]),
        ("0049 170 1234", ["01701234", "491701234"]),
        ("+43 1 2345", ["4312345"]),
        ("=1", []),
        ("kein Telefon", []),
    ],
)
def test_phone_lexemes(phone, numbers):
    assert [one for one in lexemes(phone=phone) if one[0] != "\u2060"] == numbers


def test_names_sort_as_in_a_german_phone_book():
    people = [
        ("Zander", ""),
        ("Äpfel", ""),
        ("Abel", ""),
        ("Maier-Abt", "Ina"),
        ("Maier", "Zoe"),
        ("Maier", "Änne"),
    ]
    people += [("Weiß", "B"), ("Weiss", "A"), ("Weißer", "A"), ("Özil", "M"), ("Otto", "M")]
    assert sorted(people, key=lambda person: sort_key(*person).encode()) == [
        ("Abel", ""),
        ("Äpfel", ""),
        ("Maier", "Änne"),
        ("Maier", "Zoe"),
        ("Maier-Abt", "Ina"),
        ("Otto", "M"),
        ("Özil", "M"),
        ("Weiss", "A"),
        ("Weiß", "B"),
        ("Weißer", "A"),
        ("Zander", ""),
    ]


def test_without_a_last_name_the_company_or_the_first_name_sorts():
    assert sort_key("", "", "Bau & Grund GmbH") == "bau grund gmbh"
    assert sort_key("-", "Anna", "Bau & Grund GmbH") == "bau grund gmbh"
    assert sort_key("", "Anna") == "anna"


@pytest.mark.parametrize("names", [("",), ("-",), ("?", ".", "_"), ("", "", "&")])
def test_a_contact_without_name_has_no_sort_key(names):
    assert sort_key(*names) is None
