"""The line for somebody who is about to change what somebody else has just changed: who and what."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from contacts import actions, due, facts
from contacts.models import Change
from pipeline import leads
from pipeline.cards import moves
from pipeline.deeds import reversible_columns
from pipeline.models import Move
from tests.factories import ContactFactory
from tests.markup import page_of


def said(client, address: str, by: User, **asked: str) -> str:
    """Return what is said after this user has changed something."""
    answer = client.get(address, {"actor": by.pk} | asked, headers={"HX-Request": "true"})
    if answer.status_code == 204:
        return ""
    assert answer.status_code == 200
    text = page_of(answer)
    return text[text.index("<bdi>") + 5 : text.index("</bdi>")].strip()


@pytest.fixture
def ada(board):
    return ContactFactory(column=board["Neue Kontakte"], first_name="Ada", phone="0711 1")


def test_names_who_changed_a_fact_and_to_what(ada, anna, sofia, login):
    facts.save(contact=ada, values={"phone": "0711 5500"}, version=None, actor=sofia, now=timezone.now())
    address = f"/contacts/{ada.pk}/latest/"
    assert said(login(anna), address, sofia) == "Sofia Vogt hat gerade geändert: Telefon: 0711 5500"
    assert (
        said(login(sofia), address, sofia) == "Sie haben in einem anderen Fenster gerade geändert: Telefon: 0711 5500"
    )


def test_names_moves_due_dates_and_actions(ada, board, anna, sofia, login):
    client, address = login(anna), f"/contacts/{ada.pk}/latest/"
    moves.move_card(
        user=sofia,
        contact_id=ada.pk,
        column_id=board["Nicht erreicht"].pk,
        version=1,
        via=Move.Via.BOARD,
        now=timezone.now(),
    )
    assert said(client, address, sofia) == "Sofia Vogt hat gerade geändert: Neue Kontakte → Nicht erreicht"
    due.set_due(contact=ada, due_on=timezone.localdate(), actor=sofia, now=timezone.now())
    assert said(client, address, sofia).startswith("Sofia Vogt hat gerade geändert: Fällig am ")
    actions.perform(contact=ada, kind="note", actor=sofia, now=timezone.now(), text="Nur innen.")
    assert said(client, address, sofia) == "Sofia Vogt hat gerade geändert: Notiz"


def test_nobody_is_named_for_what_another_has_changed(ada, anna, sofia, jan, login):
    client, address = login(anna), f"/contacts/{ada.pk}/latest/"
    facts.save(contact=ada, values={"phone": "0711 5500"}, version=None, actor=sofia, now=timezone.now())
    assert said(client, address, jan) == "Der Kontakt wurde gerade geändert."  # as when he has edited a note


def test_what_the_worker_changed_is_said_to_be_the_application_s(ada, anna, login):
    made = {"account": ada.account, "contact": ada, "at": timezone.now()}
    Change.objects.create(kind=Change.Kind.ASSIGNED, after="Sofia Vogt", actor=None, **made)
    answer = login(anna).get(f"/contacts/{ada.pk}/latest/", {"actor": ""}, headers={"HX-Request": "true"})
    assert "Die Anwendung hat gerade geändert: Zugewiesen an Sofia Vogt" in page_of(answer)


def test_an_old_change_is_not_what_happened_just_now(ada, anna, sofia, login):
    assert said(login(anna), f"/contacts/{ada.pk}/latest/", sofia) == "Der Kontakt wurde gerade geändert."


def test_a_form_names_the_change_of_what_it_edits_though_it_is_not_the_newest(ada, anna, sofia, login):
    client, address = login(anna), f"/contacts/{ada.pk}/latest/"
    facts.save(contact=ada, values={"phone": "0711 5500"}, version=None, actor=sofia, now=timezone.now())
    facts.save(contact=ada, values={"source_detail": "Messe"}, version=None, actor=sofia, now=timezone.now())
    due.set_due(contact=ada, due_on=timezone.localdate(), actor=sofia, now=timezone.now())
    assert said(client, address, sofia, about="reach") == "Sofia Vogt hat gerade geändert: Telefon: 0711 5500"
    assert said(client, address, sofia, about="source").startswith("Sofia Vogt hat gerade geändert: ")
    assert said(client, address, sofia, about="source").endswith(": Messe")
    assert said(client, address, sofia, about="due").startswith("Sofia Vogt hat gerade geändert: Fällig am ")


def test_a_form_says_nothing_of_what_it_does_not_edit(ada, anna, sofia, jan, login):
    client, address = login(anna), f"/contacts/{ada.pk}/latest/"
    facts.save(contact=ada, values={"phone": "0711 5500"}, version=None, actor=sofia, now=timezone.now())
    for about in ("person", "source", "due", "action"):
        assert said(client, address, sofia, about=about, kind="edited") == ""
    assert said(client, address, jan, about="reach", kind="edited") == ""
    assert said(client, address, sofia, about="action", kind="acted") == "Sofia Vogt hat gerade geändert: Aktion"


def test_a_form_says_nothing_of_what_was_so_when_it_was_opened(ada, anna, sofia, login):
    client, address = login(anna), f"/contacts/{ada.pk}/latest/"
    now = timezone.now()
    facts.save(contact=ada, values={"phone": "0711 5500"}, version=None, actor=sofia, now=now - timedelta(seconds=9))
    opened = str(int(now.timestamp()) - 1)
    assert said(client, address, sofia, about="reach", since=opened) == ""
    assert said(client, address, sofia, since=opened) == "Der Kontakt wurde gerade geändert."
    facts.save(contact=ada, values={"phone": "0711 5501"}, version=None, actor=sofia, now=now)
    assert said(client, address, sofia, about="reach", since=opened).endswith("Telefon: 0711 5501")


def test_a_contact_in_the_trash_is_said_to_be_there_and_by_whom(ada, anna, sofia, jan, login):
    client, address = login(anna), f"/contacts/{ada.pk}/latest/"
    leads.trash(user=anna, contact_ids=[ada.pk], now=timezone.now())
    later = "Ihre Eingabe bleibt hier und lässt sich speichern, sobald er wiederhergestellt ist."
    assert said(client, address, anna) == f"Sie haben den Kontakt in einem anderen Fenster gelöscht. {later}"
    assert said(login(jan), address, anna, about="due") == f"Anna Krüger hat den Kontakt gerade gelöscht. {later}"
    leads.restore(user=anna, contact_ids=[ada.pk], now=timezone.now())
    assert said(login(jan), address, anna, about="due") == "Anna Krüger hat gerade geändert: Wiederhergestellt"


def test_a_hidden_contact_is_none(board, sofia, jan, login):
    sofia.account.agents_see = "own"
    sofia.account.save()
    hidden = ContactFactory(column=board["Neue Kontakte"], assignee=jan)
    client = login(sofia)
    said_of = {pk: page_of(client.get(f"/contacts/{pk}/latest/", {"actor": jan.pk})) for pk in (hidden.pk, 9_000_000)}
    assert len({*said_of.values()}) == 1
    assert "Diesen Kontakt gibt es für Sie nicht mehr." in said_of[hidden.pk]
    gone = [page_of(client.get(f"/contacts/{pk}/changes/")) for pk in (hidden.pk, 9_000_000)]
    assert hidden.display_name not in gone[0]
    assert all("data-lost" in text for text in gone)


def test_the_open_page_of_a_contact_is_answered_until_it_has_gone_and_when_it_is_back(ada, anna, login):
    client, address = login(anna), f"/contacts/{ada.pk}/changes/"
    assert 'id="timeline"' in page_of(client.get(address))
    leads.trash(user=anna, contact_ids=[ada.pk], now=timezone.now())
    answer = client.get(address)
    assert answer.status_code == 200
    assert "Ada" not in page_of(answer)
    assert "data-lost" not in page_of(answer)
    leads.restore(user=anna, contact_ids=[ada.pk], now=timezone.now())
    assert 'id="timeline"' in page_of(client.get(address))


def test_names_who_renamed_a_column(board, anna, mehmet, login):
    column = board["Nicht erreicht"]
    client, address = login(mehmet), f"/columns/{column.pk}/latest/"
    assert said(client, address, anna) == "Die Spalte wurde gerade geändert."
    reversible_columns.rename(user=anna, column_id=column.pk, name="Anrufen", now=timezone.now())
    assert said(client, address, anna) == "Anna Krüger hat gerade geändert: Spalte umbenannt: Anrufen"


def test_nobody_is_named_for_a_column_that_another_has_changed(board, anna, mehmet, login):
    column = board["Nicht erreicht"]
    reversible_columns.rename(user=anna, column_id=column.pk, name="Anrufen", now=timezone.now())
    said_of_mehmet = said(login(anna), f"/columns/{column.pk}/latest/", mehmet)
    assert said_of_mehmet == "Die Spalte wurde gerade geändert."


def test_nothing_of_another_office_is_told(board, anna, paul, login):
    column = board["Nicht erreicht"]
    reversible_columns.rename(user=anna, column_id=column.pk, name="Anrufen", now=timezone.now())
    assert said(login(paul), f"/columns/{column.pk}/latest/", anna) == "Die Spalte wurde gerade geändert."
