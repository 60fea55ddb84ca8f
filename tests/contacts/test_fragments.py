"""The signs of a contact: bubbles, circle and due chip, the same files for card, list and detail page."""

import re
from datetime import date, timedelta

import pytest
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import User
from contacts.models import Contact
from tests.factories import ActionFactory, ContactFactory
from tests.markup import page_of, tidy

TODAY = date(2026, 11, 23)


def render(name, contact, **context):
    context = {"contact": contact, "today": TODAY, "can_assign": True, **context}
    return tidy(render_to_string(f"contacts/_{name}.html", context))


def test_one_bubble_for_each_kind_with_its_count_in_fixed_order(krueger):
    contact = ContactFactory(account=krueger)
    for kind in ("note", "call", "call", "inquiry"):
        ActionFactory(contact=contact, kind=kind)
    contact.refresh_from_db()
    html = render("bubbles", contact)
    places = [html.index(f'data-bubble="{kind}"') for kind in ("inquiry", "call", "note")]
    assert places == sorted(places)
    assert html.count("data-bubble=") == 3
    assert 'role="img" title="Anruf (2)"' in html
    assert re.search("</svg> ?2</span>", html)
    assert 'role="img" title="Notiz"' in html


def test_the_names_of_bubbles_are_reachable_without_a_pointer(anna, board, login):
    contact = ContactFactory(column=board["Nicht erreicht"])
    for _ in range(2):
        ActionFactory(contact=contact, kind="call")
    client, said = login(anna), 'tabindex="0" role="group" aria-label="Anruf (2)"'
    assert said in page_of(client.get("/contacts/"))
    assert said in page_of(client.get(f"/contacts/{contact.pk}/"))
    assert said not in page_of(client.get("/contacts/board/"))  # a tab stop more on each of 350 cards
    assert "Anruf (2)" in page_of(client.get(f"/cards/{contact.pk}/menu/"))


def test_the_grey_circle_opens_the_assignment(krueger):
    html = render("circle", ContactFactory(account=krueger, first_name="Ada", last_name="Lovelace"))
    assert 'aria-label="Mitarbeiter zuweisen für Ada Lovelace"' in html
    assert "avatar--none" in html
    assert "data-popup" in html


def test_the_coloured_circle_names_the_colleague(krueger, sofia):
    contact = ContactFactory(account=krueger, assignee=sofia, first_name="Ada", last_name="Lovelace")
    html = render("circle", contact)
    assert 'aria-label="Zugewiesen: Sofia Vogt (SV), Kontakt: Ada Lovelace"' in html
    assert ">SV</button>" in html
    assert f"hue-{sofia.hue}" in html


def test_the_name_of_a_former_colleague_is_kept(krueger, sofia):
    User.objects.update(is_active=False)
    contact = Contact.objects.get(pk=ContactFactory(account=krueger, assignee=sofia).pk)
    html = render("circle", contact)
    assert "Sofia Vogt, ausgeschieden" in html
    assert 'aria-label="Zugewiesen: Sofia Vogt (SV, ausgeschieden), Kontakt: ' in html
    assert "avatar--gone" in html


@pytest.mark.parametrize("assigned", [True, False])
def test_without_the_plan_the_circle_is_disabled_with_its_reason(krueger, sofia, assigned):
    contact = ContactFactory(account=krueger, assignee=sofia if assigned else None)
    html = render("circle", contact, can_assign=False)
    assert 'aria-disabled="true"' in html
    assert "Nur im Expert-Paket" in html
    assert "data-popup" not in html
    assert ("Zugewiesen: Sofia Vogt" if assigned else "Mitarbeiter zuweisen") in html


@pytest.mark.parametrize(
    ("days", "state", "label"),
    [
        (0, "today", "Heute"),
        (2, "later", "25.11."),
        (-3, "overdue", "seit 3 Tagen"),
        (400, "later", "28.12.2027"),
    ],
)
def test_the_due_chip_says_how_urgent_it_is(krueger, days, state, label):
    html = render("due", ContactFactory(account=krueger, due_on=TODAY + timedelta(days=days)))
    assert f'data-due="{state}"' in html
    assert re.search(f"</svg> ?{re.escape(label)}</button>", html)


def test_without_a_due_date_there_is_a_small_button_and_no_mark(krueger):
    html = render("due", ContactFactory(account=krueger, first_name="Ada", last_name="Lovelace"))
    assert "data-due" not in html
    assert 'aria-label="Fälligkeitsdatum setzen für Ada Lovelace"' in html


def test_the_due_chip_says_whose_it_is(krueger):
    due_on = TODAY + timedelta(days=2)
    html = render("due", ContactFactory(account=krueger, due_on=due_on, first_name="Ada", last_name="<Lovelace>"))
    assert 'aria-label="Fälligkeit von Ada &lt;Lovelace&gt;: 25. November (25.11.), ändern"' in html


def test_names_are_escaped(krueger):
    user = User(account=krueger, first_name='"><svg/onload=x>', last_name="<b>{{7*7}}", is_active=True)
    html = render("circle", Contact(account=krueger, last_name="x", assignee=user, pk=1))
    assert "<svg/onload" not in html
    assert "<b>" not in html
    assert "{{7*7}}" in html


def test_the_fragments_need_no_queries(krueger, sofia, django_assert_num_queries):
    ActionFactory(contact=ContactFactory(account=krueger, assignee=sofia, due_on=timezone.localdate()))
    contact = Contact.objects.select_related("assignee").get()
    with django_assert_num_queries(0):
        for name in ("bubbles", "circle", "due"):
            render(name, contact)


def test_fragments_are_those_of_their_own_contact(krueger, sofia, jan):
    due_on = TODAY + timedelta(days=2)
    first = ContactFactory(account=krueger, assignee=sofia, due_on=due_on)
    second = ContactFactory(account=krueger, assignee=sofia, due_on=due_on)
    third = ContactFactory(account=krueger, assignee=jan)
    for contact in (first, second, third):
        assert f'id="circle-{contact.pk}"' in render("circle", contact)
        assert f"/contacts/{contact.pk}/assignee/" in render("circle", contact)
        assert f'id="due-{contact.pk}"' in render("due", contact)
        assert f"/contacts/{contact.pk}/due/" in render("due", contact)
    assert ("Sofia" in render("circle", third), "25.11." in render("due", third)) == (False, False)


def test_a_new_name_is_shown_at_once(krueger, sofia):
    contact = ContactFactory(account=krueger, assignee=sofia)
    render("circle", contact)
    User.objects.filter(pk=sofia.pk).update(last_name="Vogt-Thiele")
    contact = Contact.objects.get(pk=contact.pk)
    assert "Zugewiesen: Sofia Vogt-Thiele" in render("circle", contact)
