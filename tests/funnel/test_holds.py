"""Holds: nothing is lost, late or out of order."""

import socket
from datetime import timedelta

import pytest
from django.utils import timezone

from base import vault
from funnel.models import Hold, HoldKind, Message, MessageState, Sender
from funnel.sending import claiming, heartbeat, worker
from funnel.sending.pool import DeliveryPool
from funnel.transport import holds
from tests.funnel.certificates import distrusted
from tests.funnel.mailing import MONDAY, lead, move, ready, steps
from tests.funnel.sink import mail_server
from tests.markup import page_of

HELD = MONDAY + timedelta(minutes=10)  # when the first mail after a move may leave
MINUTE = timedelta(minutes=1)


@pytest.fixture
def smtp(settings):
    """Send by SMTP to this port."""

    def use(port: int, user: str = "", password: str = "") -> None:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = user, password

    return use


@pytest.fixture
def column(board, krueger):
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 1)
    return board["Erfolgreich kontaktiert"]


@pytest.fixture
def people(anna, board, column):
    """Five contacts, each moved a minute after the other."""
    found = [lead(board["Nicht erreicht"], email=f"{n}@post.example") for n in range(5)]
    for number, contact in enumerate(found):
        move(anna, contact, column, MONDAY + number * MINUTE)
    return found


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return free.getsockname()[1]


def sweep_until(begin, end, step):
    now = begin
    while now < end:
        worker.sweep(now=now)
        now += step
    return now


def rows(number=0):
    return list(Message.objects.filter(step__position=number).order_by("pk"))


@pytest.mark.parametrize("days", [1, 3, 8])
def test_days_without_a_mail_server_lose_nothing_and_keep_the_order(people, smtp, days):
    port = free_port()
    smtp(port)
    planned = [row.planned_for for row in rows()]
    back = sweep_until(HELD, HELD + timedelta(days=days), timedelta(hours=3))
    assert {(row.state, row.attempts, row.tried_at) for row in rows()} == {(MessageState.PLANNED, 0, None)}
    assert [row.planned_for for row in rows()] == planned
    while back.weekday() > 4:
        back += timedelta(days=1)
    with mail_server(port) as server:
        worker.sweep(now=back + timedelta(hours=1))
        assert [address for address, _ in server.mails] == [f"{n}@post.example" for n in range(5)]
        assert {mail["Subject"] for _, mail in server.mails} == {"Mail 1"}
        sweep_until(back + timedelta(days=1), back + timedelta(days=5), timedelta(hours=5))
    assert {row.state for row in rows() + rows(1)} == {MessageState.SENT}
    assert [row.attempts for row in rows()] == [1] * 5
    assert Hold.objects.get().ended_at == back + timedelta(hours=1)


def test_a_hold_ends_automatically_even_without_a_mail_to_send(people, smtp):
    port = free_port()
    smtp(port)
    worker.sweep(now=HELD)
    assert Hold.objects.get().kind == HoldKind.CONNECTION
    Message.objects.all().update(planned_for=HELD + timedelta(days=1))
    with mail_server(port):
        worker.sweep(now=HELD + timedelta(seconds=59))
        assert holds.current(people[0].account_id)
        worker.sweep(now=HELD + MINUTE)
    assert holds.current(people[0].account_id) is None


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
def test_a_wrong_password_holds_and_is_shown(people, smtp):
    with mail_server(login=("me", "right")) as server:
        smtp(server.port, "me", "wrong")
        assert worker.sweep(now=HELD + timedelta(minutes=5)) == {"planned": 5}
        held = holds.current(people[0].account_id)
        assert (held.kind, held.answer[:3], held.try_at) == (HoldKind.LOGIN, "535", HELD + timedelta(minutes=10))
        smtp(server.port, "me", "right")
        assert worker.sweep(now=HELD + timedelta(minutes=10)) == {"sent": 5}
    assert {(row.state, row.attempts) for row in rows()} == {(MessageState.SENT, 1)}


@pytest.mark.parametrize("scheme", ["smtp+tls", "smtp+ssl"])
def test_a_wrong_certificate_holds_and_is_shown(people, krueger, scheme):
    with distrusted(scheme) as url:
        Sender.objects.of(krueger).update(relay=vault.seal(vault.RELAY, url))
        assert worker.sweep(now=HELD + timedelta(minutes=5)) == {"planned": 5}
    held = holds.current(krueger.pk)
    assert (held.kind, held.account_id) == (HoldKind.CERTIFICATE, krueger.pk)
    assert "certificate" in held.answer.lower()


def test_a_fault_of_an_offices_own_server_holds_only_that_office(people, paul, hansen, krueger, smtp):
    ready(hansen)
    foreign = hansen.columns.get(key="contacted")
    steps(foreign.sequence, 0)
    move(paul, lead(hansen.columns.get(key="new"), email="hansen@post.example"), foreign)
    Sender.objects.of(krueger).update(relay=vault.seal(vault.RELAY, f"smtp://127.0.0.1:{free_port()}"))
    with mail_server() as server:
        smtp(server.port)
        delivery_of = {claimed.account_id: claimed for claimed in claiming.claim(claiming.due(HELD), now=HELD)}
        with DeliveryPool() as deliveries:
            for message in delivery_of.values():
                deliveries.submit([message], HELD)
        assert [address for address, _ in server.mails] == ["hansen@post.example"]
    assert (holds.current(hansen.pk), holds.current(krueger.pk).kind) == (None, HoldKind.CONNECTION)
    assert holds.held_offices() == {krueger.pk}


def test_a_fault_of_our_server_holds_all_offices_that_use_it(people, hansen, krueger, smtp):
    Sender.objects.of(hansen).update(relay=vault.seal(vault.RELAY, "smtp://mail.example"))
    smtp(free_port())
    worker.sweep(now=HELD)
    assert holds.held_offices() == {krueger.pk}
    assert holds.current(hansen.pk) is None
    Sender.objects.of(hansen).update(relay="")
    assert holds.held_offices() == {krueger.pk, hansen.pk}


def test_attempts_become_less_frequent(people, smtp):
    smtp(free_port())
    now, waits = HELD, []
    for _ in range(7):
        worker.sweep(now=now)
        held = Hold.objects.get()
        waits.append((held.try_at - now) // MINUTE)
        now = held.try_at
    assert waits == [1, 2, 4, 8, 15, 15, 15]
    assert held.since == HELD


class TestOfReturned:
    """Mails that were accepted and bounced through a fault of our own."""

    @pytest.fixture
    def sent(self, people, smtp):
        with mail_server() as server:
            smtp(server.port)
            worker.sweep(now=HELD + timedelta(minutes=5))
        return rows()

    def returned(self, message, after, kind=HoldKind.BLOCKED):
        return holds.hold_for_returned(message=message, kind=kind, answer="550 5.7.1 blocked", now=HELD + after)

    def test_only_a_user_ends_the_hold(self, sent, anna, smtp):
        later = HELD + timedelta(days=1)
        assert self.returned(sent[0], timedelta(hours=1))
        with mail_server() as server:
            smtp(server.port)
            assert worker.sweep(now=later) == {}
            assert holds.request_trial(user=anna, now=later)
            assert worker.sweep(now=later + timedelta(minutes=10)) == {"sent": 5}
        assert holds.current(anna.account_id) is None
        assert not holds.request_trial(user=anna, now=later)

    def test_mails_sent_before_the_end_cause_no_new_hold(self, sent, krueger):
        self.returned(sent[0], timedelta(hours=1))
        holds.release(account_id=None, now=HELD + timedelta(hours=2))
        assert not self.returned(sent[1], timedelta(hours=3))
        assert holds.current(krueger.pk) is None

    def test_a_bounce_of_the_trial_mail_counts(self, sent, krueger, anna, smtp):
        self.returned(sent[0], timedelta(hours=1))
        later = HELD + timedelta(days=1)
        holds.request_trial(user=anna, now=later)
        with mail_server() as server:
            smtp(server.port)
            worker.sweep(now=later)
        assert self.returned(rows(1)[0], timedelta(days=1, hours=1))
        assert holds.current(krueger.pk).kind == HoldKind.BLOCKED

    @pytest.mark.parametrize(
        ("email", "kind", "scope"),
        [
            ("", HoldKind.POLICY, "ours"),
            ("buero@krueger.example", HoldKind.POLICY, "office"),
            ("buero@krueger.example", HoldKind.SENDER, "office"),
            ("buero@krueger.example", HoldKind.BLOCKED, "ours"),
        ],
    )
    def test_a_fault_of_an_offices_own_address_holds_only_that_office(self, sent, krueger, email, kind, scope):
        Sender.objects.of(krueger).update(email=email)
        self.returned(sent[0], timedelta(hours=1), kind)
        assert Hold.objects.get().account_id == (krueger.pk if scope == "office" else None)


class TestOnPages:
    @pytest.fixture
    def held(self, people, anna):
        heartbeat.beat(timezone.now())
        now = timezone.now()
        holds.hold(account_id=None, kind=HoldKind.LOGIN, answer="535 5.7.8 <wrong>", now=now)
        return Hold.objects.get()

    @pytest.mark.parametrize("path", ["/funnel/", "/funnel/outbox/", "/settings/sender/", "/contacts/board/"])
    def test_administrators_are_notified(self, held, login, anna, sofia, path):
        said = "der Mailserver nimmt die Anmeldung nicht an"
        assert said in page_of(login(anna).get(path))
        assert said not in page_of(login(sofia).get(path))

    def test_the_hold_is_shown_with_the_servers_words_and_the_next_attempt(self, held, login, anna):
        html = page_of(login(anna).get("/funnel/outbox/"))
        assert "535 5.7.8 &lt;wrong&gt;" in html
        assert "Nächster Versuch" in html
        assert "Betreiber" in html

    def test_users_can_retry_at_once(self, held, login, anna):
        html = page_of(login(anna).post("/funnel/outbox/trial/", follow=True))
        assert "wird gleich noch einmal versucht" in html
        held.refresh_from_db()
        assert held.try_at <= timezone.now()

    def test_without_a_hold_nothing_is_tried(self, people, login, anna):
        html = page_of(login(anna).post("/funnel/outbox/trial/", follow=True))
        assert "läuft schon wieder" in html


def test_a_server_setting_that_cannot_be_decrypted_holds_only_its_office(anna, paul, hansen, people, smtp, settings):
    Sender.objects.of(hansen).update(relay=vault.seal(vault.RELAY, "smtp://mail.example"))
    with mail_server() as server:
        smtp(server.port)
        Sender.objects.of(anna.account).update(relay=vault.seal(vault.RELAY, server.url))
        settings.TOKEN_KEY = "another"
        worker.sweep(now=HELD)
        (hold,) = Hold.objects.all()
        assert (hold.account_id, hold.kind) == (anna.account_id, HoldKind.LOGIN)
        assert "Ein Schlüssel des Servers fehlt" in hold.answer
        assert {row.state for row in rows()} == {MessageState.PLANNED}
        assert server.mails == []
