"""Who is the same person in an imported file: people are never merged, or overwritten unnoticed."""

from pathlib import Path

import pytest

from contacts import duplicates
from contacts.contact_points import contact_point
from contacts.models import Contact
from pipeline import leads
from pipeline.models import ImportRow
from tests.factories import ContactFactory
from tests.markup import page_of
from tests.pipeline.importing import checked, contacts, imported, outcomes, report

FILES = Path(__file__).parent / "files"


def of_file(name):
    return (FILES / f"{name}.csv").read_bytes()


def changes(source):
    rows = ImportRow.objects.of(source.account).filter(source=source).order_by("line")
    return [row.changes for row in rows]


@pytest.fixture
def olga(anna, board):
    return ContactFactory(
        account=anna.account,
        first_name="Olga",
        last_name="Wagner",
        email="olga.wagner@example.com",
        phone="0171 5574099",
        city="Bonn",
    )


def test_a_husband_with_her_address_is_a_contact_of_his_own(anna, olga):
    source = imported(anna, of_file("shared-email-existing-contact"))
    assert report(source) == [
        (
            *(2, "created"),
            "Gleiche E-Mail-Adresse wie Olga Wagner: wird ein weiterer Kontakt, bei beiden vermerkt.",
        )
    ]
    before, husband = contacts(anna)
    assert (before.last_name, before.phone, before.city, before.version) == (
        "Wagner",
        "0171 5574099",
        "Bonn",
        1,
    )
    assert husband.display_name == "Gatte Neux"
    assert [(one.pk, one.shared) for one in duplicates.find(anna, before)] == [(husband.pk, "gleiche E-Mail-Adresse")]
    assert [one.pk for one in duplicates.find(anna, husband)] == [before.pk]
    assert outcomes(imported(anna, of_file("shared-email-existing-contact"))) == ["unchanged"]


@pytest.mark.parametrize("import_it", [checked, imported])
def test_the_report_forgets_the_name_of_a_contact_that_is_erased(anna, olga, import_it):
    mehmet = ContactFactory(account=anna.account, first_name="Mehmet", last_name="Demir", email="m.demir@example.com")
    file = "Vorname;Nachname;E-Mail\nGatte;Neux;olga.wagner@example.com\nGattin;Neuy;m.demir@example.com\n"
    source = import_it(anna, file)
    assert ["Olga Wagner" in reason for _line, _outcome, reason in report(source)] == [True, False]
    leads.erase(Contact.objects.of(anna.account).filter(pk=olga.pk))
    reasons = [reason for _line, _outcome, reason in report(source)]
    assert reasons[0] == "Der Hinweis nannte einen Kontakt, der endgültig gelöscht ist."
    assert "Mehmet Demir" in reasons[1]
    leads.erase(Contact.objects.of(anna.account).filter(pk=mehmet.pk))
    assert "Mehmet" not in str(report(source))


def test_the_report_forgets_the_name_that_another_row_has_added(anna, board):
    source = imported(anna, "Vorname;Nachname;E-Mail\nOlga;Wagner;w@st.example\nPeter;Ganzanders;w@st.example\n")
    olga, peter = contacts(anna)
    assert "Olga Wagner" in report(source)[1][2]
    leads.erase(Contact.objects.of(anna.account).filter(pk=olga.pk))
    assert "Olga" not in str(report(source))
    assert ImportRow.objects.of(anna.account).get(source=source).contact_id == peter.pk


@pytest.mark.parametrize(
    ("name", "count"),
    [("placeholder-email", 4), ("same-landline-other-person", 2), ("placeholder-phones", 4)],
)
def test_rows_that_share_only_unspecific_values_are_different_people(anna, board, name, count):
    assert outcomes(imported(anna, of_file(name))) == ["created"] * count
    once = list(Contact.objects.of(anna.account).order_by("pk").values("pk", "last_name", "email", "street", "version"))
    assert outcomes(imported(anna, of_file(name))) == ["unchanged"] * count
    again = list(
        Contact.objects.of(anna.account).order_by("pk").values("pk", "last_name", "email", "street", "version")
    )
    assert again == once


def test_an_address_of_three_names_identifies_nobody(anna, board):
    rows = ["Anna;Eins;haus@st.example", "Bert;Zwei;haus@st.example", "Carl;Drei;haus@st.example"]
    imported(anna, "\n".join(["Vorname;Nachname;E-Mail", *rows]))
    source = imported(anna, "Nachname;E-Mail;Ort\n;haus@st.example;Ulm\n")
    assert outcomes(source) == ["created"]
    assert [contact.city for contact in contacts(anna)] == ["", "", "", "Ulm"]


def test_rows_of_one_file_follow_the_same_rule(anna, board):
    rows = [
        "Olga;Wagner;paar@st.example;",
        "Otto;Wagner;paar@st.example;",
        "O.;Wagner;paar@st.example;Ulm",
        "WAGNER;Olga;paar@st.example;Mainz",
    ]
    source = imported(anna, "\n".join(["Vorname;Nachname;E-Mail;Ort", *rows]))
    assert outcomes(source) == ["created", "created", "created", "updated"]
    assert [(one.first_name, one.last_name, one.city) for one in contacts(anna)] == [
        ("Olga", "Wagner", "Mainz"),
        ("Otto", "Wagner", ""),
        ("O.", "Wagner", "Ulm"),
    ]


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ("Olga;Wagner;;0171 5574099", "updated"),
        ("WAGNER;Olga;;+49 171 55 74 099", "updated"),
        ("O.;Wagner;;0171 5574099", "created"),
        (";Wagner;;0171 5574099", "created"),
        ("Otto;Wagner;;0171 5574099", "created"),
        ("Olga;Wagner;andere@st.example;0171 5574099", "created"),
        (";;olga.wagner@example.com;", "updated"),
        ("O.;Wagner;OLGA.Wagner@example.com;", "updated"),
        ("Olga Maria;Wagner;olga.wagner@example.com;", "updated"),
        ("Otto;Wagner;olga.wagner@example.com;", "created"),
        ("Olga;Wagner;;", "created"),
    ],
)
def test_what_identifies_a_known_contact(anna, olga, row, outcome):
    source = checked(anna, f"Vorname;Nachname;E-Mail;Telefon;Ort\n{row};Ulm\n")
    assert outcomes(source) == [outcome]


def test_a_second_number_and_address_identify_as_well(anna, board):
    known = ContactFactory(
        account=anna.account,
        first_name="Olga",
        last_name="Wagner",
        more_emails=[contact_point("zweite@st.example")],
        more_phones=[contact_point("040 55570009")],
    )
    imported(anna, "Nachname;E-Mail;Ort\nWagner;zweite@st.example;Ulm\n")
    imported(anna, "Vorname;Nachname;Telefon;PLZ\nOlga;Wagner;040/55570009;89073\n")
    (after,) = contacts(anna)
    assert (after.pk, after.city, after.postal_code, after.email) == (known.pk, "Ulm", "89073", "")


def test_another_number_of_a_known_person_is_added_and_none_is_lost(anna, olga):
    source = imported(anna, "Vorname;Nachname;E-Mail;Telefon\nOlga;Wagner;olga.wagner@example.com;040 55570001\n")
    (after,) = contacts(anna)
    assert (after.phone, [one["text"] for one in after.more_phones]) == ("0171 5574099", ["040 55570001"])
    assert after.more_phones[0]["e164"] == "+494055570001"
    assert changes(source) == [[["Weitere Telefonnummern", "–", "040 55570001"]]]


def test_the_dry_run_names_the_contact_and_each_value_before_and_after(anna, olga, login):
    source = checked(anna, "Vorname;Nachname;E-Mail;Ort;Status\nO.;Wagner;olga.wagner@example.com;Ulm;Nicht erreicht\n")
    row = ImportRow.objects.of(anna.account).get(source=source)
    assert (row.name, row.contact_id, row.outcome) == ("Olga Wagner", olga.pk, "updated")
    assert row.changes == [["Ort", "Bonn", "Ulm"], ["Status", "Neue Kontakte", "Nicht erreicht"]]
    page = page_of(login(anna).get(f"/contacts/import/{source.pk}/rows/"))
    assert f'href="/contacts/{olga.pk}/"' in page
    assert "<del>Bonn</del> → <ins>Ulm</ins>" in page
    olga.refresh_from_db()
    assert olga.city == "Bonn"


def test_a_row_that_fits_several_contacts_is_matched_with_none(anna, board):
    for city in ("Bonn", "Köln"):
        ContactFactory(account=anna.account, first_name="", last_name="Wagner", email="w@st.example", city=city)
    source = imported(anna, "Nachname;E-Mail;Ort\nWagner;w@st.example;Ulm\n")
    assert outcomes(source) == ["created"]
    assert "Gleiche E-Mail-Adresse wie Wagner" in report(source)[0][2]
    assert [contact.city for contact in contacts(anna)] == ["Bonn", "Köln", "Ulm"]
    assert outcomes(imported(anna, "Nachname;E-Mail;Ort\nWagner;w@st.example;Ulm\n")) == ["unchanged"]


def test_of_many_who_share_a_number_the_one_of_this_name_and_place_is_found(anna, board):
    for number in range(40):
        ContactFactory(
            account=anna.account, first_name="Ada", last_name=f"Lang{number}", phone="0221 4710999", city="Köln"
        )
    source = imported(anna, "Vorname;Nachname;Telefon;Ort;Notiz\nAda;Lang35;0221 4710999;Köln;Hund im Haus\n")
    assert outcomes(source) == ["updated"]
    assert Contact.objects.get(last_name="Lang35").action_counts == {"note": 1}
