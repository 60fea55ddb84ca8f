import pytest

from contacts.choices import PropertyKind, Salutation, SellHorizon, Source
from contacts.csv.fields import CHOICES, FIELDS, ONLY_READ, choice_of
from contacts.csv.headers import propose_by_name as propose
from contacts.models import Consent, Contact


@pytest.mark.parametrize(
    ("headers", "key"),
    [
        ("Nachname|NACHNAME| Name |Familienname|Last Name|surname|last_name", "last_name"),
        ("Vorname|First name", "first_name"),
        ("Anrede|salutation", "salutation"),
        ("Titel|Title", "title"),
        ("Firma|Unternehmen|Company", "company"),
        ("E-Mail-Adresse|Email|E-Mail|eMail|Mail|E-Mail Adresse|email address", "email"),
        ("Telefon|Tel.|Tel.-Nr.|Mobil|Handy|Phone|Mobile", "phone"),
        ("Straße|Strasse|STRASSE|Straße/Nr.|Straße und Hausnummer|Street", "street"),
        ("Hausnummer|Haus-Nr.|Hausnr.", "house_number"),
        ("PLZ|Postleitzahl|Zip|ZIP Code|Postal code", "postal_code"),
        ("Ort|Stadt|Wohnort|City", "city"),
        ("Objektart|Immobilienart|property type", "property_kind"),
        ("Wohnfläche|Wohnfläche in m²|Wohnfläche (m²)|Wohnflaeche qm|living area", "living_area"),
        ("Grundstück|Grundstücksfläche|Grundstück in m²|plot area", "plot_area"),
        ("Baujahr|year built", "year_built"),
        ("Quelle|Herkunft|Source", "source"),
        ("Quelle im Einzelnen", "source_detail"),
        ("Status|Phase", "status"),
        ("Mitarbeiter|Zuständig|Betreuer|Makler|Assignee|owner", "assignee"),
        ("Fällig am|Faellig am|Fälligkeitsdatum|Wiedervorlage|Wiedervorlage am|due date", "due_on"),
        ("Notiz zur Fälligkeit", "due_note"),
        ("Notiz|Bemerkung|Bemerkungen|Kommentar|Notes", "note"),
        ("Tags|Schlagwörter|Schlagworte|Stichwörter", "tags"),
        ("Angelegt am|Erstellt am|created at", "created_at"),
        (
            "Einwilligung E-Mail am|E-Mail-Einwilligung am|Einwilligungsdatum|Opt-In am|consent date",
            "consent_at",
        ),
        ("Wortlaut der Einwilligung|Einwilligungstext|consent text", "consent_wording"),
        ("Einwilligung wo|Quelle der Einwilligung|consent source", "consent_place"),
        ("Kontakt-ID", "id"),
        (
            "Partner Vorname|Vorname Partner|Partner: Vorname|Vorname (2. Person)|Vorname 2",
            "partner_first_name",
        ),
        ("Partner Nachname|Nachname (2. Person)|partner last name", "partner_last_name"),
        ("Partner Anrede|Anrede (2. Person)", "partner_salutation"),
        ("Partner Titel|Titel (2. Person)", "partner_title"),
    ],
)
def test_headers_are_recognised(headers, key):
    assert [propose([header]) for header in headers.split("|")] == [{0: key}] * len(headers.split("|"))


@pytest.mark.parametrize("header", ["", " ", "ID", "Spalte 7", "Müller", "m²", "\ufffd"])
def test_other_headers_are_not_recognised(header):
    assert propose([header]) == {}


def test_no_header_names_two_fields():
    for field in FIELDS.values():
        assert [propose([header]) for header in field.headers] == [{0: field.key}] * len(field.headers)


def test_the_best_named_of_several_columns_is_proposed():
    assert propose(["Name", "Vorname", "Nachname", "Nachname"]) == {1: "first_name", 2: "last_name"}
    assert propose(["Anrede", "Anrede"]) == {0: "salutation"}


def test_columns_that_can_be_joined_are_all_proposed():
    assert propose(["E-Mail", "E-Mail"]) == {0: "email", 1: "email"}
    assert propose(["Mobil", "x", "Telefon", "Straße", "Hausnummer", "Notiz", "Bemerkung"]) == {
        0: "phone",
        2: "phone",
        3: "street",
        4: "house_number",
        5: "note",
        6: "note",
    }


@pytest.mark.parametrize(
    ("key", "choices"),
    [
        ("salutation", Salutation),
        ("partner_salutation", Salutation),
        ("property_kind", PropertyKind),
        ("sell_horizon", SellHorizon),
        ("source", Source),
    ],
)
def test_files_and_forms_have_the_same_choices_and_labels(key, choices):
    labels = {choice: str(label) for choice, label in choices.choices}
    assert {choice: words[0] for choice, words in CHOICES[key].items()} == labels
    for choice, label in labels.items():
        assert choice_of(key, choice) == choice
        assert choice_of(key, label) == choice


def test_no_word_names_two_choices():
    for key, choices in CHOICES.items():
        for choice, words in choices.items():
            assert {word: choice_of(key, word) for word in words} == dict.fromkeys(words, choice)


def test_limits_are_those_of_the_contact():
    elsewhere = {"id", "status", "assignee", "note", "tags", "source", *ONLY_READ}
    evidence = {"consent_wording": "wording", "consent_place": "place"}
    for field in FIELDS.values():
        if field.key in evidence:
            assert Consent._meta.get_field(evidence[field.key]).max_length == field.limit
        elif field.limit and field.key not in elsewhere:
            assert (field.key, Contact._meta.get_field(field.key).max_length) == (field.key, field.limit)
    assert Contact._meta.get_field("tags").base_field.max_length == FIELDS["tags"].limit
