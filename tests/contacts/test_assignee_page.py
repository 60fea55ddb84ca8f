"""The list of colleagues behind the circle, and what it answers."""

import pytest

from accounts.models import Account, User
from accounts.plans import Plan
from contacts.models import Change, Contact
from tests.factories import ContactFactory, UserFactory
from tests.markup import page_of

FETCH = {"HX-Request": "true"}


@pytest.fixture
def contact(krueger):
    return ContactFactory(account=krueger, last_name="Brandes")


@pytest.fixture
def url(contact):
    return f"/contacts/{contact.pk}/assignee/"


def assignee():
    return Contact.objects.get().assignee


def test_the_options_are_the_colleagues_by_name_oneself_first(login, sofia, jan, anna, mara, url):
    html = page_of(login(sofia).get(url, headers=FETCH))
    names = ["Sofia Vogt", "Anna Krüger", "Jan Thiele"]
    assert html.count('role="option"') == 3
    places = [html.index(f"<span>{name}</span>") for name in names]
    assert places == sorted(places)
    assert "Niemand" not in html
    assert "data-filter" not in html


def test_from_eight_names_there_is_a_search_that_works_without_scripts(login, sofia, url):
    UserFactory.create_batch(6, account=sofia.account)
    assert "data-filter" not in page_of(login(sofia).get(url, headers=FETCH))
    UserFactory(account=sofia.account, first_name="Jörg", last_name="Müller")
    assert "data-filter" in page_of(login(sofia).get(url, headers=FETCH))
    html = page_of(login(sofia).get(url, {"q": "mueller"}))
    assert html.count('role="option"') == 1
    assert "Jörg Müller" in html


def test_choosing_returns_the_new_circle(login, sofia, jan, contact, url):
    answer = login(sofia).post(url, {"assignee": jan.pk}, headers=FETCH)
    html = page_of(answer)
    assert answer.status_code == 200
    assert f'id="circle-{contact.pk}" hx-swap-oob="true"' in html
    assert 'aria-label="Zugewiesen: Jan Thiele (JT), ' in html
    assert "ist jetzt Jan Thiele zugewiesen" in html
    assert assignee() == jan


def test_choosing_nobody_clears_the_assignment(login, sofia, jan, contact, url):
    Contact.objects.update(assignee=jan)
    assert "<span>Niemand</span>" in page_of(login(sofia).get(url, headers=FETCH))
    assert login(sofia).post(url, {"assignee": ""}, headers=FETCH).status_code == 200
    assert assignee() is None


def test_the_same_colleague_twice_is_assigned_once(login, sofia, jan, url):
    client = login(sofia)
    for _ in range(2):
        assert client.post(url, {"assignee": jan.pk}, headers=FETCH).status_code == 200
    assert Change.objects.count() == 1


@pytest.mark.parametrize(
    "value", ["foreign", "inactive", "marketing", "1e3", "０１", "-1", str(2**63), "x", "\0", None]
)
def test_unavailable_colleagues_are_refused_in_the_same_words(login, sofia, jan, mara, paul, url, value, unwritten):
    User.objects.filter(pk=jan.pk).update(is_active=False)
    value = {"foreign": paul.pk, "inactive": jan.pk, "marketing": mara.pk}.get(value, value)
    client = login(sofia)
    with unwritten():
        answer = client.post(url, {} if value is None else {"assignee": value}, headers=FETCH)
    assert answer.status_code == 422
    assert "Mitarbeiter nicht verfügbar" in page_of(answer)
    assert assignee() is None


def test_after_a_downgrade_the_open_menu_is_refused_and_the_name_stays(login, sofia, jan, contact, url, unwritten):
    Contact.objects.update(assignee=sofia)
    client = login(sofia)
    assert client.get(url, headers=FETCH).status_code == 200
    Account.objects.update(plan=Plan.STARTER)
    with unwritten():
        answer = client.post(url, {"assignee": jan.pk}, headers=FETCH)
    assert answer.status_code == 403
    assert "Nur im Expert-Paket" in page_of(answer)
    html = page_of(client.get(f"/contacts/{contact.pk}/"))
    assert 'aria-label="Zugewiesen: Sofia Vogt (SV), ' in html
    assert 'aria-disabled="true"' in html


@pytest.mark.parametrize(
    ("page", "target"),
    [("/contacts/board/?q=a", "/contacts/board/?q=a"), ("own", "/"), ("//evil.example/", "/"), ("", "/")],
)
def test_an_agent_who_assigns_a_contact_to_somebody_else_is_redirected(
    login, sofia, jan, krueger, contact, url, page, target
):
    krueger.agents_see = Account.Sight.OWN
    krueger.save()
    client = login(sofia)
    page = f"/contacts/{contact.pk}/" if page == "own" else page
    page = f"http://testserver{page}" if page.startswith("/c") else page
    answer = client.post(url, {"assignee": jan.pk}, headers={**FETCH, "HX-Current-URL": page})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, target)
    assert assignee() == jan
    assert client.post(url, {"assignee": sofia.pk}, headers=FETCH).status_code == 404


def test_without_scripts_it_redirects_back(login, sofia, jan, url):
    client = login(sofia)
    page = client.get(url, headers={"Referer": "http://testserver/contacts/?sort=name"})
    assert 'name="next" value="/contacts/?sort=name"' in page_of(page)
    answer = client.post(url, {"assignee": jan.pk, "next": "/contacts/?sort=name"})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/contacts/?sort=name")
