"""The number of contacts that wait: on the navigation and in the title, without a statement of its own."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import Account, User
from contacts.models import Contact
from pipeline.models import Card
from tests.factories import ContactFactory, put_in_trash


def number(client: Client, address: str = "/contacts/") -> tuple[str, str]:
    """Return it as the title and as the navigation of a page say it."""
    page = client.get(address).content.decode()
    title = page.partition("<title>")[2].partition("</title>")[0]
    said = title[1:].partition(")")[0] if title.startswith("(") else ""
    return said, page.partition('data-number="')[2].partition('"')[0]


def move(client: Client, contact: Contact, column: Any, **headers: str) -> str:
    card = Card.objects.get(contact=contact)
    said = {"column": column.pk, "after": "", "version": card.version, "key": f"k{card.version}"}
    answer = client.post(f"/cards/{contact.pk}/position/", said, headers={"HX-Request": "true"} | headers)
    return answer.content.decode().partition('data-number="')[2].partition('"')[0] if answer.status_code == 200 else "?"


@pytest.mark.parametrize("address", ["/contacts/", "/contacts/board/", "/settings/profile/", "/contacts/board/?q=x"])
def test_each_page_says_how_many_wait(anna: User, board: Any, login: Any, address: str) -> None:
    client = login(anna)
    assert number(client, address) == ("", "")
    contacts = [ContactFactory(account=anna.account) for _ in range(3)]
    ContactFactory(column=board["Termin vereinbart"])
    assert number(client, address) == ("3", "3")
    put_in_trash(contacts[0])
    assert number(client, address) == ("2", "2")


def test_agents_count_what_they_see(sofia: User, jan: User, mara: User, board: Any, login: Any) -> None:
    for assignee in (sofia, jan, jan, None):
        ContactFactory(account=sofia.account, assignee=assignee)
    assert number(login(sofia)) == ("4", "4")
    assert number(login(mara)) == ("", "")
    Account.objects.filter(pk=sofia.account_id).update(agents_see=Account.Sight.OWN)
    assert [number(login(user))[0] for user in (sofia, jan)] == ["2", "3"]


def test_others_offices_do_not_count(anna: User, paul: User, board: Any, login: Any) -> None:
    ContactFactory(account=anna.account)
    assert number(login(paul)) == ("", "")


def test_above_a_hundred_nobody_counts(sofia: User, board: Any, login: Any) -> None:
    for _ in range(101):
        ContactFactory(account=sofia.account)
    assert number(login(sofia)) == ("99+", "99+")
    Account.objects.filter(pk=sofia.account_id).update(agents_see=Account.Sight.OWN)
    assert number(login(sofia)) == ("99+", "99+")


def test_a_move_says_the_number_it_leaves(anna: User, board: Any, login: Any) -> None:
    client = login(anna)
    first, second = (ContactFactory(account=anna.account) for _ in range(2))
    assert move(client, first, board["Termin vereinbart"]) == "1"
    assert move(client, first, board["Nicht erreicht"]) == "1"
    assert move(client, second, board["Nicht erreicht"]) == ""  # none: an empty number
    assert 'id="news"' in client.get("/contacts/news/").content.decode()
    assert move(client, first, board["Neue Kontakte"]) == "1"
    assert number(client) == ("1", "1")


def test_live_answers_bring_the_number_along(anna: User, board: Any, login: Any) -> None:
    client = login(anna)
    ContactFactory(account=anna.account)
    for address in ("/contacts/board/changes/?cards=&first=15", "/contacts/rows/?rows=&since=0", "/contacts/news/"):
        assert 'data-number="1"' in client.get(address, headers={"HX-Request": "true"}).content.decode()


def test_the_number_takes_no_statement(anna: User, board: Any, login: Any, django_assert_num_queries: Any) -> None:
    client = login(anna)
    ContactFactory(account=anna.account)
    client.get("/contacts/news/")
    with django_assert_num_queries(1):
        client.get("/contacts/news/")


@pytest.mark.parametrize("address", ["/contacts/", "/contacts/board/"])
def test_a_page_that_is_put_in_place_brings_number_and_title(anna: User, board: Any, login: Any, address: str) -> None:
    client = login(anna)
    ContactFactory(account=anna.account)
    page = client.get(address, headers={"HX-Request": "true"}).content.decode()
    assert page.partition("<title>")[2].startswith("(1) ") and 'id="news"' in page and 'data-number="1"' in page
