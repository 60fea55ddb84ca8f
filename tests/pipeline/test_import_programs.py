"""Files with the original headers of other programs, recognised without help: the mapping, and the contacts."""

import pytest

from contacts.models import Contact
from tests.pipeline.importing import contacts, imported
from tests.pipeline.spreadsheets import cell, row, xlsx


def mapped(source):
    """Return the recognised mapping of headers to fields."""
    named = source.options["named"]
    return {named[int(index)]: key for index, key in source.mapping.items()}


def numbers(contact: Contact) -> list[tuple[str, str]]:
    first = [(contact.phone, contact.phone_kind)] if contact.phone else []
    return first + [(more["text"], more["kind"]) for more in contact.more_phones]


def who(contact: Contact) -> tuple[str, ...]:
    return contact.first_name, contact.last_name, contact.company, contact.email


def where(contact: Contact) -> tuple[str, ...]:
    return contact.street, contact.postal_code, contact.city


def line(number: int, *texts: str) -> str:
    return row(number, *(cell(f"{chr(65 + index)}{number}", text) for index, text in enumerate(texts)))


def test_a_spreadsheet_of_excel(anna, board):
    head = line(1, "Nachname", "Vorname", "Telefon", "PLZ")
    sheet = xlsx(head, line(2, "Xlx", "Karla", "0171 5550111", "01067"))
    source = imported(anna, sheet)
    assert mapped(source) == {
        "Nachname": "last_name",
        "Vorname": "first_name",
        "Telefon": "phone",
        "PLZ": "postal_code",
    }
    (found,) = contacts(anna)
    assert (who(found), numbers(found), found.postal_code) == (
        *(("Karla", "Xlx", "", ""), [("0171 5550111", "")]),
        "01067",
    )


META = (
    "id\tcreated_time\tad_id\tad_name\tadset_id\tadset_name\tcampaign_id\tcampaign_name\tform_id\tform_name\t"
    "is_organic\tplatform\tmöchten_sie_verkaufen?\tfull_name\temail\tphone_number\tpost_code\tcity\tlead_status\n"
    "l:900100\t2026-11-20T09:12:33+01:00\tag:12\tAnzeige A\tas:13\tGruppe\tc:14\tHerbst\tf:15\tBewertung\tfalse\tfb\t"
    "ja, bald\tMira Metx\tmira.metx@meta.example\tp:+491715550133\tz:01067\tDresden\tCREATED\n"
)


@pytest.mark.parametrize("coding", ["utf-16", "utf-8"])
def test_lead_ads_of_meta(anna, board, coding):
    source = imported(anna, META.encode(coding))
    assert mapped(source) == {
        "created_time": "created_at",
        "campaign_name": "source_detail",
        "möchten_sie_verkaufen?": "note",
        "full_name": "full_name",
        "email": "email",
        "phone_number": "phone",
        "post_code": "postal_code",
        "city": "city",
        "lead_status": "status",
    }
    (found,) = contacts(anna)
    assert who(found) == ("Mira", "Metx", "", "mira.metx@meta.example")
    assert (numbers(found), found.phone_e164) == ([("+491715550133", "")], "+491715550133")
    assert (where(found), found.source_detail) == (("", "01067", "Dresden"), "Herbst")
    assert "ja, bald" in found.actions.get().text


DATEV = (
    '"EXTF";700;16;"Debitoren/Kreditoren";5;20261120091233000;;"RE";"";"";1001;1;20260101;4;;;"";"";'
    ';;;"";;;;0;;;"";""\n'
    "Konto;Name (Adressattyp Unternehmen);Unternehmensgegenstand;Name (Adressattyp natürl. Person);"
    "Vorname (Adressattyp natürl. Person);Name (Adressattyp keine Angabe);Adressattyp;Kurzbezeichnung;EU-Land;EU-UStID;"
    "Anrede;Titel/Akad. Grad;Adelstitel;Namensvorsatz;Adressart;Straße;Postfach;Postleitzahl;Ort;Land;Versandzusatz;"
    "Adresszusatz;Telefon;Bemerkung (Telefon);Telefon GL;Bemerkung (Telefon GL);E-Mail;Bemerkung (E-Mail);Internet;"
    "Bemerkung (Internet);Fax;Bemerkung (Fax);Bankleitzahl 1;IBAN-Nr. 1;SWIFT-Code 1\n"
    '10000;"";"";"Datx";"Dora";"";"1";"Datx Dora";"";"";"Frau";"Dr.";"";"";"STR";"Am Deich 4";"";"20095";'
    '"Hamburg";"DE";"";"";"040 55570011";"privat";"";"";"dora@datx.example";"";"";"";"040 55570012";"";'
    '"20050550";"DE02";"HASPDEHH"\n'
    '10001;"Datx Bau GmbH";"";"";"";"";"2";"Datx Bau";"DE";"";"Firma";"";"";"";"STR";"Hafen 2";"";"20457";'
    '"Hamburg";"DE";"";"";"040 55570013";"";"";"";"post@datxbau.example";"";"";"";"";"";"";"";""\n'
)


def test_master_data_of_datev(anna, board):
    source = imported(anna, DATEV.encode("cp1252"))
    recognised = mapped(source)
    assert {header: recognised.get(header) for header in DATEV_FIELDS} == DATEV_FIELDS
    dora, firm = contacts(anna)
    assert (who(dora), dora.title, dora.salutation) == (
        ("Dora", "Datx", "", "dora@datx.example"),
        "Dr.",
        "mrs",
    )
    assert (where(dora), numbers(dora)) == (
        ("Am Deich 4", "20095", "Hamburg"),
        [("040 55570011", "private"), ("040 55570012", "fax")],
    )
    assert who(firm) == ("", "", "Datx Bau GmbH", "post@datxbau.example")


DATEV_FIELDS = {
    "Konto": None,
    "Name (Adressattyp Unternehmen)": "company",
    "Name (Adressattyp natürl. Person)": "last_name",
    "Vorname (Adressattyp natürl. Person)": "first_name",
    "Adressattyp": None,
    "Anrede": "salutation",
    "Titel/Akad. Grad": "title",
    "Straße": "street",
    "Postleitzahl": "postal_code",
    "Ort": "city",
    "Land": "country",
    "Telefon": "phone",
    "E-Mail": "email",
    "Fax": "phone",
    "IBAN-Nr. 1": None,
}

SALESFORCE_REPORT = (
    '"Salutation","First Name","Last Name","Title","Account Name","Mailing Street","Mailing City",'
    '"Mailing State/Province","Mailing Zip/Postal Code","Mailing Country","Phone","Fax","Mobile","Email",'
    '"Account Owner","Lead Source"\n'
    '"Frau","Sara","Salx","Leiterin","Salx AG","Rue du Lac 3","Annecy","","74000","France","04 50 11 22 44",'
    '"04 50 11 22 45","0171 5550144","sara@salx.example","Olaf Owner","Web"\n'
)
SALESFORCE_DATA = (
    '"Id","Salutation","FirstName","LastName","MailingStreet","MailingCity","MailingPostalCode","MailingCountry",'
    '"Phone","MobilePhone","Email","LeadSource","Description"\n'
    '"0035g00000ABC","Herr","Samu","Salx","Hafen 5","Hamburg","20457","Germany","040 55570021","0171 5550145",'
    '"samu@salx.example","Web","Ruft zurück"\n'
)


def test_a_report_of_salesforce(anna, board):
    source = imported(anna, SALESFORCE_REPORT)
    assert mapped(source) == {
        "Salutation": "salutation",
        "First Name": "first_name",
        "Last Name": "last_name",
        "Title": "title",
        "Account Name": "company",
        "Mailing Street": "street",
        "Mailing City": "city",
        "Mailing Zip/Postal Code": "postal_code",
        "Mailing Country": "country",
        "Phone": "phone",
        "Fax": "phone",
        "Mobile": "phone",
        "Email": "email",
        "Account Owner": "assignee",
        "Lead Source": "source",
    }
    (found,) = contacts(anna)
    assert who(found) == ("Sara", "Salx", "Salx AG", "sara@salx.example")
    assert where(found) == ("Rue du Lac 3", "74000", "Annecy")
    assert numbers(found) == [
        ("+33 4 50 11 22 44", ""),
        ("0171 5550144", "mobile"),
        ("+33 4 50 11 22 45", "fax"),
    ]


def test_the_data_export_of_salesforce(anna, board):
    source = imported(anna, SALESFORCE_DATA)
    assert mapped(source) == {
        "Salutation": "salutation",
        "FirstName": "first_name",
        "LastName": "last_name",
        "MailingStreet": "street",
        "MailingCity": "city",
        "MailingPostalCode": "postal_code",
        "MailingCountry": "country",
        "Phone": "phone",
        "MobilePhone": "phone",
        "Email": "email",
        "LeadSource": "source",
        "Description": "note",
    }
    (found,) = contacts(anna)
    assert (who(found), where(found)) == (
        ("Samu", "Salx", "", "samu@salx.example"),
        ("Hafen 5", "20457", "Hamburg"),
    )
    assert numbers(found) == [("040 55570021", ""), ("0171 5550145", "mobile")]


ODOO = (
    '"Complete Name","Phone","Mobile","Email","Salesperson","Street","Street2","Zip","City","Country","Company Name",'
    '"Tags"\n'
    '"Olga Odox","040 55570031","0171 5550151","olga@odox.example","Ina Intern","Am Deich 9","Hinterhaus","20095",'
    '"Hamburg","Germany","Odox GmbH","Verkäufer"\n'
)
ODOO_GERMAN = (
    '"Anzeigename","Telefon","Mobil","E-Mail","Vertriebsmitarbeiter","Straße","PLZ","Stadt","Land"\n'
    '"Otto Odox","040 55570032","0171 5550152","otto@odox.example","","Hafen 9","20457","Hamburg","Deutschland"\n'
)


def test_contacts_of_odoo(anna, board):
    source = imported(anna, ODOO)
    assert mapped(source) == {
        "Complete Name": "full_name",
        "Phone": "phone",
        "Mobile": "phone",
        "Email": "email",
        "Street": "street",
        "Street2": "street",
        "Zip": "postal_code",
        "City": "city",
        "Country": "country",
        "Company Name": "company",
        "Tags": "tags",
        "Salesperson": "assignee",
    }
    (found,) = contacts(anna)
    assert who(found) == ("Olga", "Odox", "Odox GmbH", "olga@odox.example")
    assert (where(found), found.tags) == (("Am Deich 9 Hinterhaus", "20095", "Hamburg"), ["Verkäufer"])
    assert numbers(found) == [("040 55570031", ""), ("0171 5550151", "mobile")]


def test_contacts_of_odoo_in_german(anna, board):
    source = imported(anna, ODOO_GERMAN)
    assert mapped(source)["Anzeigename"] == "full_name"
    (found,) = contacts(anna)
    assert (who(found), where(found)) == (
        ("Otto", "Odox", "", "otto@odox.example"),
        ("Hafen 9", "20457", "Hamburg"),
    )
    assert numbers(found) == [("040 55570032", ""), ("0171 5550152", "mobile")]


IMMOWARE = (
    "Kontakt-Nr;Anrede;Titel;Vorname;Name;Firma;Strasse u. Hausnr.;PLZ;Ort;Tel.nr.;Mobil-Tel.-Nr.;Emailadressen\n"
    "17;Herr;Dr.;Imo;Immx;Immx GmbH;Lindenweg 4;21029;Hamburg;040 55570041;0171 5550161;"
    "imo@immx.example, imo2@immx.example\n"
)


def test_contacts_of_immoware24(anna, board):
    source = imported(anna, IMMOWARE)
    assert mapped(source) == {
        "Anrede": "salutation",
        "Titel": "title",
        "Vorname": "first_name",
        "Name": "last_name",
        "Firma": "company",
        "Strasse u. Hausnr.": "street",
        "PLZ": "postal_code",
        "Ort": "city",
        "Tel.nr.": "phone",
        "Mobil-Tel.-Nr.": "phone",
        "Emailadressen": "email",
    }
    (found,) = contacts(anna)
    assert (who(found), where(found)) == (
        ("Imo", "Immx", "Immx GmbH", "imo@immx.example"),
        ("Lindenweg 4", "21029", "Hamburg"),
    )
    assert [one["text"] for one in found.more_emails] == ["imo2@immx.example"]
    assert numbers(found) == [("040 55570041", ""), ("0171 5550161", "mobile")]


APPLE = """BEGIN:VCARD
VERSION:3.0
PRODID:-//Apple Inc.//macOS 15.1//DE
N:Applx;Änne;Maria;Dr.;
FN:Dr. Änne Maria Applx
ORG:Applx GmbH;
item1.EMAIL;type=INTERNET;type=pref:aenne@applx.example
item1.X-ABLabel:_$!<Other>!$_
EMAIL;type=INTERNET;type=WORK:buero@applx.example
TEL;type=CELL;type=VOICE;type=pref:0171 5550171
item2.TEL:040 55570051
item2.X-ABLabel:Ferienhaus
item3.ADR;type=HOME;type=pref:;;Am Deich 4;Hamburg;;20095;Deutschland
item3.X-ABADR:de
NOTE:Ruft an\\, abends
X-ABUID:5D4A7C1E-0000-4000-8000-000000000000:ABPerson
END:VCARD
"""


def test_a_card_of_apple(anna, board):
    imported(anna, APPLE.replace("\n", "\r\n"))
    (found,) = contacts(anna)
    assert who(found) == ("Änne Maria", "Applx", "Applx GmbH", "aenne@applx.example")
    assert (found.title, where(found)) == ("Dr.", ("Am Deich 4", "20095", "Hamburg"))
    assert [one["text"] for one in found.more_emails] == ["buero@applx.example"]
    assert numbers(found)[0] == ("0171 5550171", "mobile")
    assert (found.more_phones[0]["text"], found.more_phones[0]["words"]) == ("040 55570051", "Ferienhaus")
    assert "Ruft an, abends" in found.actions.get().text
