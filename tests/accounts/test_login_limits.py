"""Guessing passwords: what is counted, for whom, and that counters are not lost."""

import json
import re
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal import auth as totp
from django.core import signing
from django.core.cache import cache
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts import second_factor
from accounts.models import User
from config.proxies import TrustedProxies, Unusable, networks
from tests.accounts.passkeys import Passkey
from tests.accounts.test_sign_in import is_inside, log_in
from tests.factories import PASSWORD, UserFactory

LOGIN = "/accounts/login/"
WRONG = "falsch-falsch"
FETCH = {"X-Requested-With": "XMLHttpRequest"}
STOPPED = "Zu viele Fehlversuche"


def guess(user: User, password: str = WRONG, **how: Any) -> str:
    form = {"login": user.email, "password": password}
    return Client(**how).post(LOGIN, form).content.decode()


def test_failures_count_on_the_account_regardless_of_port_and_host(anna: User) -> None:
    for number in range(5):
        guess(anna, headers={"Host": f"localhost:{8000 + number}"}, REMOTE_ADDR=f"10.0.0.{number}")
    assert STOPPED in guess(anna, PASSWORD, headers={"Host": "testserver:9"}, REMOTE_ADDR="10.0.1.1")


def test_failures_count_regardless_of_the_case_of_the_address(anna: User) -> None:
    for number in range(5):
        guess(User(email=f" {anna.email.upper()}" if number % 2 else anna.email), REMOTE_ADDR=f"10.0.0.{number}")
    assert STOPPED in guess(anna, PASSWORD, REMOTE_ADDR="10.0.1.1")


def test_forged_forwarded_addresses_count_as_one_caller(anna: User) -> None:
    for number in range(10):
        guess(User(email=f"nobody{number}@x.example"), headers={"X-Forwarded-For": f"10.0.0.{number}"})
    assert STOPPED in guess(anna, headers={"X-Forwarded-For": "10.0.1.1", "X-Real-IP": "10.0.1.2"})


def test_guesses_at_hundreds_of_accounts_do_not_evict_other_counters(anna: User) -> None:
    for number in range(5):
        guess(anna, REMOTE_ADDR=f"10.0.0.{number}")
    for number in range(400):
        cache.set(f"z{number}", [1.0], 300)
    assert STOPPED in guess(anna, PASSWORD, REMOTE_ADDR="10.0.1.1")


def test_the_next_write_deletes_expired_counters(db: None) -> None:
    for number in range(5):
        cache.set(f"old{number}", [1.0], 300)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_cache SET expires = %s", [timezone.now() - timedelta(hours=1)])
        cache.set("new", [1.0], 300)
        cursor.execute("SELECT cache_key FROM accounts_cache")
        assert [key for (key,) in cursor.fetchall()] == [":1:new"]


def test_the_owner_gets_in_by_passkey_while_others_guess_at_the_account(anna: User) -> None:
    """B57: a hundred wrong passwords, from here and from elsewhere."""
    passkey = Passkey(anna)
    for number in range(100):
        guess(anna, REMOTE_ADDR=f"10.0.0.{number % 20}")
    assert STOPPED in guess(anna, PASSWORD, REMOTE_ADDR="10.0.1.1")
    client = Client(REMOTE_ADDR="10.0.0.1")
    asked = client.get("/accounts/2fa/webauthn/login/", headers=FETCH).json()
    answer = passkey.answer(asked["request_options"]["publicKey"]["challenge"])
    client.post("/accounts/2fa/webauthn/login/", {"credential": json.dumps(answer)})
    assert is_inside(client)


def test_a_foreign_passkey_opens_nothing(anna: User, sofia: User) -> None:
    own, theirs = Passkey(anna), Passkey(sofia)
    theirs.user, theirs.id = own.user, own.id
    client = Client()
    asked = client.get("/accounts/2fa/webauthn/login/", headers=FETCH).json()
    answer = theirs.answer(asked["request_options"]["publicKey"]["challenge"])
    client.post("/accounts/2fa/webauthn/login/", {"credential": json.dumps(answer)})
    assert not is_inside(client)


@pytest.mark.parametrize("known", [True, False])
def test_one_caller_who_tries_each_of_many_accounts_once_is_stopped(anna: User, known: bool) -> None:
    """B57: one guess each at a hundred accounts; other callers are not affected."""
    said = []
    for number in range(100):
        user = UserFactory(account=anna.account) if known else User(email=f"nobody{number}@x.example")
        said.append(guess(user, REMOTE_ADDR="10.0.0.1"))
    assert [STOPPED in page for page in said[:12]] == [False] * 10 + [True] * 2
    assert not is_inside(log_in(anna, REMOTE_ADDR="10.0.0.1"))
    assert is_inside(log_in(anna, REMOTE_ADDR="10.0.0.2"))


class TestBrowsersThatAreKnown:
    """Known browsers are not locked out by guesses from the same address, nor at the same account."""

    def known(self, user: User) -> Client:
        client = log_in(user)
        client.post("/accounts/logout/")
        return client

    def enters(self, client: Client, user: User) -> bool:
        client.post(LOGIN, {"login": user.email, "password": PASSWORD})
        return is_inside(client)

    def test_guesses_from_the_same_address_do_not_lock_them_out(self, anna: User, sofia: User) -> None:
        client = self.known(sofia)
        for number in range(31):
            guess(User(email=f"nobody{number}@x.example"))
        assert STOPPED in guess(anna, PASSWORD)
        assert not self.enters(Client(), sofia)
        assert self.enters(client, sofia)

    def test_guesses_at_their_account_do_not_lock_them_out(self, anna: User) -> None:
        client = self.known(anna)
        for number in range(5):
            guess(anna, REMOTE_ADDR=f"10.0.0.{number}")
        assert STOPPED in guess(anna, PASSWORD, REMOTE_ADDR="10.0.1.1")
        assert self.enters(client, anna)

    def test_their_own_guesses_count(self, anna: User) -> None:
        client = self.known(anna)
        for _ in range(10):
            answer = client.post(LOGIN, {"login": anna.email, "password": WRONG})
            assert answer.status_code == 200
        answer = client.post(LOGIN, {"login": anna.email, "password": PASSWORD})
        assert (answer.status_code, STOPPED in answer.content.decode()) == (429, True)

    def test_they_are_known_only_to_the_account_they_logged_in_to(self, anna: User, sofia: User) -> None:
        client = self.known(sofia)
        for number in range(5):
            guess(anna, REMOTE_ADDR=f"10.0.0.{number}")
        assert not self.enters(client, anna)

    @pytest.mark.parametrize("value", ["", "x", "eyJpZCI6ICJ4In0:1:x"])
    def test_a_forged_cookie_is_ignored(self, anna: User, value: str) -> None:
        client = Client(REMOTE_ADDR="10.0.1.1")
        client.cookies["browser"] = value
        for number in range(5):
            guess(anna, REMOTE_ADDR=f"10.0.0.{number}")
        assert not self.enters(client, anna)

    def test_the_cookie_contains_no_names_and_is_hidden_from_scripts(self, anna: User) -> None:
        cookie = log_in(anna).cookies["browser"]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/accounts/")
        assert anna.email not in signing.b64_decode(cookie.value.split(":")[0].encode()).decode()


def test_too_many_logins_of_any_kind_name_the_time_to_retry(anna: User) -> None:
    for _ in range(120):
        Client().post(LOGIN, {"login": "x", "password": ""})
    answer = Client().post(LOGIN, {"login": anna.email, "password": PASSWORD})
    assert (answer.status_code, answer["Retry-After"]) == (429, "60")
    assert "Zu viele Versuche" in answer.content.decode()


class TestProxies:
    def seen(self, peer: str, forwarded: str, trusted: str) -> tuple[str, list[str]]:
        """Return the address a view sees, and the forwarded headers that reach it."""
        request = HttpRequest()
        request.META = {
            "REMOTE_ADDR": peer,
            "HTTP_X_FORWARDED_FOR": forwarded,
            "HTTP_X_FORWARDED_PROTO": "https",
        }
        with override_settings(TRUSTED_PROXIES=trusted.split(",") if trusted else []):
            TrustedProxies(lambda _request: HttpResponse())(request)
        return request.META["REMOTE_ADDR"], sorted(name for name in request.META if "FORWARDED" in name)

    BOTH = ["HTTP_X_FORWARDED_FOR", "HTTP_X_FORWARDED_PROTO"]

    @pytest.mark.parametrize(
        ("peer", "forwarded", "trusted", "caller", "headers"),
        [
            ("9.9.9.9", "1.1.1.1", "", "9.9.9.9", []),
            ("9.9.9.9", "1.1.1.1", "127.0.0.1", "9.9.9.9", []),
            ("127.0.0.1", "1.1.1.1", "127.0.0.1", "1.1.1.1", BOTH),
            ("127.0.0.1", "6.6.6.6, 1.1.1.1", "127.0.0.1", "1.1.1.1", BOTH),
            ("10.1.2.3", "6.6.6.6,1.1.1.1,10.9.9.9", "10.0.0.0/8", "1.1.1.1", BOTH),
            ("10.1.2.3", "10.1.1.1, 10.9.9.9", "10.0.0.0/8", "10.1.1.1", BOTH),
            ("::ffff:10.1.2.3", "1.1.1.1", "10.0.0.0/8", "1.1.1.1", BOTH),
            ("fd00::1", "2001:db8::7", "fd00::/8", "2001:db8::7", BOTH),
            ("127.0.0.1", "", "127.0.0.1", "127.0.0.1", BOTH),
            ("127.0.0.1", "<script>", "127.0.0.1", "127.0.0.1", BOTH),
            ("", "1.1.1.1", "unix", "1.1.1.1", BOTH),
            ("", "1.1.1.1", "127.0.0.1", "", []),
        ],
    )
    def test_only_a_trusted_proxy_names_the_caller(
        self, peer: str, forwarded: str, trusted: str, caller: str, headers: list[str]
    ) -> None:
        assert self.seen(peer, forwarded, trusted) == (caller, headers)

    @pytest.mark.parametrize("value", ["proxy.local", "10.0.0.1/8", "1"])
    def test_an_invalid_proxy_address_is_refused_at_the_start(self, value: str) -> None:
        with pytest.raises(Unusable):
            networks([value])


class TestCodes:
    """A code of the authenticator app works once, even while it is still valid."""

    @pytest.fixture
    def secret(self, anna: User) -> str:
        secret = totp.generate_totp_secret()
        totp.TOTP.activate(anna, secret)
        return secret

    def code(self, secret: str, steps: int = 0) -> str:
        now = list(totp.yield_hotp_counters_from_time())[1]
        return totp.format_hotp_value(totp.hotp_value(secret, now + steps))

    def enters(self, user: User, code: str) -> bool:
        client = log_in(user)
        client.post("/accounts/2fa/authenticate/", {"code": code})
        return is_inside(client)

    def test_the_field_has_the_cursor_the_digits_and_the_code_of_a_message(self, anna: User, secret: str) -> None:
        page = log_in(anna).get("/accounts/2fa/authenticate/").content.decode()
        [field] = re.findall(r'<input[^>]* name="code"[^>]*>', page)
        for said in ('inputmode="numeric"', 'autocomplete="one-time-code"', "autofocus"):
            assert said in field

    def test_does_not_work_twice(self, anna: User, secret: str) -> None:
        code = self.code(secret)
        assert self.enters(anna, code)
        cache.clear()  # as after the half minute that the library remembers it
        assert not self.enters(anna, code)

    def test_an_older_one_does_not_work_after_a_newer_one(self, anna: User, secret: str) -> None:
        older, newer = self.code(secret), self.code(secret, 1)
        assert self.enters(anna, newer)
        cache.clear()
        assert not self.enters(anna, older)

    def test_the_next_one_works(self, anna: User, secret: str) -> None:
        assert self.enters(anna, self.code(secret))
        assert self.enters(anna, self.code(secret, 1))

    def test_is_used_up_once_by_two_at_the_same_instant(self, anna: User, secret: str) -> None:
        app, code = Authenticator.objects.get(user=anna), self.code(secret)
        assert [second_factor.spend(app, code), second_factor.spend(app, code)] == [True, False]

    def test_used_ones_count_as_wrong_ones(self, anna: User, secret: str) -> None:
        code = self.code(secret)
        assert self.enters(anna, code)
        client = log_in(anna)
        for _ in range(5):
            answer = client.post("/accounts/2fa/authenticate/", {"code": code})
        answer = client.post("/accounts/2fa/authenticate/", {"code": self.code(secret, 1)})
        assert STOPPED in answer.content.decode()
        assert (answer.status_code, answer["Retry-After"]) == (429, "300")

    def test_the_one_that_sets_the_app_up_is_used_up(self, anna: User) -> None:
        client = log_in(anna)
        client.post("/accounts/reauthenticate/", {"password": PASSWORD})
        secret = client.get("/accounts/2fa/totp/activate/").context["form"].secret
        code = self.code(secret)
        assert client.post("/accounts/2fa/totp/activate/", {"code": code}).status_code == 302
        cache.clear()
        assert not self.enters(anna, code)


@pytest.mark.parametrize("email", ["nobody@krueger.example", "sofia@krueger.example"])
def test_reset_does_the_same_work_for_known_and_unknown_addresses(anna: User, sofia: User, email: str) -> None:
    def work(address: str, caller: str) -> list[str]:
        client = Client(REMOTE_ADDR=caller)
        with CaptureQueriesContext(connection) as captured:
            client.post("/accounts/password/reset/", {"email": address})
        return [" ".join(query["sql"].split()[:2]) for query in captured if "SAVEPOINT" not in query["sql"]]

    work("somebody@else.example", "10.0.0.3")  # so that the table of the limits is not empty
    User.objects.filter(pk=sofia.pk).update(is_active=False)
    assert work(anna.email, "10.0.0.1") == work(email, "10.0.0.2")
