"""The clock of a first answer: when it begins, what ends it, and what cards, rows and pages say of it."""

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from accounts.models import Account
from contacts import actions
from funnel import office as funnel_office
from pipeline import entering, leads, reminders
from pipeline.cards import bulk, loading, moves, stamped, waiting
from pipeline.cards.loading import ShownCard
from pipeline.cards.stamped import Scene
from pipeline.inquiries import take_in
from pipeline.models import Card, Column, Move
from tests.factories import ContactFactory, put_in_trash
from tests.markup import page_of

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 23, 10, tzinfo=ZONE)  # a Monday
HOUR = timedelta(hours=1)
KLARA = {"first_name": "Klara", "last_name": "Lindner", "email": "klara@lead.example"}
FETCH = {"HX-Request": "true"}


def take(account, now=NOW, **given):
    return take_in(account=account, values=KLARA, text="Hallo", now=now, **given).contact


def since():
    return Card.objects.get().waits_since


def move(user, target, now=NOW):
    card = Card.objects.get()
    values = {"version": card.version, "via": Move.Via.BOARD, "now": now}
    return moves.move_card(user=user, contact_id=card.pk, column_id=target.pk, after_id=None, **values)


def test_a_lead_waits_from_when_it_asked(krueger):
    take(krueger, occurred_at=NOW - HOUR)
    card = Card.objects.get()
    assert (card.waits_since, card.remind_at, card.reminded) == (NOW - HOUR, NOW, 0)


def test_who_is_entered_by_hand_waits_too_but_not_in_another_column(sofia, board):
    for name, place in (("Lenz", "Neue Kontakte"), ("Vogt", "Nicht erreicht")):
        entering.enter(user=sofia, values={"last_name": name}, column=board[place], assignee=None, now=NOW)
    found = Card.objects.order_by("contact__last_name").values_list("waits_since", flat=True)
    assert list(found) == [NOW, None]


def test_a_contact_that_did_not_ask_does_not_wait(krueger):
    leads.add(account=krueger, actor=None, values=KLARA, now=NOW)
    assert since() is None


@pytest.mark.parametrize(
    ("kind", "at", "ends"),
    [
        ("call", NOW, True),
        ("mail_out", NOW + HOUR, True),
        ("letter", NOW + HOUR, True),
        ("message", NOW + HOUR, True),
        ("meeting", NOW + HOUR, True),
        ("note", NOW + HOUR, False),
        ("mail_in", NOW + HOUR, False),
        ("call", NOW - HOUR, False),  # before they asked
    ],
)
def test_what_a_colleague_does_with_the_lead_is_the_answer(krueger, sofia, kind, at, ends):
    contact = take(krueger, now=NOW + timedelta(seconds=30))
    actions.perform(contact=contact, kind=kind, actor=sofia, performed_at=at, now=NOW + HOUR)
    card = Card.objects.get()
    assert (card.waits_since is None, card.remind_at is None) == (ends, ends)


def test_what_the_product_does_is_no_answer_nor_is_an_appointment_to_come(krueger, sofia):
    contact = take(krueger)
    actions.perform(contact=contact, kind="funnel_mail", actor=None, now=NOW + HOUR)
    planned = actions.plan(contact=contact, kind="meeting", actor=sofia, planned_for=NOW + 9 * HOUR, now=NOW)
    assert since() == NOW
    actions.done(action=planned, actor=sofia, now=NOW + 10 * HOUR)
    assert since() is None


def test_leaving_the_column_is_an_answer_until_it_is_taken_back(krueger, sofia, board):
    take(krueger)
    moved = move(sofia, board["Nicht erreicht"])
    assert since() is None
    moves.reverse(user=sofia, move_id=moved.move.pk, now=NOW)
    assert since() == NOW
    move(sofia, board["Nicht erreicht"])
    move(sofia, board["Neue Kontakte"])
    assert since() is None


def test_moving_many_ends_it(krueger, anna, board):
    take(krueger)
    bulk.move_cards(Card.objects.of(krueger), board["Nicht erreicht"], anna, Move.Via.BULK, NOW)
    assert (since(), Move.objects.get().waited_since) == (None, NOW)


def test_a_further_inquiry_starts_it_wherever_the_card_is_and_never_over(krueger, sofia, board):
    take(krueger)
    take(krueger, now=NOW + HOUR)
    assert since() == NOW
    move(sofia, board["Nicht erreicht"])
    take(krueger, now=NOW + 2 * HOUR)
    assert (since(), Card.objects.get().column) == (NOW + 2 * HOUR, board["Nicht erreicht"])


def test_it_starts_anew_out_of_the_trash_and_of_a_lost_column(krueger, sofia, board):
    put_in_trash(take(krueger))
    take(krueger, now=NOW + HOUR)
    assert since() == NOW + HOUR
    move(sofia, board["Kein Auftrag"])
    take(krueger, now=NOW + 2 * HOUR)
    assert since() == NOW + 2 * HOUR


@pytest.mark.parametrize(
    ("minutes", "label", "is_late"),
    [
        (0, "wartet", False),
        (1, "wartet seit 1 Min.", False),
        (59, "wartet seit 59 Min.", False),
        (60, "wartet seit 1 Std.", True),
        (3 * 60 + 59, "wartet seit 3 Std.", True),
    ],
)
def test_a_card_says_how_long(krueger, minutes, label, is_late):
    take(krueger, now=NOW)
    html = card_html(krueger, NOW + timedelta(minutes=minutes))
    assert f'data-waiting="{minutes}"' in html
    assert f">{label}<" in html
    assert ('data-clock="late"' in html) is is_late


def card_html(account, now):
    scene = Scene(now.astimezone(account.zone), True, clock=waiting.clock_of(account))
    (card,) = loading.shown_first([Column.objects.of(account).get(key="new").pk], 5)
    return scene.card(card, "new")


def test_the_html_of_a_card_is_kept_while_its_clock_runs(krueger):
    take(krueger, now=NOW)
    found = []
    stamped._kept.cache_clear()
    for minutes in range(5):
        found.append(re.search(r'data-waiting="(\d+)"', card_html(krueger, NOW + timedelta(minutes=minutes)))[1])
    assert found == ["0", "1", "2", "3", "4"]
    assert stamped._kept.cache_info().currsize == 1


def test_a_moved_card_says_the_same_as_one_on_the_board(krueger):
    take(krueger, now=NOW)
    scene = Scene(NOW + HOUR, True, clock=waiting.clock_of(krueger))
    card = Card.objects.select_related("contact__assignee").get()
    html = scene.moved(ShownCard.of(card), "new", None)
    assert 'data-waiting="60" data-clock="late"' in html
    assert "wartet seit 1 Std." in html


def test_a_card_without_a_clock_has_no_mark(krueger):
    ContactFactory(account=krueger)
    html = card_html(krueger, timezone.now())
    assert "data-waiting" not in html
    assert "\0" not in html


@pytest.mark.parametrize("path", ["/contacts/board/", "/contacts/", "/contacts/{id}/"])
def test_board_list_and_page_say_how_long_and_let_the_browser_count_on(login, krueger, sofia, path, story):
    asked = timezone.now() - timedelta(hours=1)  # at nine on a Tuesday
    contact = take(krueger, now=asked)
    html = page_of(login(sofia).get(path.format(id=contact.pk)))
    assert re.search(r'data-waiting="60" data-clock="late"', html)
    assert "wartet seit 1 Std." in html
    opens = int((asked.astimezone(ZONE).replace(hour=9, minute=0)).timestamp() // 60)
    assert f'data-open="{opens}-{opens + 540} {opens + 1440}-{opens + 1440 + 540}" data-late="60"' in html


def test_free_days_of_the_funnel_are_free_of_answers_too(anna):
    funnel_office.add_holiday(user=anna, day=date(2026, 11, 24), name="Betriebsausflug")
    funnel_office.add_holiday(user=anna, day=date(2026, 12, 24), name="Heiligabend")
    account = Account.objects.get(pk=anna.account_id)
    assert account.free_days == "2026-11-24,2026-12-24"
    take(account, now=NOW)
    assert 'data-waiting="540"' in card_html(account, NOW.replace(day=25, hour=10))
    holiday = anna.account.holidays.get(day=date(2026, 11, 24))
    funnel_office.remove_holiday(user=anna, holiday_id=holiday.pk)
    assert Account.objects.get(pk=anna.account_id).free_days == "2026-12-24"


HOURS = {f"{end}_{day}": at for day in range(4) for end, at in (("from", "08:30"), ("until", "17:00"))}


def test_administrators_set_hours_and_limits_and_cards_are_looked_at_anew(login, anna):
    take(anna.account)
    client = login(anna)
    assert 'value="09:00"' in page_of(client.get("/settings/hours/"))
    answer = client.post("/settings/hours/", HOURS | {"late_after": "30", "managers_after": ""})
    assert answer.status_code == 302
    account = Account.objects.get(pk=anna.account_id)
    assert account.office_hours == "0830-1700,0830-1700,0830-1700,0830-1700,-,-,-"
    assert (account.late_after, account.managers_after) == (30, None)
    assert Card.objects.get().remind_at > NOW + HOUR
    remind_at = Card.objects.get().remind_at
    reminders.settle(
        account=account, office_hours=account.office_hours, late_after=30, managers_after=None, now=timezone.now()
    )
    assert Card.objects.get().remind_at == remind_at  # nothing changed


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"from_0": "09:00"}, "Bitte beide Zeiten angeben oder beide leer lassen."),
        ({"from_0": "18:00", "until_0": "09:00"}, "Das Ende muss nach dem Anfang liegen."),
        ({"from_0": "neun", "until_0": "18:00"}, "gültige Uhrzeit"),
        ({}, "Bitte mindestens einen Tag mit Bürozeiten angeben."),
        (HOURS | {"late_after": "0"}, "größer oder gleich 1"),
        (HOURS | {"late_after": "60", "managers_after": "30"}, "Bitte nicht weniger Minuten"),
        (HOURS | {"late_after": "1e9"}, "ganze Zahl"),
        (HOURS | {"late_after": "99999"}, "kleiner oder gleich 10000"),
    ],
)
def test_hours_that_make_no_sense_are_refused_with_a_sentence(login, anna, unwritten, given, sentence):
    client = login(anna)
    with unwritten():
        answer = client.post("/settings/hours/", given)
    assert answer.status_code == 422
    assert sentence in page_of(answer)


def test_an_office_may_be_open_until_midnight(login, anna):
    login(anna).post("/settings/hours/", {"from_6": "18:00", "until_6": "00:00"})
    assert Account.objects.get(pk=anna.account_id).office_hours == "-,-,-,-,-,-,1800-2400"


def test_every_page_asks_as_many_statements_with_many_waiting(login, krueger, sofia, board, statements):
    for number in range(3):
        take_in(account=krueger, values={"last_name": f"Lenz{number}"}, now=timezone.now())
    few = [statements(login(sofia), path) for path in ("/contacts/board/", "/contacts/")]
    for number in range(20):
        take_in(account=krueger, values={"last_name": f"Vogt{number}"}, now=timezone.now())
    many = [statements(login(sofia), path) for path in ("/contacts/board/", "/contacts/")]
    assert few == many


@pytest.fixture
def statements(django_assert_max_num_queries):
    def count(client, path):
        with django_assert_max_num_queries(9) as found:
            assert client.get(path).status_code == 200
        return len(found)

    return count
