"""The list: what it shows to which user, in which order, page by page."""

import random
import re
from datetime import date, timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Account, User
from contacts.kinds import Kind
from contacts.models import Contact, Source
from pipeline import listing
from pipeline.selection import Selection
from tests.factories import ActionFactory, ContactFactory, put_in_trash
from tests.markup import page_of

LIST, BOARD = "/contacts/", "/contacts/board/"


def ids(response) -> list[int]:
    """Return the contacts of a page in their order."""
    return [int(pk) for pk in re.findall(r'data-contact="(\d+)"', page_of(response))]


def total(response) -> int:
    found = re.search(r"data-total>([\d.]+)<", page_of(response))
    return int(found[1].replace(".", ""))


def cards(response) -> list[int]:
    return sorted(int(pk) for pk in re.findall(r'data-card="(\d+)"', page_of(response)))


def link(response, rel: str) -> str:
    """Return the address of the next or previous page, "" if there is none."""
    found = re.search(rf'href="([^"]*)" rel="{rel}"', page_of(response))
    return found[1].replace("&amp;", "&") if found else ""


def test_row_shows_the_contact(anna, board, login, sofia):
    contact = ContactFactory(
        column=board["Nicht erreicht"],
        first_name="Sabine",
        last_name="Möllers",
        email="sabine@möllers.example",
        due_on=timezone.localdate(),
        assignee=sofia,
        source=Source.IMPORT,
    )
    for minutes in (1, 2):
        ActionFactory(contact=contact, kind=Kind.CALL, performed_at=timezone.now() - timedelta(minutes=minutes))
    html = page_of(login(anna).get(LIST))
    row = html[html.index(f'data-contact="{contact.pk}"') :].split("</tr>")[0]
    for text in (
        "Sabine Möllers",
        "sabine@möllers.example",
        "Nicht erreicht",
        "heute, ",
        "Heute",
        "Import",
    ):
        assert text in row
    for mark in (
        'data-bubble="call"',
        'data-due="today"',
        'aria-label="Zugewiesen: Sofia Vogt (SV), ',
        'type="checkbox"',
    ):
        assert mark in row
    assert f'href="/contacts/{contact.pk}/"' in row
    assert f'href="/cards/{contact.pk}/targets/?via=list"' in row


def test_new_contacts_are_red_and_called_new(anna, board, login):
    new = ContactFactory(column=board["Neue Kontakte"])
    ContactFactory(column=board["Nicht erreicht"])
    html = page_of(login(anna).get(LIST))
    assert re.findall(r'data-contact="(\d+)" class="row--new"', html) == [str(new.pk)]
    assert html.count('<span class="badge">Neu</span>') == 1


def test_status_in_the_row_can_be_changed_without_leaving_the_list(anna, board, login):
    contact = ContactFactory(column=board["Neue Kontakte"])
    data = {"column": board["Termin vereinbart"].pk, "after": "", "version": 1, "via": "list"}
    address = f"/cards/{contact.pk}/position/"
    answer = page_of(login(anna).post(address, data, headers={"HX-Request": "true"}))
    row = answer[answer.index(f'id="contact-{contact.pk}"') :].split("</tr>")[0]
    assert f'hx-target="#contact-{contact.pk}" hx-swap="outerHTML"' in answer
    assert "Termin vereinbart" in row
    assert "row--new" not in row
    assert "/reversal/?via=list" in answer


def test_status_can_be_changed_by_a_plain_form(anna, board, login):
    contact = ContactFactory(column=board["Neue Kontakte"])
    client = login(anna)
    page = page_of(client.get(f"/cards/{contact.pk}/targets/?via=list&q=x"))
    assert f'action="/cards/{contact.pk}/position/' in page
    assert 'name="next" value="/contacts/?q=x"' in page
    data = {"column": board["Termin vereinbart"].pk, "after": "", "version": 1, "via": "list", "next": LIST}
    assert client.post(f"/cards/{contact.pk}/position/", data).headers["Location"] == LIST


def test_an_empty_office_shows_what_to_do_and_an_empty_search_how_to_widen_it(anna, login):
    assert "Noch keine Kontakte" in page_of(login(anna).get(LIST))
    assert "Kein Kontakt gefunden" in page_of(login(anna).get(LIST, {"q": "xyz"}))


def test_contacts_of_another_office_do_not_exist(anna, hansen, login):
    stranger = ContactFactory(account=hansen, last_name="Kanarienvogel", city="Kanarienstadt")
    for query in ({}, {"q": "Kanarien"}, {"assignee": "none"}):
        response = login(anna).get(LIST, query)
        assert (ids(response), total(response)) == ([], 0)
        assert stranger.last_name not in page_of(response)


def test_agent_limited_to_own_contacts_sees_and_counts_no_others(krueger, sofia, jan, board, login):
    Account.objects.filter(pk=krueger.pk).update(agents_see=Account.Sight.OWN)
    own = ContactFactory(column=board["Nicht erreicht"], assignee=sofia)
    free = ContactFactory(column=board["Nicht erreicht"])
    ContactFactory(column=board["Nicht erreicht"], assignee=jan)
    response = login(sofia).get(LIST)
    assert (sorted(ids(response)), total(response)) == ([own.pk, free.pk], 2)


def test_trashed_contacts_are_not_listed(anna, board, login):
    put_in_trash(ContactFactory(column=board["Neue Kontakte"]))
    assert ids(login(anna).get(LIST)) == []


NAMELESS = [{}, {"last_name": "-"}, {"last_name": "?"}, {"company": "."}, {"last_name": "_", "company": "-"}]


class TestMarketing:
    def test_sees_name_status_source_and_last_action_only(self, mara, board, sofia, login):
        contact = ContactFactory(
            column=board["Neue Kontakte"],
            first_name="Klara",
            last_name="Geheim",
            email="klara@geheim.example",
            phone="0151 2345678",
            city="Geheimstadt",
            assignee=sofia,
            due_on=date(2026, 11, 20),
            source_detail="Flyer",
        )
        ActionFactory(contact=contact, kind=Kind.CALL)
        html = page_of(login(mara).get(LIST))
        for shown in ("Klara Geheim", "Neue Kontakte", "Website", "heute, "):
            assert shown in html
        for hidden in (
            "klara@",
            "0151",
            "Geheimstadt",
            "Sofia",
            "20.11.",
            "data-bubble",
            "checkbox",
            "Flyer",
            "data-due",
        ):
            assert hidden not in html
        assert f"/contacts/{contact.pk}/" not in html
        assert "/contacts/board/" not in html
        assert "Kontakt anlegen" not in html

    @pytest.mark.parametrize("name", NAMELESS)
    def test_does_not_learn_the_address_of_a_contact_without_a_name(self, mara, board, login, name):
        people = {"first_name": "", "last_name": "", "company": ""} | name
        ContactFactory(column=board["Neue Kontakte"], email="peter@geheim.example", **people)
        ContactFactory(column=board["Neue Kontakte"], phone="0151 2345678", **people)
        response = login(mara).get(LIST)
        assert total(response) == 2
        for word in ("peter", "geheim", "0151"):
            assert ids(login(mara).get(LIST, {"q": word})) == []
            assert word not in page_of(response)

    @pytest.mark.parametrize("name", NAMELESS)
    def test_learns_no_address_from_the_order_and_the_place_of_the_next_page(self, mara, board, monkeypatch, name):
        monkeypatch.setattr(listing, "PAGE", 5)
        people = {"first_name": "", "last_name": "", "company": ""} | name
        made = [
            ContactFactory(column=board["Neue Kontakte"], email=f"p{99 - number}@x.example", **people).pk
            for number in range(6)
        ]
        found = listing.load(Selection.parse(mara, QueryDict()), QueryDict())
        assert [contact.pk for contact in found.contacts] == made[:5]
        assert found.next == f"?sort=name&after={made[4]}"

    @pytest.mark.parametrize("query", [{"due": "overdue"}, {"assignee": "me"}, {"assignee": "none"}, {"sort": "due"}])
    def test_can_neither_filter_nor_sort_by_hidden_fields(self, mara, sofia, board, login, query):
        first = ContactFactory(column=board["Neue Kontakte"], last_name="A", due_on=date(2030, 1, 1), assignee=sofia)
        second = ContactFactory(column=board["Neue Kontakte"], last_name="B", due_on=date(2020, 1, 1), assignee=sofia)
        assert ids(login(mara).get(LIST, query)) == [first.pk, second.pk]

    @pytest.mark.parametrize(
        "name",
        [
            {"last_name": "O'Brien-Müller", "first_name": "Zoë Ágnes"},
            {"last_name": "İnönü", "first_name": "Ðavid Łukasz"},
            {"last_name": "", "first_name": "", "company": "z. B. Groß & Söhne (1907) GmbH"},
            {"last_name": "ﬁrst Straße", "first_name": "٣ Tür_en"},
            {"last_name": "Lang" * 20, "first_name": "Größer" * 13},
        ],
    )
    def test_finds_every_beginning_of_a_word_by_which_a_contact_is_sorted(self, mara, board, name):
        contact = ContactFactory(column=board["Neue Kontakte"], **({"company": ""} | name))
        for word in contact.sort_name.split():
            for end in (1, 2, 3, 4, len(word)):
                selection = Selection(mara, timezone.localdate(), q=word[:end])
                assert [*selection.contacts()] == [contact], word[:end]

    def test_searches_names_only(self, mara, board, login):
        contact = ContactFactory(
            column=board["Neue Kontakte"],
            first_name="Ada",
            last_name="Müller",
            city="Köln",
            email="x@firma.example",
        )
        for word in ("mueller", "muller", "Müller", "ada"):
            assert ids(login(mara).get(LIST, {"q": word})) == ([contact.pk] if word != "mueller" else []), word
        for word in ("Köln", "firma"):
            assert ids(login(mara).get(LIST, {"q": word})) == []


class TestSearch:
    @pytest.fixture
    def people(self, board):
        names = ("Müller", "Mull", "Mueller", "O'Neil", "100%ig", "Unter_strich", "Back\\slash")
        return {name: ContactFactory(column=board["Neue Kontakte"], first_name="", last_name=name) for name in names}

    def found(self, client, people, query):
        by_id = {contact.pk: name for name, contact in people.items()}
        return sorted(by_id[pk] for pk in ids(client.get(LIST, {"q": query})))

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("müller", ["Mueller", "Müller"]),
            ("mueller", ["Mueller", "Müller"]),
            ("muller", ["Müller"]),
            ("MÜLL", ["Mueller", "Müller"]),
            ("o'neil", ["O'Neil"]),
            ("%", []),
            ("_", []),
            ("\\", []),
            ("100%", ["100%ig"]),
            ("' OR 1=1 --", []),
            ("(a+)+$", []),
            ("mull & !x | y:*", []),
            ("x" * 5000, []),
            ("'" * 5000, []),
        ],
    )
    def test_is_literal_and_folded(self, anna, people, login, query, names):
        assert self.found(login(anna), people, query) == names

    def test_of_spaces_only_is_no_search(self, anna, people, login):
        assert len(ids(login(anna).get(LIST, {"q": "   "}))) == len(people)


class TestFilters:
    @pytest.fixture
    def people(self, board, anna, sofia):
        today = timezone.localdate()
        column = board["Nicht erreicht"]
        return {
            "overdue": ContactFactory(column=column, due_on=today - timedelta(days=1), assignee=anna),
            "today": ContactFactory(column=board["Neue Kontakte"], due_on=today, assignee=sofia, source=Source.PORTAL),
            "soon": ContactFactory(column=column, due_on=today + timedelta(days=7)),
            "later": ContactFactory(column=column, due_on=today + timedelta(days=8), first_name="Quirin"),
            "none": ContactFactory(column=board["Kein Auftrag"], source=Source.PORTAL),
        }

    @pytest.mark.parametrize(
        ("query", "names"),
        [
            ("", ["later", "none", "overdue", "soon", "today"]),
            ("due=overdue", ["overdue"]),
            ("due=today", ["today"]),
            ("due=week", ["soon", "today"]),
            ("due=set", ["later", "overdue", "soon", "today"]),
            ("due=none", ["none"]),
            ("assignee=me", ["overdue"]),
            ("assignee=none", ["later", "none", "soon"]),
            ("assignee=SOFIA", ["today"]),
            ("source=portal", ["none", "today"]),
            ("source=portal&due=today", ["today"]),
            ("q=quirin", ["later"]),
            ("q=quirin&due=none", []),
        ],
    )
    def test_find_the_same_on_list_and_board(self, anna, sofia, people, login, query, names):
        client, query = login(anna), query.replace("SOFIA", str(sofia.pk))
        found, board = client.get(f"{LIST}?{query}"), client.get(f"{BOARD}?{query}")
        wanted = sorted(people[name].pk for name in names)
        assert (sorted(ids(found)), total(found)) == (wanted, len(wanted))
        assert (cards(board), total(board)) == (wanted, len(wanted))

    def test_by_assignee_are_a_menu_of_addresses(self, anna, sofia, mara, people, login):
        menu = login(anna).get("/contacts/assignees/?view=board&due=today&sort=-due", headers={"HX-Request": "true"})
        entries = re.findall(r'<a [^>]*href="([^"]+)">.*?<span>([^<]+)</span>', page_of(menu))
        assert [(address.replace("&amp;", "&"), name) for address, name in entries] == [
            (f"{BOARD}?due=today&sort=-due", "Alle Mitarbeiter"),
            (f"{BOARD}?assignee=me&due=today&sort=-due", "Mir zugewiesen"),
            (f"{BOARD}?assignee=none&due=today&sort=-due", "Niemandem zugewiesen"),
            (f"{BOARD}?assignee={anna.pk}&due=today&sort=-due", "Anna Krüger"),
            (f"{BOARD}?assignee={sofia.pk}&due=today&sort=-due", "Sofia Vogt"),
        ]
        assert "<html" in page_of(login(anna).get("/contacts/assignees/"))
        assert login(mara).get("/contacts/assignees/").status_code == 403

    def test_are_kept_in_the_other_view(self, anna, people, login):
        for address in (LIST, BOARD):
            html = page_of(login(anna).get(f"{address}?due=today&q=x"))
            for other in (LIST, BOARD):
                assert f'href="{other}?q=x&amp;due=today"' in html

    def test_are_shown_as_chips_that_remove_them(self, anna, people, login):
        html = page_of(login(anna).get(f"{LIST}?due=today&q=x&sort=-due"))
        assert 'href="?q=x&amp;sort=-due" aria-label="Filter entfernen: heute fällig"' in html
        assert 'href="?due=today&amp;sort=-due" aria-label="Filter entfernen: „x“"' in html

    @pytest.mark.parametrize(
        "query",
        [
            "_connector=OR&tenant_id=2",
            "order_by=password&sort=password",
            "sort=assignee__password",
            "filter[user__password__startswith]=p&assignee__password=x",
            "due=never&source=drop&assignee=1e3&sort=--name",
            "assignee=%EF%BC%91&after=x&before=1.%00",
        ],
    )
    def test_unknown_ones_are_ignored(self, anna, people, login, query):
        assert len(ids(login(anna).get(f"{LIST}?{query}"))) == len(people)


def test_head_sorts_and_reverses(anna, board, login):
    ContactFactory(column=board["Neue Kontakte"])
    html = page_of(login(anna).get(f"{LIST}?sort=name"))
    assert re.search(r'aria-sort="ascending"><a href="\?sort=-name"', html)
    assert 'href="?sort=-action"' in html  # the newest first: what a first click on this head means
    html = page_of(login(anna).get(f"{LIST}?sort=due"))
    assert re.search(r'aria-sort="ascending"><a href="\?sort=-due"', html)


def crowd(board, seed: int, size: int) -> None:
    """Contacts with many equal and many missing keys."""
    dice = random.Random(seed)
    columns = list(board.values())
    now = timezone.now()
    for _ in range(size):
        contact = ContactFactory(
            column=dice.choice(columns),
            first_name="",
            last_name=dice.choice(["Maier", "Ahrens", "Özdemir", "Zöller", "王", "?"]),
            due_on=dice.choice([None, date(2026, 11, 23), date(2026, 11, dice.randint(1, 30))]),
            created_at=now - timedelta(seconds=dice.randint(0, 3)),
            source=dice.choice(Source.values),
        )
        if dice.random() < 0.6:
            ActionFactory(contact=contact, performed_at=now - timedelta(microseconds=dice.randint(0, 3)))


def expected(account: Account, sort: str) -> list[int]:
    """Sort in Python: by key, then id, in one direction; without a key last."""
    labels = sorted(Source.choices, key=lambda choice: str(choice[1]))
    rank = {value: place for place, (value, _) in enumerate(labels)}
    key_of = {
        "name": lambda contact: contact.sort_name,
        "status": lambda contact: contact.card.column.position,
        "action": lambda contact: contact.last_action_at,
        "due": lambda contact: contact.due_on,
        "source": lambda contact: rank[contact.source],
        "created": lambda contact: contact.created_at,
    }[sort.removeprefix("-")]
    found = list(Contact.objects.of(account).select_related("card__column"))
    keyed = [contact for contact in found if key_of(contact) is not None]
    bare = [contact for contact in found if key_of(contact) is None]
    keyed.sort(key=lambda contact: (key_of(contact), contact.pk), reverse=sort.startswith("-"))
    bare.sort(key=lambda contact: contact.pk, reverse=sort.startswith("-"))
    return [contact.pk for contact in keyed + bare]


@pytest.mark.parametrize(("seed", "size"), [(1, 1), (2, 7), (3, 20), (4, 43)])
def test_walk_forth_and_back_meets_each_contact_once_in_order(anna, board, monkeypatch, seed, size):
    crowd(board, seed, size)
    monkeypatch.setattr(listing, "PAGE", 5)
    for sort in [f"{sign}{key}" for key in listing.ORDERS for sign in ("", "-")]:
        walk_forth_and_back(anna, sort)


@pytest.mark.breaks_invariants  # the contacts are found by what they do not hold
@pytest.mark.parametrize("few", [0, 500])
def test_few_that_a_search_finds_stand_in_the_same_order(anna, board, monkeypatch, few):
    crowd(board, 5, 30)
    Contact.objects.of(anna.account).update(search="'lead'")
    monkeypatch.setattr(listing, "PAGE", 7)
    monkeypatch.setattr(listing, "FEW", few)
    for sort in [f"{sign}{key}" for key in listing.ORDERS for sign in ("", "-")]:
        walk_forth_and_back(anna, sort, "q=lead")


def walk_forth_and_back(anna: User, sort: str, filtered: str = "") -> None:
    selection = Selection.parse(anna, QueryDict(filtered))
    pages, query = [], f"?sort={sort}"
    while query:
        found = listing.load(selection, QueryDict(query[1:]))
        pages.append([contact.pk for contact in found.contacts])
        query = found.next
    assert [pk for page in pages for pk in page] == expected(anna.account, sort), sort
    back = [pages[-1]]
    while found.previous:
        found = listing.load(selection, QueryDict(found.previous[1:]))
        back.append([contact.pk for contact in found.contacts])
    assert back[::-1] == pages, sort


def test_pages_hold_fifty_and_lead_on_and_back(anna, board, login):
    for number in range(51):
        ContactFactory(column=board["Neue Kontakte"], last_name=f"L{number:02}")
    client = login(anna)
    first = client.get(LIST)
    second = client.get(LIST + link(first, "next"))
    assert (len(ids(first)), len(ids(second))) == (50, 1)
    assert (link(first, "prev"), link(second, "next")) == ("", "")
    assert ids(client.get(LIST + link(second, "prev"))) == ids(first)
    assert total(first) == total(second) == 51


def test_place_after_the_end_shows_the_first_page(anna, board, login):
    contact = ContactFactory(column=board["Neue Kontakte"], last_name="A")
    assert ids(login(anna).get(LIST, {"after": f"{contact.pk + 5}.enp6"})) == [contact.pk]


def test_the_number_of_statements_is_constant(anna, sofia, board, login):
    def statements() -> int:
        client = login(anna)
        client.get(LIST)
        with CaptureQueriesContext(connection) as captured:
            client.get(LIST)
        return len(captured)

    ContactFactory(column=board["Neue Kontakte"], assignee=sofia)
    one = statements()
    for _ in range(29):
        contact = ContactFactory(column=board["Nicht erreicht"], assignee=sofia, due_on=date(2026, 11, 1))
        ActionFactory(contact=contact, kind=Kind.CALL)
    assert (one, statements()) == (2, 2)


class TestHome:
    def test_leads_to_the_view_used_last(self, anna, login):
        client = login(anna)
        assert client.get("/").headers["Location"] == LIST
        for address in (BOARD, LIST, BOARD):
            client.get(address)
            assert client.get("/").headers["Location"] == address

    def test_leads_marketing_to_the_list(self, mara, login):
        client = login(mara)
        client.cookies["view"] = "board"
        assert client.get("/").headers["Location"] == LIST

    def test_redirects_marketing_from_the_board_to_the_list_with_permitted_filters(self, mara, login):
        answer = login(mara).get(BOARD, {"q": "Vogt", "source": "form", "assignee": "me", "x": "1"})
        assert (answer.status_code, answer.headers["Location"]) == (302, f"{LIST}?q=Vogt&source=form")

    def test_writes_nothing(self, anna, login, unwritten):
        client = login(anna)
        with unwritten():
            client.get("/")
            client.get(LIST)


def test_anonymous_users_are_sent_to_the_login(client, db):
    for address in ("/", LIST):
        assert client.get(address).headers["Location"].startswith("/accounts/login/?next=")


def test_list_is_read_only(anna, login):
    for method in ("post", "put", "delete", "patch"):
        assert getattr(login(anna), method)(LIST).status_code == 405


@pytest.mark.parametrize("path", ["/contacts/", "/contacts/board/"])
def test_searching_while_typing_loads_only_the_results(anna, board, login, path):
    ContactFactory(column=board["Nicht erreicht"], last_name="Müller")
    ContactFactory(column=board["Nicht erreicht"], last_name="Schmidt")
    page = page_of(login(anna).get(path, {"q": "muell"}, headers={"HX-Request": "true"}))
    for part in ("total", "assignee-filter", "toolbar-end", "chips", "content"):
        assert page.count(f'id="{part}"') == 1
    assert "Müller" in page
    for absent in ("Schmidt", "<html", 'role="search"', "usermenu"):
        assert absent not in page
