"""A contact's mails on its page: what was sent and planned, why not, and what users can do."""

from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import Account
from contacts.models import Contact
from funnel import contact_messages
from funnel.models import Enrolment, EnrolmentState, Message, MessageState, Sender, Sequence
from funnel.sending import availability, claiming, heartbeat
from funnel.series import enrolments, manual
from tests.factories import put_in_trash
from tests.funnel.mailing import MONDAY, lead, move, ready, steps, went
from tests.markup import page_of

FETCH = {"HX-Request": "true"}


@pytest.fixture
def contact(krueger, sofia, board) -> Contact:
    """A contact moved to „Erfolgreich kontaktiert“ on Monday, with three planned mails."""
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3, 7)
    contact = lead(board["Nicht erreicht"], first_name="Claudia", last_name="Brandes")
    move(sofia, contact, board["Erfolgreich kontaktiert"])
    return contact


def message(contact: Contact, subject: str = "Mail 1") -> Message:
    return Message.objects.get(contact=contact, step__subject=subject, state=MessageState.PLANNED)


def lines(contact: Contact) -> list[tuple[str, str, str]]:
    """Return the ledger: subject, state and reason, series by series."""
    runs = contact_messages.load(contact).runs
    return [(line.subject, line.message.state, line.why) for run in runs for line in run.lines]


def planned(why: str = "") -> list[tuple[str, str, str]]:
    return [(f"Mail {number}", "planned", why) for number in (1, 2, 3)]


def test_planned_mails_are_listed_by_time_with_their_series(contact):
    (run,) = contact_messages.load(contact).runs
    assert (run.enrolment.sequence.name, run.state) == ("Erfolgreich kontaktiert", "läuft")
    assert lines(contact) == planned()
    assert run.lines[0].at == MONDAY + timedelta(minutes=10)


def test_a_sent_mail_shows_its_subject_and_when_it_was_sent(contact):
    went(contact, "Mail 1", MONDAY + timedelta(hours=1))
    Message.objects.filter(contact=contact, state="sent").update(subject="Guten Tag, Frau Brandes")
    first = contact_messages.load(contact).runs[0].lines[0]
    assert (first.subject, first.why, first.can_be_read) == ("Guten Tag, Frau Brandes", "", True)
    assert first.at == MONDAY + timedelta(hours=1)


def test_a_change_of_status_cancels_with_a_reason(contact, sofia, board):
    steps(board["Auftrag erhalten"].sequence, 0)
    move(sofia, contact, board["Auftrag erhalten"], MONDAY + timedelta(hours=1))
    assert lines(contact) == [
        ("Mail 1", "planned", ""),
        *[(f"Mail {number}", "cancelled", "abgesagt: Statuswechsel") for number in (1, 2, 3)],
    ]
    assert [run.state for run in contact_messages.load(contact).runs] == ["läuft", "beendet: Statuswechsel"]


def test_replanned_mails_are_not_listed_twice(contact, sofia):
    enrolments.pause(user=sofia, contact_id=contact.pk, now=MONDAY)
    assert lines(contact) == planned("wartet, solange pausiert ist")
    enrolments.resume(user=sofia, contact_id=contact.pk, now=MONDAY)
    assert lines(contact) == planned()
    assert Message.objects.filter(contact=contact, state="cancelled").count() == 3


@pytest.mark.parametrize(
    ("state", "reason", "says"),
    [
        ("skipped", "no_consent", "nicht gesendet: keine Einwilligung"),
        ("failed", "refused", "fehlgeschlagen: vom Mailserver abgelehnt"),
        ("cancelled", "by_hand", "abgesagt: von Hand abgesagt"),
        ("unclear", "", "unklar: Der Versand brach ab."),
        ("sending", "", "wird gesendet"),
    ],
)
def test_every_ended_series_shows_a_reason(contact, state, reason, says):
    ended = None if state == "sending" else MONDAY
    rows = Message.objects.filter(pk=message(contact).pk)
    rows.update(state=state, reason=reason, claimed_at=MONDAY, finished_at=ended, answer="Der Versand brach ab.")
    assert lines(contact)[0] == ("Mail 1", state, says)


@pytest.mark.parametrize("switched_off", [Sender, Sequence])
def test_mails_wait_while_the_office_or_the_series_is_off(contact, switched_off):
    switched_off.objects.of(contact.account).update(is_on=False)
    assert contact_messages.load(contact).is_off
    assert lines(contact) == planned("wartet, bis der Versand eingeschaltet wird")


def test_a_planned_subject_is_the_one_the_mail_would_have(contact):
    step = message(contact).step
    step.subject = "{{vorname|Hallo}}, Ihr Haus in {{ort|der Stadt}}: {{buero}}"
    step.save()
    assert lines(contact)[0][0] == "Claudia, Ihr Haus in der Stadt: Krüger Immobilien"


def test_the_number_of_statements_is_constant(contact, sofia, board, django_assert_num_queries):
    with django_assert_num_queries(2):
        contact_messages.load(contact)
    for hours in range(6):
        target = ("Auftrag erhalten", "Erfolgreich kontaktiert")[hours % 2]
        move(sofia, contact, board[target], MONDAY + timedelta(hours=hours))
    with django_assert_num_queries(2):
        assert len(lines(contact)) > 9


def test_the_page_shows_the_ledger_with_its_buttons(contact, login, sofia):
    html = page_of(login(sofia).get(f"/contacts/{contact.pk}/"))
    assert f'action="/contacts/{contact.pk}/mails/pause/"' in html
    assert html.count("Jetzt senden</button>") == html.count("Absagen</button>") == 3
    assert "Erfolgreich kontaktiert</bdi></b><span>läuft" in html


def test_without_a_series_the_page_says_what_starts_one(login, sofia, krueger, board):
    contact = lead(board["Nicht erreicht"])
    html = page_of(login(sofia).get(f"/contacts/{contact.pk}/"))
    assert "Für diesen Kontakt läuft keine Serie." in html
    assert "/mails/pause/" not in html


def test_pausing_and_resuming_respond_with_the_ledger(contact, login, sofia):
    client = login(sofia)
    answer = page_of(client.post(f"/contacts/{contact.pk}/mails/pause/", headers=FETCH))
    assert 'id="mails" data-live hx-swap-oob="true"' in answer
    assert ("pausiert: von Hand" in answer, "E-Mails pausiert." in answer) == (True, True)
    again = client.post(f"/contacts/{contact.pk}/mails/pause/", headers=FETCH)
    assert again.status_code == 409
    answer = page_of(client.post(f"/contacts/{contact.pk}/mails/resumption/", headers=FETCH))
    assert "<span>läuft" in answer
    assert Enrolment.objects.get(contact=contact).state == EnrolmentState.ACTIVE


def test_without_javascript_the_forms_redirect_to_the_contact(contact, login, sofia):
    answer = login(sofia).post(f"/contacts/{contact.pk}/mails/pause/")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/contacts/{contact.pk}/")


def test_send_now_and_cancel_affect_one_message(contact, login, sofia):
    client, first, second = login(sofia), message(contact), message(contact, "Mail 2")
    answer = page_of(client.post(f"/funnel/messages/{first.pk}/dispatch/", headers=FETCH))
    assert "wird gleich gesendet" in answer
    answer = page_of(client.post(f"/funnel/messages/{second.pk}/cancellation/", headers=FETCH))
    assert "abgesagt: von Hand abgesagt" in answer
    first.refresh_from_db()
    assert first.is_urgent
    assert sorted((subject, state) for subject, state, _why in lines(contact)) == [
        ("Mail 1", "planned"),
        ("Mail 2", "cancelled"),
        ("Mail 3", "planned"),
    ]


@pytest.mark.parametrize("switched_off", [Sender, Sequence])
def test_send_now_does_nothing_while_sending_is_off(contact, sofia, login, switched_off):
    mail = message(contact)
    manual.send_now(user=sofia, message_id=mail.pk, now=MONDAY)
    switched_off.objects.of(contact.account).update(is_on=False)
    assert claiming.due(MONDAY + timedelta(hours=1)) == []
    assert claiming.claim([mail.pk], now=MONDAY + timedelta(hours=1)) == []
    html = page_of(login(sofia).get(f"/contacts/{contact.pk}/"))
    assert ("Jetzt senden</button>" in html, "Absagen</button>" in html) == (False, True)


def test_a_colleagues_hidden_contact_has_no_mails(contact, login, jan, sofia, krueger, unwritten):
    Contact.objects.update(assignee=sofia)
    Account.objects.filter(pk=krueger.pk).update(agents_see=Account.Sight.OWN)
    client, mail = login(jan), message(contact)
    Message.objects.filter(pk=mail.pk).update(subject="Canary", html="<p>Canary</p>")
    addresses = [f"/contacts/{contact.pk}/mails/{verb}/" for verb in ("pause", "resumption")]
    addresses += [f"/funnel/messages/{mail.pk}/{verb}/" for verb in ("dispatch", "cancellation")]
    with unwritten():
        answers = [client.post(address, headers=FETCH) for address in addresses]
        answers += [client.get(f"/funnel/messages/{mail.pk}/{part}") for part in ("", "content/")]
    assert [answer.status_code for answer in answers] == [404] * 6
    assert not any("Canary" in page_of(answer) for answer in answers)


@pytest.mark.parametrize("verb", ["dispatch", "cancellation"])
def test_mails_of_a_contact_in_the_trash_cannot_be_changed(contact, login, sofia, unwritten, verb):
    client, mail = login(sofia), message(contact)
    put_in_trash(contact)
    with unwritten():
        assert client.post(f"/funnel/messages/{mail.pk}/{verb}/").status_code == 410


@pytest.mark.parametrize("verb", ["dispatch", "cancellation"])
def test_a_cancelled_mail_is_neither_sent_nor_cancelled_again(contact, login, sofia, unwritten, verb):
    client, mail = login(sofia), message(contact)
    client.post(f"/funnel/messages/{mail.pk}/cancellation/", headers=FETCH)
    with unwritten():
        answer = client.post(f"/funnel/messages/{mail.pk}/{verb}/", headers=FETCH)
    assert answer.status_code == 409
    assert "Diese Nachricht ist nicht mehr geplant." in page_of(answer)


def left(contact: Contact) -> Message:
    """A sent mail that contains a script."""
    went(contact, "Mail 1")
    rows = Message.objects.filter(contact=contact, state="sent")
    rows.update(subject="Willkommen", text="Guten Tag\n\nder Text", html="<p style='color:red'>Guten <b>Tag</b></p>")
    return rows.get()


def test_a_sent_mail_is_shown_in_a_sandboxed_frame(contact, login, sofia):
    client, mail = login(sofia), left(contact)
    page = client.get(f"/funnel/messages/{mail.pk}/")
    html = page_of(page)
    assert f'<iframe class="mail__frame" src="/funnel/messages/{mail.pk}/content/" sandbox title=' in html
    assert "Guten Tag\n\nder Text" in html
    assert "color:red" not in html
    assert page.headers["Content-Security-Policy"].endswith("frame-ancestors 'none'; frame-src 'self'")
    framed = client.get(f"/funnel/messages/{mail.pk}/content/")
    assert framed.content.decode() == mail.html
    policy = framed.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:;")
    assert policy.endswith("frame-ancestors 'self'; sandbox")


def test_a_mail_that_was_not_sent_has_no_page(contact, login, sofia):
    client, mail = login(sofia), message(contact)
    assert [client.get(f"/funnel/messages/{mail.pk}/{part}").status_code for part in ("", "content/")] == [
        404,
        404,
    ]


def test_only_leaders_are_told_that_the_worker_is_silent(contact, login, anna, sofia):
    heartbeat.beat(timezone.now() - timedelta(minutes=5))
    pages = [page_of(login(user).get(f"/contacts/{contact.pk}/")) for user in (anna, sofia)]
    assert ["E-Mail-Versand steht seit" in page for page in pages] == [True, False]


def test_the_notice_names_the_day_only_if_it_is_not_today(anna):
    zone = anna.account.zone
    heartbeat.beat(MONDAY)
    assert availability.outage(anna, (MONDAY + timedelta(seconds=50)).astimezone(zone)) is None
    later = availability.outage(anna, (MONDAY + timedelta(hours=2)).astimezone(zone))
    assert later.headline == "E-Mail-Versand steht seit 10:00"
    next_day = (MONDAY + timedelta(days=1)).astimezone(zone)
    assert availability.outage(anna, next_day).headline == "E-Mail-Versand steht seit 23.11., 10:00"
    heartbeat.beat(MONDAY + timedelta(days=1))
    assert availability.outage(anna, next_day) is None


def a_worker(last_heartbeat: datetime) -> None:
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO procrastinate_workers (last_heartbeat) VALUES (%s)", [last_heartbeat])


def test_the_notice_distinguishes_a_stopped_worker_from_one_that_does_not_sweep(anna):
    now = (MONDAY + timedelta(hours=2)).astimezone(anna.account.zone)
    heartbeat.beat(MONDAY)
    a_worker(now - timedelta(minutes=5))
    assert availability.outage(anna, now).outlook == (
        "Geplante Mails gehen hinaus, sobald der Hintergrunddienst wieder läuft."
    )
    a_worker(now - timedelta(seconds=10))
    assert availability.outage(anna, now).outlook.startswith("Der Hintergrunddienst läuft, verschickt aber nichts.")
