"""The outbox, its search and the funnel's page read no large table from end to end, as PostgreSQL plans them."""

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from funnel import figures, outbox_page, statistics
from funnel.models import Message, MessageReason, MessageState
from funnel.replies import doubts
from tests.factories import ActionFactory
from tests.funnel.mailing import MONDAY, lead, move, ready, steps
from tests.plans import indexes, plans, tell_of_a_million

LARGE = ("contacts_contact", "contacts_action", "contacts_consent", "funnel_message", "funnel_enrolment")
STATES = [
    *({"state": MessageState.PLANNED}, {"state": MessageState.PLANNED, "waits": True}),
    {"state": MessageState.SENT, "subject": "Guten Tag", "finished_at": MONDAY},
    {"state": MessageState.SKIPPED, "reason": MessageReason.NO_CONSENT, "finished_at": MONDAY},
    {"state": MessageState.FAILED, "reason": MessageReason.REFUSED, "finished_at": MONDAY},
    {"state": MessageState.UNCLEAR, "finished_at": MONDAY},
    {"state": MessageState.CANCELLED, "reason": MessageReason.BY_HAND, "finished_at": MONDAY},
]
pytestmark = pytest.mark.breaks_invariants  # mails that were sent without an action, and wait in no paused series


@pytest.fixture
def million(krueger, sofia, board):
    """Mails in all states, and statistics of a million of them."""
    if connection.pg_version < 180000:
        pytest.skip("statistics can be restored from PostgreSQL 18 on")
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, *[1] * len(STATES))
    for number in range(20):
        person = lead(board["Nicht erreicht"], last_name=f"Lead{number}")
        move(sofia, person, board["Erfolgreich kontaktiert"])
        for kind in ("note", "call", "letter", "mail_in" if number % 5 else "opt_out"):
            ActionFactory(contact=person, author=sofia, kind=kind)
    for number, state in enumerate(STATES):
        Message.objects.filter(step__position=number).update(**state)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join((*LARGE, "funnel_step", "funnel_sequence")))
    tell_of_a_million(*LARGE)


def walked(nodes: list[dict]) -> list[str]:
    """Name each sequential scan of a large table."""
    return [
        node["Relation Name"] for node in nodes if node["Node Type"] == "Seq Scan" and node["Relation Name"] in LARGE
    ]


def sorted_rows(nodes: list[dict]) -> float:
    """Return how many rows the largest full sort is expected to have."""
    return max((node["Plan Rows"] for node in nodes if node["Node Type"] == "Sort"), default=0)


def outbox(user, query: str) -> list[dict]:
    wanted = outbox_page.OutboxFilter.parse(user, QueryDict(query))
    return plans(lambda: [outbox_page.load(wanted, QueryDict(query)), doubts.waiting(user)])


@pytest.mark.parametrize("state", outbox_page.TABS)
def test_a_tab_of_the_outbox_is_read_in_its_order(anna, million, state):
    nodes = outbox(anna, f"state={state}")
    assert walked(nodes) == []
    assert sorted_rows(nodes) <= 1000
    assert indexes(nodes) >= {"message_in_state", "message_to_come", "message_on_hold", "message_in_doubt"}


@pytest.mark.parametrize("state", ["planned", "sent"])
@pytest.mark.parametrize("reader", ["anna", "mara"])
def test_a_search_of_the_outbox_reads_no_table(million, reader, state, request):
    assert walked(outbox(request.getfixturevalue(reader), f"state={state}&q=lead7")) == []


def test_a_page_further_on_is_read_from_its_place(anna, million):
    first = outbox_page.OutboxFilter.parse(anna, QueryDict("state=sent"))
    page = outbox_page.load(first, QueryDict(""))
    nodes = outbox(anna, f"state=sent&after={page.items[5].pk}")
    assert walked(nodes) == []


def test_the_funnel_page_of_a_large_office_reads_no_mail(krueger, million, monkeypatch):
    monkeypatch.setattr(figures, "MANY", 3)
    figures.keep(now=timezone.now())
    nodes = plans(lambda: statistics.load(krueger, timezone.localtime()))
    assert {node.get("Relation Name") for node in nodes} & {*LARGE} == set()


def test_what_came_back_is_counted_without_the_other_actions(krueger, million):
    nodes = plans(lambda: figures.count_now(krueger, timezone.localtime()))
    assert {"action_answering", "message_to_contact"} <= indexes(nodes)
    assert {"contacts_action", "funnel_message"} & {*walked(nodes)} == set()
