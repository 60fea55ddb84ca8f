"""What was said under labels we have no field for: its bounds, its text, and the form for it."""

import pytest

from contacts import pairs
from contacts.forms import FactsForm
from contacts.models import Contact
from tests.factories import ContactFactory


def test_pairs_are_tidied_and_each_is_kept_once():
    given = [
        (" Etage :", " 3. OG "),
        ("Etage", "3. OG"),
        ("leer", " \n "),
        (":: A: b", "x\r\n\n y\x00"),
        ("", "allein"),
    ]
    assert pairs.tidy("further", given) == ([["Etage", "3. OG"], ["A – b", "x\ny"], ["", "allein"]], [])


def test_what_is_beyond_the_bounds_is_handed_back_whole():
    many = [[f"Frage {n}", "ja"] for n in range(52)]
    assert pairs.tidy("further", many) == (many[:50], many[50:])
    assert pairs.tidy("further", [["lang", "x" * 1001]]) == ([["lang", "x" * 1000]], [["lang", "x" * 1001]])
    assert pairs.tidy("foreign_ids", [["s" * 61, "a\nb"]]) == ([["s" * 60, "a b"]], [])
    assert pairs.tidy("foreign_ids", [["s", "1" * 201]])[1] == [["s", "1" * 201]]


@pytest.mark.parametrize(
    "found", [[["Etage", "3. OG"]], [["", "a: b"]], [["", "a"], ["b", "c\nd: e"]], [["u", "http://x.example/?a=b: c"]]]
)
def test_they_are_read_as_they_were_written(found):
    assert pairs.read(pairs.write(found)) == found


def test_more_are_added_behind_those_that_are_known():
    known = [["utm_source", "google"]]
    assert pairs.union("campaign", known, [["utm_source", "google"], ["gclid", "x1"]]) == (
        [*known, ["gclid", "x1"]],
        [],
    )


@pytest.mark.parametrize(
    ("typed", "stored"),
    [("489000", 489000), ("489.000 €", 489000), ("489.000,00 EUR", 489000), ("1.250.000,-- Euro", 1250000), ("", None)],
)
def test_euros_are_read_as_people_write_them(typed, stored):
    form = FactsForm({"value": typed, "last_name": "A"}, only=("value", "last_name"))
    assert form.is_valid(), form.errors
    assert form.cleaned_data["value"] == stored


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        *(("value", typed) for typed in ("-1", "viel", "489.000,50", "2000000001")),
        *(("value_link", typed) for typed in ("javascript:alert(1)", "ftp://x.example/", "https://", "x.example")),
        *(("value_link", typed) for typed in ("https://u:p@x.example/", "http://[", "https://x.example/a b", "//x.de")),
        ("further", "\n".join(f"{n}: x" for n in range(51))),
        ("further", f"lang: {'x' * 1001}"),
        ("further", "Etage: 3\x00"),
        ("foreign_ids", f"Portal: {'x' * 201}"),
    ],
)
def test_the_form_refuses_what_is_none(name, typed):
    assert [*FactsForm({name: typed, "last_name": "A"}, only=(name, "last_name")).errors] == [name]


def test_strange_labels_are_shown_as_text(login, anna, board):
    said = {"further": [["<b>Etage</b>", "<script>x</script>"]], "value_link": "https://x.example/?a=1&b=2"}
    contact = ContactFactory(account=anna.account, **said)
    html = login(anna).get(f"/contacts/{contact.pk}/").content.decode()
    assert "&lt;b&gt;Etage&lt;/b&gt;" in html and "&lt;script&gt;x&lt;/script&gt;" in html
    assert 'href="https://x.example/?a=1&amp;b=2"' in html
    assert Contact.objects.get().further == said["further"]
