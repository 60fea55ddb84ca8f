"""The page of one contact."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account, User
from contacts import actions
from contacts.assignment import assign
from contacts.due import set_due
from contacts.facts import save
from contacts.kinds import MANUAL
from contacts.models import Change, Contact
from pipeline.cards import moves
from pipeline.models import Move
from tests.clock import TUESDAY
from tests.factories import ActionFactory, ContactFactory, put_in_trash
from tests.markup import page_of

NOW = TUESDAY


@pytest.fixture
def contact(krueger):
    return ContactFactory(
        account=krueger,
        first_name="Claudia",
        last_name="Brandes",
        email="claudia@brandes.de",
        phone="0221 5550134",
        street="Lindenallee 14",
        postal_code="50968",
        city="Köln",
    )


@pytest.fixture
def answer(login, sofia, contact):
    client = login(sofia)
    return lambda: client.get(f"/contacts/{contact.pk}/")


@pytest.fixture
def page(answer):
    return lambda: page_of(answer())


def move(contact, column, user):
    card = contact.card
    card.refresh_from_db()
    return moves.move_card(
        user=user,
        contact_id=contact.pk,
        column_id=column.pk,
        version=card.version,
        via=Move.Via.BOARD,
        now=NOW,
    )


def test_it_shows_facts_status_and_a_form_for_each_manual_kind(answer, page, contact, board):
    html = page()
    assert "<title>(1) Claudia Brandes" in html
    assert 'href="mailto:claudia@brandes.de"' in html
    assert 'href="tel:+492215550134"' in html
    assert "Lindenallee 14\n50968 Köln" in answer().content.decode()
    column = board["Neue Kontakte"]
    assert f'data-status="{column.pk}" data-key="new"><bdi>Neue Kontakte</bdi>' in html
    for kind in MANUAL:
        assert f"/contacts/{contact.pk}/actions/new/?kind={kind}" in html


def test_it_shows_the_same_signs_as_the_card(page, contact, sofia, jan):
    ActionFactory(contact=contact, kind="call")
    set_due(contact=contact, due_on=timezone.localdate(), note="Unterlagen", actor=sofia, now=NOW)
    assign(contact=contact, assignee=jan, actor=sofia, now=NOW)
    html = page()
    assert 'data-bubble="call"' in html
    assert 'data-due="today"' in html
    assert "Unterlagen" in html
    assert 'aria-label="Zugewiesen: Jan Thiele (JT), ' in html


def test_planned_actions_are_listed_above_performed_ones(page, contact, sofia):
    actions.perform(contact=contact, kind="note", text="Gewesenes", actor=sofia, now=NOW)
    actions.plan(
        contact=contact,
        kind="onsite",
        text="Künftiges",
        actor=sofia,
        now=NOW,
        planned_for=NOW + timedelta(days=1),
    )
    html = page()
    assert html.index("Künftiges") < html.index("Gewesenes")
    assert html.count("/performance/") == 1


def test_notes_keep_their_lines_and_are_escaped(answer, contact, sofia):
    text = "Erste\nZweite <div hx-post='/x' hx-trigger=load>{{ 7|add:7 }}</div>"
    actions.perform(contact=contact, kind="note", text=text, actor=sofia, now=NOW)
    html = answer().content.decode()
    assert "Erste\nZweite &lt;div hx-post=" in html
    assert "{{ 7|add:7 }}" in html


def test_the_history_shows_what_changed_by_whom_and_how(page, contact, board, sofia, anna):
    move(contact, board["Termin vereinbart"], sofia)
    assign(contact=contact, assignee=sofia, actor=anna, now=NOW)
    assign(contact=contact, assignee=None, actor=anna, now=NOW)
    set_due(contact=contact, due_on=timezone.localdate(), actor=sofia, now=NOW)
    set_due(contact=contact, due_on=None, actor=sofia, now=NOW)
    save(contact=contact, values={"city": "Bonn"}, version=None, actor=anna, now=NOW)
    html = page()
    today = f"{timezone.localdate():%d.%m.%Y}"
    for words in (
        "Neue Kontakte → Termin vereinbart",
        "Sofia Vogt, über die Pipeline",
        "Zugewiesen an Sofia Vogt",
        "Niemandem mehr zugewiesen (vorher Sofia Vogt)",
        f"Fällig am {today}",
        f"Fälligkeitsdatum entfernt (vorher {today})",
        "vorher: Ort: Köln",
        "jetzt: Ort: Bonn",
    ):
        assert words in html


def test_a_long_history_is_shown_in_full_on_its_own_page(login, sofia, page, contact):
    for n in range(25):
        Change.objects.create(
            account=contact.account,
            contact=contact,
            kind="edited",
            after=f"Stand {n:02}.",
            at=NOW + timedelta(minutes=n),
        )
    html = page()
    assert ("Stand 24." in html, "Stand 04." in html) == (True, False)
    assert f"/contacts/{contact.pk}/history/" in html
    assert "Stand 00." in page_of(login(sofia).get(f"/contacts/{contact.pk}/history/"))


def test_a_long_timeline_is_shown_page_by_page(login, sofia, page, contact):
    for n in range(35):
        ActionFactory(contact=contact, text=f"Notiz {n:02}.", performed_at=NOW - timedelta(hours=n))
    html = page()
    assert ("Notiz 29." in html, "Notiz 30." in html) == (True, False)
    (address,) = re.findall(r'href="(/contacts/\d+/actions/older/[^"]*)"', html)
    older = page_of(login(sofia).get(address))
    assert ("Notiz 29." in older, "Notiz 34." in older, "Ältere anzeigen" in older) == (False, True, False)


def test_the_number_of_statements_is_constant(login, sofia, anna, contact, board, django_assert_max_num_queries):
    client = login(sofia)
    url = f"/contacts/{contact.pk}/"

    def statements():
        with django_assert_max_num_queries(10) as asked:
            assert client.get(url).status_code == 200
        return len(asked)

    ActionFactory(contact=contact, author=sofia)
    move(contact, board["Termin vereinbart"], sofia)
    little = statements()
    for n in range(30):
        ActionFactory(contact=contact, author=(sofia, anna)[n % 2], kind="call")
        move(contact, board[("Nicht erreicht", "Termin vereinbart")[n % 2]], (sofia, anna)[n % 2])
        assign(contact=contact, assignee=(sofia, anna)[n % 2], actor=anna, now=NOW)
        actions.plan(contact=contact, kind="meeting", actor=anna, now=NOW, planned_for=NOW)
        ContactFactory(account=contact.account, email=contact.email)
    assert statements() == little


def test_twins_are_linked(page, contact, krueger):
    twin = ContactFactory(account=krueger, first_name="Bernd", last_name="Brandes", email=contact.email)
    html = page()
    assert f'href="/contacts/{twin.pk}/"' in html
    assert "Bernd Brandes" in html


def test_a_former_colleague_is_shown_by_name(page, contact, jan):
    Contact.objects.update(assignee=jan)
    ActionFactory(contact=contact, author=jan)
    User.objects.filter(pk=jan.pk).update(is_active=False)
    html = page()
    assert html.count("Jan Thiele, ausgeschieden") == 2


def test_a_contact_in_the_trash_says_so(login, sofia, contact):
    put_in_trash(contact)
    answer = login(sofia).get(f"/contacts/{contact.pk}/")
    assert answer.status_code == 410
    assert "Kontakt wurde gelöscht" in page_of(answer)
    assert "/contacts/trash/" not in page_of(answer)


def test_leaders_find_a_link_from_a_deleted_contact_to_the_trash(login, mehmet, contact):
    put_in_trash(contact)
    client = login(mehmet)
    page = page_of(client.get(f"/contacts/{contact.pk}/"))
    assert 'href="/contacts/trash/">Zum Papierkorb</a>' in page
    fragment = client.post(f"/contacts/{contact.pk}/due/", {"pick": "today"}, headers={"HX-Request": "true"})
    assert fragment.status_code == 410
    assert 'href="/contacts/trash/">Zum Papierkorb</a>' in page_of(fragment)


def test_a_hidden_contact_does_not_exist(login, sofia, jan, krueger, contact):
    krueger.agents_see = Account.Sight.OWN
    krueger.save()
    Contact.objects.update(assignee=jan)
    answer = login(sofia).get(f"/contacts/{contact.pk}/")
    assert answer.status_code == 404
    assert "Claudia" not in page_of(answer)


@pytest.mark.parametrize("number", ["1e3", "０１", "1/../2", "%00", str(2**63), "-1", "9" * 5000])
def test_an_invalid_id_is_not_found(login, sofia, contact, number):
    assert login(sofia).get(f"/contacts/{number}/").status_code == 404


def test_without_scripts_the_status_is_chosen_on_a_page_that_leads_back(login, sofia, contact, board):
    client = login(sofia)
    form = page_of(client.get(f"/cards/{contact.pk}/targets/?via=detail"))
    assert f'name="next" value="/contacts/{contact.pk}/"' in form
    data = {"column": board["Termin vereinbart"].pk, "after": "", "version": 1, "via": "detail"}
    answer = client.post(f"/cards/{contact.pk}/position/", data | {"next": f"/contacts/{contact.pk}/"})
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/contacts/{contact.pk}/")
    assert "Sofia Vogt, über die Kontaktseite" in page_of(client.get(f"/contacts/{contact.pk}/"))
