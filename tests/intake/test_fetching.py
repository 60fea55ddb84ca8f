"""The answers to Meta's lead ads are fetched with the office's token, by the worker, and taken in once."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from django.utils import timezone

from base import vault
from contacts.models import Contact
from intake.hooks import fetching, making
from intake.models import Arrival, Inlet, Result
from tests.cast import rows_written
from tests.intake.hooking import hook_of, send
from tests.intake.sampling import sample
from tests.markup import page_of

TOKEN = "EAAB-token-of-the-page-0123456789"
SECRET = "app-geheimcode"


class Graph:
    """Meta's Graph API, as far as we ask it."""

    def __init__(self) -> None:
        graph = self
        self.asked: list[tuple[str, dict[str, list[str]], str]] = []
        self.answers: list[tuple[int, bytes]] = []  # the last one for good

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path)
                graph.asked.append((path.path, parse_qs(path.query), self.headers.get("Authorization", "")))
                status, body = graph.answers.pop(0) if len(graph.answers) > 1 else graph.answers[0]
                self.send_response(status)
                if status == 302:
                    self.send_header("Location", f"{graph.url}/elsewhere")
                self.end_headers()
                self.wfile.write(body.replace(b"ID", path.path.rpartition("/")[2].encode()))

            def log_message(self, *words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"


ANSWERS = json.dumps(json.loads(sample("meta/answers.json")) | {"id": "ID"}).encode()


@pytest.fixture
def graph(settings) -> Iterator[Graph]:
    graph = Graph()
    graph.answers = [(200, ANSWERS)]
    settings.META_URL = graph.url
    thread = Thread(target=graph.server.serve_forever)
    thread.start()
    yield graph
    graph.server.shutdown()
    thread.join()
    graph.server.server_close()


@pytest.fixture
def hook(anna, board) -> Inlet:
    inlet = hook_of(anna.account, "meta")
    making.give_access(user=anna, inlet_id=inlet.pk, token=TOKEN, now=timezone.now())
    return Inlet.objects.get(pk=inlet.pk)


def fetch(minutes: int = 0) -> int:
    return fetching.fetch_due(now=timezone.now() + timedelta(minutes=minutes))


def test_what_is_announced_waits_and_becomes_a_contact_once_it_is_fetched(hook, graph, anna, login):
    assert send(hook, sample("meta/announced.json")).status_code == 200
    arrival = Arrival.objects.get()
    assert (arrival.result, graph.asked, Contact.objects.count()) == (Result.ANNOUNCED, [], 0)  # not in the request
    assert "Antworten noch nicht abgeholt" in page_of(login(anna).get("/intake/"))
    assert fetch() == 1
    arrival.refresh_from_db()
    contact = Contact.objects.get()
    assert (arrival.result, arrival.contact_id, arrival.parser) == (Result.NEW, contact.pk, "meta_answers")
    assert (contact.display_name, contact.email) == ("Bo Friis", "bo@friis.example")
    assert contact.foreign_ids == [["Website", "9"]]
    path, query, authorization = graph.asked[0]
    assert (path, "field_data" in query["fields"][0], authorization) == ("/9", True, f"Bearer {TOKEN}")
    assert send(hook, sample("meta/announced.json")).json()["duplicate"]
    assert (fetch(60), Contact.objects.count()) == (0, 1)


def test_several_that_were_announced_together_are_fetched_each_by_itself(hook, graph):
    send(hook, sample("meta/two-and-another-kind.json"))
    people = [{"name": "email", "values": [f"{name}@post.example"]} for name in ("ada", "bo")]
    graph.answers = [(200, json.dumps({"id": "ID", "field_data": [one]}).encode()) for one in people]
    assert fetch() == 2
    assert sorted(Contact.objects.values_list("email", flat=True)) == ["ada@post.example", "bo@post.example"]
    raw = {bytes(one.raw).decode() for one in Arrival.objects.all()}
    assert len(raw) == 2 and all(("ada@" in one) != ("bo@" in one) for one in raw)


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((500, b"oops"), "noch nicht herausgegeben"),
        ((200, b"{"), "noch nicht herausgegeben"),
        ((200, b"[" * 50_000), "noch nicht herausgegeben"),
        ((200, b'{"id": "10", "field_data": []}'), "noch nicht herausgegeben"),
        ((200, b'{"id": "ID", "field_data": ["' + b"x" * 1_100_000 + b'"]}'), "noch nicht herausgegeben"),
        ((302, b""), "noch nicht herausgegeben"),
        ((400, b'{"error": {"code": 190}}'), "nimmt den Zugang nicht an"),
        ((400, b'{"error": {"code": 100}}'), "noch nicht herausgegeben"),
    ],
    ids=["fault", "no JSON", "deep", "another", "large", "redirect", "token", "unknown"],
)
def test_what_meta_does_not_give_is_asked_for_again_later(hook, graph, answer, says):
    graph.answers = [answer, (200, ANSWERS)]
    send(hook, sample("meta/announced.json"))
    assert fetch() == 1
    arrival = Arrival.objects.get()
    assert arrival.result == Result.ANNOUNCED and says in arrival.reason
    assert fetch() == 0
    assert len(graph.asked) == 1  # no redirect was followed
    assert fetch(minutes=2) == 1
    assert Arrival.objects.get().result == Result.NEW


def test_after_a_day_and_a_half_it_is_left_to_people(hook, settings):
    settings.META_URL = "http://127.0.0.1:9"  # nobody is there
    send(hook, sample("meta/announced.json"))
    asked = sum(fetch(minutes=hour * 60) for hour in range(72))
    arrival = Arrival.objects.get()
    assert asked == fetching.MAX_ATTEMPTS + 1
    assert arrival.result == Result.UNREAD and "Werbeanzeigenmanager" in arrival.reason


def test_a_token_that_comes_later_fetches_what_lies_there(anna, board, graph):
    hook = hook_of(anna.account, "meta", SECRET)
    body = sample("meta/announced.json")
    signature = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    send(hook, body, **{"X-Hub-Signature-256": f"sha256={signature}"})
    assert Arrival.objects.get().result == Result.UNREAD
    assert making.give_access(user=anna, inlet_id=hook.pk, token=TOKEN, now=timezone.now()) == 1
    assert fetch() == 1
    assert Arrival.objects.get().result == Result.NEW
    proof = hmac.new(SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
    assert graph.asked[0][1]["appsecret_proof"] == [proof]


def test_the_page_takes_a_token_and_never_shows_it(anna, board, login):
    hook = hook_of(anna.account, "meta")
    page, client = f"/settings/inlets/{hook.pk}/", login(anna)
    assert client.post(f"{page}access/", {"token": "kurz"}).status_code == 422
    assert client.post(f"{page}access/", {"token": TOKEN}).status_code == 302
    hook.refresh_from_db()
    assert TOKEN not in hook.access and vault.unseal(vault.META, hook.access) == TOKEN
    text = page_of(client.get(page))
    assert "wird abgeholt" in text and TOKEN not in text and hook.access not in text
    client.post(f"{page}access/removal/")
    hook.refresh_from_db()
    assert hook.access == ""
    other = hook_of(anna.account, "typeform")
    before = rows_written()
    assert client.post(f"/settings/inlets/{other.pk}/access/", {"token": TOKEN}).status_code == 422
    assert rows_written() == before


def test_what_is_announced_when_the_token_goes_is_left_to_people(hook, graph, anna):
    send(hook, sample("meta/announced.json"))
    making.drop_access(user=anna, inlet_id=hook.pk)
    fetch()
    arrival = Arrival.objects.get()
    assert (arrival.result, graph.asked) == (Result.UNREAD, [])
    assert "nur die Kennung" in arrival.reason


def test_what_people_have_decided_meanwhile_stays(hook, graph, anna, login):
    send(hook, sample("meta/announced.json"))
    arrival = Arrival.objects.get()
    login(anna).post(f"/intake/{arrival.pk}/discarding/")
    assert fetch() == 0
    assert fetching._keep(arrival.pk, ANSWERS, timezone.now()) is False
    arrival.refresh_from_db()
    assert (arrival.result, Contact.objects.count()) == (Result.DISCARDED, 0)
