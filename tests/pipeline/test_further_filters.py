"""Filters by status, tag and what is due by now, and the order that the list remembers: on list and board alike."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from contacts.models import Contact
from pipeline import selection
from tests.factories import ContactFactory
from tests.markup import page_of

LIST, BOARD, MENU = "/contacts/", "/contacts/board/", "/contacts/filters/"


@pytest.fixture
def people(board) -> dict[str, Contact]:
    new, won = board["Neue Kontakte"], board["Auftrag erhalten"]
    return {
        "Ada": ContactFactory(column=new, first_name="Ada", tags=["Villa", "Erbe"]),
        "Bob": ContactFactory(column=won, first_name="Bob", tags=["Villa"]),
        "Cyd": ContactFactory(column=won, first_name="Cyd"),
    }


def ids(html: str, mark: str) -> set[int]:
    return {int(pk) for pk in re.findall(rf'data-{mark}="(\d+)"', html)}


def both(client, query: str) -> set[int]:
    """What list and board find; they must agree."""
    listed = page_of(client.get(f"{LIST}?{query}"))
    boarded = page_of(client.get(f"{BOARD}?{query}"))
    assert ids(listed, "contact") == ids(boarded, "card")
    assert re.search(r"data-total>(\d+)<", listed)[1] == re.search(r"data-total>(\d+)<", boarded)[1]
    return ids(listed, "contact")


def test_by_status(anna, board, people, login):
    found = both(login(anna), f"status={board['Auftrag erhalten'].pk}")
    assert found == {people["Bob"].pk, people["Cyd"].pk}


def test_by_tag(anna, people, login):
    client = login(anna)
    assert both(client, "tag=Villa") == {people["Ada"].pk, people["Bob"].pk}
    assert both(client, "tag=Erbe&q=Ada") == {people["Ada"].pk}
    assert both(client, "tag=vill") == set()


def test_another_offices_column_finds_nothing(anna, people, hansen, login):
    foreign = ContactFactory(account=hansen).card.column_id
    assert both(login(anna), f"status={foreign}") == set()
    assert len(both(login(anna), "status=1e3")) == 3


def test_contacts_due_today_or_earlier(anna, people, login):
    today = timezone.localdate()
    for name, days in (("Ada", -3), ("Bob", 0), ("Cyd", 1)):
        Contact.objects.filter(pk=people[name].pk).update(due_on=today + timedelta(days=days))
    assert both(login(anna), "due=now") == {people["Ada"].pk, people["Bob"].pk}


def test_the_board_folds_the_other_columns(anna, board, people, login):
    html = page_of(login(anna).get(f"{BOARD}?status={board['Auftrag erhalten'].pk}"))
    assert html.count("column--folded") == len(board) - 1
    assert 'aria-label="Filter entfernen: Auftrag erhalten"' in html


@pytest.mark.parametrize(
    ("typed", "says"), [("A", True), ("Ad", True), ("Ada", False), ("Ada B", False), ("12", False)]
)
def test_a_short_search_says_that_it_finds_whole_words(anna, people, login, typed, says):
    for address in (LIST, BOARD):
        html = page_of(login(anna).get(address, {"q": typed}))
        assert ("werden nur ganze Wörter gefunden." in html) == says


def test_the_menu_offers_columns_and_tags(anna, board, people, login):
    html = page_of(login(anna).get(f"{MENU}?view=board&due=now&tag=Erbe", headers={"HX-Request": "true"}))
    labels = re.findall(r"<bdi>([^<]+)</bdi>", html)
    assert labels == ["Jeder Status", *board, "Alle Schlagwörter", "Erbe", "Villa"]
    assert f'href="{BOARD}?due=now&amp;tag=Villa' in html
    assert re.findall(r'aria-checked="true"[^>]*><bdi>([^<]+)', html) == ["Jeder Status", "Erbe"]


def test_agents_see_no_tag_of_contacts_they_do_not_see(anna, sofia, krueger, people, login):
    Contact.objects.filter(pk=people["Ada"].pk).update(assignee=anna)
    Account.objects.filter(pk=krueger.pk).update(agents_see=Account.Sight.OWN)
    html = page_of(login(sofia).get(MENU))
    assert ("Villa" in html, "Erbe" in html) == (True, False)


def test_marketing_filters_only_by_status(mara, board, people, login):
    client = login(mara)
    html = page_of(client.get(MENU))
    assert ("Auftrag erhalten" in html, "Villa" in html) == (True, False)
    assert len(ids(page_of(client.get(f"{LIST}?tag=Villa")), "contact")) == 3
    assert len(ids(page_of(client.get(f"{LIST}?status={board['Auftrag erhalten'].pk}")), "contact")) == 2


def order(client, query: str = "") -> list[int]:
    return [int(pk) for pk in re.findall(r'data-contact="(\d+)"', page_of(client.get(f"{LIST}{query}")))]


def test_the_list_opens_with_the_newest_and_remembers_its_order(anna, mehmet, people, login):
    moments = {"Ada": 3, "Bob": 1, "Cyd": 2}
    for name, days in moments.items():
        created_at = timezone.now() - timedelta(days=days)
        Contact.objects.filter(pk=people[name].pk).update(created_at=created_at, last_name=name, sort_name=name.lower())
    newest = [people[name].pk for name in ("Bob", "Cyd", "Ada")]
    by_name = [people[name].pk for name in ("Ada", "Bob", "Cyd")]
    client = login(anna)
    assert order(client) == newest
    assert order(client, "?sort=name") == by_name
    assert order(client) == by_name
    client.force_login(mehmet)
    assert order(client) == newest


def test_phone_and_address_of_a_row_can_be_used(anna, board, login):
    column = board["Neue Kontakte"]
    ContactFactory(column=column, first_name="Ada", email="ada@example.org", phone="0170 / 123 45 67")
    html = page_of(login(anna).get(LIST))
    assert '<a href="mailto:ada@example.org">ada<wbr>@example.org</a>' in html
    assert '<a href="tel:+491701234567">0170 / 123 45 67</a>' in html


@pytest.mark.parametrize(
    ("number", "asks"),
    [("1234", True), ("12 34", True), ("12341", False), ("123", False), ("Lead 1234", False)],
)
def test_four_digits_of_too_many_numbers_ask_for_a_fifth(anna, board, login, monkeypatch, number, asks):
    monkeypatch.setattr(selection, "MANY", 2)
    for n in range(3):
        ContactFactory(account=anna.account, last_name=f"Lead {n}", phone=f"0170 12341{n}0")
    client = login(anna)
    for address in (LIST, BOARD):
        for headers in ({}, {"HX-Request": "true"}):
            page = page_of(client.get(address, {"q": number}, headers=headers))
            assert ("Bitte geben Sie eine fünfte ein." in page) == asks
    monkeypatch.setattr(selection, "MANY", 3)
    assert "fünfte" not in page_of(client.get(LIST, {"q": number}))
