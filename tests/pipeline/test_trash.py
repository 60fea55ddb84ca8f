"""The trash: deleting from a contact's page, restoring, and erasing after 30 days."""

import re
from datetime import timedelta

import pytest
from django.core.management import call_command

from contacts.models import Action, Change, Contact
from pipeline import leads, trash
from pipeline.columns.verbs import remove
from pipeline.models import Card, Move, TrashedCard
from tests.clock import TUESDAY
from tests.factories import ContactFactory
from tests.markup import page_of

LIST, TRASH, RESTORATION = "/contacts/", "/contacts/trash/", "/contacts/trash/restoration/"
NOW = TUESDAY
FETCH = {"HX-Request": "true"}


@pytest.fixture
def people(board) -> list[Contact]:
    return [ContactFactory(column=board["Nicht erreicht"], first_name=name) for name in ("Ada", "Bob", "Cyd")]


def throw(user, *contacts, now=NOW) -> None:
    leads.trash(user=user, contact_ids=[contact.pk for contact in contacts], now=now)


def ids(response) -> list[int]:
    return [int(pk) for pk in re.findall(r'data-contact="(\d+)"', page_of(response))]


class TestPage:
    def test_shows_who_deleted_what_when_from_where_and_how_long_it_is_kept(self, anna, mehmet, people, login):
        throw(mehmet, people[0], now=NOW - timedelta(days=27, hours=1))
        html = page_of(login(anna).get(TRASH))
        row = html[html.index(f'data-contact="{people[0].pk}"') :].split("</tr>")[0]
        for text in (people[0].display_name, "Mehmet Bulut", "Nicht erreicht", "in 3 Tagen"):
            assert text in row

    def test_shows_the_last_first_page_by_page(self, anna, board, people, login, monkeypatch):
        monkeypatch.setattr(trash, "PAGE", 2)
        for hours, contact in enumerate(people):
            throw(anna, contact, now=NOW - timedelta(hours=hours))
        client = login(anna)
        first = client.get(TRASH)
        address = re.search(r'href="([^"]+)" rel="next"', page_of(first))[1]
        second = client.get(TRASH + address)
        back = re.search(r'href="([^"]+)" rel="prev"', page_of(second))[1]
        assert ids(first) + ids(second) == [contact.pk for contact in people]
        assert ids(client.get(TRASH + back)) == ids(first)

    def test_holds_nothing_of_other_offices(self, anna, paul, hansen, people, login):
        throw(paul, ContactFactory(account=hansen, last_name="Kanarienvogel"))
        html = page_of(login(anna).get(TRASH))
        assert "Der Papierkorb ist leer" in html
        assert "Kanarienvogel" not in html

    def test_takes_a_constant_number_of_statements(self, anna, board, login, django_assert_num_queries):
        throw(anna, ContactFactory(column=board["Nicht erreicht"]))
        client = login(anna)
        client.get(TRASH)
        for expected in (1, 30):
            throw(anna, *(ContactFactory(column=board["Nicht erreicht"]) for _ in range(expected - 1)))
            with django_assert_num_queries(3):
                assert len(ids(client.get(TRASH))) == expected

    @pytest.mark.parametrize("user", ["sofia", "mara"])
    def test_is_for_leaders(self, request, user, people, login, unwritten):
        client = login(request.getfixturevalue(user))
        with unwritten():
            for answer in (client.get(TRASH), client.post(RESTORATION, {"contact": people[0].pk})):
                assert answer.status_code == 403


class TestRestoring:
    def test_puts_the_contacts_back_on_top_of_their_column(self, anna, people, board, login):
        throw(anna, people[0], people[1])
        response = login(anna).post(RESTORATION, {"contact": [people[0].pk, people[1].pk]}, follow=True)
        assert "2 Kontakte sind wiederhergestellt." in page_of(response)
        cards = Card.objects.of(anna.account).order_by("rank")
        assert [card.contact_id for card in cards] == [people[0].pk, people[1].pk, people[2].pk]
        assert {card.column for card in cards} == {board["Nicht erreicht"]}
        assert Change.objects.of(anna.account).filter(kind="restored", actor=anna).count() == 2

    def test_puts_them_on_top_of_new_if_their_column_was_deleted(self, anna, people, board, login):
        throw(anna, *people)
        remove(user=anna, column_id=board["Nicht erreicht"].pk)
        client = login(anna)
        assert "Diese Spalte gibt es nicht mehr" in page_of(client.get(TRASH))
        client.post(RESTORATION, {"contact": [contact.pk for contact in people]})
        cards = Card.objects.of(anna.account).order_by("rank")
        assert [(card.contact_id, card.column.key, card.version) for card in cards] == [
            (contact.pk, "new", 2) for contact in people
        ]
        moves = Move.objects.of(anna.account).filter(via="trash", from_name="Nicht erreicht", version=2)
        assert moves.count() == 3

    def test_is_done_in_few_statements_however_many(self, anna, board, django_assert_max_num_queries):
        crowd = [ContactFactory(column=board["Nicht erreicht"]) for _ in range(30)]
        throw(anna, *crowd)
        with django_assert_max_num_queries(14):
            assert leads.restore(user=anna, contact_ids=[c.pk for c in crowd], now=NOW) == 30

    def test_twice_has_one_effect(self, anna, people, login, unwritten):
        throw(anna, people[0])
        client = login(anna)
        client.post(RESTORATION, {"contact": people[0].pk})
        client = login(anna)
        with unwritten():
            assert client.post(RESTORATION, {"contact": people[0].pk}).status_code == 302

    def test_refuses_foreign_and_unknown_ids_alike(self, anna, paul, hansen, people, login, unwritten):
        stranger = ContactFactory(account=hansen)
        throw(anna, people[0])
        throw(paul, stranger)
        client = login(anna)
        bodies = set()
        for odd in (stranger.pk, 10**9, "x"):
            with unwritten():
                response = client.post(RESTORATION, {"contact": [people[0].pk, odd]}, headers=FETCH)
            assert response.status_code == 422
            bodies.add(response.content)
        assert len(bodies) == 1

    def test_without_ticks_shows_an_error_on_the_page(self, anna, people, login, unwritten):
        throw(anna, *people)
        client = login(anna)
        from_page = {"headers": {"Referer": f"http://testserver{TRASH}?after=x"}}
        with unwritten():
            answer = client.post(RESTORATION, **from_page)
            assert (answer.status_code, answer["Location"]) == (302, f"{TRASH}?after=x")
            page = client.get(TRASH)
            assert client.post(RESTORATION).status_code == 422
            assert client.post(RESTORATION, headers=FETCH | from_page["headers"]).status_code == 422
        assert "Bitte wählen Sie mindestens einen Kontakt aus." in page_of(page)
        assert len(ids(page)) == 3


def test_trashing_and_undoing_keep_the_filter(anna, people, login):
    client, address = login(anna), f"{LIST}?q=ada"
    form = {"contact": people[0].pk, "filter": "q=ada"}
    answer = client.post("/contacts/selection/trash/", form)
    assert answer["Location"] == address
    html = page_of(client.get(address))
    undo = re.search(r'action="(/changes/\d+/reversal/)"', html)[1]
    answer = client.post(undo, headers={"Referer": f"http://testserver{address}"})
    assert answer["Location"].endswith(address)
    assert ids(client.get(address)) == [people[0].pk]


def test_a_deleted_contact_links_to_the_trash_for_users_who_may_open_it(anna, sofia, people, login):
    throw(anna, people[0])
    for user, is_told in ((anna, True), (sofia, False)):
        page = login(user).get(f"/contacts/{people[0].pk}/")
        assert (page.status_code, f'href="{TRASH}"' in page_of(page)) == (410, is_told)


class TestOneContact:
    def test_goes_into_the_trash_from_its_page(self, anna, people, login):
        client = login(anna)
        assert client.post(f"/contacts/{people[0].pk}/trash/").headers["Location"] == LIST
        html = page_of(client.get(LIST))
        assert f"„{people[0].display_name}“ liegt jetzt im Papierkorb." in html
        assert ids(client.get(TRASH)) == [people[0].pk]
        undo = re.search(r'action="(/changes/\d+/reversal/)"', html)[1]
        client.post(undo)
        assert Card.objects.of(anna.account).count() == 3

    def test_is_offered_there_to_users_who_may_do_it(self, anna, sofia, people, login):
        address = f"/contacts/{people[0].pk}/"
        for user, offered in ((anna, True), (sofia, False)):
            html = page_of(login(user).get(address))
            assert (f'href="{address}trash/"' in html) is offered

    def test_needs_a_confirmation(self, anna, people, login, unwritten):
        client = login(anna)
        with unwritten():
            html = page_of(client.get(f"/contacts/{people[0].pk}/trash/"))
        assert f"{people[0].display_name}</bdi> liegt dann 30 Tage lang im Papierkorb" in html
        assert f'action="/contacts/{people[0].pk}/trash/"' in html

    def test_leads_from_its_page_to_the_list(self, anna, people, login):
        response = login(anna).post(f"/contacts/{people[0].pk}/trash/", headers=FETCH)
        assert response.headers["HX-Redirect"] == LIST

    def test_of_a_trashed_contact_is_a_410(self, anna, people, login, unwritten):
        throw(anna, people[0])
        client = login(anna)
        with unwritten():
            assert client.post(f"/contacts/{people[0].pk}/trash/").status_code == 410

    def test_of_a_foreign_contact_does_not_exist(self, anna, hansen, login, unwritten):
        stranger, client = ContactFactory(account=hansen), login(anna)
        with unwritten():
            assert client.post(f"/contacts/{stranger.pk}/trash/").status_code == 404
        assert Card.objects.of(hansen).count() == 1

    def test_is_not_deleted_by_agents(self, sofia, people, login, unwritten):
        client = login(sofia)
        with unwritten():
            assert client.post(f"/contacts/{people[0].pk}/trash/").status_code == 403

    def test_is_not_deleted_by_get(self, anna, people, login, unwritten):
        client = login(anna)
        with unwritten():
            answers = (client.get(RESTORATION), client.head(RESTORATION))
            assert [answer.status_code for answer in answers] == [405, 405]


def test_emptying_erases_after_thirty_days_with_everything(anna, people, capsys):
    old, young, kept = people
    Action.objects.create(account=anna.account, contact=old, kind="note", text="x", performed_at=NOW)
    throw(anna, old, now=NOW - timedelta(days=30, minutes=1))
    throw(anna, young, now=NOW - timedelta(days=29, hours=23))
    call_command("empty_trash")
    assert capsys.readouterr().out == "1 contacts erased\n"
    assert sorted(Contact.objects.of(anna.account).values_list("pk", flat=True)) == [young.pk, kept.pk]
    assert TrashedCard.objects.of(anna.account).get().contact_id == young.pk
    assert Action.objects.of(anna.account).count() == 0
