"""Composer, timeline and the forms of single actions, as they are posted."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from contacts import actions
from contacts.kinds import MANUAL, Kind
from contacts.models import Action, Contact
from tests.clock import TUESDAY
from tests.factories import ContactFactory, put_in_trash
from tests.markup import page_of

FETCH = {"HX-Request": "true"}


@pytest.fixture
def contact(krueger):
    return ContactFactory(account=krueger)


@pytest.fixture
def post(login, sofia, contact):
    client = login(sofia)
    return lambda **data: client.post(f"/contacts/{contact.pk}/actions/", data, headers=FETCH)


def local(moment):
    return f"{timezone.localtime(moment):%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize("kind", MANUAL)
def test_each_manual_kind_has_a_form_and_is_recorded(login, sofia, post, contact, kind):
    form = login(sofia).get(f"/contacts/{contact.pk}/actions/new/?kind={kind}", headers=FETCH)
    assert form.status_code == 200
    assert ("outcome" in page_of(form)) == (kind == Kind.CALL)
    assert ("is_planned" in page_of(form)) == (kind in (Kind.MEETING, Kind.ONSITE))
    answer = post(kind=kind, text="Gesprochen")
    assert answer.status_code == 200
    html = page_of(answer)
    assert f'id="bubbles-{contact.pk}" hx-swap-oob="true"' in html
    assert 'id="timeline" data-live hx-swap-oob="true"' in html
    assert 'id="composer" hx-swap-oob="true"' in html
    contact.refresh_from_db()
    assert contact.action_counts == {kind: 1}


def test_a_call_has_an_outcome(post):
    assert "Anruf – Mailbox" in page_of(post(kind="call", outcome="mailbox"))
    assert Action.objects.get().outcome == "mailbox"


def test_a_planned_meeting_is_listed_on_top_and_ticked_off(login, sofia, post, contact):
    html = page_of(post(kind="meeting", is_planned="1", at=local(timezone.now() + timedelta(days=2))))
    assert "is-planned" in html
    assert "data-bubble" not in html.split('id="bubbles-')[1].split("</span>")[0]
    action = Action.objects.get()
    url = f"/actions/{action.pk}/performance/"
    for _ in range(2):
        assert login(sofia).post(url, headers=FETCH).status_code == 200
    contact.refresh_from_db()
    assert contact.action_counts == {"meeting": 1}


@pytest.mark.parametrize(
    "data",
    [
        {"kind": "inquiry"},
        {"kind": "bounce"},
        {"kind": "nonsense"},
        {},
        {"kind": "call", "at": local(TUESDAY + timedelta(hours=2))},
        {"kind": "call", "at": "0001-01-01T00:00"},
        {"kind": "call", "at": "9999-12-31T23:59"},
        {"kind": "call", "at": "gestern"},
        {"kind": "call", "outcome": "married"},
        {"kind": "call", "text": "a\0b"},
        {"kind": "call", "text": "x" * 10_001},
        {"kind": "note"},
        {"kind": "meeting", "is_planned": "1"},
    ],
)
def test_invalid_input_is_refused_and_nothing_is_written(post, data, unwritten):
    with unwritten():
        assert post(**data).status_code == 422
    assert Action.objects.count() == 0


@pytest.mark.parametrize("note", ["<div hx-post=/x hx-trigger=load>x</div>", "{{ 7|add:7 }}", "<script>x()</script>"])
def test_notes_keep_their_lines_and_are_escaped(post, note):
    html = page_of(post(kind="note", text=f"{note}\r\nzweite Zeile"))
    assert Action.objects.get().text == f"{note}\nzweite Zeile"
    assert "<div hx-post" not in html
    assert "<script>" not in html
    assert "zweite Zeile" in html


def test_an_own_entry_is_corrected_and_deleted(login, sofia, post, contact):
    post(kind="call", text="alt")
    action = Action.objects.get()
    client, url = login(sofia), f"/actions/{action.pk}/"
    assert ">alt</textarea>" in page_of(client.get(url, headers=FETCH)).replace("\n", "")
    when = local(timezone.now() - timedelta(days=1))
    assert client.post(url, {"text": "neu", "outcome": "reached", "at": when}, headers=FETCH).status_code == 200
    action.refresh_from_db()
    assert (action.text, action.outcome, local(action.performed_at)) == ("neu", "reached", when)
    assert client.post(f"{url}deletion/", headers=FETCH).status_code == 200
    contact.refresh_from_db()
    assert (contact.action_counts, contact.last_action_at) == ({}, None)


def test_entries_of_others_are_shown_but_cannot_be_changed(login, sofia, jan, contact, unwritten):
    action = actions.perform(contact=contact, kind="note", text="meins", actor=sofia, now=timezone.now())
    client, url = login(jan), f"/actions/{action.pk}/"
    with unwritten():
        assert client.get(url, headers=FETCH).status_code == 403
        assert client.post(url, {"text": "deins"}, headers=FETCH).status_code == 403
        assert client.post(f"{url}deletion/", headers=FETCH).status_code == 403
    assert f'href="{url}"' not in page_of(client.get(f"/contacts/{contact.pk}/"))


def test_without_scripts_the_composer_leads_back_to_the_contact(login, sofia, contact):
    response = login(sofia).post(f"/contacts/{contact.pk}/actions/", {"kind": "call"})
    assert (response.status_code, response.headers["Location"]) == (302, f"/contacts/{contact.pk}/")


def test_a_form_sent_twice_adds_one_action(login, sofia, post, contact):
    page = page_of(login(sofia).get(f"/contacts/{contact.pk}/actions/new/?kind=note"))
    (key,) = re.findall(r'name="key" value="([^"]+)"', page)
    for _again in range(2):
        assert post(kind="note", text="Ruft zurück", key=key).status_code == 200
    assert Action.objects.count() == 1


def test_an_invalid_key_is_ignored(post):
    for key in ("", "x", "\x00"):
        assert post(kind="note", text="Ruft zurück", key=key).status_code == 200
    assert list(Action.objects.values_list("key", flat=True)) == [None, None, None]


ADDRESSES = [
    ("get", "/contacts/{contact}/assignee/"),
    ("post", "/contacts/{contact}/assignee/"),
    ("get", "/contacts/{contact}/due/"),
    ("post", "/contacts/{contact}/due/"),
    ("post", "/contacts/{contact}/actions/"),
    ("get", "/contacts/{contact}/actions/new/?kind=call"),
    ("get", "/contacts/{contact}/actions/older/"),
    ("get", "/contacts/{contact}/facts/reach/"),
    ("post", "/contacts/{contact}/facts/reach/"),
    ("get", "/contacts/{contact}/consents/"),
    ("post", "/contacts/{contact}/consents/"),
    ("get", "/contacts/{contact}/"),
    ("get", "/contacts/{contact}/history/"),
    ("get", "/actions/{action}/"),
    ("post", "/actions/{action}/"),
    ("post", "/actions/{action}/performance/"),
    ("post", "/actions/{action}/deletion/"),
]
BODY = {"assignee": "", "due_on": "2026-12-24", "kind": "note", "text": "x", "version": "1", "granted": "0"}


@pytest.mark.parametrize(("method", "address"), ADDRESSES)
def test_users_who_may_not_see_the_contact_can_neither_read_nor_write(
    login, sofia, paul, mara, contact, method, address, unwritten
):
    now = timezone.now()
    action = actions.plan(contact=contact, kind="meeting", actor=sofia, now=now, planned_for=now)
    url = address.format(contact=contact.pk, action=action.pk)
    unknown = address.format(contact=10**9, action=10**9)
    huge = address.format(contact=2**63, action=2**63)
    stranger, marketing, agent = login(paul), login(mara), login(sofia)
    Contact.objects.update(first_name="Canary")
    with unwritten():
        foreign = getattr(stranger, method)(url, BODY, headers=FETCH)
        assert foreign.status_code == 404
        assert foreign.content == getattr(stranger, method)(unknown, BODY, headers=FETCH).content
        assert getattr(agent, method)(huge, BODY, headers=FETCH).status_code == 404
        assert getattr(marketing, method)(url, BODY, headers=FETCH).status_code == 403
    put_in_trash(contact)
    with unwritten():
        gone = getattr(agent, method)(url, BODY, headers=FETCH)
    assert gone.status_code == 410
    assert "Kontakt wurde gelöscht" in page_of(gone)


@pytest.mark.parametrize("address", [path for method, path in ADDRESSES if method == "post"])
def test_reading_changes_nothing(login, sofia, contact, address, unwritten):
    now = timezone.now()
    action = actions.plan(contact=contact, kind="meeting", actor=sofia, now=now, planned_for=now)
    client = login(sofia)
    for method in ("get", "head"):
        with unwritten():
            status = getattr(client, method)(address.format(contact=contact.pk, action=action.pk)).status_code
        assert status in (200, 405)
