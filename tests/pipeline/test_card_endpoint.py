"""`POST /cards/<id>/position/`: works, repeated, stranger, reader, bad input, lost race, and what it costs."""

import re

import pytest
from django.test import Client

from accounts.models import Account
from contacts.models import Contact
from funnel.models import Message
from pipeline import leads
from pipeline.columns import verbs
from pipeline.models import Card, Column, Move
from tests.cast import rows_written
from tests.factories import ContactFactory, put_in_trash
from tests.funnel.mailing import lead, ready, steps
from tests.markup import page_of
from tests.pipeline.drops import (
    FETCH,
    body,
    card_of,
    drop,
    heads,
    history,
    make,
    order,
    shape,
    shown_card,
    statements,
    undo_address,
)


@pytest.fixture
def new(board) -> Column:
    return board["Neue Kontakte"]


@pytest.fixture
def calls(board) -> Column:
    return board["Nicht erreicht"]


@pytest.fixture
def agent(login, sofia) -> Client:
    return login(sofia)


def test_drop_answers_with_the_card_both_heads_and_a_way_back(agent, new, calls):
    make(calls, "Ada", "Bob")
    ada = Contact.objects.get(first_name="Ada")
    (dan,) = make(new, "Dan")
    answer = drop(agent, dan, calls, below=ada)
    assert answer.status_code == 200
    assert order(calls) == ["Ada", "Dan", "Bob"]
    assert shown_card(answer) == {
        "card": str(dan.pk),
        "version": "2",
        "column": str(calls.pk),
        "after": str(ada.pk),
    }
    assert heads(answer) == {new.pk, calls.pk}
    assert f"/moves/{Move.objects.get().pk}/reversal/" in page_of(answer)
    assert "Dan" in page_of(answer) and "„Nicht erreicht“ verschoben." in page_of(answer)


def test_answer_holds_nothing_but_this_card(agent, new, calls):
    make(calls, "Ada", "Bob", "Cyd")
    (dan,) = make(new, "Dan")
    assert page_of(drop(agent, dan, calls)).count("data-card=") == 1


def test_reorder_answers_with_the_card_and_offers_no_way_back(agent, calls):
    ada, bob = make(calls, "Ada", "Bob")
    answer = drop(agent, ada, calls, below=bob)
    assert (answer.status_code, order(calls), history()) == (200, ["Bob", "Ada"], 0)
    assert shown_card(answer)["version"] == "1"
    assert undo_address(answer) == ""


def test_a_plain_form_redirects_to_the_page_it_came_from(agent, new, calls):
    (dan,) = make(new, "Dan")
    answer = drop(agent, dan, calls, headers={"Referer": "http://testserver/contacts/board/?q=dan"}, via="menu")
    assert (answer.status_code, answer["Location"]) == (302, "http://testserver/contacts/board/?q=dan")
    assert card_of(dan).column == calls
    page = page_of(agent.get("/contacts/board/?q=dan"))
    (way_back,) = re.findall(r'action="(/moves/[0-9]+/reversal/)"', page)
    undone = agent.post(way_back, headers={"Referer": "http://testserver/contacts/board/?q=dan"})
    assert (undone.status_code, undone["Location"]) == (302, "http://testserver/contacts/board/?q=dan")
    assert card_of(dan).column == new


@pytest.mark.parametrize(
    ("via", "way"),
    [("list", "/contacts/?q=dan"), ("menu", "/contacts/board/?q=dan"), ("detail", "/contacts/{}/")],
)
def test_the_page_of_statuses_leads_back_where_it_was_opened(agent, new, via, way):
    (dan,) = make(new, "Dan")
    page = page_of(agent.get(f"/cards/{dan.pk}/targets/?via={via}&q=dan"))
    assert f'<a class="link" href="{way.format(dan.pk)}">' in page


def test_plain_form_never_leads_elsewhere(agent, new, calls):
    (dan,) = make(new, "Dan")
    for address in ("//evil.example/", "javascript:alert(1)", "https://evil.example/contacts/board/"):
        answer = drop(agent, dan, calls, headers={"Referer": address}, next=address)
        assert answer["Location"] == "/contacts/board/"


class TestRefusals:
    """Each refusal writes nothing, not even a row that is rolled back."""

    def test_marketing_may_not_move(self, login, mara, new, calls, unwritten):
        (dan,) = make(new, "Dan")
        client = login(mara)
        with unwritten():
            answer = drop(client, dan, calls)
        assert answer.status_code == 403
        assert shown_card(answer) == {}

    def test_foreign_card_takes_the_same_statements_as_an_unknown_one(self, login, paul, hansen, new, calls, unwritten):
        (dan,) = make(new, "Canary")
        client = login(paul)
        own = Column.objects.of(hansen).first()
        seen = []
        for pk in (dan.pk, 10**9):
            with unwritten(), statements() as asked:
                answer = client.post(f"/cards/{pk}/position/", body(dan, own), headers=FETCH)
            seen.append((answer.status_code, page_of(answer), [shape(statement) for statement in asked]))
        assert seen[0][0] == 404
        assert seen[0] == seen[1]

    def test_foreign_move_takes_the_same_statements_as_an_unknown_one(self, login, anna, paul, new, calls, unwritten):
        (dan,) = make(new, "Canary")
        address = undo_address(drop(login(anna), dan, calls))
        client = login(paul)
        seen = []
        for target in (address, "/moves/1000000000/reversal/"):
            with unwritten(), statements() as asked:
                answer = client.post(target, headers=FETCH)
            seen.append((answer.status_code, page_of(answer), [shape(statement) for statement in asked]))
        assert seen[0][0] == 404
        assert seen[0] == seen[1]

    def test_foreign_column_gets_the_same_refusal_as_an_unknown_one(self, agent, hansen, board, new, unwritten):
        (dan,) = make(new, "Dan")
        answers = []
        for column in (Column.objects.of(hansen).first(), Column(pk=10**9)):
            with unwritten():
                answers.append(drop(agent, dan, column))
        assert [answer.status_code for answer in answers] == [422, 422]
        assert page_of(answers[0]) == page_of(answers[1])
        assert "Diese Spalte gibt es nicht (mehr)." in page_of(answers[0])
        assert "Hansen" not in page_of(answers[0])
        assert heads(answers[0]) == {column.pk for column in board.values()}

    @pytest.mark.parametrize("change", [{}, {"column": "x"}, {"version": None}, {"after": "-1"}, {"version": 7}])
    def test_a_card_hidden_from_an_agent_is_a_404_for_every_request(
        self, agent, krueger, jan, new, calls, unwritten, change
    ):
        hidden = ContactFactory(column=new, first_name="Canary", assignee=jan)
        Account.objects.filter(pk=krueger.pk).update(agents_see=Account.Sight.OWN)
        with unwritten():
            answer = drop(agent, hidden, calls, **change)
        assert answer.status_code in ((422,) if change and change != {"version": 7} else (404,))
        assert "Canary" not in page_of(answer)
        assert shown_card(answer) == {}

    def test_a_card_in_the_trash_is_a_410(self, agent, new, calls, unwritten):
        (dan,) = make(new, "Dan")
        data = body(dan, calls)
        put_in_trash(dan)
        with unwritten():
            answer = agent.post(f"/cards/{dan.pk}/position/", data, headers=FETCH)
        assert answer.status_code == 410
        assert "Dieser Kontakt wurde gelöscht." in page_of(answer)

    def test_an_old_version_gets_the_current_state_and_the_name_of_the_colleague(
        self, agent, login, anna, board, new, calls, unwritten
    ):
        (dan,) = make(new, "Dan")
        target = board["Termin vereinbart"]
        (ada,) = make(target, "Ada")
        drop(login(anna), dan, target, below=ada)
        with unwritten():
            answer = drop(agent, dan, calls, version=1)
        assert answer.status_code == 409
        assert "Anna Krüger hat diesen Kontakt soeben nach „Termin vereinbart“ verschoben." in page_of(answer)
        assert shown_card(answer) == {
            "card": str(dan.pk),
            "version": "2",
            "column": str(target.pk),
            "after": str(ada.pk),
        }
        assert heads(answer) == {column.pk for column in board.values()}

    @pytest.mark.parametrize("name", ["column", "after", "version"])
    @pytest.mark.parametrize(
        "value",
        [
            "-1",
            "1000000000",
            "NaN",
            None,
            "1e3",
            "０１",
            "9223372036854775808",
            "1.0",
            " 1",
            "0",
            "\x00",
            "٣",
            ["1", "2"],
        ],
        ids=repr,
    )
    def test_invalid_number_is_not_understood(self, agent, new, calls, unwritten, name, value):
        (dan,) = make(new, "Dan")
        with unwritten():
            answer = drop(agent, dan, calls, **{name: value})
        assert answer.status_code == (409 if (name, value) == ("version", "1000000000") else 422)
        assert card_of(dan).column == new

    @pytest.mark.parametrize("change", [{"column": ""}, {"version": ""}, {"via": "import"}, {"via": "\x00"}])
    def test_missing_values_and_invalid_faces_are_not_understood(self, agent, new, calls, unwritten, change):
        (dan,) = make(new, "Dan")
        with unwritten():
            assert drop(agent, dan, calls, **change).status_code == 422

    @pytest.mark.parametrize("key", ["k" * 41, "a\x00b"])
    def test_impossible_key_is_not_understood(self, agent, new, calls, unwritten, key):
        (dan,) = make(new, "Dan")
        with unwritten():
            assert drop(agent, dan, calls, key=key).status_code == 422

    def test_card_below_itself_is_not_understood(self, agent, new, calls, unwritten):
        (dan,) = make(new, "Dan")
        with unwritten():
            assert drop(agent, dan, calls, below=dan).status_code == 422

    @pytest.mark.parametrize(
        "pk",
        [
            "1e3",
            "０１",
            "1/../2",
            "%00",
            "9223372036854775808",
            "-1",
            "0",
            "01",
            "1%00",
            "99999999999999999999",
        ],
    )
    @pytest.mark.parametrize("address", ["/cards/{}/position/", "/moves/{}/reversal/"])
    def test_invalid_id_is_not_found(self, agent, new, unwritten, address, pk):
        make(new, "Dan")
        with unwritten():
            assert agent.post(address.format(pk), {"column": new.pk}, headers=FETCH).status_code == 404

    @pytest.mark.parametrize("method", ["get", "head", "put", "delete", "patch"])
    @pytest.mark.parametrize("address", ["/cards/{card}/position/", "/moves/{move}/reversal/"])
    def test_other_methods_are_not_allowed(self, agent, new, calls, unwritten, method, address):
        (dan,) = make(new, "Dan")
        drop(agent, dan, calls)
        with unwritten():
            answer = getattr(agent, method)(address.format(card=dan.pk, move=Move.objects.get().pk))
        assert (answer.status_code, answer["Allow"]) == (405, "POST")

    def test_ended_session_offers_the_login_and_no_login_page(self, new, calls, unwritten):
        (dan,) = make(new, "Dan")
        with unwritten():
            answer = drop(Client(), dan, calls)
        assert answer.status_code == 401
        assert 'href="/accounts/login/"' in page_of(answer)
        assert "Dan" not in page_of(answer) and "<form" not in page_of(answer) and "<html" not in page_of(answer)

    @pytest.mark.parametrize("token", [{}, {"X-CSRFToken": "x" * 32}])
    def test_missing_or_stale_token_asks_to_reload_the_page(self, sofia, new, calls, unwritten, token):
        (dan,) = make(new, "Dan")
        client = Client(enforce_csrf_checks=True)
        client.force_login(sofia)
        with unwritten():
            answer = drop(client, dan, calls, headers=FETCH | token)
        assert answer.status_code == 403
        assert "Bitte Seite neu laden" in page_of(answer)

    @pytest.mark.parametrize(
        ("data", "kind"),
        [
            (b"column=1&version=1&after=&key=%ff", "application/x-www-form-urlencoded"),
            (b"column=1&version=1&after=&key=%ed%a0%80", "application/x-www-form-urlencoded"),
            (b"column=1&version=1&after=&key=\xff", "application/x-www-form-urlencoded"),
            (b"column=1&version=1&after=", "application/x-www-form-urlencoded; charset=latin-1"),
            (b"column=1&version=1&after=", "application/x-www-form-urlencoded; charset=nonsense"),
        ],
    )
    def test_body_that_is_no_utf_8_is_a_bad_request(self, agent, new, unwritten, data, kind):
        (dan,) = make(new, "Dan")
        with unwritten():
            answer = agent.generic("POST", f"/cards/{dan.pk}/position/", data, content_type=kind, headers=FETCH)
        assert answer.status_code == 400

    @pytest.mark.parametrize("kind", ["application/json", "text/plain", "multipart/form-data; boundary=x"])
    def test_body_of_another_content_type_is_not_understood(self, agent, new, unwritten, kind):
        (dan,) = make(new, "Dan")
        with unwritten():
            answer = agent.post(f"/cards/{dan.pk}/position/", b'{"column": 1}', content_type=kind, headers=FETCH)
        assert answer.status_code in (400, 422)


class TestRepeats:
    def test_same_place_writes_nothing(self, agent, calls, unwritten):
        ada, bob = make(calls, "Ada", "Bob")
        with unwritten():
            answers = [drop(agent, ada, calls, key="a"), drop(agent, bob, calls, below=ada, key="b")]
        assert [answer.status_code for answer in answers] == [200, 200]
        assert [shown_card(answer)["version"] for answer in answers] == ["1", "1"]
        assert history() == 0

    @pytest.mark.parametrize("place", ["column", "order"])
    def test_a_repeated_key_has_one_effect_and_the_same_response(self, agent, new, calls, unwritten, place):
        ada, bob = make(calls, "Ada", "Bob")
        (dan,) = make(new, "Dan")
        moved = dan if place == "column" else ada
        data = body(moved, calls, bob, key="k1")
        first = agent.post(f"/cards/{moved.pk}/position/", data, headers=FETCH)
        with unwritten():
            second = agent.post(f"/cards/{moved.pk}/position/", data, headers=FETCH)
        assert (first.status_code, second.status_code) == (200, 200)
        assert shown_card(first) == shown_card(second)
        assert heads(first) == heads(second)
        assert undo_address(first) == undo_address(second)
        assert history() == (1 if place == "column" else 0)

    def test_repeat_is_rendered_from_the_present_state(self, agent, new, calls):
        (dan,) = make(new, "Dan")
        data = body(dan, calls, key="k1")
        drop(agent, dan, calls, key="k1")
        make(calls, "Eva")
        again = agent.post(f"/cards/{dan.pk}/position/", data, headers=FETCH)
        assert shown_card(again)["after"] == str(Contact.objects.get(first_name="Eva").pk)
        assert "data-count>2</span>" in page_of(again)

    def test_a_repeat_after_another_move_is_a_409(self, agent, login, anna, board, new, calls, unwritten):
        (dan,) = make(new, "Dan")
        data = body(dan, calls, key="k1")
        agent.post(f"/cards/{dan.pk}/position/", data, headers=FETCH)
        drop(login(anna), dan, board["Termin vereinbart"], key="k2")
        with unwritten():
            assert agent.post(f"/cards/{dan.pk}/position/", data, headers=FETCH).status_code == 409

    def test_same_key_with_another_body_is_not_understood(self, agent, board, new, calls, unwritten):
        (dan,) = make(new, "Dan")
        drop(agent, dan, calls, key="k1")
        for change in ({"column": board["Termin vereinbart"].pk}, {"version": 2}):
            with unwritten():
                assert drop(agent, dan, calls, **{"key": "k1", "version": 1} | change).status_code == 422

    def test_empty_key_protects_by_the_version_only(self, agent, new, calls, unwritten):
        (dan,) = make(new, "Dan")
        drop(agent, dan, calls, key="", version=1)
        with unwritten():
            assert drop(agent, dan, calls, key="", version=1).status_code == 409
        assert history() == 1

    def test_a_moved_or_deleted_neighbour_is_no_error(self, agent, anna, board, new, calls):
        make(calls, "Ada")
        dan, eva, fay = make(new, "Dan", "Eva", "Fay")
        elsewhere = drop(agent, dan, calls, below=eva)
        leads.trash(user=anna, contact_ids=[eva.pk], now=Move.objects.get().at)
        deleted = drop(agent, fay, calls, below=eva)
        assert [shown_card(answer)["after"] for answer in (elsewhere, deleted)] == ["", ""]
        assert order(calls) == ["Fay", "Dan", "Ada"]

    def test_column_that_has_just_been_deleted_is_refused_like_an_unknown_one(self, agent, anna, new, calls, unwritten):
        (dan,) = make(new, "Dan")
        data = body(dan, calls)
        verbs.remove(user=anna, column_id=calls.pk)
        with unwritten():
            answer = agent.post(f"/cards/{dan.pk}/position/", data, headers=FETCH)
        assert answer.status_code == 422
        assert shown_card(answer)["column"] == str(new.pk)


class TestReversal:
    def test_undoes_the_move_and_offers_no_undo(self, agent, new, calls):
        _, bob, _ = make(calls, "Ada", "Bob", "Cyd")
        there = drop(agent, bob, new)
        back = agent.post(undo_address(there), headers=FETCH)
        assert (back.status_code, order(calls), order(new)) == (200, ["Ada", "Bob", "Cyd"], [])
        assert heads(back) == {new.pk, calls.pk}
        assert undo_address(back) == ""

    def test_twice_has_one_effect_and_the_same_response(self, agent, new, calls, unwritten):
        (dan,) = make(new, "Dan")
        address = undo_address(drop(agent, dan, calls))
        first = agent.post(address, headers=FETCH)
        with unwritten():
            second = agent.post(address, headers=FETCH)
        assert (first.status_code, page_of(second)) == (200, page_of(first))
        assert history() == 2

    def test_moved_on_meanwhile_is_refused_with_the_present_state(
        self, agent, login, anna, board, new, calls, unwritten
    ):
        (dan,) = make(new, "Dan")
        address = undo_address(drop(agent, dan, calls))
        drop(login(anna), dan, board["Termin vereinbart"])
        with unwritten():
            answer = agent.post(address, headers=FETCH)
        assert answer.status_code == 409
        assert shown_card(answer)["column"] == str(board["Termin vereinbart"].pk)
        assert "Anna Krüger" in page_of(answer)

    def test_too_late_is_refused_with_the_present_state(self, agent, new, calls, unwritten):
        (dan,) = make(new, "Dan")
        address = undo_address(drop(agent, dan, calls))
        Move.objects.update(at="2020-01-01T00:00Z")
        with unwritten():
            answer = agent.post(address, headers=FETCH)
        assert answer.status_code == 409
        assert shown_card(answer)["column"] == str(calls.pk)

    def test_reversal_itself_cannot_be_reversed(self, agent, new, calls, unwritten):
        (dan,) = make(new, "Dan")
        agent.post(undo_address(drop(agent, dan, calls)), headers=FETCH)
        with unwritten():
            last = Move.objects.latest("pk").pk
            assert agent.post(f"/moves/{last}/reversal/", headers=FETCH).status_code == 404

    def test_a_contact_trashed_meanwhile_is_a_410(self, agent, new, calls, unwritten):
        (dan,) = make(new, "Dan")
        address = undo_address(drop(agent, dan, calls))
        put_in_trash(dan)
        with unwritten():
            assert agent.post(address, headers=FETCH).status_code == 410

    def test_marketing_may_not_and_a_hidden_contact_does_not_exist(
        self, agent, login, mara, jan, krueger, new, calls, unwritten
    ):
        (dan,) = make(new, "Canary")
        address = undo_address(drop(agent, dan, calls))
        Contact.objects.update(assignee=jan)
        Account.objects.filter(pk=krueger.pk).update(agents_see=Account.Sight.OWN)
        reader = login(mara)
        with unwritten():
            assert reader.post(address, headers=FETCH).status_code == 403
            hidden = agent.post(address, headers=FETCH)
        assert hidden.status_code == 404
        assert "Canary" not in page_of(hidden)


class TestCost:
    @pytest.mark.parametrize("size", [30, 1000])
    def test_move_takes_4_statements_and_4_rows_however_full_the_column(self, agent, new, calls, size):
        fill(calls, size)
        (dan,) = make(new, "Dan")
        middle = Card.objects.filter(column=calls).order_by("rank").select_related("contact")[size // 2]
        before = rows_written()
        with statements() as asked:
            answer = drop(agent, dan, calls, below=middle.contact, key="k", version=1)
        assert answer.status_code == 200
        assert len(asked) == 4 + 1, asked  # and the test's own look at the neighbour
        assert rows_written() - before <= 4  # the card, the move, and two of the tally

    @pytest.mark.parametrize("size", [30, 1000])
    def test_reorder_takes_4_statements_and_1_row(self, agent, calls, size):
        fill(calls, size)
        first, second = Card.objects.filter(column=calls).order_by("rank").select_related("contact")[:2]
        before = rows_written()
        with statements() as asked:
            drop(agent, first.contact, calls, below=second.contact, version=1)
        assert len(asked) == 4 + 1, asked
        assert rows_written() - before == 1

    def test_move_that_ends_a_series_and_plans_another_takes_9_statements(self, agent, krueger, sofia, board, new):
        ready(krueger)
        contacted = board["Erfolgreich kontaktiert"]
        for column, mails in ((new, 2), (contacted, 3)):
            steps(column.sequence, *range(mails))
        dan = lead(board["Nicht erreicht"], first_name="Dan", email="dan@post.example")
        sentences = []
        for column, most in ((new, 8), (contacted, 9), (board["Termin vereinbart"], 6)):
            with statements() as asked:
                answer = drop(agent, dan, column)
            assert len(asked) <= most + 1, asked  # and the test's own look at the card
            sentences.append(page_of(answer))
        states = Message.objects.filter(contact=dan).order_by("pk").values_list("state", "reason")
        assert list(states) == [("cancelled", "stopped")] * 2 + [("planned", "")] * 3
        assert "1. Mail „Mail 1“" in sentences[1]
        assert "E-Mails pausiert." in sentences[2]

    @pytest.mark.parametrize("size", [30, 1000])
    def test_reversal_costs_the_same_however_full_the_column(self, agent, board, calls, size):
        fill(board["Termin vereinbart"], size)
        (dan,) = make(calls, "Dan")
        address = undo_address(drop(agent, dan, board["Termin vereinbart"]))
        before = rows_written()
        with statements() as asked:
            assert agent.post(address, headers=FETCH).status_code == 200
        assert len(asked) <= 12, asked
        assert rows_written() - before <= 4

    def test_board_takes_8_statements_with_1_and_with_300_contacts(self, agent, new, calls, django_assert_num_queries):
        counts = []
        for size in (1, 299):
            fill(new, size)
            with statements() as asked:
                answer = agent.get("/contacts/board/")
            assert answer.status_code == 200
            counts.append(len(asked))
        assert counts[0] == counts[1] <= 8, asked


def fill(column: Column, size: int) -> None:
    """Insert `size` more contacts into the column, below the present ones."""
    from_here = Card.objects.filter(column=column).count()
    people = Contact.objects.bulk_create(
        Contact(account=column.account, last_name=f"Voll{number}") for number in range(size)
    )
    Card.objects.bulk_create(
        Card(contact=contact, account=column.account, column=column, rank=f"c{from_here + number:03}")
        for number, contact in enumerate(people)
    )
