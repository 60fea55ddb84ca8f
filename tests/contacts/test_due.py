"""The due date as a verb and behind its popup."""

from datetime import UTC, date, datetime, timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from contacts.due import set_due
from contacts.models import Change, Contact
from tests.clock import TUESDAY
from tests.factories import ContactFactory
from tests.markup import page_of

NOW = TUESDAY
FETCH = {"HX-Request": "true"}


@pytest.fixture
def contact(krueger):
    return ContactFactory(account=krueger)


@pytest.fixture
def post(login, sofia, contact):
    client = login(sofia)
    return lambda **data: client.post(f"/contacts/{contact.pk}/due/", data, headers=FETCH)


def due_of(contact):
    contact.refresh_from_db()
    return contact.due_on, contact.due_note


def test_setting_changing_and_clearing_are_recorded(contact, sofia):
    for day, note in ((date(2026, 12, 24), ""), (date(2027, 1, 2), "nach den Ferien"), (None, "")):
        set_due(contact=contact, due_on=day, note=note, actor=sofia, now=NOW)
        assert due_of(contact) == (day, note)
    assert list(Change.objects.order_by("pk").values_list("kind", "before", "after")) == [
        ("due", "", "24.12.2026"),
        ("due", "24.12.2026", "02.01.2027: nach den Ferien"),
        ("due", "02.01.2027: nach den Ferien", ""),
    ]


def test_the_same_day_again_writes_nothing(contact, sofia, unwritten):
    set_due(contact=contact, due_on=date(2026, 12, 24), note="x", actor=sofia, now=NOW)
    with unwritten():
        set_due(contact=contact, due_on=date(2026, 12, 24), note="x", actor=sofia, now=NOW)


def test_neither_the_version_nor_the_last_action_changes(contact, sofia):
    set_due(contact=contact, due_on=date(2026, 12, 24), actor=sofia, now=NOW)
    found = Contact.objects.get()
    assert (found.version, found.last_action_at) == (1, None)


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-12-24", date(2026, 12, 24)), ("24.12.2026", date(2026, 12, 24)), ("1.2.2020", date(2020, 2, 1))],
)
def test_days_are_accepted_in_the_formats_of_calendars_and_people(post, contact, text, day):
    assert post(due_on=text).status_code == 200
    assert due_of(contact) == (day, "")


@pytest.mark.parametrize(
    "text",
    [
        "30.02.2026",
        "0001-01-01",
        "9999-12-31",
        "morgen",
        "24.12.26",
        "",
        "2026-13-01",
        "24.12.2026\0",
        "x" * 99,
    ],
)
def test_an_invalid_day_is_refused_and_nothing_is_written(post, contact, text, unwritten):
    with unwritten():
        response = post(due_on=text)
    assert response.status_code == 422
    assert 'class="error"' in page_of(response)
    assert due_of(contact) == (None, "")


@pytest.mark.parametrize(("note", "status"), [("x" * 200, 200), ("x" * 201, 422), ("a\0b", 422), ("a\nb", 422)])
def test_notes_have_a_limit(post, contact, note, status):
    assert post(due_on="2026-12-24", due_note=note).status_code == status
    assert due_of(contact)[1] == (note if status == 200 else "")


def test_a_past_day_is_accepted_with_a_hint(post, contact):
    response = post(due_on="01.02.2020")
    assert "liegt in der Vergangenheit" in page_of(response)


def test_a_quick_pick_sets_its_day_and_keeps_the_note(post, contact):
    post(due_on="2020-01-01", due_note="Unterlagen")
    post(pick="tomorrow")
    assert due_of(contact) == (timezone.localdate() + timedelta(days=1), "Unterlagen")
    assert post(pick="someday").status_code == 422


def test_clearing_deletes_the_note(post, contact):
    post(due_on="2020-01-01", due_note="Unterlagen")
    response = post(clear="1", due_on="2020-01-01", due_note="Unterlagen")
    assert due_of(contact) == (None, "")
    assert "Fälligkeitsdatum setzen" in page_of(response)


def test_today_starts_at_midnight_of_the_office_not_of_utc(post, contact):
    half_past_midnight_in_berlin = datetime(2026, 7, 14, 22, 30, tzinfo=UTC)
    with patch("django.utils.timezone.now", return_value=half_past_midnight_in_berlin):
        html = page_of(post(pick="today"))
    assert due_of(contact)[0] == date(2026, 7, 15)
    assert 'data-due="today"' in html


def test_the_answer_is_the_new_chip(post, contact):
    html = page_of(post(due_on=f"{timezone.localdate() - timedelta(days=3)}"))
    assert f'id="due-{contact.pk}" hx-swap-oob="true"' in html
    assert 'data-due="overdue"' in html
    assert "seit 3 Tagen" in html


def test_without_scripts_the_picker_is_a_page_and_leads_back(login, sofia, contact):
    client = login(sofia)
    page = client.get(f"/contacts/{contact.pk}/due/", headers={"Referer": "http://testserver/contacts/?q=a"})
    assert 'value="/contacts/?q=a"' in page_of(page)
    data = {"due_on": "2026-12-24", "next": "/contacts/?q=a"}
    assert client.post(f"/contacts/{contact.pk}/due/", data).headers["Location"] == "/contacts/?q=a"


@pytest.mark.parametrize("way", ["//evil.example", "javascript:alert(1)", "https://evil.example/", ""])
def test_it_never_redirects_to_another_site(login, sofia, contact, way):
    data = {"due_on": "2026-12-24", "next": way}
    response = login(sofia).post(f"/contacts/{contact.pk}/due/", data)
    assert response.headers["Location"] == f"/contacts/{contact.pk}/"
