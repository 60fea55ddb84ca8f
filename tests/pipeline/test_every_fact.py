"""What is said of the facts of a contact, word for word: form, page, history, files both ways, list and search.

That each fact is said everywhere, those that come later too, is held by `test_description`.
"""

from datetime import date
from decimal import Decimal

import pytest

from contacts import facts, factsheet
from contacts.contact_points import contact_point
from contacts.csv.fields import FIELDS
from contacts.csv.rows import write
from contacts.derived import derive, lexemes
from contacts.description import FACTS
from contacts.forms import FactsForm
from contacts.models import Change, Contact
from pipeline.exports import COLUMNS
from pipeline.listed import SHOWN
from tests.clock import TUESDAY
from tests.factories import ContactFactory
from tests.pipeline.importing import contacts, imported

KNOWN = {
    "salutation": "mrs",
    "title": "Dr.",
    "first_name": "Ada",
    "last_name": "Albers",
    "company": "Albers GmbH",
    "partner_salutation": "mr",
    "partner_title": "Prof.",
    "partner_first_name": "Bo",
    "partner_last_name": "Brandt",
    "email": "ada@albers.example",
    "email_kind": "work",
    "more_emails": [contact_point("bo@albers.example", "private")],
    "phone": "0170 1234567",
    "phone_kind": "mobile",
    "phone_words": "nur abends",
    "more_phones": [contact_point("040 5550199", "fax", "Büro")],
    "street": "Lindenallee 14",
    "postal_code": "01067",
    "city": "Dresden",
    "property_kind": "house",
    "living_area": Decimal("1142.50"),
    "plot_area": Decimal("600"),
    "year_built": 1911,
    "property_street": "Am Deich 7",
    "property_postal_code": "21029",
    "property_city": "Hamburg",
    "sell_horizon": "6_months",
    "value": 489_000,
    "value_from": 460_000,
    "value_to": 515_000,
    "value_provider": "Wertblick",
    "value_link": "https://wertblick.example/b/17",
    "source": "portal",
    "source_detail": "Inserat 17",
    "foreign_ids": [["Wertblick", "w-8812"]],
    "campaign": [["utm_source", "google"]],
    "further": [["Etage", "3. OG"], ["", "ohne Aufzug"]],
    "due_on": date(2026, 12, 24),
    "due_note": "vor dem Fest",
    "tags": ["Erbe", "eilt"],
}
PINNED = tuple(key for key in COLUMNS if key in KNOWN or key not in FACTS)


@pytest.fixture
def contact(krueger):
    return ContactFactory(account=krueger, **KNOWN)


def test_the_form_asks_for_each(contact):
    form = FactsForm(instance=contact)
    asked = [(name, field) for name, field in form.fields.items() if name in KNOWN]
    assert {name: (type(field).__name__, str(field.label)) for name, field in asked} == {
        "salutation": ("TypedChoiceField", "Anrede"),
        "title": ("CharField", "Titel"),
        "first_name": ("CharField", "Vorname"),
        "last_name": ("CharField", "Nachname"),
        "company": ("CharField", "Firma"),
        "partner_salutation": ("TypedChoiceField", "Anrede (2. Person)"),
        "partner_title": ("CharField", "Titel (2. Person)"),
        "partner_first_name": ("CharField", "Vorname (2. Person)"),
        "partner_last_name": ("CharField", "Nachname (2. Person)"),
        "email": ("EmailField", "E-Mail-Adresse"),
        "email_kind": ("TypedChoiceField", "Art der Adresse"),
        "more_emails": ("ContactPointsField", "Weitere Mailadressen"),
        "phone": ("CharField", "Telefon"),
        "phone_kind": ("TypedChoiceField", "Art der Nummer"),
        "phone_words": ("CharField", "Hinweis zur Nummer"),
        "more_phones": ("ContactPointsField", "Weitere Nummern"),
        "street": ("CharField", "Straße und Hausnummer"),
        "postal_code": ("CharField", "PLZ"),
        "city": ("CharField", "Ort"),
        "property_kind": ("TypedChoiceField", "Objektart"),
        "living_area": ("AreaField", "Wohnfläche in m²"),
        "plot_area": ("AreaField", "Grundstück in m²"),
        "year_built": ("IntegerField", "Baujahr"),
        "property_street": ("CharField", "Straße und Hausnummer (Objekt)"),
        "property_postal_code": ("CharField", "PLZ (Objekt)"),
        "property_city": ("CharField", "Ort (Objekt)"),
        "sell_horizon": ("TypedChoiceField", "Verkaufszeitpunkt"),
        "value": ("EurosField", "Wert"),
        "value_from": ("EurosField", "Wert von"),
        "value_to": ("EurosField", "Wert bis"),
        "value_provider": ("CharField", "Bewertet von"),
        "value_link": ("LinkField", "Link zur Bewertung"),
        "source": ("TypedChoiceField", "Quelle"),
        "source_detail": ("CharField", "Quelle im Einzelnen"),
        "foreign_ids": ("PairsField", "Kennungen anderer Systeme"),
        "tags": ("TagsField", "Schlagwörter"),
        "campaign": ("PairsField", "Kampagnendaten"),
        "further": ("PairsField", "Weitere Angaben"),
    }
    assert [name for name, field in asked if field.required] == ["source"]
    lines = "je Zeile eine: „Bezeichnung: Wert“"
    assert {name: str(field.help_text) for name, field in asked if field.help_text} == {
        "tags": "mit Kommas getrennt",
        **dict.fromkeys(("foreign_ids", "campaign", "further"), lines),
    }
    # Not what the lines of further numbers hold: they are tested by themselves.
    assert {
        name: {key: value for key, value in form[name].field.widget.attrs.items() if key != "class"} | {"is": shown}
        for name, _field in asked
        if (shown := form[name].value()) not in (None, "", []) and not name.startswith("more_")
    } == {
        "salutation": {"is": "mrs"},
        "title": {"maxlength": "40", "is": "Dr."},
        "first_name": {"maxlength": "80", "is": "Ada"},
        "last_name": {"maxlength": "80", "is": "Albers"},
        "company": {"maxlength": "120", "is": "Albers GmbH"},
        "partner_salutation": {"is": "mr"},
        "partner_title": {"maxlength": "40", "is": "Prof."},
        "partner_first_name": {"maxlength": "80", "is": "Bo"},
        "partner_last_name": {"maxlength": "80", "is": "Brandt"},
        "email": {"maxlength": "254", "is": "ada@albers.example"},
        "email_kind": {"is": "work"},
        "phone": {"maxlength": "40", "is": "0170 1234567"},
        "phone_kind": {"is": "mobile"},
        "phone_words": {"maxlength": "120", "is": "nur abends"},
        "street": {"maxlength": "120", "is": "Lindenallee 14"},
        "postal_code": {"maxlength": "10", "is": "01067"},
        "city": {"maxlength": "80", "is": "Dresden"},
        "property_kind": {"is": "house"},
        "living_area": {"inputmode": "decimal", "is": "1.142,5"},
        "plot_area": {"inputmode": "decimal", "is": "600"},
        "year_built": {"min": 1000, "max": 2100, "is": 1911},
        "property_street": {"maxlength": "120", "is": "Am Deich 7"},
        "property_postal_code": {"maxlength": "10", "is": "21029"},
        "property_city": {"maxlength": "80", "is": "Hamburg"},
        "sell_horizon": {"is": "6_months"},
        "value": {"inputmode": "numeric", "is": "489.000"},
        "value_from": {"inputmode": "numeric", "is": "460.000"},
        "value_to": {"inputmode": "numeric", "is": "515.000"},
        "value_provider": {"maxlength": "120", "is": "Wertblick"},
        "value_link": {"maxlength": "500", "is": "https://wertblick.example/b/17"},
        "source": {"is": "portal"},
        "source_detail": {"maxlength": "120", "is": "Inserat 17"},
        "foreign_ids": {"rows": 4, "cols": "40", "maxlength": "60000", "is": "Wertblick: w-8812"},
        "tags": {"maxlength": "700", "is": "Erbe, eilt"},
        "campaign": {"rows": 4, "cols": "40", "maxlength": "60000", "is": "utm_source: google"},
        "further": {"rows": 4, "cols": "40", "maxlength": "60000", "is": "Etage: 3. OG\nohne Aufzug"},
    }


def test_the_page_shows_each(contact):
    assert [
        (section.group.key, str(section.group.label), [(one.label, one.text, one.beside) for one in section.lines])
        for section in factsheet.sections(contact)
    ] == [
        ("person", "Person", [("Name", "Frau Dr. Ada Albers", ""), ("Firma", "Albers GmbH", "")]),
        ("partner", "Zweite Person", [("2. Person", "Herr Prof. Bo Brandt", "")]),
        (
            "reach",
            "Erreichbarkeit",
            [
                ("E-Mail", "ada@albers.example", "geschäftlich"),
                ("Weitere E-Mail", "bo@albers.example", "privat"),
                ("Telefon", "0170 1234567", "mobil; nur abends"),
                ("Weiteres Telefon", "040 5550199", "Fax; Büro"),
            ],
        ),
        ("address", "Adresse", [("Adresse", "Lindenallee 14\n01067 Dresden", "")]),
        (
            "property",
            "Objekt",
            [
                ("Objekt", "Einfamilienhaus, 1.142,5\u00a0m² Wohnfläche, 600\u00a0m² Grundstück, Baujahr 1911", ""),
                ("Adresse des Objekts", "Am Deich 7\n21029 Hamburg", ""),
                ("Verkauf geplant", "in 6 Monaten", ""),
            ],
        ),
        (
            "valuation",
            "Bewertung",
            [
                ("Wert", "489.000\u00a0€", ""),
                ("Spanne", "460.000\u00a0€ – 515.000\u00a0€", ""),
                ("Bewertet von", "Wertblick", ""),
                ("Link zur Bewertung", "https://wertblick.example/b/17", ""),
            ],
        ),
        ("source", "Quelle", [("Quelle", "Portal – Inserat 17", ""), ("Kennung bei Wertblick", "w-8812", "")]),
        ("tags", "Schlagwörter", [("Schlagwörter", "Erbe, eilt", "")]),
        (
            "further",
            "Weitere Angaben",
            [("Etage", "3. OG", ""), ("Angabe", "ohne Aufzug", ""), ("Kampagne", "utm_source: google", "")],
        ),
    ]


def test_the_page_says_of_an_empty_group_that_it_is_empty():
    contact = derive(Contact(account_id=1, last_name="", email="ada@albers.example", source="form"))
    lines = {
        section.group.key: [(one.label, one.text) for one in section.lines] for section in factsheet.sections(contact)
    }
    assert lines == {
        "person": [("Name", "")],
        "partner": [("2. Person", "")],
        "reach": [("E-Mail", "ada@albers.example")],
        "address": [("Adresse", "")],
        "property": [("Objekt", "")],
        "valuation": [("Wert", "")],
        "source": [("Quelle", "Website")],
        "tags": [("Schlagwörter", "")],
        "further": [("Kampagne", "")],
    }


SAID = {
    "salutation": ("Anrede", "Frau"),
    "title": ("Titel", "Dr."),
    "first_name": ("Vorname", "Ada"),
    "last_name": ("Nachname", "Albers"),
    "company": ("Firma", "Albers GmbH"),
    "partner_salutation": ("Anrede (2. Person)", "Herr"),
    "partner_title": ("Titel (2. Person)", "Prof."),
    "partner_first_name": ("Vorname (2. Person)", "Bo"),
    "partner_last_name": ("Nachname (2. Person)", "Brandt"),
    "email": ("E-Mail-Adresse", "ada@albers.example"),
    "email_kind": ("Art der E-Mail-Adresse", "geschäftlich"),
    "more_emails": ("Weitere E-Mail-Adressen", "bo@albers.example (privat)"),
    "phone": ("Telefon", "0170 1234567"),
    "phone_kind": ("Art des Telefons", "mobil"),
    "phone_words": ("Hinweis zum Telefon", "nur abends"),
    "more_phones": ("Weitere Telefonnummern", "040 5550199 (Fax; Büro)"),
    "street": ("Straße und Hausnummer", "Lindenallee 14"),
    "postal_code": ("PLZ", "01067"),
    "city": ("Ort", "Dresden"),
    "property_kind": ("Objektart", "Einfamilienhaus"),
    "living_area": ("Wohnfläche in m²", "1.142,5"),
    "plot_area": ("Grundstück in m²", "600"),
    "year_built": ("Baujahr", "1911"),
    "property_street": ("Straße und Hausnummer (Objekt)", "Am Deich 7"),
    "property_postal_code": ("PLZ (Objekt)", "21029"),
    "property_city": ("Ort (Objekt)", "Hamburg"),
    "sell_horizon": ("Verkaufszeitpunkt", "in 6 Monaten"),
    "value": ("Wert", "489.000\u00a0€"),
    "value_from": ("Wert von", "460.000\u00a0€"),
    "value_to": ("Wert bis", "515.000\u00a0€"),
    "value_provider": ("Bewertet von", "Wertblick"),
    "value_link": ("Link zur Bewertung", "https://wertblick.example/b/17"),
    "source": ("Quelle", "Portal"),
    "source_detail": ("Quelle im Einzelnen", "Inserat 17"),
    "foreign_ids": ("Kennungen anderer Systeme", "Wertblick: w-8812"),
    "tags": ("Schlagwörter", "Erbe, eilt"),
    "campaign": ("Kampagnendaten", "utm_source: google"),
    "further": ("Weitere Angaben", "Etage: 3. OG; ohne Aufzug"),
}


def test_the_history_says_each(contact):
    assert {name: (facts.label(name), facts.text(name, getattr(contact, name))) for name in SAID} == SAID
    assert {facts.text(name, empty) for name in SAID for empty in ("", None, [])} == {"–"}


def test_the_history_of_an_edit_names_field_and_value(contact, sofia):
    empty = ContactFactory(account=contact.account, first_name="", last_name="Leer", source="form")
    values = {name: KNOWN[name] for name in SAID if name not in ("more_emails", "more_phones", "foreign_ids")}
    for name, value in values.items():
        facts.save(contact=empty, values={name: value}, version=None, actor=sofia, now=TUESDAY)
    told = Change.objects.filter(contact=empty).order_by("pk").values_list("after", flat=True)
    assert list(told) == [f"{label}: {text}" for name, (label, text) in SAID.items() if name in values]


HEADERS = (
    "Kontakt-ID;Anrede;Titel;Vorname;Nachname;Firma;Anrede (2. Person);Titel (2. Person);Vorname (2. Person);"
    "Nachname (2. Person);E-Mail-Adresse;Telefon;Art der E-Mail-Adresse;Art des Telefons;Hinweis zum Telefon;"
    "Weitere E-Mail-Adressen;Weitere Telefonnummern;Straße und Hausnummer;PLZ;Ort;Objektart;Wohnfläche in m²;"
    "Grundstück in m²;Baujahr;Straße und Hausnummer (Objekt);PLZ (Objekt);Ort (Objekt);Verkaufszeitpunkt;Wert;Wert von;"
    "Wert bis;Bewertet von;Link zur Bewertung;Quelle;Quelle im Einzelnen;Status;Mitarbeiter;Kennungen anderer Systeme;"
    "Kampagnendaten;Weitere Angaben;Fällig am;Notiz zur Fälligkeit;Schlagwörter;Angelegt am"
)
CELLS = (
    ";Frau;Dr.;Ada;Albers;Albers GmbH;Herr;Prof.;Bo;Brandt;ada@albers.example;0170 1234567;geschäftlich;mobil;"
    'nur abends;bo@albers.example (privat);"040 5550199 (Fax; Büro)";Lindenallee 14;01067;Dresden;Einfamilienhaus;'
    "1142,50;600;1911;Am Deich 7;21029;Hamburg;in 6 Monaten;489000;460000;515000;Wertblick;"
    "https://wertblick.example/b/17;Portal;Inserat 17;;;Wertblick: w-8812;utm_source: google;"
    '"Etage: 3. OG\nohne Aufzug";24.12.2026;vor dem Fest;Erbe, eilt;'
)


def test_a_file_says_each():
    assert b"".join(write([KNOWN], PINNED)).decode("utf-8-sig").split("\r\n") == [HEADERS, CELLS, ""]


def test_the_choice_of_columns_offers_each_in_this_order():
    assert " ".join(key for key in FIELDS if key in KNOWN or key not in FACTS) == (
        "id salutation title first_name last_name full_name name_first company partner_salutation partner_title"
        " partner_first_name partner_last_name email phone email_kind phone_kind phone_words more_emails more_phones"
        " street address house_number postal_code city place country property_kind living_area plot_area year_built"
        " property_street property_postal_code property_city sell_horizon value value_from value_to value_provider"
        " value_link source source_detail status assignee foreign_ids campaign further due_on due_note tags note"
        " consent_at consent_wording consent_place created_at"
    )


def test_a_file_brings_each(anna, board):
    imported(anna, b"".join(write([KNOWN], PINNED)))
    (brought,) = contacts(anna)
    more = {
        "more_emails": contact_point("bo@albers.example", "private"),
        "more_phones": contact_point("040 5550199", "fax", "Büro"),
    }
    known = KNOWN | {"more_phones": [more["more_phones"] | {"e164": "+49405550199"}]}
    assert {name: getattr(brought, name) for name in KNOWN} == known


def test_an_import_into_a_known_contact_reports_each(anna, board):
    nobody = {"first_name": "", "last_name": "", "source": "form"}
    known = ContactFactory(account=anna.account, email="ada@albers.example", **nobody)
    named = ("property_street", "value", "value_link", "foreign_ids", "campaign", "further")
    parts = (
        *(PINNED[1:11], PINNED[10:17], ("email", *PINNED[17:24], "source", "source_detail")),
        *(("email", *named), ("email", "due_on", "due_note", "tags")),
    )
    for part in parts:
        imported(anna, b"".join(write([KNOWN], part)))
    told = Change.objects.filter(contact=known).order_by("pk").values_list("kind", "after")
    assert list(told) == [
        (
            "imported",
            "Anrede: Frau; Titel: Dr.; Vorname: Ada; Nachname: Albers; Firma: Albers GmbH; Anrede (2. Person): Herr;"
            " Titel (2. Person): Prof.; Vorname (2. Person): Bo; Nachname (2. Person): Brandt",
        ),
        (
            "imported",
            "Art der E-Mail-Adresse: geschäftlich; Weitere E-Mail-Adressen: bo@albers.example (privat);"
            " Telefon: 0170 1234567; Art des Telefons: mobil; Hinweis zum Telefon: nur abends;"
            " Weitere Telefonnummern: 040 5550199 (Fax; Büro)",
        ),
        (
            "imported",
            "Straße und Hausnummer: Lindenallee 14; PLZ: 01067; Ort: Dresden; Objektart: Einfamilienhaus;"
            " Wohnfläche in m²: 1142,50; Grundstück in m²: 600,00; Baujahr: 1911; Quelle: Portal;"
            " Quelle im Einzelnen: Inserat 17",
        ),
        (
            "imported",
            "Straße und Hausnummer (Objekt): Am Deich 7; Wert: 489000; Link zur Bewertung: "
            "https://wertblick.example/b/17; Kennungen anderer Systeme: Wertblick: w-8812; Kampagnendaten: utm_source:"
            " google; Weitere Angaben: Etage: 3. OG\nohne Aufzug",
        ),
        ("due", "24.12.2026: vor dem Fest"),
        ("imported", "Schlagwörter: Erbe, eilt"),
    ]


def test_the_list_reads_what_it_shows():
    assert [name for name in SHOWN if name in KNOWN] == [
        "title",
        "first_name",
        "last_name",
        "company",
        "partner_title",
        "partner_first_name",
        "partner_last_name",
        "email",
        "phone",
        "source",
        "source_detail",
        "due_on",
    ]


def test_the_search_covers_only_these(contact):
    words = {word for word in lexemes(contact) if not word.startswith("\u2060")}
    assert words == {
        *("dr", "ada", "albers", "gmbh", "bo", "brandt", "example", "ada@albers.example", "bo@albers.example"),
        *("491701234567", "01701234567", "49405550199", "0405550199"),
        *("lindenallee", "14", "01067", "dresden", "erbe", "eilt"),
        *("am", "deich", "7", "21029", "hamburg", "w", "8812"),
    }
