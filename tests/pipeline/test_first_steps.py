"""A new office is told what to do first, on board and list, until it has a contact."""

import re

import pytest

from accounts.models import User
from funnel.models import Sender
from pipeline.columns.defaults import create_board
from tests.factories import AccountFactory, ContactFactory, UserFactory
from tests.funnel.consenting import with_imprint
from tests.markup import page_of

PAGES = ("/contacts/board/", "/contacts/")


@pytest.fixture
def chief(db) -> User:
    office = AccountFactory(name="Filiale")
    create_board(office)
    return UserFactory(account=office, role="administrator")


def offered(html: str) -> list[str]:
    part = html.split('class="panel firststeps"')[1].split("</section>")[0]
    return re.findall(r'<a class="link" href="[^"]+">([^<]+)</a>', part)


@pytest.mark.parametrize("page", PAGES)
def test_an_administrator_sees_all_of_them(chief, login, page):
    html = page_of(login(chief).get(page))
    assert offered(html) == [
        "Impressum vervollständigen",
        "Anfragen von selbst eintreffen lassen",
        "Kollegen einladen",
        "Kontakte importieren",
        "Ersten Kontakt anlegen",
    ]


def test_completed_steps_are_ticked_off(chief, login):
    UserFactory(account=chief.account)
    with_imprint(chief.account)
    assert Sender.objects.of(chief.account).count() == 1
    html = page_of(login(chief).get(PAGES[0]))
    assert offered(html) == [
        "Anfragen von selbst eintreffen lassen",
        "Kontakte importieren",
        "Ersten Kontakt anlegen",
    ]
    assert html.count("erledigt") == 2


@pytest.mark.parametrize(
    ("role", "steps"),
    [
        ("manager", ["Impressum vervollständigen", "Kontakte importieren", "Ersten Kontakt anlegen"]),
        ("agent", ["Ersten Kontakt anlegen"]),
    ],
)
def test_other_roles_see_the_steps_they_can_do(chief, login, role, steps):
    assert offered(page_of(login(UserFactory(account=chief.account, role=role)).get(PAGES[0]))) == steps


@pytest.mark.parametrize("page", PAGES)
def test_they_are_hidden_with_a_contact_or_a_filter(chief, login, page):
    client = login(chief)
    assert "firststeps" not in page_of(client.get(page, {"q": "x"}))
    ContactFactory(account=chief.account)
    assert "firststeps" not in page_of(client.get(page))


def test_marketing_sees_none(chief, login):
    assert "firststeps" not in page_of(login(UserFactory(account=chief.account, role="marketing")).get(PAGES[1]))
