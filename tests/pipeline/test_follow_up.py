"""What follows an action: status and due date along with it, in one step and one transaction."""

import re
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.http import Http404
from django.utils import timezone

from base.dates import quick_picks
from base.refusals import Gone, NotUnderstood, Overtaken
from contacts import actions
from contacts.due import set_due
from contacts.models import Action, Change, Contact
from pipeline.cards import moves
from pipeline.columns import verbs
from pipeline.follow_up import follow_up
from pipeline.models import Move
from tests.clock import TUESDAY
from tests.factories import put_in_trash
from tests.markup import page_of
from tests.pipeline.drops import FETCH, card_of, make, order, undo_address

NOW = TUESDAY
DAY = date(2030, 12, 24)
KEY = UUID(int=7)


@pytest.fixture
def new(board):
    return board["Neue Kontakte"]


@pytest.fixture
def calls(board):
    return board["Nicht erreicht"]


@pytest.fixture
def ada(new) -> Contact:
    return make(new, "Ada")[0]


@pytest.fixture
def said(ada, sofia):
    return {"contact": ada, "user": sofia, "kind": "call", "outcome": "not_reached", "now": NOW, "key": KEY}


@pytest.fixture
def agent(login, sofia):
    return login(sofia)


@pytest.fixture
def post(agent, ada):
    def posted(headers=FETCH, **data):
        body = {"kind": "call", "outcome": "not_reached", "text": "Mailbox voll", "version": 1} | data
        return agent.post(f"/contacts/{ada.pk}/actions/", body, headers=headers)

    return posted


def moved_by(user, contact, column):
    card = card_of(contact)
    where = {"contact_id": contact.pk, "column_id": column.pk, "version": card.version}
    return moves.move_card(user=user, via=Move.Via.BOARD, now=NOW, **where)


def kept(contact):
    """What is stored of the contact: actions, status, day and note."""
    contact.refresh_from_db()
    return (
        Action.objects.filter(contact=contact).count(),
        card_of(contact).column.name,
        contact.due_on,
        contact.due_note,
    )


def test_action_status_and_day_are_saved_in_one_step(said, ada, calls):
    done = follow_up(column_id=calls.pk, version=1, due_on=DAY, **said)
    assert kept(ada) == (1, "Nicht erreicht", DAY, "")
    assert (done.action.outcome, done.contact.due_on) == ("not_reached", DAY)
    assert done.moved.move == Move.objects.get()
    assert ada.last_action_at == NOW


def test_without_status_and_day_only_the_action_is_recorded(said, ada):
    done = follow_up(**said)
    assert kept(ada) == (1, "Neue Kontakte", None, "")
    assert done.moved is None
    assert not Move.objects.exists()
    assert not Change.objects.filter(kind=Change.Kind.DUE).exists()


def test_another_day_keeps_the_note(said, ada, sofia):
    set_due(contact=ada, due_on=date(2030, 1, 1), note="Unterlagen", actor=sofia, now=NOW)
    follow_up(due_on=DAY, **said)
    assert kept(ada) == (1, "Neue Kontakte", DAY, "Unterlagen")


def test_a_repeat_has_no_second_effect(said, ada, calls):
    first = follow_up(column_id=calls.pk, version=1, due_on=DAY, **said)
    again = follow_up(column_id=calls.pk, version=1, due_on=DAY, **said)
    assert again.action == first.action
    assert again.moved.move == first.moved.move
    assert (kept(ada), Move.objects.count()) == ((1, "Nicht erreicht", DAY, ""), 1)
    assert Change.objects.filter(kind=Change.Kind.DUE).count() == 1


def test_an_appointment_is_planned_and_the_card_moved(said, ada, calls):
    when = NOW + timedelta(days=2)
    wanted = said | {"kind": "meeting", "outcome": "", "is_planned": True, "moment": when}
    done = follow_up(column_id=calls.pk, version=1, **wanted)
    assert (done.action.is_planned, done.action.planned_for) == (True, when)
    assert kept(ada)[1] == "Nicht erreicht"


def test_a_card_already_in_the_column_keeps_its_place(said, ada, new):
    make(new, "Bob")
    before = order(new)
    assert follow_up(column_id=new.pk, version=1, **said).moved is None
    assert (order(new), Move.objects.exists()) == (before, False)


def test_nothing_is_saved_if_the_card_was_moved_meanwhile(said, ada, calls, board, jan):
    moved_by(jan, ada, board["Kein Auftrag"])
    with pytest.raises(Overtaken):
        follow_up(column_id=calls.pk, version=1, due_on=DAY, **said)
    assert kept(ada) == (0, "Kein Auftrag", None, "")


def test_a_future_moment_rolls_the_move_back(said, ada, calls):
    with pytest.raises(NotUnderstood):
        follow_up(column_id=calls.pk, version=1, due_on=DAY, moment=NOW + timedelta(hours=1), **said)
    assert kept(ada) == (0, "Neue Kontakte", None, "")


def test_invisible_contacts_and_columns_are_not_changed(said, ada, calls, paul):
    for where in ({}, {"column_id": calls.pk, "version": 1}):
        with pytest.raises(Http404):
            follow_up(**said | {"user": paul} | where)
    put_in_trash(ada)
    for where in ({}, {"column_id": calls.pk, "version": 1}):
        with pytest.raises(Gone):
            follow_up(**said | where)
    assert not Action.objects.exists()


def test_the_form_offers_days_and_the_other_columns(agent, ada, board):
    for kind in ("call", "note", "meeting"):
        html = page_of(agent.get(f"/contacts/{ada.pk}/actions/new/?kind={kind}", headers=FETCH))
        for key in ("tomorrow", "in-3-days", "next-monday"):
            assert f'<option value="{key}">' in html
        offered = re.search(r'<select name="column".*?</select>', html, re.DOTALL).group()
        values = re.findall(r'value="(\d*)"', offered)
        others = [str(column.pk) for column in board.values() if column.name != "Neue Kontakte"]
        assert values[0] == ""
        assert sorted(values[1:]) == sorted(others)
        assert "Status lassen (Neue Kontakte)" in offered
        assert 'name="version" value="1"' in html


def test_the_answer_renews_the_page_and_offers_the_way_back(agent, post, ada, calls):
    answer = post(column=calls.pk, due_on="24.12.2030")
    html = page_of(answer)
    assert answer.status_code == 200
    for part in ('timeline" data-live', f'bubbles-{ada.pk}"', 'composer"'):
        assert f'id="{part} hx-swap-oob="true"' in html
    assert "ist eingetragen. „Ada" in html
    assert "„Nicht erreicht“ verschoben." in html
    assert "Fällig am 24.12.2030." in html
    assert html.count('class="toast"') == 1
    assert undo_address(answer) == f"/moves/{Move.objects.get().pk}/reversal/"
    assert f'action="{undo_address(answer)}?via=detail"' in html
    assert agent.post(undo_address(answer), headers=FETCH).status_code == 200
    assert kept(ada) == (1, "Neue Kontakte", DAY, "")


@pytest.mark.parametrize("pick", ["tomorrow", "in-3-days", "next-monday"])
def test_a_quick_pick_is_a_day(post, ada, pick):
    days = {key: day for key, _label, day in quick_picks(timezone.localdate())}
    assert post(due_pick=pick).status_code == 200
    assert kept(ada) == (1, "Neue Kontakte", days[pick], "")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"due_on": "31.02.2030"}, "due_on"),
        ({"due_on": "bald"}, "due_on"),
        ({"due_on": "2030-12-24", "due_pick": "tomorrow"}, "due_on"),
        ({"due_pick": "yesterday"}, "due_pick"),
        ({"column": "0"}, "column"),
        ({"column": "x"}, "column"),
        ({"column": "9" * 40}, "column"),
        ({"column": "{calls}", "version": ""}, "column"),
        ({"column": "{calls}", "version": "9" * 40}, "column"),
        ({"column": "{calls}", "at": "2999-01-01T00:00"}, "at"),
        ({"column": "{calls}", "at": "2199-01-01T00:00"}, "at"),
    ],
)
@pytest.mark.parametrize("headers", [FETCH, {}])
def test_errors_are_shown_next_to_their_field(post, ada, calls, unwritten, data, field, headers):
    with unwritten():
        answer = post(headers, **{name: value.format(calls=calls.pk) for name, value in data.items()})
    html = page_of(answer)
    assert answer.status_code == 422
    assert f'id="composer_{field}_error"' in html
    assert "Mailbox voll</textarea>" in html
    assert kept(ada) == (0, "Neue Kontakte", None, "")


def test_a_column_of_another_office_is_refused(post, ada, paul, unwritten):
    foreign = paul.account.columns.first()
    with unwritten():
        answer = post(column=foreign.pk)
    assert answer.status_code == 422
    assert "Diese Spalte gibt es nicht (mehr)." in page_of(answer)


def test_a_column_that_was_deleted_meanwhile_keeps_the_text(post, ada, anna, new):
    column = verbs.insert(user=anna, beside_id=new.pk, side="right")
    verbs.remove(user=anna, column_id=column.pk)
    answer = post(column=column.pk)
    assert answer.status_code == 422
    assert "Mailbox voll</textarea>" in page_of(answer)
    assert not Action.objects.exists()


@pytest.mark.parametrize("headers", [FETCH, {}])
def test_a_card_moved_meanwhile_is_reported_next_to_the_status(post, ada, calls, board, jan, headers):
    moved_by(jan, ada, board["Kein Auftrag"])
    answer = post(headers, column=calls.pk, due_on="2030-12-24")
    html = page_of(answer)
    assert answer.status_code == 409
    assert "Jan Thiele hat diesen Kontakt soeben nach „Kein Auftrag“ verschoben." in html
    assert 'id="composer_column_error"' in html
    assert "Mailbox voll</textarea>" in html
    assert 'name="version" value="2"' in html
    assert f'<option value="{calls.pk}" selected>' in html
    assert kept(ada) == (0, "Kein Auftrag", None, "")
    assert post(headers, column=calls.pk, version=2).status_code in (200, 302)
    assert kept(ada)[:2] == (1, "Nicht erreicht")


def test_a_form_without_a_status_is_not_stopped_by_a_move(post, ada, board, jan):
    moved_by(jan, ada, board["Kein Auftrag"])
    assert post().status_code == 200
    assert kept(ada)[:2] == (1, "Kein Auftrag")


def test_without_javascript_it_redirects_back_and_the_move_can_be_undone(agent, post, ada, calls):
    answer = post({}, column=calls.pk, due_pick="tomorrow")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/contacts/{ada.pk}/")
    html = page_of(agent.get(f"/contacts/{ada.pk}/"))
    assert f"/moves/{Move.objects.get().pk}/reversal/" in html
    assert "„Nicht erreicht“ verschoben." in html


def test_a_future_moment_is_refused_when_an_entry_is_corrected(agent, ada, sofia, unwritten):
    action = actions.perform(contact=ada, kind="call", text="alt", actor=sofia, now=NOW)
    body = {"text": "neu", "at": "2199-01-01T00:00"}
    for headers in (FETCH, {}):
        with unwritten():
            answer = agent.post(f"/actions/{action.pk}/", body, headers=headers)
        assert answer.status_code == 422
        assert 'id="id_at_error"' in page_of(answer)
        assert "neu</textarea>" in page_of(answer)


def test_a_future_moment_of_a_consent_is_refused(agent, ada, unwritten):
    body = {"channel": "email", "granted": "1", "method": "spoken", "wording": "Gern."}
    with unwritten():
        answer = agent.post(f"/contacts/{ada.pk}/consents/", body | {"occurred_at": "2199-01-01T00:00"})
    assert answer.status_code == 422
    assert 'id="id_occurred_at_error"' in page_of(answer)
    assert "Gern.</textarea>" in page_of(answer)
