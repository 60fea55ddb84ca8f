"""Saying where one is: who may, what of it is told, and that nothing is written."""

import pytest

from accounts.models import Account
from live import views
from live.pace import Pace
from tests.factories import ContactFactory
from tests.listening import listening

BOARD, LIST = {"at": "board", "tab": "k3f9"}, {"at": "list", "tab": "k3f9"}


pytestmark = pytest.mark.breaks_invariants  # contacts without cards


@pytest.fixture
def listener(transactional_db):
    with listening() as listener:
        yield listener


def told(user, at, contacts=(), leaving=False):
    return {
        "kind": "here",
        "office": user.account_id,
        "contacts": [list(contact) for contact in contacts],
        "columns": [],
        "user": user.pk,
        "origin": "",
        "at": at,
        "tab": "k3f9",
        "leaving": leaving,
        "initials": user.initials,
        "name": user.full_name,
        "hue": user.hue,
    }


def test_a_page_of_the_board_is_told_with_who_has_it(listener, sofia, login):
    client = login(sofia)
    assert client.post("/here/", BOARD).status_code == 204
    assert client.post("/here/", BOARD | {"leaving": "1"}).status_code == 204
    assert listener.heard() == [told(sofia, "board"), told(sofia, "board", leaving=True)]


def test_a_contact_is_told_with_whose_it_is(listener, sofia, jan, login):
    contact = ContactFactory(account=jan.account, assignee=jan, card=False)
    at = f"contact-{contact.pk}"
    assert login(sofia).post("/here/", BOARD | {"at": at}).status_code == 204
    assert listener.heard() == [told(sofia, at, [(contact.pk, jan.pk, jan.pk, None)])]


def test_a_contact_one_may_not_see_tells_nothing(listener, sofia, jan, mara, paul, login):
    hidden = ContactFactory(account=jan.account, assignee=jan, card=False)
    foreign = ContactFactory(account=paul.account, card=False)
    Account.objects.filter(pk=sofia.account_id).update(agents_see=Account.Sight.OWN)
    client = login(sofia)
    for contact in (hidden.pk, foreign.pk, 9_000_000, 2**63):
        assert client.post("/here/", BOARD | {"at": f"contact-{contact}"}).status_code == 404
    assert login(mara).post("/here/", BOARD | {"at": f"contact-{hidden.pk}"}).status_code == 403
    assert listener.heard() == []


def test_marketing_has_the_list_and_no_board(listener, mara, login):
    client = login(mara)
    assert client.post("/here/", BOARD).status_code == 403
    assert client.post("/here/", LIST).status_code == 204
    assert listener.heard() == [told(mara, "list")]


def test_who_says_so_too_often_is_told_so_and_nobody_else_anything(listener, sofia, jan, login, monkeypatch):
    monkeypatch.setattr(views, "signs", Pace(3))
    client = login(sofia)
    assert [client.post("/here/", BOARD).status_code for _ in range(5)] == [204, 204, 204, 429, 429]
    assert len(listener.heard()) == 3
    assert login(jan).post("/here/", BOARD).status_code == 204


def test_a_pace_counts_each_user_for_a_minute_and_then_forgets_all():
    pace = Pace(2)
    assert [pace.keeps(9, now) for now in (100.0, 101.0, 102.0)] == [True, True, False]
    assert pace.keeps(10, 159.9)
    assert (pace.keeps(9, 159.9), pace.keeps(9, 160)) == (False, True)
    assert pace.counted == {9: 1}


def test_an_office_that_does_not_show_it_tells_nothing(listener, sofia, login):
    Account.objects.filter(pk=sofia.account_id).update(shows_presence=False)
    assert login(sofia).post("/here/", BOARD).status_code == 204
    assert listener.heard() == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    "changes",
    [
        *({"at": at} for at in ("", "lists", "contact-", "contact-0", "board\n", "contact-١")),
        *({"tab": tab} for tab in ("", "ä", "x" * 33, "a b", "a\n")),
    ],
)
def test_what_is_not_understood_tells_nothing(changes, sofia, login):
    assert login(sofia).post("/here/", BOARD | changes).status_code == 422


def test_saying_so_costs_one_statement_beside_the_login(sofia, login, django_assert_num_queries):
    client = login(sofia)
    client.get("/settings/profile/")
    with django_assert_num_queries(2):
        client.post("/here/", BOARD)
