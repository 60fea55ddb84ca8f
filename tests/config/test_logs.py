"""The log: one line for each request and mail, without personal data, as are error pages."""

import json
import logging
from io import StringIO

import pytest
from django.db import OperationalError
from django.test import Client, RequestFactory
from django.urls import path
from gunicorn.config import Config

from base import vault
from base.unavailable import server_error
from config.logs import Lines, NoPath
from config.server_log import ServerLog
from config.urls import handler500, urlpatterns  # noqa: F401
from funnel.models import Message
from funnel.sending import worker
from tests.factories import ContactFactory
from tests.funnel.mailing import lead, move, ready, steps
from tests.funnel.sink import mail_server


def broken(request, token):
    raise ValueError(f"{token} of {request.GET.get('q')}")


urlpatterns = [*urlpatterns, path("broken/<str:token>/", broken, name="broken")]


@pytest.fixture
def written():
    """Return the lines on standard error, parsed as JSON."""
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Lines(as_json=True))
    handler.addFilter(NoPath())
    root, ours = logging.getLogger(), logging.getLogger("pipeline")
    levels = root.level, ours.level
    root.addHandler(handler)
    root.setLevel("INFO")
    ours.setLevel("INFO")
    # "mail.log" is the tests' own mail server.
    yield lambda: [line for text in stream.getvalue().splitlines() if (line := json.loads(text))["what"] != "mail.log"]
    root.removeHandler(handler)
    root.setLevel(levels[0])
    ours.setLevel(levels[1])


def test_a_request_is_one_line_of_numbers_and_names_of_the_code(login, sofia, board, written):
    answer = login(sofia).get("/contacts/?q=Canary")
    (line,) = [line for line in written() if line["what"] == "pipeline.request"]
    assert answer["X-Request-ID"] == line["request"]
    assert (line["office"], line["user"]) == (sofia.account_id, sofia.pk)
    assert (line["route"], line["status"]) == ("pipeline:list", 200)
    assert line["statements"] >= 2  # session with user, and the rows found
    assert line["ms"] >= 0
    assert set(line) == {
        "at",
        "level",
        "what",
        "request",
        "office",
        "user",
        "route",
        "status",
        "ms",
        "statements",
    }


@pytest.mark.urls("tests.config.test_logs")
def test_neither_log_nor_error_page_holds_token_name_address_or_search(login, sofia, board, written):
    ContactFactory(column=board["Nicht erreicht"], last_name="Canary", email="canary@lead.example")
    client = login(sofia)
    client.raise_request_exception = False
    addresses = [
        *("/u/canary-token/", "/contacts/canary/", "/canary/", "/contacts/?q=canary@lead.example&tag=%00"),
        *("/broken/canary-token/?q=canary", "/contacts/999999999/?name=canary"),
    ]
    pages = [client.get(address) for address in addresses]
    pages.append(client.post("/contacts/new/", {"last_name": "Canary\0", "email": "canary@lead.example"}))
    pages.append(Client(enforce_csrf_checks=True).post("/accounts/login/", {"login": "canary@lead.example"}))
    lines = written()
    assert len([line for line in lines if line["what"] == "pipeline.request"]) == len(pages)
    assert [line for line in lines if "canary" in json.dumps(line).lower()] == []
    assert any("ValueError" in line.get("message", "") for line in lines), "the fault itself is there to be found"
    for page in pages:
        if page.status_code in (403, 404, 500):
            assert page["X-Request-ID"] in page.content.decode()
            assert "canary-token" not in page.content.decode()
    assert {page.status_code for page in pages} >= {403, 404, 500}


@pytest.mark.parametrize("answer", ["250 ok", "550 5.1.1 <canary@lead.example> unknown", "451 4.3.0 busy"])
def test_a_mail_is_one_line_with_the_reason_of_its_failure(anna, board, written, answer, transactional_db):
    ready(anna.account)
    steps(board["Erfolgreich kontaktiert"].sequence, 0)
    contact = lead(board["Nicht erreicht"], last_name="Canary", email="canary@lead.example")
    move(anna, contact, board["Erfolgreich kontaktiert"])
    message = Message.objects.get(contact=contact)
    message.account.sender.relay = ""
    with mail_server() as server:
        message.account.sender.relay = vault.seal(vault.RELAY, server.url)
        message.account.sender.save()
        if not answer.startswith("250"):
            server.answers["RCPT"] = answer
        worker.sweep(now=message.planned_for)
    (line,) = [line for line in written() if line["what"] == "pipeline.mail"]
    assert (line["mail"], line["office"]) == (message.pk, anna.account_id)
    assert line["state"] == Message.objects.get(pk=message.pk).state
    assert line.get("reason", "").endswith("" if answer.startswith("250") else answer[:9])
    assert "canary" not in json.dumps(written()).lower()


def test_text_is_logged_in_one_line_too():
    record = logging.LogRecord("pipeline.request", logging.INFO, "", 0, "request", (), None)
    record.facts = {"request": "abc", "office": None, "route": "pipeline:list", "status": 200}
    assert Lines().format(record).endswith(" INFO pipeline.request request=abc route=pipeline:list status=200")


@pytest.mark.parametrize(
    ("method", "words"),
    [("warning", "Invalid request from ip=::1: 'GET /u/canary'"), ("exception", "Error handling request %s")],
)
def test_the_web_server_quotes_no_request(method, words, capsys):
    log, secret = ServerLog(Config()), "canary"  # the line of the code itself is shown
    try:
        raise ValueError(secret)
    except ValueError:
        getattr(log, method)(words, *["/u/canary"] * words.count("%s"))
    said = capsys.readouterr().err
    assert words[:15] in said
    assert "canary" not in said


@pytest.mark.parametrize("error", [ValueError("canary"), OperationalError("canary")])
def test_the_error_page_shows_the_id_and_works_without_one(error, caplog):
    request = RequestFactory().get("/u/canary/")
    request.resolver_match = None
    try:
        raise error
    except type(error):
        bare = server_error(request)
        request.id = "the-id"
        page = server_error(request)
    assert (bare.status_code, page.status_code) in [(500, 500), (503, 503)]
    assert "Kennung" not in bare.content.decode()
    assert "the-id" in page.content.decode()
    assert "canary" not in caplog.text + page.content.decode()
