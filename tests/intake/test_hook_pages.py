"""The settings of web hooks: what one sees of inlets, and what happens to an address and its proof."""

from datetime import timedelta

import pytest
from django.utils import timezone

from base import vault
from base.refusals import Conflict
from intake.hooks import addresses, making
from intake.models import Arrival, Inlet
from intake.reading import signatures
from tests.intake.arriving import NOW, inlet
from tests.intake.hooking import hook_of, send, where
from tests.markup import page_of


@pytest.fixture
def client(anna, board, login):
    return login(anna)


def page(one: Inlet, more: str = "") -> str:
    return f"/settings/inlets/{one.pk}/{more}"


def test_a_new_office_sees_every_way_and_where_it_begins(client):
    text = page_of(client.get("/settings/inlets/"))
    for way in ("/settings/forms/", "/settings/inlets/new/", "/settings/inlets/mail/", "/settings/keys/"):
        assert f'<a class="link" href="{way}">' in text
    assert 'href="/settings/inlets/">Eingangswege einrichten' in page_of(client.get("/intake/"))


def test_an_inlet_is_listed_with_its_kind_and_how_much_came(anna, client):
    hook, silent = hook_of(anna.account, "elementor"), inlet(anna.account, "mailbox")
    for number in range(3):
        send(hook, b'{"name": "Kim %d"}' % number)
    Arrival.objects.filter(pk=Arrival.objects.latest("pk").pk).update(arrived_at=timezone.now() - timedelta(days=31))
    text = page_of(client.get("/settings/inlets/"))
    assert f'href="{page(hook)}"' in text and '<a class="table__name" href="/settings/inlets/mail/">' in text
    assert "Web-Hook · Elementor" in text and "Postfach" in text and "noch nie" in text
    rows = client.get("/settings/inlets/").context["inlets"]
    assert {one.inlet.pk: one.recent for one in rows} == {hook.pk: 2, silent.pk: 0}


def test_a_silent_inlet_is_marked(anna, client):
    hook = hook_of(anna.account)
    for hours in (100, 99, 98, 97, 96):
        send(hook, b'{"name": "Kim %d"}' % hours)
        last = Arrival.objects.latest("pk")
        Arrival.objects.filter(pk=last.pk).update(arrived_at=timezone.now() - timedelta(hours=hours))
    Inlet.objects.filter(pk=hook.pk).update(last_arrival_at=timezone.now() - timedelta(hours=96))
    assert "Seit 4 Tagen nichts von „Website“" in page_of(client.get("/settings/inlets/"))


def test_a_web_hook_is_made_by_clicking_and_its_address_can_be_copied_again(client):
    made = client.post("/settings/inlets/new/", {"name": "Unsere Website", "program": "elementor"})
    hook = Inlet.objects.get()
    assert (made["Location"], hook.is_active) == (page(hook), True)
    for _time in range(2):
        assert f'value="{addresses.address(hook)}"' in page_of(client.get(page(hook)))
    assert send(hook, b'{"name": "Kim Sander"}').status_code == 200


def test_another_address_ends_the_one_before(anna, client):
    hook = hook_of(anna.account)
    assert "Neue Adresse holen" in page_of(client.get(page(hook, "address/")))
    client.post(page(hook, "address/"))
    renewed = Inlet.objects.get()
    assert where(renewed) != where(hook)
    assert (send(hook, b"{}").status_code, send(renewed, b"{}").status_code) == (404, 200)


def test_it_is_switched_off_and_on(anna, client):
    hook = hook_of(anna.account)
    client.post(page(hook, "switch/"), {"on": "0"})
    assert send(hook, b"{}").status_code == 404
    client.post(page(hook, "switch/"), {"on": "1"})
    assert send(hook, b"{}").status_code == 200


@pytest.mark.parametrize("program", ["typeform", "google_ads", "other"])
def test_a_secret_is_shown_once_and_then_asked_for(anna, client, program):
    hook = hook_of(anna.account, program)
    answer = client.post(page(hook, "secret/"))
    assert (answer.status_code, answer.url) == (302, page(hook))  # so that a reload makes no other secret
    assert "data-secret" not in page_of(client.get(page(hook_of(anna.account))))
    text = page_of(client.get(page(hook)))
    hook.refresh_from_db()
    secret = vault.unseal(vault.SENDER, hook.secret)
    assert f"data-secret>{secret}<" in text
    assert secret not in page_of(client.get(page(hook)))
    assert send(hook, b"{}").status_code == 401
    client.post(page(hook, "secret/removal/"))
    assert send(hook, b"{}").status_code == 200


def test_the_secret_of_others_is_a_key_of_standard_webhooks(anna):
    hook = hook_of(anna.account)
    assert signatures._key(making.renew_secret(user=anna, inlet_id=hook.pk))


def test_meta_brings_its_own_secret(anna, client):
    hook = hook_of(anna.account, "meta")
    assert client.post(page(hook, "secret/")).status_code == 422
    assert "app-geheimcode" not in page_of(client.post(page(hook, "secret/"), {"given": "app-geheimcode"}, follow=True))
    hook.refresh_from_db()
    assert vault.unseal(vault.SENDER, hook.secret) == "app-geheimcode"


def test_consents_count_only_with_a_proof(anna, client):
    hook = hook_of(anna.account)
    wanted = {"name": "Website", "trusts_consents": "on"}
    assert "trusts_consents" not in page_of(client.get(page(hook)))
    client.post(page(hook), wanted)
    hook.refresh_from_db()
    assert not hook.trusts_consents
    making.renew_secret(user=anna, inlet_id=hook.pk)
    client.post(page(hook), wanted)
    hook.refresh_from_db()
    assert hook.trusts_consents
    making.drop_secret(user=anna, inlet_id=hook.pk)
    hook.refresh_from_db()
    assert not hook.trusts_consents


def test_what_arrived_stays_when_it_is_removed(anna, client):
    hook = hook_of(anna.account)
    send(hook, b'{"name": "Kim Sander"}')
    client.post(page(hook, "removal/"))
    assert send(hook, b"{}").status_code == 404
    assert (client.get(page(hook)).status_code, Arrival.objects.count()) == (404, 1)
    assert page(hook) not in page_of(client.get("/settings/inlets/"))
    assert "Kim Sander" in page_of(client.get("/intake/"))


def test_an_address_that_no_key_opens_can_be_renewed(anna, client):
    hook = hook_of(anna.account)
    Inlet.objects.update(sealed_token="sealed:x:y")
    assert "nicht mehr lesbar" in page_of(client.get(page(hook)))
    client.post(page(hook, "address/"))
    assert send(Inlet.objects.get(), b"{}").status_code == 200


def test_there_are_not_too_many(anna, monkeypatch):
    monkeypatch.setattr(making, "MAX_HOOKS", 1)
    making.create(user=anna, name="a", program="other", now=NOW)
    with pytest.raises(Conflict):
        making.create(user=anna, name="b", program="other", now=NOW)
