"""Feedback: stored whatever happens to the mail, mailed once, and nothing in it reaches a header."""

import re
from datetime import timedelta
from threading import Barrier, Thread
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from help import tasks
from help.models import Feedback
from tests.factories import UserFactory
from tests.markup import page_of

FRAGMENT = {"HX-Request": "true"}
ON_ITS_WAY = "Danke! Ihre Nachricht ist gespeichert und unterwegs."
WAITS = "Danke! Ihre Nachricht ist gespeichert und wird in Kürze zugestellt."


def filled(**values):
    return {"text": "Mir fehlt ein Filter.", "reply_to": "", "page": "/help/", "key": str(uuid4()), **values}


def hidden(page: str, name: str) -> str:
    found = re.search(rf'name="{name}"(?: value="([^"]*)")?', page)
    assert found
    return found[1] or ""


@pytest.fixture
def broken_mail(settings):
    """A mail server that is down."""
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1


@pytest.mark.parametrize("role", ["anna", "mehmet", "sofia", "mara", "paul"])
def test_everybody_gives_feedback(login, role, request):
    user = request.getfixturevalue(role)
    response = login(user).post("/feedback/", filled(page="/contacts/board/"), follow=True)
    assert response.redirect_chain[0] == ("/contacts/board/", 302)
    row = Feedback.objects.of(user.account).get(user=user)
    assert (row.text, row.page, row.version) == (
        "Mir fehlt ein Filter.",
        "/contacts/board/",
        django_settings.VERSION,
    )
    assert row.mailed_at is not None


def test_the_mail_to_the_operator(login, sofia, settings):
    settings.OPERATOR_EMAIL = "betrieb@example.org"
    settings.BASE_URL = "https://kontakte.example"
    data = filled(text="Grüße aus Köln\nzweite Zeile", reply_to="Sofia@Krueger.example", page="/contacts/7/")
    login(sofia).post("/feedback/", data)
    (sent,) = mail.outbox
    assert sent.to == ["betrieb@example.org"]
    assert sent.subject == "Feedback von Krüger Immobilien"
    assert sent.reply_to == ["sofia@krueger.example"]
    assert sent.extra_headers["Message-ID"] == f"<feedback-{data['key']}@localhost>"
    assert sent.body.startswith("Grüße aus Köln\nzweite Zeile\n")
    for line in (
        "Von: Sofia Vogt, Krüger Immobilien",
        "Antwort an: sofia@krueger.example",
        "Seite: https://kontakte.example/contacts/7/",
        f"Version: {settings.VERSION}",
    ):
        assert f"\n{line}\n" in sent.body
    assert sent.message().get_content_type() == "text/plain"


def test_the_form_has_address_page_and_a_key_of_its_own(login, sofia):
    client = login(sofia)
    page = page_of(client.get("/feedback/?page=/contacts/board/"))
    assert 'value="sofia@krueger.example"' in page
    assert hidden(page, "page") == "/contacts/board/"
    assert hidden(page, "key") != hidden(page_of(client.get("/feedback/")), "key")


@pytest.mark.parametrize(
    ("asked", "referer", "page"),
    [
        ("/contacts/board/", "http://testserver/help/", "/contacts/board/"),
        ("", "http://testserver/contacts/?q=Meier", "/contacts/"),
        ("/contacts/?q=Meier#x", "", "/contacts/"),
        ("", "https://evil.example/contacts/", ""),
        ("https://evil.example/", "", ""),
        ("//evil.example/x", "", ""),
        ("http://testserver//evil.example/", "", ""),
        ("javascript:alert(1)", "", ""),
        ("\\\\evil.example", "", ""),
        ("contacts", "", ""),
        ("/a\u202eb", "", ""),
        ("/" + "x" * 600, "", "/" + "x" * 499),
    ],
)
def test_only_a_path_of_our_site_is_kept(login, sofia, asked, referer, page):
    client = login(sofia)
    headers = {"Referer": referer} if referer else {}
    shown = page_of(client.get("/feedback/", {"page": asked}, headers=headers))
    assert hidden(shown, "page") == page
    response = client.post("/feedback/", filled(page=asked))
    row = Feedback.objects.of(sofia.account).get()
    assert row.page == ("" if not asked else page)
    assert response.headers["Location"] == (row.page or "/")


def test_a_refused_form_links_nothing_foreign(login, sofia):
    page = page_of(login(sofia).post("/feedback/", filled(text="", page="javascript:alert(1)")))
    assert 'href="javascript' not in page


def test_the_dialog_gets_the_form_and_then_a_message(login, sofia):
    client = login(sofia)
    form = page_of(client.get("/feedback/?page=/help/", headers=FRAGMENT))
    assert form.lstrip().startswith('<form class="dialog"')
    answer = client.post("/feedback/", filled(), headers=FRAGMENT)
    assert answer.status_code == 200
    assert 'hx-swap-oob="beforeend"' in page_of(answer)
    assert ON_ITS_WAY in page_of(answer)


@pytest.mark.parametrize(
    "values",
    [
        {"text": ""},
        {"text": "  \n "},
        {"text": "a\0b"},
        {"text": "x" * 5001},
        {"reply_to": "a\0@example.org"},
        {"reply_to": "a@b"},
        {"reply_to": '"a b"@x.de'},
        {"reply_to": "a@b.de,c@d.de"},
        {"reply_to": "ä@ö.de"},
        {"reply_to": "a" * 250 + "@example.org"},
        {"reply_to": "a@example.org\r\nBcc: b@example.org"},
        {"reply_to": "a@example.org\nBcc:b"},
        {"reply_to": "a@example.org%0ABcc:b@example.org"},
        {"key": ""},
        {"key": "1"},
        {"key": "0" * 31 + "\0"},
    ],
    ids=repr,
)
def test_invalid_input_is_refused_and_stays_in_the_form(login, sofia, values, unwritten):
    client = login(sofia)
    data = filled(**{"text": "Mein langer Text", **values})
    for headers in ({}, FRAGMENT):
        with unwritten():
            response = client.post("/feedback/", data, headers=headers)
        assert response.status_code == 422
        page = page_of(response)
        assert 'class="error"' in page or "notice--error" in page
        if "text" not in values:
            assert "Mein langer Text" in page
    assert mail.outbox == []


@pytest.mark.parametrize(
    ("typed", "kept"),
    [(" Info@Ö.de ", "info@xn--nda.de"), ("a@example.org\r\n", "a@example.org"), ("", "")],
)
def test_one_valid_reply_address_or_none(login, sofia, typed, kept):
    login(sofia).post("/feedback/", filled(reply_to=typed))
    assert Feedback.objects.of(sofia.account).get().reply_to == kept


def test_line_ends_count_as_one_character(login, sofia):
    assert login(sofia).post("/feedback/", filled(text="z\r\n" * 2499 + "xx")).status_code == 302
    assert len(Feedback.objects.of(sofia.account).get().text) == 5000


def test_a_form_without_its_key_can_be_sent_again(login, sofia):
    page = page_of(login(sofia).post("/feedback/", filled(key="")))
    assert login(sofia).post("/feedback/", filled(key=hidden(page, "key"))).status_code == 302


@pytest.mark.parametrize("text", ["<img src=x onerror=alert(1)>", "{{ 7*7 }} {% load x %}", "${7*7}", "hx-get='/x'"])
def test_text_is_escaped_in_page_and_mail(login, sofia, text):
    client = login(sofia)
    client.post("/feedback/", filled(text=text))
    assert mail.outbox[0].body.startswith(text + "\n")
    assert "<img src=x" not in page_of(client.post("/feedback/", filled(text=text, reply_to="x")))


def test_no_name_reaches_a_header_as_a_line(login, krueger, sofia):
    krueger.name = "Krüger\r\nBcc: spy@evil.example\x00\u2028" + "x" * 90
    krueger.name = krueger.name.replace("\x00", "")[:120]
    krueger.save()
    login(sofia).post("/feedback/", filled())
    message = mail.outbox[0].message()
    assert message["Bcc"] is None
    assert mail.outbox[0].subject.startswith("Feedback von Krüger Bcc: spy@evil.example xxx")
    assert mail.outbox[0].recipients() == [django_settings.OPERATOR_EMAIL]
    assert b"\nBcc" not in message.as_bytes().replace(b"\r\n", b"\n")


def test_a_repeated_message_is_stored_and_mailed_once(login, sofia, unwritten):
    client, data = login(sofia), filled()
    first = client.post("/feedback/", data, headers=FRAGMENT)
    with unwritten():
        second = client.post("/feedback/", data, headers=FRAGMENT)
    assert (first.status_code, second.status_code) == (200, 200)
    assert ON_ITS_WAY in page_of(second)
    assert Feedback.objects.of(sofia.account).count() == 1
    assert len(mail.outbox) == 1


def test_another_text_under_a_used_key_is_kept(login, sofia, unwritten):
    client, data = login(sofia), filled()
    client.post("/feedback/", data)
    with unwritten():
        response = client.post("/feedback/", data | {"text": "Noch etwas"})
    page = page_of(response)
    assert response.status_code == 422
    assert "Noch etwas" in page
    assert hidden(page, "key") != data["key"]
    assert client.post("/feedback/", data | {"text": "Noch etwas", "key": hidden(page, "key")}).status_code == 302
    assert [sent.body.split("\n")[0] for sent in mail.outbox] == ["Mir fehlt ein Filter.", "Noch etwas"]


def test_a_strangers_key_shows_and_changes_nothing(login, sofia, jan, paul):
    data = filled()
    login(sofia).post("/feedback/", data)
    for other in (jan, paul):
        assert login(other).post("/feedback/", data).status_code == 422
        assert not Feedback.objects.of(other.account).filter(user=other).exists()
    assert len(mail.outbox) == 1


def test_a_failed_mail_loses_nothing_and_goes_out_later_once(login, sofia, broken_mail, settings):
    response = login(sofia).post("/feedback/", filled(), headers=FRAGMENT)
    assert response.status_code == 200
    assert WAITS in page_of(response)
    assert Feedback.objects.of(sofia.account).get().mailed_at is None
    with pytest.raises(CommandError):
        call_command("send_feedback")
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    call_command("send_feedback")
    call_command("send_feedback")
    tasks.send_feedback(timestamp=0)
    assert [sent.body.split("\n")[0] for sent in mail.outbox] == ["Mir fehlt ein Filter."]
    assert Feedback.objects.of(sofia.account).get().mailed_at is not None


def test_a_retry_after_a_failed_mail_sends_it(login, sofia, broken_mail, settings):
    client, data = login(sofia), filled()
    client.post("/feedback/", data)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    assert ON_ITS_WAY in page_of(client.post("/feedback/", data, headers=FRAGMENT))
    assert Feedback.objects.of(sofia.account).count() == len(mail.outbox) == 1


def test_an_invalid_sender_address_loses_nothing(login, sofia, settings):
    settings.DEFAULT_FROM_EMAIL = "a\nb@localhost"
    assert WAITS in page_of(login(sofia).post("/feedback/", filled(), headers=FRAGMENT))
    assert Feedback.objects.of(sofia.account).count() == 1


def test_the_worker_sends_unsent_messages_of_all_offices_oldest_first(sofia, paul):
    now = timezone.now()
    for minutes, user in ((1, paul), (2, sofia)):
        Feedback.objects.create(
            account=user.account,
            user=user,
            key=uuid4(),
            text=user.first_name,
            version="0",
            created_at=now - timedelta(minutes=minutes),
        )
    tasks.send_feedback(timestamp=0)
    assert [sent.body.split("\n")[0] for sent in mail.outbox] == ["Sofia", "Paul"]


def test_a_user_gives_feedback_twenty_times_an_hour_at_most(login, sofia, jan, unwritten):
    client = login(sofia)
    row = {"account": sofia.account, "user": sofia, "text": "x", "version": "0"}
    Feedback.objects.create(key=uuid4(), created_at=timezone.now() - timedelta(minutes=61), **row)
    for _ in range(19):
        Feedback.objects.create(key=uuid4(), **row)
    last = filled()
    assert client.post("/feedback/", last).status_code == 302
    for headers in ({}, FRAGMENT):
        with unwritten():
            response = client.post("/feedback/", filled(), headers=headers)
        assert response.status_code == 429
        assert "Höchstens 20 Nachrichten in einer Stunde." in page_of(response)
    assert client.post("/feedback/", last).status_code == 302  # a repetition is not one more
    assert login(jan).post("/feedback/", filled()).status_code == 302


def test_only_the_fields_of_the_form_are_read(login, sofia, jan):
    data = filled(user=jan.pk, account=1, version="9", mailed_at="2020-01-01", created_at="2020-01-01")
    login(sofia).post("/feedback/", data)
    row = Feedback.objects.of(sofia.account).get()
    assert (row.user, row.account, row.version) == (sofia, sofia.account, django_settings.VERSION)
    assert timezone.now() - row.created_at < timedelta(minutes=1)


def test_opening_the_form_writes_nothing(login, sofia, unwritten):
    client = login(sofia)
    with unwritten():
        client.get("/feedback/?page=/help/")
        assert client.delete("/feedback/").status_code == 405


def test_strangers_log_in_first(client, db, unwritten):
    assert client.get("/feedback/").headers["Location"].startswith("/accounts/login/")
    with unwritten():
        assert client.post("/feedback/", filled()).status_code == 401
        assert client.post("/feedback/", filled(), headers=FRAGMENT).status_code == 401


def test_the_database_refuses_feedback_across_offices(krueger, paul):
    with pytest.raises(IntegrityError), transaction.atomic():
        Feedback.objects.create(account=krueger, user=paul, key=uuid4(), text="x", version="0")


@pytest.mark.django_db(transaction=True)
def test_ten_concurrent_equal_requests_are_stored_and_mailed_once(login):
    user, data = UserFactory(), filled()
    answers = at_once([(login(user), data) for _ in range(10)])
    assert [status for status, _ in answers] == [200] * 10
    assert all(ON_ITS_WAY in page for _, page in answers)
    assert Feedback.objects.of(user.account).count() == 1
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_the_limit_holds_for_requests_at_once(login):
    user = UserFactory()
    for _ in range(17):
        Feedback.objects.create(account=user.account, user=user, key=uuid4(), text="x", version="0")
    answers = at_once([(login(user), filled()) for _ in range(8)])
    assert sorted(status for status, _ in answers) == [200] * 3 + [429] * 5
    assert Feedback.objects.of(user.account).count() == 20


def at_once(requests):
    """Post all of them at once and return status and text of each answer."""
    start, answers = Barrier(len(requests)), []

    def post(client, data):
        start.wait()
        response = client.post("/feedback/", data, headers=FRAGMENT)
        answers.append((response.status_code, page_of(response)))
        connection.close()

    threads = [Thread(target=post, args=request) for request in requests]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    return answers
