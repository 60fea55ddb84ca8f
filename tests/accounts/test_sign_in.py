"""Logging in and out, a forgotten password, the second factor, open sessions."""

import re
from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal import auth as totp
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import make_password
from django.contrib.sessions.models import Session
from django.core import mail
from django.db import connection
from django.test import Client
from procrastinate.contrib.django.models import ProcrastinateJob
from procrastinate.jobs import Job

from accounts import members, tasks
from accounts.models import Role, User
from accounts.plans import Plan
from accounts.posting import LATER, NotTaken
from tests.cast import Login
from tests.factories import PASSWORD

NEW = "ein-ganz-neues-Passwort"


def log_in(user: User, password: str = PASSWORD, **extra: Any) -> Client:
    """Return a new browser, logged in by the form."""
    client = Client(**extra)
    client.post("/accounts/login/", {"login": user.email, "password": password})
    return client


def is_inside(client: Client) -> bool:
    return client.get("/settings/profile/").status_code == 200


def work() -> None:
    """Send the queued mails, as the worker does."""
    for job in ProcrastinateJob.objects.filter(task_name="send_reset", status="todo").order_by("pk"):
        tasks.send_reset(**job.args)
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM procrastinate_jobs WHERE id = %s", [job.pk])


def reset_link(user: User) -> str:
    Client().post("/accounts/password/reset/", {"email": user.email})
    work()
    link = re.search(r"http://testserver(/accounts/password/reset/key/\S+)", mail.outbox[-1].body)
    assert link, mail.outbox[-1].body
    return link[1]


def set_password(link: str, password: str) -> Any:
    client = Client()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    return client.post(form, {"password1": password, "password2": password}, follow=True)


def test_login_opens_the_start_page(anna: User) -> None:
    client = Client()
    answer = client.post("/accounts/login/", {"login": "ANNA@krueger.example", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert is_inside(client)


def test_login_continues_to_the_requested_page(anna: User) -> None:
    client = Client()
    gate = client.get("/settings/profile/?x=1")
    assert gate["Location"] == "/accounts/login/?next=%2Fsettings%2Fprofile%2F%3Fx%3D1"
    form = {"login": anna.email, "password": PASSWORD, "next": "/settings/profile/?x=1"}
    assert client.post("/accounts/login/", form)["Location"] == "/settings/profile/?x=1"


@pytest.mark.parametrize(
    "target",
    ["//evil.example", "https://evil.example/", "javascript:alert(1)", "\\\\evil.example", "/\\evil.example"],
)
def test_login_never_redirects_to_another_site(anna: User, target: str) -> None:
    form = {"login": anna.email, "password": PASSWORD, "next": target}
    by_field = Client().post("/accounts/login/", form)
    by_address = Client().post("/accounts/login/", form | {"next": ""}, query_params={"next": target})
    assert (by_field["Location"], by_address["Location"]) == ("/", "/")


@pytest.mark.parametrize("email", ["anna@krueger.example", "nobody@krueger.example"])
def test_wrong_login_says_the_same_for_known_and_unknown(anna: User, email: str) -> None:
    answer = Client().post("/accounts/login/", {"login": email, "password": "falsch-falsch"})
    assert "E-Mail-Adresse oder Passwort stimmen nicht." in answer.content.decode()
    assert answer.status_code == 200


def test_too_many_failures_are_stopped_even_with_the_right_password(anna: User) -> None:
    client = Client()
    for _ in range(10):
        client.post("/accounts/login/", {"login": anna.email, "password": "falsch-falsch"})
    answer = client.post("/accounts/login/", {"login": anna.email, "password": PASSWORD})
    assert "Zu viele Fehlversuche" in answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (429, "300")
    assert not is_inside(client)


def test_logout_asks_on_get_and_acts_on_post(anna: User) -> None:
    client = log_in(anna)
    assert client.get("/accounts/logout/").status_code == 200
    assert is_inside(client)
    client.post("/accounts/logout/")
    assert not is_inside(client)


def test_lost_session_is_a_redirect_for_a_page_and_401_for_a_change(db: None) -> None:
    assert Client().get("/settings/office/").status_code == 302
    assert Client().post("/settings/office/").status_code == 401
    assert Client().get("/accounts/2fa/", headers={"HX-Request": "true"}).status_code == 401


def test_a_deactivated_user_is_logged_out_at_once_and_cannot_log_in(anna: User, sofia: User) -> None:
    client = log_in(sofia)
    assert is_inside(client)
    members.deactivate(actor=anna, member_id=sofia.pk)
    assert not is_inside(client)
    assert not is_inside(log_in(sofia))


def test_reactivation_does_not_revive_old_sessions(anna: User, sofia: User) -> None:
    client = log_in(sofia)
    members.deactivate(actor=anna, member_id=sofia.pk)
    members.reactivate(actor=anna, member_id=sofia.pk)
    assert not is_inside(client)
    assert is_inside(log_in(sofia))


def test_password_change_ends_the_other_sessions(anna: User) -> None:
    here, there = log_in(anna), log_in(anna)
    ended = there.session.session_key
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    answer = here.post("/accounts/password/change/", form)
    assert (answer.status_code, answer["Location"]) == (302, "/settings/profile/")
    assert not Session.objects.filter(pk=ended).exists()  # gone, not only refused
    assert (is_inside(here), is_inside(there)) == (True, False)
    assert here.get("/accounts/sessions/").context["session_count"] == 1
    assert is_inside(log_in(anna, NEW))
    assert not is_inside(log_in(anna))


def test_password_change_wants_the_old_one(anna: User) -> None:
    client = log_in(anna)
    form = {"oldpassword": "falsch-falsch", "password1": NEW, "password2": NEW}
    answer = client.post("/accounts/password/change/", form)
    assert "Das aktuelle Passwort stimmt nicht." in answer.content.decode()
    assert not is_inside(log_in(anna, NEW))


def test_reset_sends_a_link_in_german_and_ends_all_sessions(anna: User) -> None:
    client = log_in(anna)
    link = reset_link(anna)
    [message] = mail.outbox
    assert (message.subject, message.to) == ("Ihr neues Passwort", ["anna@krueger.example"])
    assert message.body.startswith("Guten Tag Anna Krüger,\n\nSie oder jemand anderes")
    answer = set_password(link, NEW)
    assert "Ihr neues Passwort gilt ab sofort" in answer.content.decode()
    assert not is_inside(client)
    assert is_inside(log_in(anna, NEW))


def test_reset_link_works_once(anna: User) -> None:
    link = reset_link(anna)
    set_password(link, NEW)
    assert "Dieser Link ist abgelaufen oder wurde schon benutzt." in Client().get(link).content.decode()


def test_reset_for_an_unknown_address_shows_the_same_page_and_mails_nobody(anna: User) -> None:
    known = Client().post("/accounts/password/reset/", {"email": anna.email}, follow=True)
    work()
    assert len(mail.outbox) == 1
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@krueger.example"}, follow=True)
    work()
    assert len(mail.outbox) == 1
    assert unknown.redirect_chain == known.redirect_chain
    assert unknown.content == known.content


def test_reset_for_a_deactivated_user_mails_nobody(anna: User, sofia: User) -> None:
    members.deactivate(actor=anna, member_id=sofia.pk)
    Client().post("/accounts/password/reset/", {"email": sofia.email})
    work()
    assert mail.outbox == []


def test_reset_when_the_mail_server_is_down_looks_the_same_and_is_mailed_later(anna: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    known = Client().post("/accounts/password/reset/", {"email": anna.email}, follow=True)
    unknown = Client().post("/accounts/password/reset/", {"email": "nobody@krueger.example"}, follow=True)
    assert (known.status_code, known.content) == (200, unknown.content)
    with pytest.raises(NotTaken) as fault:
        work()
    again = LATER.get_retry_decision(exception=fault.value, job=first_job())
    assert again is not None


def first_job() -> Job:
    row = ProcrastinateJob.objects.filter(task_name="send_reset").order_by("pk").first()
    assert row is not None
    return Job(id=row.pk, lock=None, queueing_lock=None, queue="default", task_name=row.task_name, attempts=0)


def test_links_in_mails_never_follow_the_host_header(anna: User, settings: Any) -> None:
    settings.BASE_URL = "https://office.example"
    settings.ALLOWED_HOSTS = ["testserver", "127.0.0.1", "other.example"]
    for host in ("127.0.0.1:9", "other.example"):
        Client().post("/accounts/password/reset/", {"email": anna.email}, headers={"Host": host})
        work()
        assert "https://office.example/accounts/password/reset/key/" in mail.outbox[-1].body
        assert host not in mail.outbox[-1].body
    Client().post(
        "/accounts/password/reset/",
        {"email": anna.email},
        headers={"X-Forwarded-Host": "evil.example, other.example"},
    )
    work()
    assert "evil.example" not in mail.outbox[-1].body + mail.outbox[-1].subject


@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "a b"])
def test_foreign_host_header_is_refused(anna: User, host: str, unwritten: Any) -> None:
    with unwritten():
        answer = Client().post("/accounts/password/reset/", {"email": anna.email}, headers={"Host": host})
    assert answer.status_code == 400
    assert mail.outbox == []


@pytest.mark.parametrize(
    "address",
    [
        "/accounts/signup/",
        "/accounts/email/",
        "/accounts/confirm-email/",
        "/accounts/login/code/confirm/",
        "/accounts/2fa/webauthn/signup/",
        "/accounts/phone/change/",
        "/accounts/3rdparty/",
    ],
)
def test_unused_pages_of_the_login_library_do_not_exist(anna: User, login: Login, address: str) -> None:
    for client in (Client(), login(anna)):
        assert client.get(address).status_code == 404
        assert client.post(address).status_code == 404


def test_the_second_factor_is_set_up_requested_and_replaced_by_a_recovery_code(anna: User) -> None:
    client = log_in(anna)
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    page = client.get("/accounts/2fa/totp/activate/")
    secret = page.context["form"].secret
    code = totp.format_hotp_value(totp.hotp_value(secret, next(iter(totp.yield_hotp_counters_from_time()))))
    answer = client.post("/accounts/2fa/totp/activate/", {"code": code}, follow=True)
    assert answer.redirect_chain[-1][0] == "/accounts/2fa/recovery-codes/"
    other = Client()
    answer = other.post("/accounts/login/", {"login": anna.email, "password": PASSWORD})
    assert answer["Location"] == "/accounts/2fa/authenticate/"
    assert not is_inside(other)
    answer = other.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert "Dieser Code stimmt nicht." in answer.content.decode()
    codes = RecoveryCodes(Authenticator.objects.get(user=anna, type="recovery_codes")).get_unused_codes()
    other.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert is_inside(other)
    third = Client()
    third.post("/accounts/login/", {"login": anna.email, "password": PASSWORD})
    third.post("/accounts/2fa/authenticate/", {"code": codes[0]})
    assert not is_inside(third)


def test_second_factor_wants_the_password_again(anna: User) -> None:
    client = log_in(anna)
    answer = client.get("/accounts/2fa/totp/activate/")
    assert answer["Location"].startswith("/accounts/reauthenticate/")
    answer = client.post("/accounts/reauthenticate/", {"password": "falsch-falsch"})
    assert "Das Passwort stimmt nicht." in answer.content.decode()
    client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert client.get("/accounts/2fa/totp/activate/").status_code == 200


def test_sessions_name_browser_and_system_and_end_together(anna: User) -> None:
    firefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
    iphone = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
    here, there = log_in(anna, headers={"User-Agent": firefox}), log_in(anna, headers={"User-Agent": iphone})
    page = here.get("/accounts/sessions/").content.decode()
    assert ("Firefox auf Windows" in page, "Safari auf iPhone" in page) == (True, True)
    here.post("/accounts/sessions/")
    assert (is_inside(here), is_inside(there)) == (True, False)


def test_one_session_ends_and_the_others_stay(anna: User) -> None:
    here, there, lost = log_in(anna), log_in(anna), log_in(anna)
    [ended] = UserSession.objects.filter(session_key=lost.session.session_key)
    page = here.get("/accounts/sessions/").content.decode()
    assert (page.count("/end/"), f"/accounts/sessions/{ended.pk}/end/" in page) == (2, True)
    answer = here.post(f"/accounts/sessions/{ended.pk}/end/")
    assert (answer.status_code, answer["Location"]) == (302, "/accounts/sessions/")
    assert (is_inside(here), is_inside(there), is_inside(lost)) == (True, True, False)
    assert here.post(f"/accounts/sessions/{ended.pk}/end/").status_code == 404


def test_users_cannot_end_the_sessions_of_others(anna: User, sofia: User) -> None:
    theirs = log_in(sofia)
    [kept] = UserSession.objects.filter(user=sofia)
    assert log_in(anna).post(f"/accounts/sessions/{kept.pk}/end/").status_code == 404
    assert is_inside(theirs)


def test_identifying_the_user_takes_one_statement(anna: User, django_assert_num_queries: Any) -> None:
    client = log_in(anna)
    with django_assert_num_queries(1):
        assert is_inside(client)


def test_session_that_is_not_listed_finds_its_user_all_the_same(anna: User, sofia: User) -> None:
    client, mistaken = log_in(anna), log_in(anna)
    used(client).delete()
    assert is_inside(client)
    used(mistaken).update(user=sofia)  # what the session itself says counts
    page = mistaken.get("/settings/profile/").content.decode()
    assert (anna.email in page, sofia.email in page) == (True, False)


@pytest.mark.parametrize(
    ("change", "status"),
    [
        (lambda user: User.objects.filter(pk=user.pk).update(is_active=False), 302),
        (lambda user: User.objects.filter(pk=user.pk).update(password=make_password(NEW)), 302),
        (lambda user: User.objects.filter(pk=user.pk).update(role=Role.AGENT), 403),
        (lambda user: UserSession.objects.get(user=user).end(), 302),
        (lambda user: Session.objects.update(expire_date=datetime(2026, 3, 2, tzinfo=UTC)), 302),
        (lambda user: user.delete(), 302),
    ],
)
def test_change_of_a_login_bites_on_the_next_request(sofia: User, change: Any, status: int) -> None:
    User.objects.filter(pk=sofia.pk).update(role=Role.MANAGER)
    client = log_in(sofia)
    assert client.get("/contacts/trash/").status_code == 200
    change(sofia)
    assert client.get("/contacts/trash/").status_code == status


def test_change_of_the_plan_bites_on_the_next_request(anna: User) -> None:
    client = log_in(anna)
    assert client.get("/settings/office/").wsgi_request.account.plan == anna.account.plan
    anna.account.plan = Plan.STARTER
    anna.account.save()
    assert client.get("/settings/office/").wsgi_request.account.plan == Plan.STARTER


def test_sessions_of_others_are_not_shown(anna: User, sofia: User) -> None:
    log_in(sofia, headers={"User-Agent": "Firefox/1 Windows"})
    page = log_in(anna, headers={"User-Agent": "Chrome/1 Linux"}).get("/accounts/sessions/")
    assert page.context["session_count"] == 1
    assert "Firefox" not in page.content.decode()


def used(client: Client) -> Any:
    return UserSession.objects.filter(session_key=client.session.session_key)


def test_sessions_say_when_they_were_used_last_without_a_write_for_each_page(anna: User, unwritten: Any) -> None:
    here, there = log_in(anna), log_in(anna)
    long_ago = datetime(2026, 3, 2, 9, 40, tzinfo=UTC)
    used(there).update(last_seen_at=long_ago)
    page = here.get("/accounts/sessions/").content.decode()
    assert page.count("zuletzt benutzt am") == 1
    assert "zuletzt benutzt am 02.03.2026 gegen 10 Uhr" in page
    assert is_inside(there)
    [after] = used(there).values_list("last_seen_at", flat=True)
    assert after > long_ago
    with unwritten():
        assert (is_inside(there), is_inside(here)) == (True, True)


def test_showing_the_sessions_counts_only_as_use_of_the_current_one(anna: User) -> None:
    here, there = log_in(anna), log_in(anna)
    long_ago = datetime(2026, 3, 2, 9, 40, tzinfo=UTC)
    used(there).update(last_seen_at=long_ago)
    here.get("/accounts/sessions/")
    assert used(there).get().last_seen_at == long_ago


def test_a_page_is_shown_where_its_session_cannot_be_noted(anna: User) -> None:
    client = log_in(anna)
    used(client).update(last_seen_at=datetime(2026, 3, 2, tzinfo=UTC))
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'full' USING ERRCODE = '53100'; END $$"
        )
        cursor.execute(
            "CREATE TRIGGER full_disk BEFORE UPDATE ON usersessions_usersession EXECUTE FUNCTION full_disk()"
        )
    assert is_inside(client)


def test_the_login_after_a_new_password_is_filled_in(anna: User) -> None:
    link = reset_link(anna)
    client = Client()
    form = client.get(link, follow=True).redirect_chain[-1][0]
    client.post(form, {"password1": NEW, "password2": NEW}, follow=True)
    page = client.get("/accounts/login/").content.decode()
    [password] = re.findall(r'<input[^>]* name="password"[^>]*>', page)
    assert ('value="anna@krueger.example"' in page, "autofocus" in password) == (True, True)
    assert anna.email not in Client().get("/accounts/login/").content.decode()
    client.post("/accounts/login/", {"login": anna.email, "password": NEW})
    assert is_inside(client)
    assert "signs_in" not in client.session
