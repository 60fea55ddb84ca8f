"""The address of a web hook: whatever is sent there is kept, taken in exactly once, and never without its proof."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from base import vault
from contacts.models import Action, Contact, ForeignId
from intake import arrivals
from intake.hooks import addresses
from intake.models import Arrival, Inlet, Result
from tests.intake.hooking import WHSEC, hook_of, send, signed, where
from tests.intake.sampling import sample
from tests.intake.test_hooks import type_of

SECRET = "ein-langes-geheimnis"
KIM = {"name": "Kim Sander", "email": "kim@sander.example", "nachricht": "Bitte um Rückruf."}


def as_json(payload) -> bytes:
    return json.dumps(payload).encode()


def hex_of(body: bytes, secret: str = SECRET) -> dict[str, str]:
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"X-Hub-Signature-256": f"sha256={made}"}


def base64_of(body: bytes, secret: str = SECRET) -> dict[str, str]:
    made = hmac.new(secret.encode(), body, hashlib.sha256).digest()
    return {"Typeform-Signature": f"sha256={base64.b64encode(made).decode()}"}


def in_header(body: bytes, secret: str = SECRET) -> dict[str, str]:
    return {"X-Webhook-Key": secret}


@pytest.mark.parametrize(
    ("program", "name", "last_name", "proof"),
    [
        ("typeform", "typeform/answers.json", "Sørensen", base64_of),
        ("google_ads", "google_ads/lead.json", "Thoms", None),  # proven by `google_key`
        ("elementor", "elementor/simple.form", "Tonn", None),
        ("elementor", "elementor/advanced.form", "Brandt", None),
        ("elementor", "elementor/advanced-cp1252.form", "Groß", None),
        ("wpforms", "wpforms/fields.json", "Ebeling", in_header),
        ("wpforms", "wpforms/top-level.json", "Vogt", in_header),
        ("gravity_forms", "gravity_forms/raw.json", "Krämer", in_header),
        ("gravity_forms", "gravity_forms/raw.form", "Plath", None),
        ("contact_form_7", "contact_form_7/flat.json", "Oberländer", None),
        ("contact_form_7", "contact_form_7/form.form", "Lund", None),
        ("contact_form_7", "contact_form_7/multipart.body", "Öhm", None),
        ("meta", "meta/answers.json", "Friis", hex_of),
        ("automation", "hook/flat-german.json", "von Stein", in_header),
        ("other", "hook/nested.json", "Roth", in_header),
        ("other", "hook/couple.form", "Müller", None),
    ],
)
def test_each_sender_makes_one_contact_however_often_it_tries(anna, board, program, name, last_name, proof):
    body = sample(name)
    secret = SECRET if proof else "geheim" if program == "google_ads" else ""
    inlet = hook_of(anna.account, program, secret)
    headers = proof(body) if proof else {}
    first, *again = [send(inlet, body, type_of(name), **headers) for _time in range(3)]
    arrival = Arrival.objects.get()
    assert (first.status_code, first.json()) == (200, {"id": arrival.pk, "duplicate": False})
    assert [(one.status_code, one.json()) for one in again] == [(200, {"id": arrival.pk, "duplicate": True})] * 2
    contact = Contact.objects.get()
    assert (contact.last_name, arrival.contact, arrival.result) == (last_name, contact, Result.NEW)
    assert contact.card.column == board["Neue Kontakte"]
    assert Action.objects.count() == 1


@pytest.mark.parametrize(("program", "source"), [("elementor", "form"), ("typeform", "form"), ("automation", "other")])
def test_what_a_form_of_a_website_sends_comes_from_the_website(anna, board, program, source):
    send(hook_of(anna.account, program), b'{"name": "Kim Sander"}')
    assert Contact.objects.get().source == source


def test_a_contact_has_everything_that_was_sent(anna, board):
    send(hook_of(anna.account), sample("hook/nested.json"))
    contact = Contact.objects.get()
    assert (contact.first_name, contact.phone, contact.more_phones[0]["text"]) == (
        "Ella",
        "0160 4443322",
        "0221 998877",
    )
    assert (contact.property_street, contact.property_postal_code, contact.property_city) == (
        *("Rheinweg 5", "50667", "Köln"),
    )
    assert (contact.living_area, contact.year_built, contact.campaign) == (140, 1962, [["utm_campaign", "herbst"]])
    assert contact.source_detail == "Website"


def test_the_id_of_the_sender_is_kept_with_the_contact(anna, board):
    send(hook_of(anna.account, "google_ads"), sample("google_ads/lead.json"))
    assert ForeignId.objects.values_list("source", "value").get() == ("Website", "L1")


@pytest.mark.parametrize(
    ("program", "name", "wrong"),
    [
        ("typeform", "typeform/answers.json", base64_of(b"{}")),
        ("typeform", "typeform/answers.json", base64_of(sample("typeform/answers.json"), "anderes Büro")),
        ("meta", "meta/answers.json", hex_of(b"{}")),
        ("meta", "meta/answers.json", {}),
        ("google_ads", "google_ads/lead.json", {}),  # its key is another office's
        ("google_ads", "hook/nested.json", in_header(b"")),
        ("wpforms", "wpforms/fields.json", in_header(b"", "falsch")),
        ("other", "hook/nested.json", {"Authorization": "Bearer falsch"}),
    ],
)
def test_without_the_proof_nothing_is_kept(anna, board, program, name, wrong):
    answer = send(hook_of(anna.account, program, SECRET), sample(name), type_of(name), **wrong)
    assert (answer.status_code, Arrival.objects.count()) == (401, 0)


def test_a_signed_message_is_taken_once_and_never_when_it_is_old(anna, board):
    inlet, body, now = hook_of(anna.account, "other", WHSEC), as_json(KIM), timezone.now()
    old = signed(body, now - timedelta(minutes=10))
    assert send(inlet, body, **old).status_code == 401
    assert send(inlet, body, **signed(body, now + timedelta(minutes=10))).status_code == 401
    assert send(inlet, body, **signed(body, now, "msg_2") | {"webhook-id": "msg_3"}).status_code == 401
    right = signed(body, now)
    assert [send(inlet, body, **right).json()["duplicate"] for _time in range(2)] == [False, True]
    assert (Contact.objects.count(), Action.objects.count()) == (1, 1)


def test_an_id_beside_a_signature_of_the_content_makes_no_other_message(anna, board):
    inlet, body = hook_of(anna.account, "typeform", SECRET), sample("typeform/answers.json")
    for number in range(2):
        send(inlet, body, type_of("typeform/answers.json"), **base64_of(body), **{"webhook-id": f"m{number}"})
    assert Arrival.objects.count() == 1


def test_a_key_in_the_body_is_not_kept(anna, board):
    inlet = hook_of(anna.account, "google_ads", "geheim")
    assert send(inlet, sample("google_ads/lead.json")).status_code == 200
    raw = bytes(Arrival.objects.get().raw)
    assert b"geheim" not in raw and b'"***"' in raw


def test_two_people_are_two_and_the_same_once_more_after_a_day_is_another_inquiry(anna, board):
    inlet = hook_of(anna.account)
    send(inlet, as_json(KIM))
    assert not send(inlet, as_json(KIM | {"email": "kim.s@sander.example", "name": "Kai Sander"})).json()["duplicate"]
    assert Contact.objects.count() == 2
    assert send(inlet, as_json(dict(reversed(KIM.items())))).json()["duplicate"]  # only written otherwise
    for arrival in Arrival.objects.all():
        arrival.arrived_at -= timedelta(hours=25)
        arrival.key = arrival.key[:-10] + f"{timezone.now() - timedelta(hours=25):%Y-%m-%d}"
        arrival.save()
    assert not send(inlet, as_json(KIM)).json()["duplicate"]
    assert Arrival.objects.latest("pk").result == Result.AGAIN
    assert Contact.objects.count() == 2


def test_a_retry_after_midnight_is_the_same(anna, board):
    inlet = hook_of(anna.account)
    send(inlet, as_json(KIM))
    Arrival.objects.update(
        key=Arrival.objects.get().key[:-10] + f"{timezone.now() - timedelta(days=1):%Y-%m-%d}",
        arrived_at=timezone.now() - timedelta(minutes=5),
    )
    assert send(inlet, as_json(KIM)).json()["duplicate"]


def test_new_boundaries_make_nothing_new(anna, board):
    inlet, body = hook_of(anna.account), sample("contact_form_7/multipart.body")
    send(inlet, body, "multipart/form-data; boundary=X7")
    again = send(inlet, body.replace(b"--X7", b"--Y8"), "multipart/form-data; boundary=Y8")
    assert again.json()["duplicate"]


def test_a_test_of_google_is_kept_without_a_contact(anna, board):
    inlet = hook_of(anna.account, "google_ads")
    assert send(inlet, sample("google_ads/test.json")).status_code == 200
    assert (Arrival.objects.get().result, Contact.objects.count()) == (Result.TEST, 0)


def test_meta_asks_whether_the_address_is_ours(anna):
    inlet = hook_of(anna.account, "meta")
    asked = {"hub.mode": "subscribe", "hub.verify_token": addresses.verify_token(inlet), "hub.challenge": "1158<b>"}
    answer = Client().get(where(inlet), asked)
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (
        *(200, b"1158<b>"),
        "text/plain; charset=utf-8",
    )
    assert Client().get(where(inlet), asked | {"hub.verify_token": "geraten"}).status_code == 403
    assert Client().get(where(inlet)).status_code == 405
    assert Client().get(where(hook_of(anna.account)), asked).status_code == 405


def test_of_meta_only_the_id_is_kept_and_the_tray_says_what_is_missing(anna, board, login):
    body = sample("meta/announced.json")
    inlet = hook_of(anna.account, "meta", SECRET)
    assert [send(inlet, body, **hex_of(body)).json()["duplicate"] for _time in range(2)] == [False, True]
    arrival = Arrival.objects.get()
    assert (arrival.result, Contact.objects.count(), arrival.read["foreign_id"]) == (Result.UNREAD, 0, "9")
    text = login(anna).get(f"/intake/{arrival.pk}/").content.decode()
    assert "Meta nennt nur die Kennung der Anfrage." in text and "Kennung beim Absender" in text


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b"", "application/json"),
        (b'{"name": "Hal', "application/json"),
        (b"[" * 10_000 + b"]" * 10_000, "application/json"),
        (b'{"balkon": "\xff\xfe\x00"}', "application/json; charset=klingon"),
        (as_json({f"k{number}": "v" for number in range(10_000)}), "application/json"),
        (b"&".join(b"k%d=v" % number for number in range(10_000)), "application/x-www-form-urlencoded"),
        (b"--X\r\n" * 10_000, "multipart/form-data; boundary=X"),
        (b"\x00" * 1000, ""),
        (b"<p>Guten Tag</p>", "text/html"),
        (b'{"k": "' + b"x" * 999_000 + b'"}', "application/json"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_cannot_be_read_is_kept_in_the_tray(anna, body, content_type):
    inlet = hook_of(anna.account)
    answer = send(inlet, body, content_type)
    arrival = Arrival.objects.get()
    assert (answer.status_code, answer.json()["id"], arrival.result) == (200, arrival.pk, Result.UNREAD)
    assert (bytes(arrival.raw), bool(arrival.reason)) == (body, True)
    assert send(inlet, body, content_type).json() == {"id": arrival.pk, "duplicate": True}


@pytest.mark.parametrize("size", [1_000_001, 2_000_000, 10_000_000])
def test_what_is_too_large_is_refused(anna, size):
    answer = send(hook_of(anna.account), b"x" * size)
    assert (answer.status_code, Arrival.objects.count()) == (413, 0)


def test_too_much_is_told_to_come_later(anna, board, monkeypatch):
    monkeypatch.setitem(arrivals.LIMITS, "hook", arrivals.Limit(1, 1, 1_000_000))
    inlet = hook_of(anna.account)
    send(inlet, as_json(KIM))
    answer = send(inlet, as_json(KIM | {"name": "Kai"}))
    assert (answer.status_code, 0 < int(answer["Retry-After"]) <= 3600) == (429, True)
    inlet.refresh_from_db()
    assert inlet.dropped == 1


def test_an_address_that_is_off_gone_or_guessed_is_not_there(anna, paul):
    off = hook_of(anna.account, is_active=False)
    assert send(off, as_json(KIM)).status_code == 404
    gone = hook_of(anna.account)
    before = where(gone)
    addresses.give(gone)
    gone.save()
    assert Client().post(before, KIM).status_code == 404
    form = Inlet.objects.create(account=paul.account, kind="form", name="x", created_at=gone.created_at)
    Inlet.objects.filter(pk=form.pk).update(token=addresses.digest("geraten"))
    assert Client().post("/in/geraten/", KIM).status_code == 404


def test_a_leaked_database_has_no_addresses(anna):
    inlet = hook_of(anna.account, secret=SECRET)
    token = where(inlet).split("/")[2]
    assert len(token) >= 32
    kept = str(Inlet.objects.filter(pk=inlet.pk).values().get())
    assert token not in kept and SECRET not in kept
    assert vault.unseal(vault.ADDRESS, inlet.sealed_token) == token


def test_nobody_gets_a_cookie(anna):
    assert not send(hook_of(anna.account), as_json(KIM)).cookies


def test_it_comes_into_the_office_of_its_address(anna, paul, board):
    send(hook_of(anna.account), as_json(KIM))
    assert Contact.objects.get().account == anna.account
