"""Changes of many contacts can be undone exactly within ten minutes; later changes are left alone."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from contacts import assignment
from contacts.models import Change, Contact
from pipeline import invariants, leads
from pipeline.cards import moves
from pipeline.columns import verbs
from pipeline.deeds import apply, reversible
from pipeline.models import Card, Column, Deed, DeedPart, DeedState, Move, TrashedCard
from tests.clock import TUESDAY
from tests.factories import ContactFactory
from tests.markup import page_of
from tests.pipeline.drops import make

NOW = TUESDAY
SOON = NOW + timedelta(minutes=9, seconds=59)
LATE = NOW + timedelta(minutes=10)
FETCH = {"HX-Request": "true"}


def places(account) -> list[tuple]:
    """Return everything about every card except its version."""
    cards = Card.objects.of(account).order_by("column__position", "rank")
    return list(cards.values_list("pk", "column", "rank", "entered_at", "contact__assignee"))


def sound(account) -> bool:
    return invariants.broken(account) == []


@pytest.fixture
def people(board, sofia) -> list[Contact]:
    new = make(board["Neue Kontakte"], "Ada", "Bob", "Cyd")
    others = make(board["Nicht erreicht"], "Dan", "Eva")
    Contact.objects.filter(pk=new[1].pk).update(assignee=sofia)
    return [*new, *others]


def ids(contacts) -> list[int]:
    return [contact.pk for contact in contacts]


class TestAssigning:
    def test_restores_all_assignees(self, anna, jan, sofia, people, krueger):
        before = places(krueger)
        deed = reversible.assign(user=anna, contact_ids=ids(people), assignee=jan, now=NOW)
        assert set(Contact.objects.values_list("assignee", flat=True)) == {jan.pk}
        reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
        assert places(krueger) == before
        last = Change.objects.of(krueger).filter(contact=people[1]).order_by("pk").last()
        assert (last.kind, last.before, last.after, last.actor) == (
            "assigned",
            "Jan Thiele",
            "Sofia Vogt",
            anna,
        )

    def test_skips_and_names_contacts_reassigned_meanwhile(self, anna, mehmet, jan, sofia, people, login):
        deed = reversible.assign(user=anna, contact_ids=ids(people), assignee=jan, now=timezone.now())
        for assignee in (sofia, jan):  # back and forth counts as a change
            assignment.assign(contact=people[0], assignee=assignee, actor=mehmet, now=timezone.now())
        leads.trash(user=mehmet, contact_ids=[people[3].pk], now=timezone.now())
        client = login(anna)
        client.post(f"/changes/{deed.pk}/reversal/")
        html = page_of(client.get("/contacts/changes/"))
        assert "2 Kontakte wurden seitdem geändert und bleiben, wie sie sind: " in html
        for contact, name in ((people[0], jan), (people[3], jan), (people[1], sofia), (people[2], None)):
            contact.refresh_from_db()
            assert contact.assignee == name
            assert (contact.display_name in html) is (name == jan)

    def test_needs_the_plan(self, anna, jan, people, krueger, unwritten):
        deed = reversible.assign(user=anna, contact_ids=ids(people), assignee=jan, now=NOW)
        Account.objects.filter(pk=krueger.pk).update(plan="starter")
        with unwritten(), pytest.raises(reversible.Forbidden):
            reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)

    def test_by_an_agent_restores_contacts_out_of_sight(self, sofia, jan, people, krueger):
        Account.objects.filter(pk=krueger.pk).update(agents_see=Account.Sight.OWN)
        sofia.refresh_from_db()
        deed = reversible.assign(user=sofia, contact_ids=[people[1].pk], assignee=jan, now=NOW)
        reversible.reverse(user=sofia, deed_id=deed.pk, now=SOON)
        assert Contact.objects.get(pk=people[1].pk).assignee == sofia


class TestStatus:
    def test_puts_every_card_back_where_it_was(self, anna, people, board, krueger):
        before = places(krueger)
        goal = {"column_id": board["Termin vereinbart"].pk, "enrol": False}
        deed = reversible.move(user=anna, contact_ids=ids(people), now=NOW, **goal)
        assert {place[1] for place in places(krueger)} == {board["Termin vereinbart"].pk}
        reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
        assert places(krueger) == before
        assert Move.objects.of(krueger).filter(via="undo", reverses__isnull=False).count() == 5
        assert sound(krueger)

    def test_takes_up_the_waiting_for_a_first_answer_again(self, anna, people, board):
        waits = Card.objects.filter(pk=people[0].pk)
        waits.update(waits_since=NOW)
        goal = {"column_id": board["Termin vereinbart"].pk, "enrol": False}
        deed = reversible.move(user=anna, contact_ids=ids(people), now=NOW, **goal)
        assert waits.get().waits_since is None
        reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
        assert waits.get().waits_since == NOW

    def test_skips_cards_moved_meanwhile(self, anna, mehmet, people, board, krueger):
        goal = {"column_id": board["Termin vereinbart"].pk, "enrol": False}
        deed = reversible.move(user=anna, contact_ids=ids(people), now=NOW, **goal)
        away = {"column_id": board["Kein Auftrag"].pk, "version": 2, "via": Move.Via.BOARD}
        moves.move_card(user=mehmet, contact_id=people[2].pk, now=NOW, **away)
        reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
        column = dict(Card.objects.of(krueger).values_list("pk", "column__name"))
        assert [column[contact.pk] for contact in people] == [
            *("Neue Kontakte", "Neue Kontakte", "Kein Auftrag"),
            *("Nicht erreicht", "Nicht erreicht"),
        ]
        assert DeedPart.objects.get(deed=deed).contact == people[2]
        assert sound(krueger)

    def test_puts_cards_below_those_that_took_their_place_since(self, anna, people, board, krueger):
        rank = Card.objects.get(pk=people[0].pk).rank
        goal = {"column_id": board["Termin vereinbart"].pk, "enrol": False}
        deed = reversible.move(user=anna, contact_ids=[people[0].pk], now=NOW, **goal)
        Card.objects.filter(pk=people[1].pk).update(rank=rank)
        reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
        order = Card.objects.of(krueger).filter(column=board["Neue Kontakte"]).order_by("rank")
        assert [card.pk for card in order] == [people[1].pk, people[0].pk, people[2].pk]

    def test_skips_cards_whose_column_was_deleted(self, anna, people, board, krueger):
        goal = {"column_id": board["Termin vereinbart"].pk, "enrol": False}
        deed = reversible.move(user=anna, contact_ids=ids(people), now=NOW, **goal)
        verbs.remove(user=anna, column_id=board["Nicht erreicht"].pk)
        reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
        assert set(DeedPart.objects.values_list("contact", flat=True)) == set(ids(people[3:]))
        assert sound(krueger)

    def test_of_contacts_already_there_records_no_deed(self, anna, people, board, unwritten):
        goal = {"column_id": board["Neue Kontakte"].pk, "enrol": False}
        with unwritten():
            assert reversible.move(user=anna, contact_ids=ids(people[:3]), now=NOW, **goal) is None


class TestTrash:
    def test_restores_all_contacts_to_their_places(self, anna, people, krueger):
        before = places(krueger)
        versions = list(Card.objects.of(krueger).order_by("pk").values_list("version", flat=True))
        deed = reversible.trash(user=anna, contact_ids=ids(people), now=NOW)
        assert TrashedCard.objects.of(krueger).count() == 5
        reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
        assert places(krueger) == before
        assert list(Card.objects.of(krueger).order_by("pk").values_list("version", flat=True)) == versions
        assert sound(krueger)

    def test_skips_contacts_restored_or_trashed_again(self, anna, mehmet, people, krueger):
        deed = reversible.trash(user=anna, contact_ids=ids(people), now=NOW)
        leads.restore(user=mehmet, contact_ids=ids(people[:2]), now=NOW)
        leads.trash(user=mehmet, contact_ids=[people[1].pk], now=NOW + timedelta(seconds=1))
        reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
        assert TrashedCard.objects.get().contact == people[1]
        assert set(DeedPart.objects.values_list("contact", flat=True)) == set(ids(people[:2]))
        assert sound(krueger)

    def test_restores_contacts_without_column_to_new(self, anna, people, board, krueger):
        deed = reversible.trash(user=anna, contact_ids=ids(people[3:]), now=NOW)
        verbs.remove(user=anna, column_id=board["Nicht erreicht"].pk)
        reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
        assert {card.column.key for card in Card.objects.of(krueger)} == {"new"}
        assert sound(krueger)


class TestTime:
    def test_is_possible_for_ten_minutes(self, anna, people, unwritten):
        deed = reversible.trash(user=anna, contact_ids=ids(people), now=NOW)
        with unwritten(), pytest.raises(reversible.Conflict):
            reversible.reverse(user=anna, deed_id=deed.pk, now=LATE)

    def test_a_repeat_has_no_second_effect(self, anna, people, unwritten):
        deed = reversible.trash(user=anna, contact_ids=ids(people), now=NOW)
        reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
        with unwritten():
            assert reversible.reverse(user=anna, deed_id=deed.pk, now=SOON).state == DeedState.UNDONE

    def test_everything_is_forgotten_after_a_day(self, anna, people, board):
        from_long_ago = reversible.trash(user=anna, contact_ids=ids(people[:2]), now=NOW - timedelta(days=2))
        fresh = reversible.trash(user=anna, contact_ids=ids(people[2:]), now=NOW)
        reversible.tasks.forget_deeds(timestamp=0)
        assert list(Deed.objects.all()) == [fresh]
        assert not DeedPart.objects.filter(deed=from_long_ago.pk).exists()


class TestWho:
    def test_agents_undo_only_their_own(self, sofia, jan, anna, people, board, login, unwritten):
        goal = {"column_id": board["Termin vereinbart"].pk, "enrol": False}
        deed = reversible.move(user=sofia, contact_ids=ids(people), now=timezone.now(), **goal)
        stranger = login(jan)
        with unwritten():
            assert stranger.post(f"/changes/{deed.pk}/reversal/").status_code == 404
        assert f"/changes/{deed.pk}/" not in page_of(stranger.get("/contacts/changes/"))
        assert f"/changes/{deed.pk}/" in page_of(login(anna).get("/contacts/changes/"))
        assert login(sofia).post(f"/changes/{deed.pk}/reversal/").status_code == 302

    def test_a_user_who_may_no_longer_delete_cannot_undo_a_deletion(self, mehmet, people, login, unwritten):
        deed = reversible.trash(user=mehmet, contact_ids=ids(people), now=timezone.now())
        mehmet.role = "agent"
        mehmet.save()
        client = login(mehmet)
        with unwritten():
            assert client.post(f"/changes/{deed.pk}/reversal/").status_code == 403
        assert "Rückgängig</button>" not in page_of(client.get("/contacts/changes/"))

    def test_other_offices_have_no_such_change(self, anna, paul, hansen, people, login, unwritten):
        deed = reversible.trash(user=anna, contact_ids=ids(people), now=timezone.now())
        client = login(paul)
        with unwritten():
            assert client.post(f"/changes/{deed.pk}/reversal/").status_code == 404


class TestChangedSince:
    """An undo that could restore nothing, or not all, says so and names the contacts."""

    @pytest.mark.parametrize("what", ["assign", "move", "trash"])
    def test_all_of_it_is_not_recorded_as_undone(self, anna, mehmet, jan, sofia, people, board, login, what):
        two, now = ids(people[:2]), timezone.now()
        if what == "assign":
            deed = reversible.assign(user=anna, contact_ids=two, assignee=jan, now=now)
            for assignee in (sofia, jan):
                for contact in people[:2]:
                    assignment.assign(contact=contact, assignee=assignee, actor=mehmet, now=timezone.now())
        elif what == "move":
            goal = {"column_id": board["Termin vereinbart"].pk, "enrol": False}
            deed = reversible.move(user=anna, contact_ids=two, now=now, **goal)
            for pk in two:
                away = {"column_id": board["Kein Auftrag"].pk, "version": 2, "via": Move.Via.BOARD}
                moves.move_card(user=mehmet, contact_id=pk, now=now, **away)
        else:
            deed = reversible.trash(user=anna, contact_ids=two, now=now)
            leads.restore(user=mehmet, contact_ids=two, now=now)
        before, client = places(anna.account), login(anna)
        for _again in range(2):
            client.post(f"/changes/{deed.pk}/reversal/")
            html = page_of(client.get("/contacts/changes/"))
            kept = html.partition("2 Kontakte wurden seitdem geändert und bleiben, wie sie sind: ")[2]
            assert "Es wurde nichts zurückgenommen: 2 Kontakte" in html
            assert all(contact.display_name in kept.partition(".")[0] for contact in people[:2])
            assert "ückgängig gemacht" not in html
            assert 'data-state="done"' in html
            assert f'action="/changes/{deed.pk}/reversal/"' not in html
        assert places(anna.account) == before
        assert sound(anna.account)

    def test_some_of_it_is_reported(self, anna, mehmet, people, board, login):
        goal = {"column_id": board["Termin vereinbart"].pk, "enrol": False}
        deed = reversible.move(user=anna, contact_ids=ids(people), now=timezone.now(), **goal)
        away = {"column_id": board["Kein Auftrag"].pk, "version": 2, "via": Move.Via.BOARD}
        moves.move_card(user=mehmet, contact_id=people[2].pk, now=timezone.now(), **away)
        client = login(anna)
        client.post(f"/changes/{deed.pk}/reversal/")
        html = page_of(client.get("/contacts/changes/"))
        assert ("Zum Teil rückgängig gemacht: 5 Kontakte" in html, 'data-state="undone"' in html) == (
            True,
            True,
        )
        assert "zum Teil rückgängig gemacht" in html


class TestPages:
    @pytest.mark.parametrize("what", ["assignee", "status", "trash"])
    def test_the_message_undoes_it(self, anna, jan, people, board, krueger, login, what):
        before, client = places(krueger), login(anna)
        data = {"contact": ids(people), "assignee": jan.pk, "column": board["Termin vereinbart"].pk}
        assert client.post(f"/contacts/selection/{what}/", data).status_code == 302
        html = page_of(client.get("/contacts/"))
        undo = re.search(r'data-minutes="10"(?:(?!</form>).)*action="(/changes/\d+/reversal/)"', html, re.S)[1]
        answer = client.post(undo, headers=FETCH)
        assert answer.headers["HX-Refresh"] == "true"
        assert places(krueger) == before
        assert "Rückgängig gemacht: 5 Kontakte" in page_of(client.get("/contacts/"))

    def test_the_list_takes_a_constant_number_of_statements(self, anna, people, login, django_assert_max_num_queries):
        client = login(anna)
        for expected in (1, 30):
            while Deed.objects.count() < expected:
                made = reversible.trash(user=anna, contact_ids=[people[0].pk], now=timezone.now())
                leads.restore(user=anna, contact_ids=[people[0].pk], now=made.at)
                reversible.reverse(user=anna, deed_id=made.pk, now=timezone.now())
            with django_assert_max_num_queries(5):
                html = page_of(client.get("/contacts/changes/"))
            assert html.count("data-deed=") == html.count("nicht zurückgenommen:") == expected


class TestLarge:
    """Changes too large for a request are a job, done in parts."""

    @pytest.fixture(autouse=True)
    def parts_of_two(self, monkeypatch):
        monkeypatch.setattr(apply, "AT_ONCE", 2)
        monkeypatch.setattr("pipeline.deeds.revert.AT_ONCE", 2)

    def run(self, deed) -> Deed:
        reversible.tasks.jobs.run(deed_id=deed.pk, now=timezone.now)
        deed.refresh_from_db()
        return deed

    @pytest.mark.parametrize("what", ["assign", "move", "trash", "empty"])
    def test_is_applied_and_undone_by_the_worker(self, anna, jan, people, board, krueger, what):
        make(board["Nicht erreicht"], "Fay")
        before = places(krueger)
        names = list(Column.objects.of(krueger).order_by("position").values_list("pk", "name"))
        now, goal = timezone.now(), board["Termin vereinbart"].pk
        deed = {
            "assign": lambda: reversible.assign(user=anna, contact_ids=ids(people), assignee=jan, now=now),
            "move": lambda: reversible.move(user=anna, contact_ids=ids(people), column_id=goal, enrol=False, now=now),
            "trash": lambda: reversible.trash(user=anna, contact_ids=ids(people), now=now),
            "empty": lambda: reversible.empty_and_remove(
                user=anna, column_id=board["Nicht erreicht"].pk, target_id=goal, now=now
            ),
        }[what]()
        assert (deed.state, deed.count, places(krueger) == before) == (DeedState.DOING, 0, True)
        with pytest.raises(reversible.Conflict):
            reversible.reverse(user=anna, deed_id=deed.pk, now=timezone.now())
        assert (self.run(deed).state, deed.count) == (DeedState.DONE, deed.total)
        assert places(krueger) != before
        if what in ("move", "empty"):
            moved = [place[0] for place in places(krueger) if place[1] == goal]
            assert moved == [pk for pk, *_ in before if pk in moved]  # in their present order
        reversible.reverse(user=anna, deed_id=deed.pk, now=timezone.now())
        assert self.run(deed).state == DeedState.UNDONE
        assert places(krueger) == before
        assert list(Column.objects.of(krueger).order_by("position").values_list("pk", "name")) == names
        assert sound(krueger)

    def test_shows_its_progress_and_leads_there(self, anna, people, login):
        client = login(anna)
        answer = client.post("/contacts/selection/trash/", {"contact": ids(people)}, headers=FETCH)
        assert answer.headers["HX-Redirect"] == "/contacts/changes/"
        deed = Deed.objects.get()
        html = page_of(client.get("/contacts/changes/", headers=FETCH))
        assert "0 von 5" in html
        assert 'hx-trigger="every 1s"' in html
        self.run(deed)
        html = page_of(client.get("/contacts/changes/", headers=FETCH))
        assert "hx-trigger" not in html
        assert f'action="/changes/{deed.pk}/reversal/"' in html

    def test_continues_after_its_worker_was_killed(self, anna, people, krueger):
        deed = reversible.trash(user=anna, contact_ids=ids(people), now=timezone.now())
        reversible.tasks.jobs._advance(deed.pk, timezone.now())
        assert TrashedCard.objects.of(krueger).count() == 2
        assert self.run(deed).count == 5
        assert TrashedCard.objects.of(krueger).count() == 5
        assert self.run(deed).count == 5

    def test_that_is_refused_halfway_reports_it_and_can_be_undone(self, anna, people, board, krueger):
        before, goal = places(krueger), board["Termin vereinbart"]
        wish = {"column_id": goal.pk, "enrol": False}
        deed = reversible.move(user=anna, contact_ids=ids(people), now=timezone.now(), **wish)
        reversible.tasks.jobs._advance(deed.pk, timezone.now())
        goal_of = Deed.objects.get().asked
        Deed.objects.update(asked=goal_of | {"column": 10**9})
        assert (self.run(deed).state, deed.error) == (DeedState.DONE, "Diese Spalte gibt es nicht (mehr).")
        reversible.reverse(user=anna, deed_id=deed.pk, now=timezone.now())
        assert self.run(deed).state == DeedState.UNDONE
        assert places(krueger) == before

    def test_erasing_a_contact_deletes_its_copy(self, anna, people, krueger):
        deed = reversible.trash(user=anna, contact_ids=ids(people[:2]), now=NOW)
        Contact.objects.filter(pk=people[0].pk).delete()
        assert DeedPart.objects.get(deed=deed).contact == people[1]
        reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
        assert Card.objects.of(krueger).filter(pk=people[1].pk).exists()


def test_contacts_of_others_are_not_changed(anna, hansen, people, krueger):
    stranger = ContactFactory(account=hansen)
    reversible.trash(user=anna, contact_ids=[*ids(people), stranger.pk], now=NOW)
    assert Card.objects.of(hansen).count() == 1
    assert DeedPart.objects.filter(account=hansen).count() == 0
