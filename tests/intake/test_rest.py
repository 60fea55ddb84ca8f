"""The API: who may, what happens once, and what is said of whatever goes wrong."""

import base64
import hashlib
import hmac
import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from contacts import derived
from contacts.models import Action, Consent, Contact
from intake import arrivals, keys, openapi
from intake.models import ApiKey, Arrival, Result
from intake.reading import api
from pipeline import leads
from pipeline.models import Card
from tests.factories import ContactFactory
from tests.markup import page_of

WHERE = "/api/v1/contacts/"
OLGA: dict[str, Any] = {
    "source": "valuation",
    "external_id": "w-1",
    "person": {"first_name": "Olga", "last_name": "Wagner", "email": "olga@st.example"},
    "message": "Bitte um Rückruf.",
}


class Program:
    """Another program with a key."""

    def __init__(self, user, **scopes: Any) -> None:
        allowed = {"may_read": True, "may_write": True} | scopes
        self.issued = keys.issue(user=user, name="Website", now=timezone.now(), **allowed)
        self.client = Client(raise_request_exception=False)
        self.headers = {"authorization": f"Bearer {self.issued.token}"}

    def post(self, data: Any = OLGA, *, content_type: str = "application/json", **headers: str):
        body = data if isinstance(data, bytes | str) else json.dumps(data)
        return self.client.post(WHERE, body, content_type=content_type, headers=self.headers | headers)

    def get(self, query: str = ""):
        return self.client.get(f"{WHERE}{query}", headers=self.headers)


@pytest.fixture
def program(anna, board) -> Program:
    return Program(anna)


def test_a_lead_becomes_a_contact_on_top_of_the_board(program, board):
    answer = program.post()
    contact = Contact.objects.get()
    assert (answer.status_code, answer.json()) == (201, {"id": contact.pk, "duplicate": False})
    assert answer["Location"] == f"{WHERE}{contact.pk}/"
    assert (contact.last_name, contact.source, contact.foreign_ids) == ("Wagner", "valuation", [["Website", "w-1"]])
    assert Card.objects.get().column == board["Neue Kontakte"]
    assert Action.objects.get().text.startswith("Bitte um Rückruf.")
    assert program.client.get(answer["Location"], headers=program.headers).status_code == 200


def test_a_lead_takes_few_statements_and_its_row_is_as_if_saved(program, django_assert_num_queries):
    program.post()  # which notes the use of the key, and that its ids are this inlet's
    olga = OLGA["person"] | {"last_name": "Weiß", "email": "Olga.W@st.example", "company": 'A "x" {\\}'}
    phones = [{"kind": "mobile", "number": "0151 23456789"}, {"kind": "work", "number": "030 1234567"}]
    sent = OLGA | {"external_id": "w-2", "person": olga | {"phones": phones}, "tracking": {"gclid": "{a,b}"}}
    with django_assert_num_queries(10):  # with BEGIN and COMMIT
        answer = program.post(sent | {"property": {"living_area": 120.5, "year_built": 1975}})
    contact = Contact.objects.get(pk=answer.json()["id"])
    found = {name: getattr(contact, name) for name in derived.FIELDS}
    assert contact.company == 'A "x" {\\}'
    assert (contact.action_counts, contact.last_action_at) == ({"inquiry": 1}, Action.objects.latest("pk").performed_at)
    derived.derive(contact).save()
    contact.refresh_from_db()
    assert {name: getattr(contact, name) for name in derived.FIELDS} == found
    assert {key.partition(":")[2] for key in contact.keys} >= {"e:olgaw@st.example", "p:4915123456789", "p:49301234567"}


def test_the_same_person_is_known_and_the_same_id_has_no_effect(program):
    first = program.post().json()["id"]
    again = program.post(OLGA | {"external_id": "w-2"})
    assert (again.status_code, again.json()) == (200, {"id": first, "duplicate": True})
    repeated = program.post(OLGA | {"message": "x"})
    assert (repeated.status_code, repeated.json()) == (200, {"id": first, "duplicate": True})
    assert [one.result for one in Arrival.objects.order_by("pk")] == [Result.NEW, Result.AGAIN, Result.REPEATED]
    assert Action.objects.count() == 2


def test_an_idempotency_key_has_one_effect(program):
    lead = {"person": {"last_name": "Otto"}}
    first = program.post(lead, idempotency_key="k1")
    second = program.post(lead, idempotency_key="k1")
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == {"id": first.json()["id"], "duplicate": True}
    other = program.post({"person": {"last_name": "Ada"}}, idempotency_key="k1")
    assert (other.status_code, Contact.objects.count(), Arrival.objects.count()) == (422, 1, 1)
    assert program.post(lead).status_code == 201  # nobody knows it by a last name


def test_an_idempotency_key_is_free_after_a_day(program):
    program.post({"person": {"last_name": "Otto"}}, idempotency_key="k1")
    Arrival.objects.update(arrived_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert program.post({"person": {"last_name": "Ada"}}, idempotency_key="k1").status_code == 201
    assert Contact.objects.count() == 2


@pytest.mark.parametrize("key", ["x" * 191, "a\tb"])
def test_an_idempotency_key_that_is_none_is_refused(program, key):
    assert (program.post(idempotency_key=key).status_code, Arrival.objects.count()) == (422, 0)


def test_what_is_not_understood_lies_in_the_tray_with_its_paths(program):
    answer = program.post({"person": {"last_name": "Otto", "email": "nein"}, "property": {"living_area": "groß"}})
    arrival = Arrival.objects.get()
    assert answer.status_code == 202
    assert answer.json()["quarantined"] == f"q-{arrival.pk}"
    said = {one["path"]: one["sentence"] for one in answer.json()["problems"]}
    assert said == {"person.email": api.NEEDS_EMAIL, "property.living_area": api.NEEDS_NUMBER}
    assert (arrival.result, Contact.objects.count()) == (Result.UNREAD, 0)


def test_a_moment_in_a_zone_that_nobody_lives_in_is_a_moment(program):
    assert program.post(OLGA | {"occurred_at": "2026-11-20T09:12:00+22:58"}).status_code == 201


def test_unknown_fields_are_kept(program):
    assert program.post(OLGA | {"extra": {"Balkon": "ja"}, "colour": "red"}).status_code == 201
    assert Contact.objects.get().further == [["Balkon", "ja"], ["colour", "red"]]


def test_a_consent_becomes_evidence(program):
    consent = {
        "channel": "email",
        "granted": True,
        "wording": "Ja.",
        "wording_version": 3,
        "place": "https://x.example",
    }
    program.post(OLGA | {"consents": [consent]})
    evidence = Consent.objects.get()
    assert (evidence.wording, evidence.is_proven) == ("Ja.", False)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b" ", 400),
        (b"{", 400),
        (b"[1]", 400),
        (b'"text"', 400),
        (b'{"a":' * 10_000 + b"1" + b"}" * 10_000, 400),
        (json.dumps({f"f{number}": "x" for number in range(10_000)}).encode(), 400),
        (b'{"person": {"last_name": "\\ud800"}}', 202),  # which is nobody's name
        (b'{"person": {"last_name": "Gr\xf6\xdfmann"}}', 201),  # Latin-1, whatever it claims
    ],
    ids=["nothing", "cut off", "list", "text", "deep", "wide", "half a sign", "Latin-1"],
)
def test_hostile_bodies_are_answered_in_json(program, body, status):
    answer = program.post(body)
    assert answer.status_code == status
    if status == 400:
        assert answer.json()["sentence"] and answer.json()["problems"] == []
        assert Arrival.objects.count() == 0


def test_what_is_too_large_is_refused_before_it_is_read(program):
    answer = program.post(b" " * 1_000_001)
    assert (answer.status_code, answer.json()["problems"], Arrival.objects.count()) == (413, [], 0)
    assert program.post(json.dumps(OLGA | {"message": "x" * 19_000, "extra": {"a": "y" * 900_000}})).status_code == 201


@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x"])
def test_other_types_are_refused(program, kind):
    answer = program.post("a=b", content_type=kind)
    assert (answer.status_code, Arrival.objects.count()) == (415, 0)
    assert answer.json()["sentence"] == "Erwartet wird application/json."


def test_beyond_the_limit_somebody_is_told_when_to_come_again(program, monkeypatch):
    monkeypatch.setitem(arrivals.LIMITS, "api", arrivals.Limit(1, 9, 9999))
    program.post()
    answer = program.post()
    assert (answer.status_code, 0 < int(answer["Retry-After"]) <= 60) == (429, True)
    assert answer.json()["sentence"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer kp_wrong", "Basic {}", "{}", "Bearer x{}", "Bearer \x00"])
def test_nobody_enters_without_a_key(program, header):
    program.headers = {"authorization": header.format(program.issued.token)}
    for answer in (program.post(), program.get()):
        assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")
        assert answer.json()["sentence"].startswith("Der Schlüssel fehlt")
    assert Arrival.objects.count() == 0


def test_a_session_never_authenticates(program, anna, login):
    client = login(anna)
    assert client.get(WHERE).status_code == client.post(WHERE, OLGA, "application/json").status_code == 401


def test_a_key_is_limited_to_its_scopes(anna, board):
    reader, writer = Program(anna, may_write=False), Program(anna, may_read=False)
    assert (reader.post().status_code, reader.get().status_code) == (403, 200)
    assert (writer.post().status_code, writer.get().status_code) == (201, 403)


def test_a_revoked_key_ends_at_once(program, anna):
    keys.revoke(user=anna, key_id=program.issued.key.pk, now=timezone.now())
    assert (program.post().status_code, program.get().status_code) == (401, 401)


def test_the_last_use_is_noted_once_a_minute(program):
    program.get()
    first = ApiKey.objects.get().last_used_at
    program.get()
    assert first is not None and ApiKey.objects.get().last_used_at == first
    ApiKey.objects.update(last_used_at=first - timedelta(seconds=61))
    program.get()
    assert ApiKey.objects.get().last_used_at > first


def test_the_key_itself_is_nowhere_in_the_database(program):
    key = ApiKey.objects.get()
    assert program.issued.token not in str(vars(key)) and key.hint == program.issued.token[:8]


def test_contacts_of_others_do_not_exist(program, paul):
    Program(paul).post(OLGA)
    theirs = Contact.objects.get()
    assert program.client.get(f"{WHERE}{theirs.pk}/", headers=program.headers).status_code == 404
    assert program.get().json() == {"contacts": [], "next": None}
    assert program.get("?external_id=w-1").json()["contacts"] == []
    assert program.post().json()["duplicate"] is False


def test_a_contact_is_read_as_it_is_written(program):
    lead = OLGA | {
        "property": {"kind": "house", "living_area": 128.5, "address": {"street": "Lindenweg 4", "city": "Hamburg"}},
        "tracking": {"utm_source": "google"},
    }
    lead["person"] = lead["person"] | {"phones": [{"kind": "mobile", "number": "0151 55501234"}]}
    pk = program.post(lead).json()["id"]
    (shown,) = program.get().json()["contacts"]
    assert (shown["id"], shown["status"]["key"], shown["external_ids"]) == (
        pk,
        "new",
        [{"source": "Website", "id": "w-1"}],
    )
    assert shown["person"]["phones"] == [{"kind": "mobile", "number": "0151 55501234"}]
    assert (shown["property"]["living_area"], shown["property"]["address"]["city"]) == (128.5, "Hamburg")
    assert shown["tracking"] == {"utm_source": "google"}


def test_of_trashed_contacts_there_are_only_ids(program, anna):
    pk = program.post().json()["id"]
    leads.trash(user=anna, contact_ids=[pk], now=timezone.now())
    assert program.client.get(f"{WHERE}{pk}/", headers=program.headers).json() == {"id": pk, "trashed": True}
    assert program.get().json()["contacts"] == [{"id": pk, "trashed": True}]


def test_the_list_is_found_by_foreign_id_and_by_change(program, anna):
    first, second = (ContactFactory(account=anna.account) for _number in range(2))
    before = timezone.now()
    pk = program.post().json()["id"]

    def found(query: str) -> list[int]:
        return [one["id"] for one in program.get(query).json()["contacts"]]

    assert found("") == [first.pk, second.pk, pk]
    assert found("?external_id=w-1&external_source=Website") == found("?external_id=w-1") == [pk]
    assert found("?external_id=w-1&external_source=x") == found("?external_id=%00") == []
    assert found(f"?changed_since={before.isoformat()}") == [pk]  # its plus is not encoded
    assert found("?changed_since=0001-01-01T00:00:00%2B10:00") == [pk]  # those of the factory have no history
    assert found("?changed_since=9999-12-31T23:59:59-10:00") == []
    leads.trash(user=anna, contact_ids=[first.pk], now=timezone.now())
    assert found(f"?changed_since={before.isoformat().replace('+', '%2B')}") == [first.pk, pk]


def test_pages_follow_each_other(program, anna, monkeypatch):
    monkeypatch.setattr("intake.exposing.PAGE", 2)
    ids = [ContactFactory(account=anna.account).pk for _number in range(4)]
    first = program.get().json()
    assert ([one["id"] for one in first["contacts"]], first["next"]) == (ids[:2], ids[1])
    second = program.get(f"?after={first['next']}").json()
    assert ([one["id"] for one in second["contacts"]], second["next"]) == (ids[2:], None)


@pytest.mark.parametrize(
    "query",
    [
        "?after=x",
        "?after=0",
        "?changed_since=gestern",
        "?changed_since=2026-11-27",
    ],
)
def test_questions_that_mean_nothing_are_refused(program, query):
    answer = program.get(query)
    assert (answer.status_code, bool(answer.json()["sentence"])) == (422, True)


def test_other_methods_and_addresses_answer_in_json(program):
    answer = program.client.put(WHERE, headers=program.headers)
    assert (answer.status_code, answer["Allow"]) == (405, "GET, HEAD, POST")
    assert answer.json()["problems"] == []


@pytest.fixture
def signing(anna, board) -> Program:
    return Program(anna, is_signed=True, trusts_consents=True)


def signed(program: Program, body: str, moment: float, name: str = "msg_1") -> dict[str, str]:
    key = base64.b64decode(program.issued.secret.removeprefix("whsec_"))
    stamp = str(int(moment))
    digest = hmac.new(key, f"{name}.{stamp}.{body}".encode(), hashlib.sha256).digest()
    signature = f"v1,{base64.b64encode(digest).decode()}"
    return {"webhook-id": name, "webhook-timestamp": stamp, "webhook-signature": signature}


def test_a_signed_request_is_taken_in_once_and_only_while_it_is_fresh(signing):
    body, now = json.dumps(OLGA), timezone.now().timestamp()
    assert signing.post(body).status_code == 401
    assert signing.post(body, **signed(signing, body + " ", now)).status_code == 401
    assert signing.post(body, **signed(signing, body, now - 600)).status_code == 401
    assert Arrival.objects.count() == 0
    assert signing.post(body, **signed(signing, body, now)).status_code == 201
    assert signing.post(body, **signed(signing, body, now)).status_code == 200
    assert (Arrival.objects.count(), Action.objects.count()) == (1, 1)


def test_a_signed_request_is_the_same_whatever_unsigned_key_comes_with_it(signing):
    body, now = json.dumps(OLGA), timezone.now().timestamp()
    for number in range(3):
        signing.post(body, idempotency_key=f"k{number}", **signed(signing, body, now))
    assert (Arrival.objects.count(), Action.objects.count()) == (1, 1)


def test_the_consents_of_a_trusted_sender_that_signs_are_proven(signing):
    body = json.dumps(OLGA | {"consents": [{"channel": "email", "granted": True, "wording": "Ja."}]})
    signing.post(body, **signed(signing, body, timezone.now().timestamp()))
    assert Consent.objects.get().is_proven is True


def test_an_administrator_makes_a_key_sees_it_once_and_revokes_it(anna, board, login):
    client = login(anna)
    answer = client.post("/settings/keys/", {"name": "Website", "may_write": "on"})
    assert (answer.status_code, answer.url) == (302, "/settings/keys/")  # so that a reload makes no other key
    kept = client.session["issued key"]
    page = page_of(client.get("/settings/keys/"))
    key = ApiKey.objects.get()
    token = page.partition("data-token>")[2].partition("<")[0]
    assert token.startswith("kp_") and token not in page_of(client.get("/settings/keys/"))
    assert (token in kept, "issued key" in client.session) == (False, False)
    assert (key.inlet.name, key.may_write, key.may_read, key.created_by) == ("Website", True, False, anna)
    client.post(f"/settings/keys/{key.pk}/revocation/")
    assert "widerrufen" in page_of(client.get("/settings/keys/"))


@pytest.mark.parametrize(
    "sent", [{"name": "x"}, {"may_write": "on"}, {"name": "x", "may_write": "on", "trusts_consents": "on"}]
)
def test_a_key_that_says_too_little_is_not_made(anna, login, sent):
    assert login(anna).post("/settings/keys/", sent).status_code == 422
    assert ApiKey.objects.count() == 0


def test_an_office_has_so_many_keys_and_no_more(anna, login, monkeypatch):
    monkeypatch.setattr(keys, "MAX_KEYS", 1)
    client = login(anna)
    assert client.post("/settings/keys/", {"name": "a", "may_write": "on"}).status_code == 302
    assert client.post("/settings/keys/", {"name": "b", "may_write": "on"}).status_code == 409


def test_the_description_names_every_field_and_the_page_shows_it(client, db):
    named = {field.path.replace("[]", "") for field in openapi.fields(openapi.document())}
    assert set(api._FIELDS) - named == set()
    text = page_of(client.get("/api/v1/docs/"))
    assert all(f"<code>{path}</code>" in text for path in ("person.last_name", "property.valuation.from", "202"))
    assert client.get("/api/v1/openapi.json").json()["openapi"] == "3.1.0"


@pytest.mark.parametrize(
    ("action", "ask"),
    [
        ("api_read", lambda program: program.get()),
        ("api_read", lambda program: program.client.get(f"{WHERE}1/", headers=program.headers)),
        ("api_refused", lambda program: program.post(b"{")),
        ("api_refused", lambda program: program.post("a=b", content_type="text/plain")),
        ("api_refused", lambda program: program.get("?after=x")),
        ("api_unknown", lambda program: program.client.get(WHERE)),
    ],
)
def test_too_many_reads_and_refused_requests_are_told_when_to_come_again(program, anna, settings, action, ask):
    limit = "2/m/ip" if action == "api_unknown" else "2/m/key"
    settings.ACCOUNT_RATE_LIMITS = settings.ACCOUNT_RATE_LIMITS | {action: limit}
    answers = [ask(program) for _ in range(3)]
    assert [answer.status_code == 429 for answer in answers] == [False, False, True]
    assert answers[2]["Retry-After"] == "60" and answers[2].json()["sentence"]
    assert program.post().status_code == 201  # leads have limits of their own
    assert Program(anna).get().status_code == 200
