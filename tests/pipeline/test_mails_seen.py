"""Mails on the board: in the heads of the system columns and in the message after a drop."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from funnel.models import Message, Sender, Sequence, Step
from funnel.sending import heartbeat
from funnel.series import enrolments
from funnel.series.enrolments import Announcement
from pipeline.cards import announcements
from pipeline.cards.moves import Moved
from pipeline.columns import verbs
from pipeline.models import Move
from tests.clock import TUESDAY
from tests.factories import ContactFactory
from tests.funnel.mailing import lead, move, ready, steps
from tests.markup import page_of
from tests.pipeline.drops import card_of, drop, statements

NOW = TUESDAY
MONDAY = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.fixture
def contacted(krueger, board):
    ready(krueger)
    steps(board["Neue Kontakte"].sequence, 0, 1, 2, 3)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3, 7)
    return board["Erfolgreich kontaktiert"]


def heads(answer) -> list[str]:
    """Return what the heads say about mails, from left to right."""
    html = answer.content.decode()
    found = re.findall(r'class="column__mail.*?>\s*(?:<svg.*?</svg>)(.*?)</(?:a|span)>(?:\n|</)', html, flags=re.S)
    return [" ".join(re.sub(r"<[^>]*>", "", one).replace("(E-Mail-Funnel)", "").split()) for one in found]


def said(answer) -> str:
    return re.findall(r"<p>(.*?)</p>", page_of(answer), flags=re.S)[0]


def test_each_system_head_counts_the_mails_that_are_switched_on(contacted, board, login, anna):
    Step.objects.of(anna.account).filter(sequence=contacted.sequence, position=1).update(is_on=False)
    Step.objects.of(anna.account).filter(sequence=board["Auftrag erhalten"].sequence).delete()
    client = login(anna)
    assert heads(client.get("/contacts/board/")) == ["4 Mails", "2 Mails", "aus"]
    assert heads(client.get("/contacts/board/?q=x")) == ["4 Mails", "2 Mails", "aus"]


def test_a_series_or_office_that_is_off_is_announced(contacted, board, login, anna):
    client = login(anna)
    Sequence.objects.filter(pk=contacted.sequence_id).update(is_on=False)
    assert heads(client.get("/contacts/board/"))[:2] == ["4 Mails", "aus"]
    Sender.objects.of(anna.account).update(is_on=False)
    assert heads(client.get("/contacts/board/")) == ["aus", "aus", "aus"]


@pytest.mark.parametrize("query", ["", "?q=x"])
def test_no_head_counts_mails_that_wait_for_the_impressum(contacted, board, login, anna, query):
    senders, client = Sender.objects.of(anna.account), login(anna)
    for field, form in [("street", "sole"), ("register", "gmbh"), ("board_chair", "ag")]:
        before = senders.values().get()
        senders.update(legal_form=form, **{field: " "})
        board_page = client.get(f"/contacts/board/{query}")
        waits = "aus , solange das Impressum unvollständig ist)"
        assert heads(board_page)[:2] == [waits.replace(" ,", " (E-Mail-Funnel,")] * 2, field
        senders.update(**before)
    assert heads(client.get(f"/contacts/board/{query}"))[:2] == ["4 Mails", "3 Mails"]


def test_a_drop_without_an_impressum_promises_nothing(contacted, board, login, sofia):
    Sender.objects.of(sofia.account).update(city="")
    answer = said(drop(login(sofia), lead(board["Nicht erreicht"]), contacted))
    assert answer.endswith("Keine Mails, solange das Impressum unvollständig ist.")


def test_only_leaders_are_led_to_the_funnel(contacted, login, anna, sofia):
    answers = [login(user).get("/contacts/board/") for user in (anna, sofia)]
    links = [re.findall(r'<a class="column__mail[^>]*href="/funnel/"', page_of(answer)) for answer in answers]
    assert list(map(len, links)) == [3, 0]
    assert heads(answers[1]) == heads(answers[0])


@pytest.mark.parametrize("query", ["", "?q=klara"])
def test_a_drop_brings_both_heads_with_their_mails(contacted, board, login, sofia, query):
    contact = lead(board["Neue Kontakte"])
    data = {"column": contacted.pk, "after": "", "version": 1}
    answer = login(sofia).post(f"/cards/{contact.pk}/position/{query}", data, headers={"HX-Request": "true"})
    assert heads(answer) == ["4 Mails", "3 Mails"]


@pytest.mark.parametrize(("days", "when"), [(0, "in 10 Minuten"), (5, "am 30.11. um 08:00"), (6, "morgen um 08:00")])
def test_a_drop_announces_the_next_mail(contacted, board, login, sofia, monkeypatch, days, when):
    monkeypatch.setattr(timezone, "now", lambda: MONDAY + timedelta(days=days))
    contact = lead(board["Nicht erreicht"])
    assert said(drop(login(sofia), contact, contacted)) == (
        f"„{contact.display_name}“ nach „Erfolgreich kontaktiert“ verschoben. 1. Mail „Mail 1“ {when}."
    )


@pytest.mark.parametrize(
    ("values", "says"),
    [
        ({"email": "klara@post.example"}, "Keine Mails: Einwilligung fehlt."),
        ({"email": ""}, "Keine Mails: E-Mail-Adresse fehlt."),
    ],
)
def test_a_drop_announces_what_is_missing(contacted, board, login, sofia, values, says):
    contact = ContactFactory(column=board["Nicht erreicht"], **values)
    assert said(drop(login(sofia), contact, contacted)).endswith(says)


def test_a_drop_announces_what_happens_to_an_active_series(contacted, board, login, sofia, anna):
    client, contact = login(sofia), lead(board["Nicht erreicht"])
    drop(client, contact, contacted)
    assert said(drop(client, contact, board["Termin vereinbart"])).endswith("E-Mails pausiert.")
    verbs.set_mails(user=anna, column_id=board["Bewertung erstellt"].pk, go_on=True)
    drop(client, contact, contacted)
    assert said(drop(client, contact, board["Bewertung erstellt"])).endswith("E-Mails laufen weiter.")
    assert said(drop(client, contact, board["Kein Auftrag"])).endswith("E-Mails beendet.")
    stranger = ContactFactory(column=board["Nicht erreicht"])
    assert said(drop(client, stranger, board["Termin vereinbart"])).endswith("verschoben.")


def test_a_drop_while_sending_is_off_promises_nothing(contacted, board, login, sofia):
    Sender.objects.of(sofia.account).update(is_on=False)
    answer = said(drop(login(sofia), lead(board["Nicht erreicht"]), contacted))
    assert answer.endswith("Keine Mails, solange der Versand ausgeschaltet ist.")


def test_a_series_paused_by_hand_stays_paused_which_is_announced(contacted, board, login, sofia):
    contact = lead(board["Nicht erreicht"])
    move(sofia, contact, contacted, NOW)
    enrolments.pause(user=sofia, contact_id=contact.pk, now=NOW)
    drop(login(sofia), contact, board["Termin vereinbart"])
    assert said(drop(login(sofia), contact, contacted)).endswith("E-Mails pausiert: von Hand.")


def test_an_undo_announces_the_restored_mails(contacted, board, login, sofia):
    client, contact = login(sofia), lead(board["Nicht erreicht"])
    drop(client, contact, contacted)
    drop(client, contact, board["Termin vereinbart"])
    drop(client, contact, contacted)
    last = Move.objects.filter(contact=contact).latest("pk")
    answer = client.post(f"/moves/{last.pk}/reversal/", headers={"HX-Request": "true"})
    assert said(answer).endswith("Die Mails sind wie zuvor pausiert.")


def test_list_and_detail_page_say_it_too(contacted, board, login, sofia):
    client = login(sofia)
    for via in ("list", "detail"):
        answer = drop(client, lead(board["Nicht erreicht"]), contacted, via=via)
        assert "1. Mail „Mail 1“" in page_of(answer)


def test_without_javascript_the_next_page_shows_it(contacted, board, login, sofia):
    client, contact = login(sofia), lead(board["Nicht erreicht"])
    drop(client, contact, contacted, headers={})
    assert "1. Mail „Mail 1“" in page_of(client.get("/contacts/board/"))


@pytest.mark.parametrize(
    ("wait", "says"),
    [
        (timedelta(0), "gleich"),
        (timedelta(minutes=10), "in 10 Minuten"),
        (timedelta(hours=3), "heute um 13:00"),
        (timedelta(hours=22), "morgen um 08:00"),
        (timedelta(days=2), "am 25.11. um 10:00"),
    ],
)
def test_when_the_next_mail_is_sent(contacted, board, sofia, wait, says):
    contact = lead(board["Nicht erreicht"])
    outcome = move(sofia, contact, contacted)
    coming = Announcement("Willkommen, {{vorname|guten Tag}}", MONDAY + wait, 3, number=2)
    moved = Moved(card_of(contact), changed=True, move=outcome.move, announcement=coming)
    now = MONDAY.astimezone(sofia.account.zone)
    assert announcements.sentence(moved, now) == f"2. Mail „Willkommen, guten Tag“ {says}."


def test_heads_and_announcements_need_no_further_statement(contacted, board, login, sofia):
    client, contact = login(sofia), ContactFactory(column=board["Nicht erreicht"])
    with statements() as asked:
        drop(client, contact, board["Termin vereinbart"])
    assert len(asked) <= 8, asked  # one of them is the test reading the version
    with statements() as asked:
        client.get("/contacts/board/")
    assert len(asked) <= 4, asked


def test_leaders_see_on_the_board_that_sending_is_stopped(contacted, login, anna, sofia):
    heartbeat.beat(timezone.now() - timedelta(minutes=5))
    pages = [page_of(login(user).get("/contacts/board/")) for user in (anna, sofia)]
    assert ["E-Mail-Versand steht seit" in page for page in pages] == [True, False]
    assert Message.objects.count() == 0
