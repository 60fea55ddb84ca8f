"""Web push: encrypted, signed, without personal data, and only to where offices may have us connect."""

import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import connection

from accounts import members
from accounts.models import Role, User
from base import vault
from contacts.models import Contact
from pipeline.alerts import keys, pushing, subscriptions, telling, wishes
from pipeline.models import Alert, PushKey, Subscription, Wish
from tests.addresses import BROWSER
from tests.factories import ContactFactory
from tests.pipeline.push_service import Vendor, certificate, signed_by, vendor

NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # a Monday, 12:00 in Berlin


def at(minutes: float) -> datetime:
    return NOON + timedelta(minutes=minutes)


@pytest.fixture(scope="module")
def proof(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificate(tmp_path_factory.mktemp("vendor"))


@pytest.fixture
def shop(proof: Path, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> Iterator[Vendor]:
    settings.WEB_PUSH, settings.PRIVATE_NETWORKS = True, ["127.0.0.0/8", "::1"]
    settings.OPERATOR_EMAIL = "betrieb@example.de"
    monkeypatch.setenv("SSL_CERT_FILE", str(proof))
    with vendor(proof) as shop:
        yield shop


def subscribe(user: User, shop: Vendor, path: str = "/push/1", **more: Any) -> Subscription:
    said = {"endpoint": shop.address(path), "name": "Firefox", **shop.keys} | more
    return subscriptions.subscribe(user=user, now=NOON, **said)


def tell(contact: Contact, now: datetime = NOON) -> int:
    return telling.tell(account_id=contact.account_id, contact_ids=[contact.pk], why=Alert.Why.NEW, now=now)


def test_a_push_says_that_somebody_waits_and_nothing_of_whom(anna: User, shop: Vendor) -> None:
    subscribe(anna, shop)
    contact = ContactFactory(account=anna.account, last_name="Geheim")
    tell(contact)
    assert pushing.send_due(now=NOON) == 1
    (one,) = shop.got
    assert one["words"] == {
        "title": "Neuer Kontakt",
        "body": "Jemand wartet auf eine Antwort.",
        "url": "/contacts/board/",
    }
    assert (one["path"], one["headers"]["ttl"], one["headers"]["topic"]) == ("/push/1", "14400", "contacts")
    key, said = signed_by(one["headers"]["authorization"])
    assert key == keys.public()
    assert said["aud"] == f"https://localhost:{shop.port}" and said["sub"] == "mailto:betrieb@example.de"
    assert pushing.send_due(now=at(60)) == 0 and len(shop.got) == 1


def test_many_contacts_are_few_pushes_to_each_browser(anna: User, shop: Vendor) -> None:
    for number in range(3):
        subscribe(anna, shop, f"/push/{number}")
    for second in range(0, 60, 10):
        now = NOON + timedelta(seconds=second)
        tell(ContactFactory(account=anna.account), now)
        pushing.send_due(now=now)
    assert sorted(one["path"] for one in shop.got) == ["/push/0", "/push/1", "/push/2"]
    assert pushing.send_due(now=at(10)) == 3


def test_quiet_hours_count_for_pushes(anna: User, shop: Vendor) -> None:
    subscribe(anna, shop)
    quiet = {"quiet_from": time(12), "quiet_until": time(14)}
    wishes.settle(user=anna, mail=Wish.Mail.NONE, leads=Wish.Leads.ALL, now=NOON, **quiet)
    tell(ContactFactory(account=anna.account))
    assert [pushing.send_due(now=at(minutes)) for minutes in (0, 119, 120)] == [0, 0, 1]
    assert not Alert.objects.exists()


@pytest.mark.parametrize("status", [404, 410])
def test_a_browser_that_is_gone_is_forgotten(anna: User, shop: Vendor, status: int) -> None:
    subscribe(anna, shop)
    shop.answer = status
    tell(ContactFactory(account=anna.account))
    assert pushing.send_due(now=NOON) == 0 and not Subscription.objects.exists()


def test_a_vendor_that_is_busy_is_asked_again_and_not_for_ever(anna: User, shop: Vendor) -> None:
    kept = subscribe(anna, shop)
    shop.answer, shop.headers = 429, {"Retry-After": "600"}
    tell(ContactFactory(account=anna.account))
    pushing.send_due(now=NOON)
    kept.refresh_from_db()
    assert kept.due_at == at(10)
    shop.answer, shop.headers = 503, {"Retry-After": "99999999"}
    for _ in range(4):
        now = kept.due_at or NOON
        pushing.send_due(now=now)
        kept.refresh_from_db()
        assert kept.due_at is None or now < kept.due_at <= now + pushing.LONGEST
    assert (kept.due_at, kept.attempts, shop.got) == (None, 0, [])


def test_what_died_after_the_claim_is_tried_by_another(anna: User, shop: Vendor) -> None:
    subscribe(anna, shop)
    Subscription.objects.update(due_at=NOON)
    values = {"now": NOON, "lease": NOON + pushing.LEASE, "few": 20}
    with connection.cursor() as cursor:  # and its process is killed
        cursor.execute(pushing.CLAIM, values)
    assert pushing.send_due(now=at(1)) == 0
    assert pushing.send_due(now=at(5)) == 1


@pytest.mark.parametrize("networks", [[], ["10.0.0.0/8"]])
def test_nobody_has_us_connect_to_our_own_network(
    anna: User, shop: Vendor, settings: LazySettings, networks: list[str]
) -> None:
    subscribe(anna, shop)
    settings.PRIVATE_NETWORKS = networks
    tell(ContactFactory(account=anna.account))
    assert pushing.send_due(now=NOON) == 0 and shop.got == []


def test_a_certificate_of_another_name_gets_nothing(anna: User, shop: Vendor) -> None:
    subscribe(anna, shop, endpoint=shop.address(host="127.0.0.1"))
    tell(ContactFactory(account=anna.account))
    assert pushing.send_due(now=NOON) == 0 and shop.got == []


@pytest.mark.parametrize(
    "change",
    [
        lambda sofia, anna: members.deactivate(actor=anna, member_id=sofia.pk),
        lambda sofia, anna: members.change_role(actor=anna, member_id=sofia.pk, role=Role.MARKETING),
    ],
    ids=["left", "marketing"],
)
def test_it_ends_with_the_login_and_the_role(sofia: User, anna: User, shop: Vendor, change: Any) -> None:
    subscribe(sofia, shop)
    tell(ContactFactory(account=sofia.account))
    change(sofia, anna)
    assert pushing.send_due(now=NOON) == 0 and not Subscription.objects.exists()
    assert not Alert.objects.filter(user=sofia).exists()


@pytest.mark.parametrize(
    "said",
    [
        {"endpoint": "http://push.example.net/1"},
        {"endpoint": "https://user@push.example.net/1"},
        {"endpoint": "https:///1"},
        {"endpoint": "https://push.example.net/" + "x" * 1000},
        {"endpoint": "https://push.example.net/\r\nX: 1"},
        {"endpoint": "https://[::1/"},
        {"p256dh": "AAAA"},
        {"p256dh": "ü"},
        {"auth": "AAAA"},
        {"auth": ""},
    ],
)
def test_what_no_browser_says_is_refused(sofia: User, login: Any, settings: Any, unwritten: Any, said: Any) -> None:
    settings.WEB_PUSH = True
    client = login(sofia)
    client.get("/settings/alerts/")
    with unwritten():
        answer = client.post("/settings/alerts/devices/", BROWSER | said)
    assert answer.status_code == 422 and "nichts senden können" in answer.content.decode()


def test_a_user_has_ten_browsers_and_a_browser_one_user(sofia: User, jan: User, login: Any, settings: Any) -> None:
    settings.WEB_PUSH = True
    client = login(sofia)
    for number in range(12):
        said = BROWSER | {"endpoint": f"https://push.example.net/{number}"}
        assert client.post("/settings/alerts/devices/", said).status_code == 302
    assert Subscription.objects.filter(user=sofia).count() == subscriptions.MOST
    assert login(jan).post("/settings/alerts/devices/", said).status_code == 302
    assert Subscription.objects.filter(user=sofia).count() == subscriptions.MOST - 1
    kept = Subscription.objects.get(user=jan)
    assert "push.example.net" not in kept.sealed
    assert client.post(f"/settings/alerts/devices/{kept.pk}/removal/").status_code == 404
    assert login(jan).post(f"/settings/alerts/devices/{kept.pk}/removal/").status_code == 302


def test_the_page_offers_it_once_there_is_a_key(sofia: User, login: Any, settings: Any) -> None:
    client = login(sofia)
    assert "in dieser Installation ausgeschaltet" in client.get("/settings/alerts/").content.decode()
    settings.WEB_PUSH = True
    assert "wird gerade eingerichtet" in client.get("/settings/alerts/").content.decode()
    pushing.send_due(now=NOON)
    page = client.get("/settings/alerts/")
    assert f'data-key="{keys.public()}"' in page.content.decode()
    assert "worker-src 'self'" in page["Content-Security-Policy"]
    script = client.get("/service-worker.js")
    assert script["Content-Type"].startswith("text/javascript") and b"notificationclick" in script.content


def test_while_it_is_off_nothing_is_asked(anna: User, django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        pushing.send_due(now=NOON)


@pytest.mark.django_db(transaction=True)
def test_two_starts_make_one_key() -> None:
    def start(_number: int) -> str:
        try:
            return keys.keep(NOON).public
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert len({*pool.map(start, range(8))}) == 1
    kept = PushKey.objects.get()
    assert vault.is_sealed(kept.sealed) and len(keys.decoded(keys.private(kept))) == 32


def test_neither_web_nor_worker_loads_what_sends() -> None:
    program = (
        "import django, sys; django.setup(); import config.wsgi, intake.tasks, pipeline.tasks, funnel.tasks;"
        "from django.urls import get_resolver; get_resolver().url_patterns;"
        "print(sorted({'aiohttp', 'pywebpush', 'py_vapid', 'http_ece'} & {*sys.modules}))"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ended.stdout == "[]\n"
