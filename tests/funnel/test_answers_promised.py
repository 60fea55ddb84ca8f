"""Statements on replies in pages and mails are true with and without a mailbox for them."""

import re
from collections.abc import Iterator

import pytest
from django.utils.html import strip_tags

from funnel import apps
from funnel.letters import inbound, rendering
from funnel.letters.defaults import DEFAULTS
from help.articles import ARTICLES
from tests.addresses import NEVER, ROWS, address, browser, walk
from tests.funnel.letters import SENDER, SOFIA, contact, message
from tests.markup import page_of
from tests.offices import OURS, Office, furnish, stage

STEPS = [step for steps in DEFAULTS.values() for step in steps]
PARAMETERS = dict(walk())
READ = {"MAIL_IN": "post@kontakte.example", "IMAP_URL": "imaps://post:x@kontakte.example"}
# As in production, and with half of a mailbox: an address that nobody reads, a mailbox without an address.
UNREAD = [{"MAIL_IN": "", "IMAP_URL": ""}, READ | {"IMAP_URL": ""}, READ | {"MAIL_IN": ""}]
SETUPS = [READ, *UNREAD]
ENDING = re.compile(r"beend|\bende[tn]\b|nicht mehr|keine weiteren|erst wieder|hör\w* .{0,20}auf\b|gestoppt", re.I)
ANSWER = re.compile(r"antwort", re.I)
PROMISE = "Auch eine Antwort auf eine Mail beendet sie"
BY_HAND = "Erfassen Sie eine Antwort als Aktion „Antwort erhalten“, dann endet die Serie auch dadurch"


@pytest.fixture(scope="module")
def office(django_db_setup: None, django_db_blocker) -> Iterator[Office]:
    with django_db_blocker.unblock(), stage():
        yield furnish(OURS)


def promises(page: str) -> list[str]:
    """Return the sentences that say that a reply ends a series."""
    text = " ".join(strip_tags(page).split())
    return [one for one in re.split(r"(?<=[.!?]) ", text) if ANSWER.search(one) and ENDING.search(one)]


def pages(office: Office) -> Iterator[tuple[str, str]]:
    """Return the texts of every page that an administrator may read, and of every article."""
    ask = browser(office.people["administrator"])
    wheres = [address(row.name, PARAMETERS[row.name], row, office) for row in ROWS if row.get != NEVER]
    for where in dict.fromkeys([*wheres, *(f"/help/{article.name}/" for article in ARTICLES)]):
        response = ask().get(where)
        if response.status_code == 200 and not response.streaming and "html" in response["Content-Type"]:
            yield where, page_of(response)


@pytest.mark.django_db
@pytest.mark.parametrize("setup", SETUPS)
def test_pages_promise_that_a_reply_ends_a_series_only_if_replies_are_read(office, settings, setup):
    for name, value in setup.items():
        setattr(settings, name, value)
    found = {where: promises(page) for where, page in pages(office)}
    assert len(found) > 60
    said = [(where, sentence) for where, sentences in found.items() for sentence in sentences]
    (only,) = said
    assert only[0] == "/help/email-funnel/"
    assert (PROMISE if setup == READ else BY_HAND) in only[1]


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.subject)
def test_default_texts_promise_nothing_that_needs_a_mailbox(step):
    """An office keeps its texts when the installation's mailbox goes: they are true in either case."""
    assert ENDING.findall(step.body) == []


@pytest.mark.parametrize("setup", SETUPS)
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.subject)
@pytest.mark.parametrize("assignee", [SOFIA, None])
def test_a_reply_to_a_default_mail_reaches_somebody(settings, setup, step, assignee):
    """By a mailbox that is read, else the assignee, else the office; never the sender's address, which nobody reads."""
    for name, value in setup.items():
        setattr(settings, name, value)
    asked = message(step.subject, step.body, contact(last_name="Brandes", assignee=assignee))
    (back,) = rendering.render_message(asked).letter.reply_to
    ours = inbound.address(inbound.Purpose.REPLY, asked.pk)
    assert bool(ours) is (setup == READ)
    theirs = SOFIA.email if assignee else SENDER.contact_email
    assert back.endswith(f"<{ours or theirs}>")


def test_promises_are_found_by_their_words():
    assert promises("<p>Antworten Sie „Nein“, dann melden wir uns nicht mehr.</p>") != []
    assert promises("<p>Ihre Antwort beendet die Serie. Danke.</p>") == ["Ihre Antwort beendet die Serie."]
    assert promises("<p>Antworten Sie einfach auf diese E-Mail.</p>") == []


@pytest.mark.parametrize("setup", SETUPS)
def test_deployment_checks_warn_of_an_incomplete_mailbox(settings, setup):
    for name, value in setup.items():
        setattr(settings, name, value)
    assert apps.check_inbound_mailbox() == ([apps.NO_MAILBOX] if setup["MAIL_IN"] and not setup["IMAP_URL"] else [])
