"""Actions on a selection of the list: permissions, refusals, plain forms."""

import re
from urllib.parse import urlsplit

import pytest
from django.contrib.messages import get_messages
from django.http import QueryDict
from django.utils import timezone

from accounts.models import Account
from contacts.models import Change, Contact
from pipeline import leads, picked
from pipeline.models import Card, Move, TrashedCard
from pipeline.selection import Selection
from tests.factories import ContactFactory
from tests.markup import page_of

LIST = "/contacts/"
ASSIGNEE, STATUS, TRASH, EXPORT = (f"{LIST}selection/{what}/" for what in ("assignee", "status", "trash", "export"))
FETCH = {"HX-Request": "true"}


@pytest.fixture
def people(board) -> list[Contact]:
    return [ContactFactory(column=board["Neue Kontakte"], first_name=name) for name in ("Ada", "Bob", "Cyd")]


def said(response) -> str:
    (message,) = get_messages(response.wsgi_request)
    return str(message)


def fields(response) -> dict[str, list[str]]:
    """Return what the form of a dialog posts, without its token."""
    data: dict[str, list[str]] = {}
    for name, value in re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page_of(response)):
        if name != "csrfmiddlewaretoken":
            data.setdefault(name, []).append(value.replace("&amp;", "&"))
    return data


def columns_of(account) -> list[str]:
    return list(Card.objects.of(account).order_by("pk").values_list("column__name", flat=True))


class TestBar:
    def test_offers_leaders_everything(self, anna, people, login):
        html = page_of(login(anna).get(LIST))
        bar = html[html.index('aria-label="Auswahl"') :].split("</form>")[0]
        buttons = re.findall(r"</svg>\s*(Zuweisen|Status ändern|Exportieren|Löschen)</button>", bar)
        assert buttons == ["Zuweisen", "Status ändern", "Exportieren", "Löschen"]

    def test_offers_agents_neither_export_nor_deletion(self, sofia, people, login):
        html = page_of(login(sofia).get(LIST))
        bar = html[html.index('aria-label="Auswahl"') :].split("</form>")[0]
        assert re.findall(r"</svg>\s*([^<]+)</button>", bar) == ["Zuweisen", "Status ändern"]

    def test_shows_assigning_disabled_with_the_reason_without_the_plan(self, paul, hansen, login):
        ContactFactory(account=hansen)
        html = page_of(login(paul).get(LIST))
        button = re.search(r"<button[^>]*>(?:(?!</button>).)*Zuweisen</button>", html, re.S)[0]
        assert 'aria-disabled="true"' in button
        assert "Nur im Expert-Paket" in button
        assert "formaction" not in button


class TestStatus:
    def test_moves_the_ticked_contacts(self, sofia, people, board, login):
        client = login(sofia)
        question = client.get(STATUS, {"contact": [people[0].pk, people[2].pk], "filter": "q=a"})
        assert "<strong>2 Kontakte</strong> sind ausgewählt" in page_of(question)
        data = fields(question)
        response = client.post(STATUS, data | {"column": board["Termin vereinbart"].pk})
        assert response.headers["Location"] == f"{LIST}?q=a"
        assert said(response) == "2 Kontakte stehen jetzt in „Termin vereinbart“."
        assert columns_of(sofia.account) == ["Termin vereinbart", "Neue Kontakte", "Termin vereinbart"]
        assert set(Move.objects.of(sofia.account).values_list("via", "actor")) == {("bulk", sofia.pk)}

    def test_moves_everything_the_filter_finds(self, anna, people, board, login):
        client = login(anna)
        question = client.get(STATUS, {"all": "1", "filter": "assignee=none", "contact": [people[0].pk]})
        assert "<strong>3 Kontakte</strong>" in page_of(question)
        assert "auch auf den anderen Seiten" in page_of(question)
        data = fields(question)
        assert (data["all"], data["total"], data.get("contact")) == (["1"], ["3"], None)
        client.post(STATUS, data | {"column": board["Nicht erreicht"].pk})
        assert columns_of(anna.account) == ["Nicht erreicht"] * 3

    def test_puts_them_on_top_in_the_order_of_the_board(self, anna, board, login):
        there = ContactFactory(column=board["Termin vereinbart"], first_name="Eva")
        late = ContactFactory(column=board["Nicht erreicht"], first_name="Dan")
        second = ContactFactory(column=board["Neue Kontakte"], first_name="Bob")
        first = ContactFactory(column=board["Neue Kontakte"], first_name="Ada")
        data = {"contact": [late.pk, first.pk, there.pk, second.pk], "column": board["Termin vereinbart"].pk}
        login(anna).post(STATUS, data)
        cards = Card.objects.of(anna.account).order_by("rank")
        assert [(card.contact.first_name, card.version) for card in cards.select_related("contact")] == [
            ("Ada", 2),
            ("Bob", 2),
            ("Dan", 2),
            ("Eva", 1),
        ]

    def test_reloads_the_page_below_a_dialog(self, anna, people, board, login):
        data = {"contact": people[0].pk, "column": board["Nicht erreicht"].pk}
        response = login(anna).post(STATUS, data, headers=FETCH)
        assert (response.status_code, response.headers["HX-Refresh"], response.content) == (200, "true", b"")

    def test_repeated_changes_nothing(self, anna, people, board, login, unwritten):
        data = {"contact": people[0].pk, "column": board["Nicht erreicht"].pk}
        login(anna).post(STATUS, data)
        client = login(anna)
        with unwritten():
            assert client.post(STATUS, data).status_code == 302

    @pytest.mark.parametrize("column", ["0", "-1", "NaN", "999999999", "FOREIGN", "１"])
    def test_refuses_a_column_that_does_not_exist(self, anna, hansen, people, login, unwritten, column):
        column = column.replace("FOREIGN", str(hansen.columns.first().pk))
        client = login(anna)
        with unwritten():
            response = client.post(STATUS, {"contact": people[0].pk, "column": column})
        assert response.status_code == 422


class TestAssignee:
    def test_gives_the_contacts_to_a_colleague(self, anna, sofia, people, login):
        response = login(anna).post(ASSIGNEE, {"contact": [c.pk for c in people], "assignee": sofia.pk})
        assert said(response) == "3 Kontakte sind jetzt Sofia Vogt zugewiesen."
        assert {c.assignee for c in Contact.objects.of(anna.account)} == {sofia}

    def test_unassigns_contacts(self, anna, sofia, people, login):
        Contact.objects.of(anna.account).update(assignee=sofia)
        response = login(anna).post(ASSIGNEE, {"contact": people[0].pk, "assignee": "none"})
        assert said(response) == "1 Kontakt ist niemandem mehr zugewiesen."
        assert Contact.objects.of(anna.account).filter(assignee=None).get() == people[0]

    def test_offers_colleagues_who_can_be_assigned(self, anna, sofia, mara, paul, people, login):
        html = page_of(login(anna).get(ASSIGNEE, {"contact": people[0].pk}))
        options = re.findall(r"<option[^>]*>([^<]+)</option>", html)
        assert options == ["– bitte wählen –", "Anna Krüger", "Sofia Vogt", "Niemand"]

    def test_refuses_foreign_former_and_unknown_colleagues_alike(self, anna, jan, mara, paul, people, login, unwritten):
        jan.is_active = False
        jan.save()
        client = login(anna)
        bodies = set()
        for assignee in (paul.pk, jan.pk, mara.pk, 10**9, "x"):
            with unwritten():
                response = client.post(ASSIGNEE, {"contact": people[0].pk, "assignee": assignee}, headers=FETCH)
            assert response.status_code == 422
            bodies.add(response.content)
        assert len(bodies) == 1

    def test_is_refused_without_the_plan(self, paul, hansen, login, unwritten):
        contact, client = ContactFactory(account=hansen), login(paul)
        with unwritten():
            assert client.get(ASSIGNEE, {"contact": contact.pk}).status_code == 403
            assert client.post(ASSIGNEE, {"contact": contact.pk, "assignee": paul.pk}).status_code == 403


class TestTrash:
    def test_asks_with_the_number_then_puts_them_into_the_trash(self, mehmet, people, login):
        client = login(mehmet)
        question = client.get(TRASH, {"contact": [people[0].pk, people[1].pk]})
        assert "<strong>2 Kontakte</strong>" in page_of(question)
        response = client.post(TRASH, fields(question))
        assert said(response) == "2 Kontakte in den Papierkorb gelegt."
        assert list(Card.objects.of(mehmet.account).values_list("pk", flat=True)) == [people[2].pk]
        assert TrashedCard.objects.of(mehmet.account).filter(trashed_by=mehmet).count() == 2

    def test_the_message_restores_them(self, anna, people, board, login):
        client = login(anna)
        client.post(TRASH, {"contact": [c.pk for c in people]})
        undo = re.search(r'action="(/changes/\d+/reversal/)"', page_of(client.get(LIST)))[1]
        assert client.post(undo, headers={"Referer": f"http://testserver{LIST}"}).headers["Location"].endswith(LIST)
        assert columns_of(anna.account) == ["Neue Kontakte"] * 3

    def test_of_everything_is_refused_when_the_number_has_changed(self, anna, people, board, login, unwritten):
        client = login(anna)
        data = fields(client.get(TRASH, {"all": "1"}))
        ContactFactory(column=board["Neue Kontakte"])
        with unwritten():
            response = client.post(TRASH, data, headers=FETCH)
        assert response.status_code == 409
        assert "inzwischen 4 Kontakte" in page_of(response)

    def test_of_everything_requires_the_number_that_was_shown(self, anna, people, login, unwritten):
        client = login(anna)
        with unwritten():
            assert client.post(TRASH, {"all": "1"}).status_code == 422


@pytest.mark.parametrize("address", [TRASH, EXPORT])
def test_agents_neither_delete_nor_export(sofia, people, login, unwritten, address):
    client = login(sofia)
    with unwritten():
        assert client.get(address, {"contact": people[0].pk}).status_code == 403
        assert client.post(address, {"contact": people[0].pk}).status_code in (403, 405)
    assert Card.objects.of(sofia.account).count() == 3


@pytest.mark.parametrize("address", [ASSIGNEE, STATUS, TRASH, EXPORT])
def test_marketing_does_nothing_with_a_selection(mara, people, login, unwritten, address):
    client = login(mara)
    with unwritten():
        assert client.get(address, {"contact": people[0].pk}).status_code == 403
        assert client.post(address, {"contact": people[0].pk}).status_code in (403, 405)


def test_export_names_the_same_contacts_to_the_export(anna, people, login):
    html = page_of(login(anna).get(EXPORT, {"contact": [people[0].pk, people[1].pk], "filter": "q=x"}))
    assert 'action="/contacts/export/"' in html
    assert re.findall(r'name="contact" value="(\d+)"', html) == [str(people[0].pk), str(people[1].pk)]


@pytest.mark.parametrize(("address", "name"), [(ASSIGNEE, "assignee"), (STATUS, "column")])
@pytest.mark.parametrize("headers", [{}, FETCH])
def test_confirming_without_a_choice_asks_again(anna, people, login, unwritten, address, name, headers):
    client = login(anna)
    question = client.get(address, {"contact": [c.pk for c in people]}, headers=headers)
    select = re.search(
        rf'<select[^>]*name="{name}"[^>]*><option value="">– bitte wählen –</option>',
        page_of(question),
    )
    assert select and "aria-invalid" not in select[0]
    with unwritten():
        answer = client.post(address, fields(question) | {name: "", "enrol": "1"}, headers=headers)
    assert answer.status_code == 422
    html = page_of(answer)
    assert "Bitte wählen Sie zuerst etwas aus." in html
    assert re.search(rf'<select[^>]*name="{name}"[^>]*aria-invalid="true"', html)
    assert fields(answer) == fields(question)
    assert ("<html" in html) is not bool(headers)


class TestPicking:
    """All addresses read the selection by the same rules."""

    @pytest.fixture
    def post(self, anna, board, sofia, login):
        client = login(anna)

        def posted(address, **data):
            data |= {"column": board["Nicht erreicht"].pk, "assignee": sofia.pk}
            return client.post(address, data, headers=FETCH)

        return posted

    @pytest.mark.parametrize("address", [ASSIGNEE, STATUS, TRASH])
    def test_refuses_foreign_and_unknown_contacts_alike(self, people, hansen, post, unwritten, address):
        stranger = ContactFactory(account=hansen)
        bodies = set()
        for odd in (stranger.pk, 10**9, 2**63, -1, "1e3", "１", "1\x00"):
            with unwritten():
                response = post(address, contact=[people[0].pk, odd])
            assert response.status_code == 422, odd
            if odd != "1\x00":
                bodies.add(response.content)
        assert len(bodies) == 1
        assert Card.objects.of(hansen).count() == 1

    @pytest.mark.parametrize("address", [ASSIGNEE, STATUS, TRASH])
    def test_refuses_an_empty_selection(self, people, post, unwritten, address):
        with unwritten():
            response = post(address)
        assert response.status_code == 422
        assert "Bitte wählen Sie mindestens einen Kontakt aus." in page_of(response)

    @pytest.mark.parametrize("address", [ASSIGNEE, STATUS, TRASH])
    def test_a_button_without_ticks_shows_an_error_on_the_list(self, anna, people, login, unwritten, address):
        client = login(anna)
        with unwritten():
            response = client.get(address, {"filter": "q=a"}, headers={"Referer": "http://testserver/contacts/?q=a"})
        assert (response.status_code, response["Location"]) == (302, "/contacts/?q=a")
        assert "Bitte wählen Sie mindestens einen Kontakt aus." in page_of(client.get("/contacts/?q=a"))

    def test_the_question_says_if_nobody_may_be_mailed(self, anna, people, login):
        client = login(anna)
        page = page_of(client.get(STATUS, {"contact": [people[0].pk]}))
        assert "Dieser Kontakt darf keine E-Mails bekommen." in page
        assert "Bei 1 Kontakt fehlt die Einwilligung oder die E-Mail-Adresse" in page
        both = page_of(client.get(STATUS, {"contact": [people[0].pk, people[1].pk]}))
        assert "Niemand davon darf E-Mails bekommen." in both
        assert "Bei 2 Kontakten fehlt die Einwilligung oder die E-Mail-Adresse" in both
        assert "0 Kontakte" not in page + both

    @pytest.mark.parametrize("address", [ASSIGNEE, STATUS, TRASH])
    def test_skips_contacts_trashed_meanwhile_and_says_so(self, anna, people, board, sofia, login, address):
        leads.trash(user=anna, contact_ids=[people[1].pk], now=timezone.now())
        data = {"column": board["Nicht erreicht"].pk, "assignee": sofia.pk}
        response = login(anna).post(address, data | {"contact": [people[0].pk, people[1].pk]})
        assert said(response).endswith("1 Kontakt war inzwischen gelöscht und wurde ausgelassen.")
        assert said(response).startswith("1 Kontakt ")

    @pytest.mark.parametrize("address", [ASSIGNEE, STATUS, TRASH])
    def test_of_trashed_contacts_only_is_a_410(self, anna, people, post, unwritten, address):
        leads.trash(user=anna, contact_ids=[people[0].pk], now=timezone.now())
        with unwritten():
            assert post(address, contact=people[0].pk).status_code == 410

    def test_refuses_contacts_the_office_hides_from_an_agent(self, krueger, sofia, jan, board, login, unwritten):
        Account.objects.filter(pk=krueger.pk).update(agents_see=Account.Sight.OWN)
        own = ContactFactory(column=board["Neue Kontakte"], assignee=sofia)
        hidden = ContactFactory(column=board["Neue Kontakte"], assignee=jan)
        client = login(sofia)
        data = {"contact": [own.pk, hidden.pk], "column": board["Nicht erreicht"].pk}
        with unwritten():
            refused = client.post(STATUS, data)
        assert refused.status_code == 422
        data = fields(client.get(STATUS, {"all": "1"}))
        assert data["total"] == ["1"]
        client.post(STATUS, data | {"column": board["Nicht erreicht"].pk})
        assert columns_of(krueger) == ["Nicht erreicht", "Neue Kontakte"]

    def test_refuses_more_than_it_can_change_at_once(self, anna, people, monkeypatch, login):
        monkeypatch.setattr(picked, "MAX_PICKED", 2)
        client = login(anna)
        assert client.get(TRASH, {"all": "1"}).status_code == 422
        assert client.get(TRASH, {"contact": [c.pk for c in people]}).status_code == 422

    def test_ignores_other_fields(self, anna, people, board, login):
        data = {"contact": people[0].pk, "column": board["Nicht erreicht"].pk, "account": 1, "version": 9}
        login(anna).post(STATUS, data)
        assert Card.objects.of(anna.account).get(pk=people[0].pk).version == 2


class TestTenThousand:
    """Ticks of many pages: more than fit into an address or a form's fields."""

    def test_the_bar_says_how_many_may_be_ticked(self, anna, people, login):
        html = page_of(login(anna).get(LIST))
        assert f'data-most="{picked.MAX_PICKED}"' in html
        assert 'data-selected-total="0"' in html

    def test_a_question_may_be_posted(self, anna, people, login, unwritten):
        client = login(anna)
        data = {"contact": people[0].pk, "contacts": f"{people[1].pk},{people[2].pk}", "ask": "1"}
        for address in (ASSIGNEE, STATUS, TRASH, EXPORT):
            with unwritten():
                question = client.post(address, data, headers=FETCH)
            assert question.status_code == 200
            assert "<strong>3 Kontakte</strong> sind ausgewählt" in page_of(question)

    def test_many_ids_fit_in_one_field(self, anna, people, board, login, monkeypatch):
        monkeypatch.setattr(picked, "LISTED", 2)
        client = login(anna)
        data = fields(client.post(STATUS, {"contacts": ",".join(str(c.pk) for c in people), "ask": "1"}))
        assert data["contacts"] == [",".join(str(c.pk) for c in people)]
        client.post(STATUS, data | {"column": board["Nicht erreicht"].pk})
        assert columns_of(anna.account) == ["Nicht erreicht"] * 3

    @pytest.mark.parametrize("odd", ["1,x", "1,,x", "999999999", "1;2", "-1", "1,１"])
    def test_invalid_ids_are_refused(self, anna, people, board, login, unwritten, odd):
        client = login(anna)
        with unwritten():
            data = {"contacts": odd, "column": board["Nicht erreicht"].pk}
            assert client.post(STATUS, data).status_code == 422


def test_everything_means_all_contacts_of_the_filter(anna, sofia, board):
    mine = ContactFactory(column=board["Neue Kontakte"], assignee=anna)
    ContactFactory(column=board["Neue Kontakte"], assignee=sofia)
    found = picked.pick(anna, QueryDict("all=1&filter=assignee%3Dme"))
    assert (found.ids, found.selection) == ([mine.pk], Selection.parse(anna, QueryDict("assignee=me")))


def test_question_is_a_page_of_its_own_or_a_fragment(anna, people, login):
    page = page_of(login(anna).get(STATUS, {"contact": people[0].pk}))
    fragment = page_of(login(anna).get(STATUS, {"contact": people[0].pk}, headers=FETCH))
    assert ("<html" in page, "<html" in fragment) == (True, False)
    form = f'action="{STATUS}"'
    assert page.count(form) == fragment.count(form) == 1


def test_changes_are_recorded_in_the_history(anna, sofia, people, login):
    login(anna).post(ASSIGNEE, {"contact": people[0].pk, "assignee": sofia.pk})
    login(anna).post(TRASH, {"contact": people[0].pk})
    history = Change.objects.of(anna.account).filter(contact=people[0]).order_by("pk")
    assert list(history.values_list("kind", "after", "actor")) == [
        ("assigned", "Sofia Vogt", anna.pk),
        ("trashed", "", anna.pk),
    ]


def test_redirects_back_to_our_own_site_only(anna, people, board, login):
    data = {"contact": people[0].pk, "column": board["Nicht erreicht"].pk, "filter": "//evil.example"}
    location = login(anna).post(STATUS, data).headers["Location"]
    assert urlsplit(location)[1:3] == ("", LIST)
