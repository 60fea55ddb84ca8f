"""Undoing a whole import: values that are still as it wrote them, and nothing else."""

from datetime import timedelta

import pytest
from django.utils import timezone

from base.refusals import Conflict
from contacts import actions, facts
from contacts.models import Action, Change, Consent, Contact
from pipeline.cards import moves
from pipeline.imports import undo, undoing
from pipeline.models import Card, Import, Trace
from tests.clock import TUESDAY
from tests.factories import ContactFactory
from tests.markup import page_of
from tests.pipeline.importing import checked, contacts, imported

NOW = TUESDAY
HEADER = "Vorname;Nachname;E-Mail;Telefon;Ort;Status;Notiz\n"
KNOWN = "Olga;Wagner;olga@st.example;040 55570001;Ulm;Nicht erreicht;ruft zurück\n"
NEW = "Anna;Neu;anna@st.example;;Bonn;;neu\nBert;Neu;bert@st.example;;Köln;;\n"


@pytest.fixture
def olga(anna, board):
    return ContactFactory(
        column=board["Termin vereinbart"],
        first_name="Olga",
        last_name="Wagner",
        email="olga@st.example",
        city="Bonn",
    )


def undone(source, user, now=NOW):
    undo.ask(source=source, user=user, now=now)
    undoing.run(import_id=source.pk, now=now)
    source.refresh_from_db()
    return source


def test_it_restores_known_contacts_and_trashes_new_ones(anna, olga):
    source = imported(anna, HEADER + KNOWN + NEW, now=NOW)
    olga.refresh_from_db()
    assert (olga.city, olga.phone, olga.last_action_at) == ("Ulm", "040 55570001", NOW)
    undone(source, anna)
    olga.refresh_from_db()
    assert (olga.city, olga.phone, olga.phone_e164, olga.last_action_at) == ("Bonn", "", "", None)
    assert Card.objects.get(contact=olga).column.name == "Termin vereinbart"
    assert not Action.objects.of(anna.account).filter(contact=olga).exists()
    assert [contact.pk for contact in contacts(anna)] == [olga.pk]
    assert Contact.objects.of(anna.account).exclude(trashed_at=None).count() == 2
    assert (source.state, source.counts["undo_trashed"], source.counts["undo_reverted"]) == ("undone", 2, 1)
    assert not Trace.objects.of(anna.account).exists()


def test_the_history_calls_the_assignee_by_name(anna, sofia, olga):
    olga.assignee = sofia
    olga.save()
    file = f"Vorname;Nachname;E-Mail;Mitarbeiter;Ort\nOlga;Wagner;olga@st.example;{anna.email};Ulm\n"
    source = imported(anna, file, now=NOW)
    undone(source, anna, now=NOW + timedelta(minutes=1))
    olga.refresh_from_db()
    assert olga.assignee == sofia
    history = Change.objects.of(anna.account).filter(contact=olga, at__gt=NOW)
    assert list(history.order_by("pk").values_list("kind", "before", "after")) == [
        ("assigned", anna.full_name, sofia.full_name),
        ("imported", "Ort: Ulm", "Ort: Bonn"),
    ]


def test_it_keeps_and_names_contacts_changed_since(anna, olga, login):
    source = imported(anna, HEADER + KNOWN + NEW, now=NOW - timedelta(hours=1))
    first, second = contacts(anna)[1:]
    actions.perform(contact=first, kind="call", outcome="reached", actor=anna, now=NOW)
    facts.save(contact=olga, values={"city": "Mainz"}, version=None, actor=anna, now=NOW)
    undone(source, anna)
    olga.refresh_from_db()
    assert (olga.city, olga.phone) == ("Mainz", "")
    assert [contact.pk for contact in contacts(anna)] == [olga.pk, first.pk]
    kept = dict(Trace.objects.of(anna.account).values_list("contact", "kept"))
    assert kept == {olga.pk: "unverändert geblieben: Ort", first.pk: "seit dem Import bearbeitet"}
    page = page_of(login(anna).get(f"/contacts/import/{source.pk}/"))
    assert f'href="/contacts/{first.pk}/"' in page and "seit dem Import bearbeitet" in page
    assert second.pk not in {contact.pk for contact in contacts(anna)}


def test_a_card_that_was_moved_since_stays(anna, olga, board):
    source = imported(anna, HEADER + KNOWN, now=NOW - timedelta(hours=1))
    card = Card.objects.get(contact=olga)
    moves.move_card(
        user=anna,
        contact_id=olga.pk,
        column_id=board["Kein Auftrag"].pk,
        version=card.version,
        via="list",
        now=NOW,
    )
    undone(source, anna)
    assert Card.objects.get(contact=olga).column.name == "Kein Auftrag"
    assert "Status" in Trace.objects.get(contact=olga).kept


def test_it_keeps_evidence(anna, olga):
    text = "E-Mail;Ort;Einwilligung E-Mail am;Wortlaut der Einwilligung\nolga@st.example;Ulm;01.02.2026;Ja\n"
    source = imported(anna, text, now=NOW)
    undone(source, anna)
    olga.refresh_from_db()
    assert olga.city == "Bonn"
    assert Consent.objects.get(contact=olga).address == "olga@st.example"
    assert Trace.objects.get(contact=olga).kept == "unverändert geblieben: Einwilligung"


def test_numbers_dates_and_lists_are_restored(anna, board):
    known = ContactFactory(
        account=anna.account,
        last_name="Wagner",
        email="o@st.example",
        living_area="142.50",
        year_built=1955,
        due_on="2026-12-24",
        tags=["alt"],
    )
    before = Contact.objects.values().get(pk=known.pk)
    text = (
        "E-Mail;Wohnfläche;Baujahr;Fällig am;Schlagwörter;Telefon;Weitere E-Mail-Adressen\n"
        "o@st.example;99;1960;01.01.2027;neu;040 123456;zweite@st.example\n"
    )
    undone(imported(anna, text, now=NOW), anna)
    after = Contact.objects.values().get(pk=known.pk)
    left_out = ("version", "search")
    assert {name: value for name, value in after.items() if name not in left_out} == {
        name: value for name, value in before.items() if name not in left_out
    }


def test_further_numbers_and_addresses_go_back_and_the_history_writes_them_as_people_do(anna, board):
    olga = ContactFactory(account=anna.account, last_name="Wagner", email="o@st.example", phone="040 5557001")
    text = "Nachname;E-Mail;Telefon;Weitere E-Mail-Adressen\nWagner;o@st.example;0171 5557002;zwei@st.example\n"
    source = imported(anna, text, now=NOW)
    olga.refresh_from_db()
    assert [reach["text"] for reach in olga.more_phones] == ["0171 5557002"]
    undone(source, anna)
    olga.refresh_from_db()
    assert (olga.phone, olga.more_phones, olga.more_emails) == ("040 5557001", [], [])
    assert source.counts["undo_reverted"] == 1
    change = Change.objects.of(anna.account).filter(contact=olga).latest("pk")
    assert {*change.before.split("; ")} == {
        "Weitere E-Mail-Adressen: zwei@st.example",
        "Weitere Telefonnummern: 0171 5557002",
    }


def test_a_repeat_has_no_effect_and_the_undo_continues_after_a_crash(anna, olga, monkeypatch):
    monkeypatch.setattr(undoing, "PART", 1)
    source = imported(anna, HEADER + KNOWN + NEW, now=NOW)
    undo.ask(source=source, user=anna, now=NOW)
    undo.ask(source=source, user=anna, now=NOW)
    assert undoing._part(source.pk, NOW) is True
    undoing.run(import_id=source.pk, now=NOW)
    undoing.run(import_id=source.pk, now=NOW)
    source.refresh_from_db()
    assert (source.counts["undo_trashed"], source.counts["undo_reverted"]) == (2, 1)


def test_it_is_possible_for_seven_days(anna, olga):
    source = imported(anna, HEADER + KNOWN, now=NOW - timedelta(days=7, seconds=1))
    with pytest.raises(Conflict):
        undo.ask(source=source, user=anna, now=NOW)
    with pytest.raises(Conflict):
        undo.ask(source=checked(anna, HEADER + KNOWN), user=anna, now=NOW)
    undoing.forget_old(now=NOW)
    assert not Trace.objects.of(anna.account).exists()


def test_the_page_offers_the_undo_and_the_worker_performs_it(anna, olga, login):
    source = imported(anna, HEADER + KNOWN)
    client = login(anna)
    assert "Import zurücknehmen" in page_of(client.get(f"/contacts/import/{source.pk}/"))
    client.post(f"/contacts/import/{source.pk}/undo/")
    assert Import.objects.get(pk=source.pk).state == "undoing"
    assert "wird zurückgenommen" in page_of(client.get(f"/contacts/import/{source.pk}/"))
    undoing.run(import_id=source.pk, now=timezone.now())
    page = page_of(client.get(f"/contacts/import/{source.pk}/"))
    assert 'data-undone="true"' in page and "Import zurücknehmen" not in page
    assert "Die neuen Kontakte erhalten keine Mails" not in page  # they are in the trash
