"""What the dry run has read of a file is kept for the import, which decides anew whom each row means."""

import pytest

from contacts.csv.sheet import Entry
from contacts.models import Contact
from pipeline import leads
from pipeline.imports import files, jobs, keeping, steps
from pipeline.models import ImportPart
from tests.clock import TUESDAY
from tests.factories import ContactFactory
from tests.pipeline.importing import checked, contacts, imported, report

HEADER = (
    "Vorname;Nachname;E-Mail;Telefon;Wohnfläche;Baujahr;Fällig am;Geburtsdatum;Angelegt am;Schlagwörter;Notiz;"
    "Einwilligung E-Mail am;Wortlaut der Einwilligung\n"
)
OLGA = (
    "Olga;Wagner;olga@st.example;0171 5574099, 040 123456 (abends);82,5;1975;24.12.2030;1.2.1980;"
    "25.10.2026 02:30:00 +01:00;Erbe, eilt;ruft „zurück“;31.1.2026;Ja, gern\n"
)
ODD = ";;;;;;;;;;;;\nAnna;Neu;keine Adresse;12;viel;bald;nie;;;;;;\n;;;;;;;;;;nur eine Notiz;;\nSumme;;;;;;;;;;2;;\n"


def values_of(entries):
    return [
        Entry(
            entry.line,
            [],
            {name: value for name, value in entry.values.items() if value not in (None, "", [])},
            *entry[3:],
        )
        for entry in entries
    ]


def run(source):
    steps.start(source=source, valid_only=True)
    jobs.run(import_id=source.pk, now=TUESDAY)
    source.refresh_from_db()
    return source


def without_file(source):
    source.file.storage.delete(source.file.name)
    return source


def test_what_is_kept_is_what_was_read(anna, board, monkeypatch):
    monkeypatch.setattr(keeping, "BATCH", 2)
    source = checked(anna, HEADER + OLGA + ODD, now=TUESDAY)
    kept = list(keeping.kept(source))
    assert values_of(kept) == values_of(files.entries_of(source))
    assert [entry.line for entry in kept] == [2, 4, 5, 6]
    assert kept[2].cells  # they name the row that names nobody


def test_the_import_does_not_read_the_file_again(anna, board):
    source = without_file(checked(anna, HEADER + OLGA, now=TUESDAY))
    assert run(source).state == "done"
    (olga,) = contacts(anna)
    assert (str(olga.living_area), olga.year_built, str(olga.due_on)) == ("82.50", 1975, "2030-12-24")
    assert (olga.phone_e164, olga.more_phones[0]["e164"], olga.tags) == (
        "+491715574099",
        "+4940123456",
        ["Erbe", "eilt"],
    )
    assert olga.created_at.isoformat() == "2026-10-25T01:30:00+00:00"
    assert not ImportPart.objects.of(anna.account).exists()


def test_who_is_meant_is_decided_when_it_is_imported(anna, board):
    source = checked(anna, HEADER + OLGA, now=TUESDAY)
    assert [outcome for _line, outcome, _reason in report(source)] == ["created"]
    ContactFactory(account=anna.account, first_name="Olga", last_name="Wagner", email="olga@st.example")
    run(source)
    assert [outcome for _line, outcome, _reason in report(source)] == ["updated"]
    assert len(contacts(anna)) == 1


def test_another_dry_run_replaces_it(anna, board):
    source = checked(anna, "Name;Stadt\nWagner;Bonn\n", now=TUESDAY)
    steps.configure(source=source, mapping={0: "last_name", 1: "company"}, options={})
    jobs.check(import_id=source.pk, now=TUESDAY)
    source.refresh_from_db()
    (entry,) = keeping.kept(source)
    assert entry.values == {"last_name": "Wagner", "company": "Bonn"}


@pytest.mark.parametrize("change", [{"shape": 0}, None])
def test_without_it_the_file_is_read(anna, board, change):
    source = checked(anna, HEADER + OLGA, now=TUESDAY)
    parts = ImportPart.objects.of(anna.account)
    parts.update(**change) if change else parts.delete()
    assert run(source).state == "done"
    assert len(contacts(anna)) == 1


def test_erasing_a_contact_erases_it(anna, board):
    imported(anna, HEADER + OLGA, now=TUESDAY)
    source = checked(anna, HEADER + OLGA.replace("82,5", "90"), now=TUESDAY)
    assert ImportPart.objects.of(anna.account).exists()
    leads.erase(Contact.objects.of(anna.account))
    assert not ImportPart.objects.of(anna.account).exists()
    assert run(source).state == "done"


def test_it_goes_with_the_file(anna, board):
    source = checked(anna, HEADER + OLGA, now=TUESDAY)
    files.forget_old(now=source.created_at + files.timedelta(days=31))
    assert not ImportPart.objects.of(anna.account).exists()
