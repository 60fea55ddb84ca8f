"""Who is the same person: names, addresses and numbers held against each other."""

import pytest

from contacts.contact_points import contact_point
from contacts.identity import Same, contradict, is_real, is_someones, keys, loose, record, same


def known(name="", **more):
    first, _space, last = name.rpartition(" ")
    return record({"first_name": first, "last_name": last} | more)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Olga Wagner", "Olga Wagner"),
        ("Olga Wagner", "wagner olga"),
        ("Olga Wagner", "O. Wagner"),
        ("Olga Wagner", "Wagner"),
        ("Jürgen Müller", "Juergen Mueller"),
        ("Jürgen Müller", "Jurgen Muller"),
        ("Hans-Peter Groß", "Hans Peter Gross"),
        ("Hans Peter Groß", "Hans Groß"),
        ("Eva Schmidt", "Eva Schmidt-Klein"),
        ("Dr. Eva Schmidt", "Eva Schmidt"),
        ("Pat O'Brien", "Pat OBrien"),
        ("", "Olga Wagner"),
    ],
)
def test_names_that_do_not_contradict_each_other(one, other):
    assert not contradict(known(one), known(other))
    assert not contradict(known(other), known(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Olga Wagner", "Otto Wagner"),
        ("Olga Wagner", "Olga Weber"),
        ("Olga Wagner", "P. Wagner"),
        ("Olga Wagner", "Neux"),
        ("Karl Heinz", "Karl Heinz Weber"),
        ("Baur", "Bauer"),
    ],
)
def test_names_that_contradict_each_other(one, other):
    assert contradict(known(one), known(other))
    assert contradict(known(other), known(one))


def test_a_company_counts_if_no_person_is_named():
    assert contradict(record({"company": "Bau GmbH"}), record({"company": "Dach AG"}))
    assert not contradict(record({"company": "Bau GmbH"}), record({"company": "BAU GmbH"}))
    assert not contradict(record({"company": "Bau GmbH"}), known("Olga Wagner"))
    number = {"phone": "040 55570001"}
    assert same(record({"company": "Bau GmbH"} | number), record({"company": "Bau GmbH"} | number)) is Same.PHONE


def test_a_partner_is_not_matched():
    couple = known("Olga Wagner", email="w@st.example", partner_first_name="Otto", partner_last_name="Wagner")
    assert same(couple, known("Otto Wagner", email="w@st.example")) is None


@pytest.mark.parametrize(
    ("one", "other", "agreed"),
    [
        ({"email": "o@st.example"}, {"email": "O@ST.example"}, Same.EMAIL),
        (
            {"email": "a@st.example", "more_emails": [contact_point("o@st.example")]},
            {"email": "o@st.example"},
            Same.EMAIL,
        ),
        ({"email": "o.w@st.example"}, {"email": "ow@st.example"}, None),
        ({"email": "info@st.example"}, {"email": "info@st.example"}, None),
        ({"phone": "0171 5574099"}, {"phone": "+49 171 55 740 99"}, Same.PHONE),
        ({"phone": "0171 5574099"}, {"more_phones": [contact_point("01715574099")]}, Same.PHONE),
        (
            {"phone": "0171 5574099", "email": "a@st.example"},
            {"phone": "0171 5574099", "email": "b@st.example"},
            None,
        ),
        (
            {"phone": "0171 5574099", "email": "info@a.example"},
            {"phone": "0171 5574099", "email": "b@st.example"},
            None,
        ),
        ({"phone": "unbekannt"}, {"phone": "unbekannt"}, None),
        ({"phone": "0000000"}, {"phone": "0000000"}, None),
        ({"phone": "123456"}, {"phone": "123456"}, None),
        ({}, {}, None),
    ],
)
def test_which_records_are_the_same_person(one, other, agreed):
    assert same(known("Olga Wagner", **one), known("Olga Wagner", **other)) is agreed


@pytest.mark.parametrize(("one", "other"), [("Wagner", "Olga Wagner"), ("O. Wagner", "Olga Wagner"), ("Olga", "Olga")])
def test_a_number_identifies_somebody_only_with_complete_names(one, other):
    number = {"phone": "040 55570001"}
    assert same(known(one, **number), known(other, **number)) is None


@pytest.mark.parametrize(
    "address",
    [
        "keine@mail.example",
        "info@firma.example",
        "no-reply@x.example",
        "kein.email@x.example",
        "info2@x.example",
        "-",
        "",
    ],
)
def test_addresses_of_nobody(address):
    assert not is_someones(address)


def test_addresses_and_numbers_of_somebody():
    assert is_someones("anna.info@x.example") and is_someones("i@x.example")
    assert is_real("+494055570001") and not is_real("+4911111111")


def test_loose_addresses():
    assert loose("An.na+Haus@X.example") == "anna@x.example"
    assert loose("+x@x.example") == "+x@x.example"


def test_keys_begin_with_the_office():
    values = {"first_name": "Olga", "last_name": "Wagner", "email": "o.w@st.example", "phone": "0171 5574099"}
    assert keys(7, values) == ["7:e:ow@st.example", "7:n:olga wagner", "7:p:491715574099"]
    assert set(keys(7, values)).isdisjoint(keys(8, values))
