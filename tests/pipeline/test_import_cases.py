"""Files of other programs and people, imported through the pages with the proposed mapping, without loss."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from contacts.models import Action, Contact
from pipeline.imports import jobs
from pipeline.models import Import, ImportState
from tests.pipeline.importing import contacts, outcomes, report
from tests.pipeline.test_import_pages import map_as_recognised, text_of

FILES = Path(__file__).parent / "files"
NAMES = ("salutation", "title", "first_name", "last_name", "company")


def taken_over(client: Client, user: User, file: Path) -> Import:
    """Upload, read, map as proposed, check and import, without changing anything."""
    upload = SimpleUploadedFile(file.name, file.read_bytes())
    address = client.post("/contacts/import/", {"file": upload}).headers["Location"]
    source = Import.objects.of(user.account).latest("pk")
    jobs.read(import_id=source.pk, now=timezone.now())
    source.refresh_from_db()
    assert source.state == ImportState.UPLOADED, source.error
    assert map_as_recognised(client, source).headers["Location"] == address
    jobs.check(import_id=source.pk, now=timezone.now())
    client.post(f"{address}takeover/", {"rows": "valid"})
    jobs.run(import_id=source.pk, now=timezone.now())
    source.refresh_from_db()
    assert source.state == ImportState.DONE, source.error
    return source


@pytest.fixture
def take(anna: User, sofia: User, board: Any, login: Any) -> Iterator[Any]:
    """Import a file and return the contacts that it created."""

    def taking(name: str) -> list[Contact]:
        taken_over(login(anna), anna, FILES / name)
        return contacts(anna)

    return taking


def fields(contact: Contact, *names: str) -> tuple[Any, ...]:
    return tuple(getattr(contact, name) for name in names)


def numbers(contact: Contact) -> list[tuple[str, str, str]]:
    """Return all numbers: as typed, their kind, the words beside them."""
    first = [(contact.phone, contact.phone_kind, contact.phone_words)] if contact.phone else []
    return first + [(more["text"], more["kind"], more["words"]) for more in contact.more_phones]


def emails(contact: Contact) -> list[str]:
    return [contact.email, *(more["text"] for more in contact.more_emails)] if contact.email else []


def notes(contact: Contact) -> list[str]:
    return list(Action.objects.of(contact.account).filter(contact=contact).values_list("text", flat=True))


def test_every_file_is_imported_without_loss(anna, sofia, board, login):
    """Everybody with an e-mail address in a file exists afterwards, with that address."""
    client = login(anna)
    for file in sorted(FILES.iterdir()):
        before = Contact.objects.of(anna.account).count()
        source = taken_over(client, anna, file)
        refused = [row for row in report(source) if row[1] == "invalid"]
        assert (file.name, refused) == (file.name, [])
        assert Contact.objects.of(anna.account).count() > before, file.name
    assert len(list(FILES.iterdir())) == 29


def test_outlook_in_german(take):
    quitt, gross = take("outlook-german-cp1252.csv")
    assert fields(quitt, "first_name", "last_name", "company") == ("Christian", "Quittx", "muster")
    assert fields(quitt, "street", "postal_code", "city") == ("Pickhuben 2", "20457", "Hamburg")
    assert emails(quitt) == ["c.quittx@muster.example"]
    assert numbers(quitt) == [("+49 (0) 40 5550-550", "work", "")]
    assert fields(gross, "last_name", "street", "city") == ("Großx", "Hofgasse 3", "Kiel")
    assert [number for number, _kind, _words in numbers(gross)] == [
        "040 5550545",
        "040 5550546",
        "0171 5550145",
    ]
    assert [kind for _number, kind, _words in numbers(gross)] == ["work", "private", "mobile"]
    assert notes(gross) == ['Interessent "Altbau"\nruft zurück']


def test_google(take):
    moeller, only = take("google-contacts-2024.csv")
    assert fields(moeller, *NAMES) == ("", "Dr.", "Jürgen", "Möllerx", "Möllerx GmbH")
    assert emails(moeller) == ["j.moellerx@example.com", "jm2x@example.com"]
    assert [number for number, _kind, _words in numbers(moeller)] == [
        *("+49 171 5550111", "0171 5550112", "040/5550113"),
    ]
    assert fields(moeller, "street", "postal_code", "city", "tags") == (
        *("Am Deich 4", "20095", "Hamburg"),
        ["Verkäufer"],
    )
    assert fields(only, "first_name", "phone") == ("Nur Telefonx", "0151 23456789")


def test_thunderbird(take):
    (brandt,) = take("thunderbird-german.csv")
    assert fields(brandt, "first_name", "last_name", "company") == ("Ute", "Brandtx", "Brandt KG")
    assert fields(brandt, "street", "postal_code", "city") == ("Gasse 1", "24103", "Kiel")
    assert emails(brandt) == ["ute.brandtx@example.com", "ub2x@example.com"]
    assert [kind for _number, kind, _words in numbers(brandt)] == ["work", "private", "mobile"]


def test_hubspot(take, sofia):
    perrin, durand = take("hubspot.csv")
    assert fields(perrin, "first_name", "last_name", "company") == ("Gaëlle", "Perrinx", "Fromagerie Perrinx")
    assert fields(perrin, "postal_code", "city", "assignee") == ("74000", "Annecy", sofia)
    assert fields(perrin, "phone", "phone_e164") == ("+33 4 50 11 22 33", "+33450112233")
    assert perrin.card.column.key == "new"
    assert fields(durand, "first_name", "last_name", "email") == (
        "Claire",
        "Durandx",
        "claire.durandx@hub.example",
    )


def test_mailchimp(take):
    (found,) = take("mailchimp.csv")
    assert fields(found, "street", "postal_code", "city") == ("Am Markt 1", "12345", "Musterdorf")
    assert fields(found, "first_name", "last_name", "tags") == ("Marc", "Cx", ["VIP", "Blog"])


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("pipedrive.csv", ("Jordan", "Quandtx", "jordanx@pipe.example", "Quandt Bau")),
        ("pipedrive-german.csv", ("Jordan", "Vegx", "jordan2x@pipe.example", "Acme Restx")),
        ("pipes.csv", ("Anna", "Pipx", "p1x@pipe.example", "")),
        ("vcard.vcf", ("Jürgen", "Müllerx", "jx@vcf.example", "")),
        ("sep-hint.csv", ("John", "Smithx", "johnx@sep.example", "")),
        ("totals-line-in-name.csv", ("Eins", "Summ2x", "s3x@sum.example", "")),
    ],
)
def test_one_person_in_a_file(take, name, expected):
    (found,) = take(name)
    assert fields(found, "first_name", "last_name", "email", "company") == expected


def test_a_number_of_an_unknown_country_is_kept_without_normal_form(take):
    (found,) = take("pipedrive.csv")
    assert fields(found, "phone", "phone_e164") == ("312-555-0122", "")
    assert [key for key in found.keys if ":p:" in key] == []


def test_a_title_line_above_the_headers(take):
    mueller, gerber = take("title-line.csv")
    assert fields(mueller, *NAMES[2:4], "street", "postal_code", "city") == (
        *("Anna", "Müllerx", "Bahnhofstr. 1", "8000", "Zürich"),
    )
    assert fields(gerber, "postal_code", "city") == ("3000", "Bern")
    assert (gerber.birth_date, notes(gerber)) == (date(1979, 11, 2), ["Eintritt: 15.01.2018"])


def test_without_headers_the_cells_decide(take):
    found = [fields(contact, "first_name", "last_name", "email") for contact in take("no-header.csv")]
    assert found == [("Anna", "Headx", "h1x@nohead.example"), ("Bert", "Headx", "h2x@nohead.example")]


def test_a_column_without_a_header_is_kept(take):
    first, second = take("cells-without-header.csv")
    assert (notes(first), notes(second)) == (["ohne Kopf"], [])


def test_short_rows(take):
    found = [fields(contact, "first_name", "email", "phone") for contact in take("short-rows.csv")]
    assert found == [
        ("Anna", "k1x@kurz.example", "040 5551"),
        ("Bert", "k2x@kurz.example", "040 5552"),
        ("Carl", "k3x@kurz.example", ""),
    ]


def test_salutations(take):
    found = [contact.salutation for contact in take("salutations.csv")]
    words = "n n mr mrs n n n n mrs n n n n mr mrs n n mr mrs mr mrs n mr n -"
    assert found == [{"n": "neutral", "-": ""}.get(word, word) for word in words.split()]


def test_couples(take):
    assert [contact.last_name for contact in take("couples-in-one-cell.csv")] == [
        *("Paarx", "Paarx / Schulzx", "Paarx-Meier"),
    ]


def test_dates_and_numbers(take):
    found = take("dates-and-numbers.csv")
    days = [contact.due_on.isoformat() if contact.due_on else "" for contact in found]
    first = "2026-02-01"
    assert days == [first, first, first, first, "2026-02-02", first, "", first, first]
    assert [float(contact.plot_area or 0) for contact in found] == [
        1200,
        1200.75,
        1200,
        1200,
        0,
        0,
        0,
        1200,
        1200,
    ]
    assert [contact.year_built for contact in found] == [1998, 1970, 1970, 1900, None, None, None, 1970, 1970]
    assert notes(found[5]) == ["Wohnfläche: 120-130"]


def test_several_addresses_in_one_cell(take):
    found = take("several-emails.csv")
    assert [emails(contact) for contact in found] == [
        *(["m1x@mu.example"], ["m2x@mu.example", "m3x@mu.example"], [], [], [], ["m5x@mu.example"], [], []),
    ]
    assert (notes(found[4]), notes(found[7])) == (["E-Mail: m4x@mu"], ["E-Mail: müllerx@mu.example"])


def test_repeated_headers(take):
    first, second = take("repeated-headers.csv")
    assert fields(first, "first_name", "last_name") == ("Anna", "Dupx")
    assert emails(first) == ["d1x@dup.example", "d2x@dup.example"]
    assert [number for number, _kind, _words in numbers(first)] == ["040 5551", "0171 5552"]
    assert (emails(second), len(numbers(second))) == (["d3x@dup.example"], 1)


def test_numbers_with_words(take):
    found = [numbers(contact) for contact in take("phones-with-text.csv")]
    assert found[:3] == [
        [("040/55 51-0", "", "tagsüber"), ("0171/5552", "", "abends")],
        [("0171 555333", "mobile", "nur per WhatsApp")],
        [("+49 (0)40 - 555 44 - 0", "", "Durchwahl 12, bitte nicht nach 18 Uhr anrufen")],
    ]
    assert found[3] == []
    assert [each[0][0] for each in found[4:]] == ["1715550133", "491715550134", "0171 5550135", "01715550136"]


def test_a_rounded_number_is_reported(anna, board, login):
    source = taken_over(login(anna), anna, FILES / "phones-with-text.csv")
    assert report(source)[3] == (5, "created", "Telefon: „4,91715E+12“ ist gerundet und keine Nummer mehr.")


def test_postcodes_of_spreadsheets(take):
    found = [contact.postal_code for contact in take("postcodes-of-excel.csv")]
    assert found == ["01067", "04109", "20095", "04109"]


def test_wrong_umlauts(take):
    found = [fields(contact, "first_name", "last_name", "city") for contact in take("wrong-umlauts.csv")]
    assert found == [("Jörg", "Müllerx", "München"), ("Özlem", "Großx", "Köln")]


def test_line_breaks_in_cells(take):
    first, _second = take("quoted-line-breaks.csv")
    assert fields(first, "street", "postal_code", "city") == ("Am Markt 1", "20095", "Hamburg")
    assert notes(first) == ['Zeile 1\n\nZeile 3; mit "Zitat"']


def test_lines_of_totals_are_skipped_with_a_reason(anna, board, login):
    source = taken_over(login(anna), anna, FILES / "totals-line.csv")
    assert outcomes(source) == ["created", "created", "skipped", "skipped"]
    assert report(source)[2] == (4, "skipped", "Summenzeile: kein Kontakt.")


def test_placeholders_are_not_mistaken_for_numbers(take):
    found = take("placeholder-phones.csv")
    assert [contact.phone for contact in found] == [""] * 4
    assert [contact.city for contact in found] == ["Hamburg", "München", "Köln", "Dresden"]


def test_internal_columns_of_outlook_are_listed_as_not_imported(anna, board, login):
    client = login(anna)
    upload = SimpleUploadedFile("o.csv", (FILES / "outlook-german-cp1252.csv").read_bytes())
    address = client.post("/contacts/import/", {"file": upload}).headers["Location"]
    jobs.read(import_id=Import.objects.of(anna.account).get().pk, now=timezone.now())
    assert "nicht übernommen wird: Position , E-Mail-Typ" in text_of(client.get(f"{address}mapping/"))
