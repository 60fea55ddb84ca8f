"""What an import writes: whom a row means, what it changes, what it leaves alone."""

from datetime import date

import pytest
from django.utils import timezone

from base.refusals import NotUnderstood
from contacts.derived import derive
from contacts.models import Action, Change, Contact, Source
from pipeline import leads
from pipeline.imports import jobs, steps
from pipeline.models import Card, ImportState, Move
from tests.factories import ContactFactory
from tests.pipeline.importing import checked, contacts, imported, outcomes, report

NOBODY = "Es fehlt ein Name, eine Firma, eine E-Mail-Adresse oder eine Telefonnummer."
OFFICE = (
    "Anrede;Vorname;Nachname;E-Mail-Adresse;Telefon;Straße;PLZ;Ort;Status;Mitarbeiter;Fällig am;Notiz\r\n"
    "Frau;Ada;Öztürk;Ada@Example.org;0170 1234567;Hauptstr. 1;04109;Leipzig;"
    "Nicht erreicht;Sofia Vogt;24.12.2026;Ruft zurück\r\n"
    "Herr;Bob;Müller;;0170/7654321;;;Köln;;;;\r\n"
    ";;Meier;;;Am Markt 3;50667;Köln;Termin vereinbart;jan@krueger.example;1.2.2027;\r\n"
)


def test_a_file_of_an_office_becomes_contacts_on_the_board(anna, sofia, jan, board):
    source = imported(anna, OFFICE)
    ada, bob, meier = contacts(anna)
    assert source.state == ImportState.DONE
    assert source.counts == {"created": 3, "updated": 0, "unchanged": 0, "skipped": 0, "invalid": 0}
    assert (ada.salutation, ada.first_name, ada.last_name, ada.email) == (
        "mrs",
        "Ada",
        "Öztürk",
        "ada@example.org",
    )
    assert (ada.phone, ada.phone_e164, ada.postal_code) == ("0170 1234567", "+491701234567", "04109")
    assert (ada.assignee, ada.due_on, ada.card.column) == (sofia, date(2026, 12, 24), board["Nicht erreicht"])
    assert (bob.assignee, bob.due_on, bob.card.column) == (None, None, board["Neue Kontakte"])
    assert (meier.assignee, meier.due_on, meier.card.column) == (
        jan,
        date(2027, 2, 1),
        board["Termin vereinbart"],
    )
    assert {contact.source for contact in (ada, bob, meier)} == {Source.IMPORT}


def test_imported_contacts_are_found_by_the_search(anna, sofia, jan, board):
    imported(anna, OFFICE)
    found = Contact.objects.of(anna.account).extra(where=["search @@ %s::tsquery"], params=["'muell':*"])
    assert [contact.last_name for contact in found] == ["Müller"]


def test_an_imported_contact_is_stored_as_if_it_had_been_typed_in(anna, sofia, jan, board):
    imported(anna, OFFICE)
    before = list(Contact.objects.of(anna.account).order_by("pk").values())
    for contact in Contact.objects.of(anna.account):
        derive(contact).save()
    assert list(Contact.objects.of(anna.account).order_by("pk").values()) == before


def test_new_cards_are_placed_on_top_in_the_order_of_the_file(anna, board):
    ContactFactory(column=board["Neue Kontakte"], last_name="Alt")
    imported(anna, "Nachname\nEins\nZwei\nDrei\n")
    cards = Card.objects.of(anna.account).order_by("rank").select_related("contact")
    assert [card.contact.last_name for card in cards] == ["Eins", "Zwei", "Drei", "Alt"]


def test_the_history_says_that_a_contact_was_imported_and_no_action_pretends_an_inquiry(anna, board):
    imported(anna, "Nachname;Ort\nEins;Bonn\n")
    history = Change.objects.of(anna.account).values_list("kind", "before", "after", "actor")
    assert list(history) == [("imported", "", "Neue Kontakte", anna.pk)]
    (contact,) = contacts(anna)
    assert (Action.objects.of(anna.account).count(), contact.action_counts, contact.last_action_at) == (
        0,
        {},
        None,
    )


def test_a_note_becomes_an_action_of_the_import(anna, board):
    imported(anna, "Nachname;Notiz\nEins;Ruft zurück\n")
    (contact,) = contacts(anna)
    action = Action.objects.of(anna.account).get()
    assert (action.contact, action.kind, action.text, action.author) == (contact, "note", "Ruft zurück", anna)
    assert (contact.action_counts, contact.last_action_at) == ({"note": 1}, action.performed_at)


def test_the_same_file_twice_creates_nothing(anna, sofia, jan, board):
    imported(anna, OFFICE)
    before = list(Contact.objects.of(anna.account).order_by("pk").values())
    again = imported(anna, OFFICE)
    assert outcomes(again) == ["unchanged", "unchanged", "unchanged"]
    assert list(Contact.objects.of(anna.account).order_by("pk").values()) == before
    assert Action.objects.of(anna.account).count() == 1
    assert Move.objects.of(anna.account).count() == 0


def test_the_same_file_twice_writes_no_history(anna, sofia, jan, board):
    imported(anna, OFFICE)
    before = Change.objects.of(anna.account).count()
    imported(anna, OFFICE)
    assert Change.objects.of(anna.account).count() == before


def test_the_same_person_five_times_is_one_contact(anna, board):
    row = "Ada;Öztürk;ada@example.org;{}\n"
    source = imported(
        anna,
        "Vorname;Nachname;E-Mail;Ort\n" + "".join(row.format(city) for city in ("", "", "Bonn", "", "Köln")),
    )
    (ada,) = contacts(anna)
    assert ada.city == "Köln"
    assert report(source) == [
        (2, "created", ""),
        (3, "unchanged", "Gleicher Kontakt wie Zeile 2."),
        (4, "updated", "Gleicher Kontakt wie Zeile 2. Geändert: Ort."),
        (5, "unchanged", "Gleicher Kontakt wie Zeile 2."),
        (6, "updated", "Gleicher Kontakt wie Zeile 2. Geändert: Ort."),
    ]


def test_the_same_person_far_apart_in_the_file_is_one_contact(anna, board):
    others = "".join(f"P{number};p{number}@example.org\n" for number in range(1200))
    imported(anna, f"Nachname;E-Mail\nÖztürk;ada@example.org\n{others}Öztürk;ada@example.org\n")
    assert Contact.objects.of(anna.account).filter(email="ada@example.org").count() == 1


def test_rows_match_by_e_mail_regardless_of_case(anna, board):
    ada = ContactFactory(
        account=anna.account, first_name="Ada", last_name="Öztürk", email="ada@example.org", city="Bonn"
    )
    source = imported(anna, "Nachname;E-Mail;Ort\nÖztürk;ADA@EXAMPLE.ORG;Köln\n")
    ada.refresh_from_db()
    assert (report(source), ada.city) == ([(2, "updated", "Geändert: Ort.")], "Köln")


def test_rows_match_by_phone_and_name_however_they_are_written(anna, board):
    ada = ContactFactory(account=anna.account, first_name="Ada", last_name="Öztürk", phone="0170 1234567")
    source = imported(anna, "Vorname;Nachname;Telefon;E-Mail\nada;ÖZTÜRK;+49 (0)170/12-34567;ada@example.org\n")
    ada.refresh_from_db()
    assert outcomes(source) == ["updated"]
    assert ada.email == "ada@example.org"


def test_the_same_phone_with_another_name_is_another_contact(anna, board):
    ContactFactory(account=anna.account, first_name="Ada", last_name="Öztürk", phone="0170 1234567")
    source = imported(anna, "Vorname;Nachname;Telefon\nEva;Öztürk;0170 1234567\n")
    assert outcomes(source) == ["created"]


def test_rows_without_e_mail_and_phone_match_as_a_whole(anna, board):
    text = "Vorname;Nachname;Straße;Ort;Objektart\nAda;Öztürk;Hauptstr. 1;Bonn;{}\n"
    imported(anna, text.format("Wohnung"))
    assert outcomes(imported(anna, text.format("Wohnung"))) == ["unchanged"]
    assert outcomes(imported(anna, text.format("Einfamilienhaus"))) == ["created"]


def test_two_persons_who_share_an_address_stay_two_if_the_file_distinguishes_them(anna, board):
    text = "Kontakt-ID;Vorname;Nachname;E-Mail\n11;Ada;Öztürk;familie@example.org\n12;Can;Öztürk;familie@example.org\n"
    assert outcomes(imported(anna, text)) == ["created", "created"]
    assert outcomes(imported(anna, text)) == ["unchanged", "unchanged"]
    assert [contact.first_name for contact in contacts(anna)] == ["Ada", "Can"]


def test_of_two_contacts_with_one_address_the_one_with_the_name_is_updated(anna, board):
    ContactFactory(account=anna.account, first_name="Ada", last_name="Öztürk", email="familie@example.org")
    can = ContactFactory(account=anna.account, first_name="Can", last_name="Öztürk", email="familie@example.org")
    imported(anna, "Vorname;Nachname;E-Mail;Ort\nCan;Öztürk;familie@example.org;Bonn\n")
    assert [contact for contact in contacts(anna) if contact.city] == [can]


def test_empty_cells_change_nothing(anna, board):
    ada = ContactFactory(
        column=board["Nicht erreicht"],
        last_name="Öztürk",
        email="ada@example.org",
        city="Bonn",
        tags=["Erbe"],
    )
    source = imported(anna, "Nachname;E-Mail;Ort;Status;Schlagwörter;Fällig am\n;ada@example.org;;;;\n")
    assert outcomes(source) == ["unchanged"]
    after = Contact.objects.of(anna.account).select_related("card").get()
    assert (after.last_name, after.city, after.tags, after.version) == ("Öztürk", "Bonn", ["Erbe"], 1)
    assert (after.card.column_id, after.card.version) == (ada.card.column_id, 1)


def test_an_update_is_searchable_and_recorded_in_the_history(anna, board):
    ContactFactory(account=anna.account, last_name="Öztürk", email="ada@example.org", city="Bonn")
    imported(anna, "Nachname;E-Mail;Ort\nÖztürk-Yılmaz;ada@example.org;Köln\n")
    (after,) = contacts(anna)
    assert (after.last_name, after.sort_name, after.version) == ("Öztürk-Yılmaz", "ozturk yilmaz  klara", 2)
    change = Change.objects.of(anna.account).get()
    assert (change.kind, change.before, change.after) == (
        "imported",
        "Nachname: Öztürk; Ort: Bonn",
        "Nachname: Öztürk-Yılmaz; Ort: Köln",
    )


def test_another_status_is_one_move_of_the_card(anna, board):
    ada = ContactFactory(column=board["Nicht erreicht"], last_name="Öztürk", email="ada@example.org")
    source = imported(anna, "Nachname;E-Mail;Status\nÖztürk;ada@example.org;termin  VEREINBART\n")
    card = Card.objects.of(anna.account).get(contact=ada)
    move = Move.objects.of(anna.account).get()
    assert report(source) == [(2, "updated", "Geändert: Status.")]
    assert (card.column, card.version) == (board["Termin vereinbart"], 2)
    assert (move.from_name, move.to_name, move.via, move.version) == (
        "Nicht erreicht",
        "Termin vereinbart",
        "import",
        2,
    )


def test_assignment_and_due_date_of_a_known_contact_have_their_history(anna, sofia, jan, board):
    ContactFactory(
        account=anna.account,
        last_name="Öztürk",
        email="ada@example.org",
        assignee=sofia,
        due_on=date(2026, 11, 1),
    )
    imported(anna, "E-Mail;Mitarbeiter;Fällig am\nada@example.org;Jan Thiele;24.12.2026\n")
    history = Change.objects.of(anna.account).order_by("kind").values_list("kind", "before", "after")
    assert list(history) == [("assigned", "Sofia Vogt", "Jan Thiele"), ("due", "01.11.2026", "24.12.2026")]


def test_a_note_that_is_there_already_is_not_written_again(anna, board):
    text = "Nachname;E-Mail;Notiz\nÖztürk;ada@example.org;Ruft zurück\n"
    imported(anna, text)
    imported(anna, text)
    imported(anna, text.replace("Ruft zurück", "Hat gerufen"))
    (ada,) = contacts(anna)
    assert ada.action_counts == {"note": 2}


@pytest.mark.parametrize(
    "text",
    [
        "Nachname;E-Mail;Telefon\nÖztürk;ada@example.org;040 1\n",
        "Nachname;E-Mail;Baujahr\nÖztürk;ada@example.org;1970/75\n",
        "Nachname;E-Mail;Land\nÖztürk;ada@example.org;France\n",
        "Nachname;E-Mail;Status\nÖztürk;ada@example.org;Interessent\n",
    ],
)
def test_unreadable_values_are_noted_once_even_if_the_file_is_imported_again(anna, board, text):
    imported(anna, text)
    again = imported(anna, text)
    (ada,) = contacts(anna)
    assert (outcomes(again), ada.action_counts) == (["unchanged"], {"note": 1})


def test_a_contact_in_the_trash_is_not_brought_back(anna, board):
    ada = ContactFactory(account=anna.account, last_name="Öztürk", email="ada@example.org")
    leads.trash(user=anna, contact_ids=[ada.pk], now=timezone.now())
    source = imported(anna, "Nachname;E-Mail\nÖztürk;ada@example.org\nNeu;neu@example.org\n")
    assert report(source) == [(2, "skipped", "Der Kontakt liegt im Papierkorb."), (3, "created", "")]
    assert [contact.last_name for contact in contacts(anna)] == ["Neu"]


def test_another_office_is_neither_matched_nor_changed(anna, paul, board):
    theirs = ContactFactory(account=paul.account, last_name="Öztürk", email="ada@example.org", city="Bonn")
    source = imported(anna, "Nachname;E-Mail;Ort\nÖztürk;ada@example.org;Köln\n")
    theirs.refresh_from_db()
    assert (outcomes(source), theirs.city) == (["created"], "Bonn")


def test_one_invalid_row_refuses_the_file_and_names_its_line(anna, board):
    text = "Nachname;E-Mail\nGut;gut@example.org\n;keine-adresse\n"
    source = checked(anna, text)
    assert source.counts == {"created": 1, "updated": 0, "unchanged": 0, "skipped": 0, "invalid": 1}
    with pytest.raises(NotUnderstood, match="fehlerhafte Zeilen 3"):
        imported(anna, text)
    assert contacts(anna) == []


def test_only_valid_rows_are_imported_on_request(anna, board):
    source = imported(anna, "Nachname;E-Mail\nGut;gut@example.org\n;keine-adresse\n", valid_only=True)
    assert [contact.last_name for contact in contacts(anna)] == ["Gut"]
    assert report(source) == [
        (2, "created", ""),
        (3, "invalid", NOBODY),
    ]


def test_the_dry_run_changes_nothing_but_the_report(anna, board):
    ContactFactory(account=anna.account, last_name="Öztürk", email="ada@example.org", city="Bonn")
    before = list(Contact.objects.of(anna.account).values())
    source = checked(anna, "Nachname;E-Mail;Ort;Status\nÖztürk;ada@example.org;Köln;Nicht erreicht\nNeu;;;\n")
    assert (source.state, outcomes(source)) == (ImportState.CHECKED, ["updated", "created"])
    assert list(Contact.objects.of(anna.account).values()) == before
    assert Change.objects.of(anna.account).count() + Move.objects.of(anna.account).count() == 0


def test_an_import_requested_repeatedly_runs_once(anna, board):
    source = imported(anna, "Nachname;Notiz\nEins;Hallo\n")
    steps.start(source=source)
    jobs.run(import_id=source.pk, now=timezone.now())
    assert len(contacts(anna)) == 1
