"""The line for somebody who is about to change what somebody else has just changed: who and what."""

import pytest
from django.utils import timezone

from accounts.models import User
from contacts import actions, due, facts
from contacts.models import Change
from pipeline.cards import moves
from pipeline.deeds import reversible_columns
from pipeline.models import Move
from tests.factories import ContactFactory
from tests.markup import page_of


def said(client, address: str, by: User) -> str:
    """Return what is said after this user has changed something."""
    answer = client.get(address, {"by": by.pk}, headers={"HX-Request": "true"})
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
    answer = login(anna).get(f"/contacts/{ada.pk}/latest/", {"by": ""}, headers={"HX-Request": "true"})
    assert "Die Anwendung hat gerade geändert: Zugewiesen an Sofia Vogt" in page_of(answer)


def test_an_old_change_is_not_what_happened_just_now(ada, anna, sofia, login):
    assert said(login(anna), f"/contacts/{ada.pk}/latest/", sofia) == "Der Kontakt wurde gerade geändert."


def test_a_hidden_contact_is_none(board, sofia, jan, login):
    sofia.account.agents_see = "own"
    sofia.account.save()
    hidden = ContactFactory(column=board["Neue Kontakte"], assignee=jan)
    assert login(sofia).get(f"/contacts/{hidden.pk}/latest/").status_code == 404


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
