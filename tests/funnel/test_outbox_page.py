"""The outbox of an office: all mails by state, and the stop button."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from funnel import outbox_page
from funnel.models import Message, Sender
from funnel.sending import availability, claiming
from funnel.series import enrolments
from tests.factories import put_in_trash
from tests.funnel.mailing import MONDAY, lead, move, ready, steps, went
from tests.markup import page_of
from tests.plans import indexes, plans, tell_of_a_million


@pytest.fixture
def contacts(krueger, sofia, board):
    """Brandes and Cordes in „Erfolgreich kontaktiert“, Ahlers in „Auftrag erhalten“: five mails."""
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3)
    steps(board["Auftrag erhalten"].sequence, 0)
    people = [lead(board["Nicht erreicht"], last_name=name) for name in ("Brandes", "Cordes", "Ahlers")]
    for person, target in zip(people, ("Erfolgreich kontaktiert",) * 2 + ("Auftrag erhalten",), strict=True):
        move(sofia, person, board[target])
    return people


@pytest.fixture
def outbox(login, anna):
    client = login(anna)
    return lambda query="": page_of(client.get(f"/funnel/outbox/{query}"))


def shown(html: str) -> list[str]:
    """Return the last names in the table, from top to bottom."""
    return re.findall(r'class="table__name"[^>]*><bdi>Klara (\w+)</bdi>', html)


def counts(html: str) -> dict[str, int]:
    return {name: int(count) for name, count in re.findall(r'>([\w ]+) <span class="count">(\d+)</span>', html)}


def test_planned_mails_are_shown_first_with_the_next_on_top(contacts, outbox):
    html = outbox()
    assert sorted(shown(html)[:3]) == ["Ahlers", "Brandes", "Cordes"]
    assert sorted(shown(html)[3:]) == ["Brandes", "Cordes"]
    assert counts(html) == {
        "Geplant": 5,
        "Pausiert": 0,
        "Gesendet": 0,
        "Nicht gesendet": 0,
        "Fehlgeschlagen": 0,
        "Unklar": 0,
        "Abgesagt": 0,
    }


def test_each_state_has_its_own_tab(contacts, outbox):
    went(contacts[0], "Mail 1")
    Message.objects.filter(contact=contacts[1], step__subject="Mail 1").update(
        state="failed", reason="refused", finished_at=MONDAY
    )
    assert shown(outbox("?state=sent")) == ["Brandes"]
    failed = outbox("?state=failed")
    assert shown(failed) == ["Cordes"]
    assert "vom Mailserver abgelehnt" in failed
    assert (counts(failed)["Geplant"], counts(failed)["Gesendet"], counts(failed)["Fehlgeschlagen"]) == (
        3,
        1,
        1,
    )


def test_counting_the_tabs_reads_no_mail(anna, contacts):
    tables = ("funnel_message", "contacts_contact")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE " + ", ".join(tables))
        if connection.pg_version < 180000:
            pytest.skip("statistics can be restored from PostgreSQL 18 on")
    tell_of_a_million(*tables)
    wanted = outbox_page.OutboxFilter.parse(anna, QueryDict())
    nodes = plans(lambda: outbox_page.tabs(wanted))
    reads = {node["Node Type"] for node in nodes if node.get("Relation Name") in tables}
    assert reads == {"Index Only Scan"}
    assert indexes(nodes) >= {"message_in_state", "message_to_come", "message_on_hold", "contact_in_trash"}


def test_a_tab_counts_up_to_a_thousand(contacts, outbox, monkeypatch):
    for many, shown_as in ((5, "5"), (4, "4+")):
        monkeypatch.setattr(outbox_page, "MANY", many)
        assert f'Geplant <span class="count">{shown_as}</span>' in outbox()


def test_mails_of_a_paused_series_are_not_shown_as_next(contacts, outbox, sofia):
    enrolments.pause(user=sofia, contact_id=contacts[0].pk, now=MONDAY)
    assert sorted(shown(outbox())) == ["Ahlers", "Cordes", "Cordes"]
    html = outbox("?state=paused")
    assert shown(html) == ["Brandes", "Brandes"]
    assert "Serie pausiert: von Hand" in html


def test_series_period_and_contact_filter_the_mails(contacts, outbox, board):
    assert shown(outbox(f"?sequence={board['Auftrag erhalten'].sequence_id}")) == ["Ahlers"]
    assert shown(outbox("?q=cord")) == ["Cordes", "Cordes"]
    zone = contacts[0].account.zone
    Message.objects.filter(contact=contacts[0]).update(planned_for=timezone.now().astimezone(zone))
    Message.objects.exclude(contact=contacts[0]).update(planned_for=timezone.now() + timedelta(days=3))
    assert shown(outbox("?period=today")) == ["Brandes", "Brandes"]
    assert len(shown(outbox("?period=coming"))) == 5
    assert len(shown(outbox("?period=week"))) == 2


@pytest.mark.parametrize("query", ["?state=x", "?sequence=x", "?period=x", "?after=x", "?q=%00", "?sequence=²"])
def test_invalid_filters_are_ignored(contacts, outbox, query):
    assert len(shown(outbox(query))) == 5


def test_paging_shows_each_mail_once(contacts, outbox, monkeypatch):
    monkeypatch.setattr("funnel.outbox_page.PAGE_SIZE", 2)
    seen, query = [], ""
    for _ in range(3):
        html = outbox(query)
        seen += re.findall(r'<tr data-message="(\d+)"', html)
        query = (re.findall(r'href="(\?[^"]*after[^"]*)" rel="next"', html) or [""])[0].replace("&amp;", "&")
    assert (len(seen), len(set(seen)), query) == (5, 5, "")


def test_mails_of_a_contact_in_the_trash_are_not_shown(contacts, outbox):
    put_in_trash(contacts[2])
    assert "Ahlers" not in shown(outbox())


def test_marketing_sees_neither_addresses_nor_contacts_nor_mails(contacts, login, mara):
    went(contacts[0], "Mail 1")
    Message.objects.filter(state="sent").update(subject="Ihr Haus in der Lindenallee", html="<p>x</p>")
    html = page_of(login(mara).get("/funnel/outbox/?state=sent"))
    assert shown(html) == ["Brandes"]
    assert "post.example" not in html
    assert "Lindenallee" not in html
    assert f"/contacts/{contacts[0].pk}/" not in html
    assert "Versand anhalten" not in html
    by_address = page_of(login(mara).get("/funnel/outbox/?q=lead0@post.example"))
    assert shown(by_address) == []


def test_the_number_of_statements_is_constant(contacts, login, anna, django_assert_max_num_queries):
    client = login(anna)
    with django_assert_max_num_queries(7):
        client.get("/funnel/outbox/")


def test_the_stop_button_stops_the_whole_office(contacts, login, mehmet, krueger):
    claiming.claim(claiming.due(MONDAY + timedelta(hours=1)), now=MONDAY + timedelta(hours=1))
    assert Message.objects.filter(state="claimed").count() == 3
    client = login(mehmet)
    answer = client.post("/funnel/outbox/switch/", {"on": "0"}, follow=True)
    assert "Der Versand ist angehalten." in page_of(answer)
    assert Message.objects.filter(state="planned").count() == 5
    assert claiming.due(MONDAY + timedelta(hours=1)) == []
    client.post("/funnel/outbox/switch/", {"on": "1"})
    assert len(claiming.due(MONDAY + timedelta(hours=1))) == 3


def test_switching_twice_writes_once(anna, krueger, unwritten):
    availability.set_enabled(user=anna, on=False)
    with unwritten():
        availability.set_enabled(user=anna, on=False)
    assert not Sender.objects.of(krueger).get().is_on


def test_agents_and_marketing_may_not_stop_it(contacts, login, sofia, mara, unwritten):
    clients = [login(sofia), login(mara)]
    with unwritten():
        assert [client.post("/funnel/outbox/switch/", {"on": "0"}).status_code for client in clients] == [
            403,
            403,
        ]
    assert clients[0].get("/funnel/outbox/").status_code == 403
