"""Statements that are compiled once find for each contact what the ORM finds."""

from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from base import once
from contacts.models import Action
from tests.factories import ActionFactory, ContactFactory

pytestmark = pytest.mark.django_db


def named(account_id: int, text: str) -> QuerySet[Action]:
    return Action.objects.of(account_id).filter(text=text).select_related("author").order_by("pk")


def of_a_contact(account_id: int, contact_id: int) -> QuerySet[Action]:
    return Action.objects.of(account_id).filter(contact=contact_id).order_by("-pk")[:2]


def shouted(text: str) -> QuerySet[Action]:
    return Action.objects.filter(text=f"{text}!")


def test_each_gets_its_own_rows(board, sofia):
    people = [ContactFactory(column=board["Nicht erreicht"]) for _ in range(3)]
    for number, person in enumerate(people):
        for _ in range(number):
            ActionFactory(contact=person, author=sofia)
    for person in people:
        whose = (person.account_id, person.pk)
        assert once.rows(of_a_contact, *whose) == list(of_a_contact(*whose))
        assert once.first(of_a_contact, *whose) == of_a_contact(*whose).first()
    assert once.rows(of_a_contact, people[2].account_id + 1, people[2].pk) == []


@pytest.mark.parametrize("text", ["Anruf", "100 % %s", "\ue000", "\ue001", "'; --", ""])
def test_any_text_is_a_value(board, sofia, text, django_assert_num_queries):
    person = ContactFactory(column=board["Nicht erreicht"])
    action = ActionFactory(contact=person, author=sofia, text=text)
    ActionFactory(contact=person, author=sofia, text="Anderes")
    with django_assert_num_queries(1):
        (found,) = once.rows(named, person.account_id, text)
        assert (found, found.author, found.text) == (action, sofia, text)
    assert not found._state.adding


def test_a_statement_that_does_not_take_its_value_as_it_is_is_refused():
    with pytest.raises(ValueError, match="shouted"):
        once.rows(shouted, "Anruf")


def since(text: str, account_id: int, moment: datetime) -> QuerySet[Action, Any]:
    rows = Action.objects.of(account_id).filter(text=text, performed_at__gte=moment).order_by("pk")
    return rows.values_list("pk", "kind")


@pytest.mark.parametrize("text", ["Anruf", "100 % %s %%", "'; --"])
def test_plain_rows_come_from_a_statement_of_its_own_for_each_shape(board, sofia, text):
    person = ContactFactory(column=board["Nicht erreicht"])
    actions = [ActionFactory(contact=person, author=sofia, text=one) for one in (text, "Anderes", text)]
    for number in (0, 2, 0):
        found = once.tuples(since, person.account_id, actions[number].performed_at, shape=(text,))
        assert found == list(since(text, person.account_id, actions[number].performed_at))
    assert once.tuples(since, person.account_id, actions[2].performed_at, shape=("Anderes",)) == []


def test_a_prepared_statement_has_what_is_no_value_written_into_it(board, sofia):
    person = ContactFactory(column=board["Nicht erreicht"])
    for _ in range(3):  # it is prepared from the third time on
        once.tuples(since, person.account_id, person.created_at, shape=("100 %",))
    with connection.cursor() as cursor:
        cursor.execute("SELECT statement FROM pg_prepared_statements WHERE statement LIKE '%%contacts_action%%'")
        prepared = [statement for (statement,) in cursor.fetchall()]
    assert any("'100 %'" in statement and "$2" in statement for statement in prepared)
