"""The line for somebody who is about to change what somebody else has just changed: who and what."""

import pytest
from django.utils import timezone

from contacts import actions, due, facts
from pipeline.cards import moves
from pipeline.deeds import reversible_columns
from pipeline.models import Move
from tests.factories import ContactFactory
from tests.markup import page_of


def said(client, address: str) -> str:
    answer = client.get(address, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    text = page_of(answer)
    return text[text.index("<bdi>") + 5 : text.index("</bdi>")].strip()


@pytest.fixture
def ada(board):
    return ContactFactory(column=board["Neue Kontakte"], first_name="Ada", phone="0711 1")


def test_names_who_changed_a_fact_and_to_what(ada, anna, sofia, login):
    facts.save(contact=ada, values={"phone": "0711 5500"}, version=None, actor=sofia, now=timezone.now())
    address = f"/contacts/{ada.pk}/latest/"
    assert said(login(anna), address) == "Sofia Vogt hat gerade geändert: Telefon: 0711 5500"
    assert said(login(sofia), address) == "Sie haben in einem anderen Fenster gerade geändert: Telefon: 0711 5500"


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
    assert said(client, address) == "Sofia Vogt hat gerade geändert: Neue Kontakte → Nicht erreicht"
    due.set_due(contact=ada, due_on=timezone.localdate(), actor=sofia, now=timezone.now())
    assert said(client, address).startswith("Sofia Vogt hat gerade geändert: Fällig am ")
    actions.perform(contact=ada, kind="note", actor=sofia, now=timezone.now(), text="Nur innen.")
    assert said(client, address) == "Sofia Vogt hat gerade geändert: Notiz"


def test_an_old_change_is_not_what_happened_just_now(ada, anna, login):
    assert said(login(anna), f"/contacts/{ada.pk}/latest/") == "Der Kontakt wurde gerade geändert."


def test_a_hidden_contact_is_none(board, sofia, jan, login):
    sofia.account.agents_see = "own"
    sofia.account.save()
    hidden = ContactFactory(column=board["Neue Kontakte"], assignee=jan)
    assert login(sofia).get(f"/contacts/{hidden.pk}/latest/").status_code == 404


def test_names_who_renamed_a_column(board, anna, mehmet, login):
    column = board["Nicht erreicht"]
    client, address = login(mehmet), f"/columns/{column.pk}/latest/"
    assert said(client, address) == "Die Spalte wurde gerade geändert."
    reversible_columns.rename(user=anna, column_id=column.pk, name="Anrufen", now=timezone.now())
    assert said(client, address) == "Anna Krüger hat gerade geändert: Spalte umbenannt: Anrufen"


def test_nothing_of_another_office_is_told(board, anna, paul, login):
    column = board["Nicht erreicht"]
    reversible_columns.rename(user=anna, column_id=column.pk, name="Anrufen", now=timezone.now())
    assert said(login(paul), f"/columns/{column.pk}/latest/") == "Die Spalte wurde gerade geändert."
