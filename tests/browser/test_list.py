"""The list: its selection, status, order and pages, and the switch to the board, which keeps the filter."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from contacts.kinds import Kind
from contacts.models import Contact, Source
from pipeline import glimpsed, listing, searched
from pipeline.models import Card
from tests.browser.board import messages, settled
from tests.factories import ActionFactory, ContactFactory
from tests.pipeline.drops import make


@pytest.fixture
def people(board) -> list[Contact]:
    new = board["Neue Kontakte"]
    return [
        ContactFactory(column=new, first_name=first, last_name=last, source=source)
        for first, last, source in (
            ("Ada", "Ahlers", Source.FORM),
            ("Bea", "Müller", Source.PORTAL),
            ("Cem", "Zander", Source.PORTAL),
        )
    ]


def names(page: Page) -> list[str]:
    return page.locator("[data-contact] .table__name").all_text_contents()


def tick(page: Page, *contacts: Contact) -> Locator:
    for contact in contacts:
        page.get_by_role("checkbox", name=f"{contact.display_name} auswählen").check()
    return page.get_by_role("toolbar", name="Auswahl")


def row(page: Page, contact: Contact) -> Locator:
    return page.locator(f"#contact-{contact.pk}")


def statuses() -> list[str]:
    return list(Card.objects.order_by("contact__sort_name").values_list("column__name", flat=True))


class TestSelection:
    def test_the_bar_appears_with_the_first_tick(self, visit, anna, people):
        page = visit(anna, "/contacts/")
        bar = page.get_by_role("toolbar", name="Auswahl")
        expect(bar).to_be_hidden()
        tick(page, *people[:2])
        expect(bar).to_contain_text("2 ausgewählt")
        expect(bar.get_by_role("button")).to_have_text(["Zuweisen", "Status ändern", "Exportieren", "Löschen"])
        page.get_by_role("checkbox", name="Alle auf dieser Seite auswählen").check()
        expect(bar).to_contain_text("3 ausgewählt")
        page.get_by_role("checkbox", name="Alle auf dieser Seite auswählen").uncheck()
        expect(bar).to_be_hidden()

    def test_the_status_of_ticked_contacts_is_changed(self, visit, anna, people):
        page = visit(anna, "/contacts/")
        tick(page, people[0], people[2]).get_by_role("button", name="Status ändern").click()
        dialog = page.get_by_role("dialog", name="Status ändern")
        dialog.get_by_label("Neuer Status").select_option("Nicht erreicht")
        dialog.get_by_role("button", name="Status ändern").click()
        expect(row(page, people[0])).to_contain_text("Nicht erreicht")
        expect(row(page, people[2])).to_contain_text("Nicht erreicht")
        expect(row(page, people[1])).to_contain_text("Neue Kontakte")
        assert statuses() == ["Nicht erreicht", "Neue Kontakte", "Nicht erreicht"]
        expect(messages(page)).to_have_count(1)

    def test_ticked_contacts_are_assigned(self, visit, anna, sofia, people):
        page = visit(anna, "/contacts/")
        tick(page, *people[:2]).get_by_role("button", name="Zuweisen").click()
        dialog = page.get_by_role("dialog", name="Kontakte zuweisen")
        dialog.get_by_label("Mitarbeiter").select_option("Sofia Vogt")
        dialog.get_by_role("button", name="Zuweisen").click()
        for contact in people[:2]:
            expect(page.locator(f"#circle-{contact.pk}")).to_have_accessible_name(re.compile("^Zugewiesen: Sofia Vogt"))
        assert Contact.objects.filter(assignee=sofia).count() == 2

    def test_deleted_contacts_are_restored_by_undo(self, visit, anna, people):
        page = visit(anna, "/contacts/")
        tick(page, *people[:2]).get_by_role("button", name="Löschen").click()
        dialog = page.get_by_role("dialog", name="Kontakte löschen")
        dialog.get_by_role("button", name="Löschen").click()
        expect(row(page, people[0])).to_have_count(0)
        expect(page.locator("[data-total]")).to_have_text("1")
        assert statuses() == ["Neue Kontakte"]
        messages(page).get_by_role("button", name="Rückgängig").click()
        expect(row(page, people[0])).to_be_visible()
        expect(page.locator("[data-total]")).to_have_text("3")
        assert statuses() == ["Neue Kontakte"] * 3

    def test_deleted_contacts_are_restored_from_the_trash(self, visit, anna, people):
        page = visit(anna, "/contacts/")
        tick(page, people[1]).get_by_role("button", name="Löschen").click()
        page.get_by_role("dialog").get_by_role("button", name="Löschen").click()
        expect(row(page, people[1])).to_have_count(0)
        page.get_by_role("link", name="Papierkorb").click()
        expect(page.get_by_role("heading", level=1)).to_have_text("Papierkorb")
        page.get_by_role("row").filter(has_text="Müller").get_by_role("button").click()
        expect(page.get_by_text("Der Papierkorb ist leer")).to_be_visible()
        page.goto("/contacts/")
        expect(row(page, people[1])).to_be_visible()

    def test_ticked_contacts_are_exported_as_a_file(self, visit, anna, people):
        page = visit(anna, "/contacts/")
        tick(page, people[1]).get_by_role("button", name="Exportieren").click()
        with page.expect_download() as started:
            page.get_by_role("dialog").get_by_role("button", name="Exportieren").click()
        content = started.value.path().read_text(encoding="utf-8-sig")
        expect(page.get_by_role("dialog")).to_be_hidden()
        assert started.value.suggested_filename.endswith(".csv")
        assert "Müller" in content
        assert "Ahlers" not in content

    def test_escape_closes_the_question_without_effect(self, visit, anna, people):
        page = visit(anna, "/contacts/")
        button = tick(page, people[0]).get_by_role("button", name="Löschen")
        button.click()
        expect(page.get_by_role("dialog")).to_be_visible()
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        expect(button).to_be_focused()
        assert len(statuses()) == 3


def test_the_status_in_a_row_is_changed_and_undone(visit, anna, people):
    page = visit(anna, "/contacts/")
    row(page, people[0]).get_by_role("button", name="Status von").click()
    page.get_by_role("menuitemradio", name="Erfolgreich kontaktiert").click()
    expect(row(page, people[0])).to_contain_text("Erfolgreich kontaktiert")
    expect(row(page, people[0])).not_to_have_class(re.compile("row--new"))
    settled(page)
    assert statuses()[0] == "Erfolgreich kontaktiert"
    messages(page).get_by_role("button", name="Rückgängig").click()
    expect(row(page, people[0])).to_contain_text("Neue Kontakte")
    assert statuses()[0] == "Neue Kontakte"


def test_column_heads_sort_the_rows(visit, anna, people):
    page = visit(anna, "/contacts/")
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "ascending")
    assert names(page) == ["Ada Ahlers", "Bea Müller", "Cem Zander"]
    page.get_by_role("columnheader", name="Name").get_by_role("link").click()
    expect(page.get_by_role("columnheader", name="Name")).to_have_attribute("aria-sort", "descending")
    assert names(page) == ["Cem Zander", "Bea Müller", "Ada Ahlers"]


def test_paging_forward_and_back_skips_nothing(visit, anna, board):
    make(board["Neue Kontakte"], *(f"N{number:02}" for number in range(60)))
    page = visit(anna, "/contacts/?sort=name")
    first = names(page)
    page.get_by_role("link", name="Weiter", exact=True).click()
    expect(page.locator("[data-contact]")).to_have_count(10)
    assert len({*first, *names(page)}) == 60
    page.get_by_role("link", name="Zurück").click()
    expect(page.locator("[data-contact]")).to_have_count(50)
    assert names(page) == first


def test_the_switch_keeps_the_filter_and_both_views_show_the_same(visit, anna, people):
    page = visit(anna, f"/contacts/?source={Source.PORTAL}")
    expect(page.locator("[data-total]")).to_have_text("2")
    listed = {contact.get_attribute("data-contact") for contact in page.locator("[data-contact]").all()}
    page.get_by_role("link", name="Pipeline", exact=True).click()
    expect(page.get_by_role("heading", name="Neue Kontakte")).to_be_visible()
    assert f"source={Source.PORTAL}" in page.url
    expect(page.locator("[data-total]")).to_have_text("2")
    assert {card.get_attribute("data-card") for card in page.locator("[data-card]").all()} == listed
    page.get_by_role("link", name="Liste", exact=True).click()
    expect(page.locator("[data-contact]")).to_have_count(2)
    page.goto("/")
    expect(page.locator("[data-contact]")).to_have_count(3)  # the view used last


@pytest.mark.parametrize("path", ["/contacts/", "/contacts/board/"])
def test_typing_searches_and_keeps_the_focus(visit, anna, people, path):
    page = visit(anna, path)
    field = page.get_by_role("searchbox", name="Suche")
    field.click()
    page.keyboard.type("mueller", delay=20)
    expect(page.locator("[data-total]")).to_have_text("1")
    expect(page.locator("main")).to_contain_text("Bea Müller")
    expect(field).to_be_focused()
    expect(field).to_have_value("mueller")
    expect(page).to_have_url(re.compile(r"\?q=mueller(&sort=-created)?$"))
    page.get_by_role("combobox", name="Quelle").select_option(Source.FORM)
    expect(page.locator("[data-total]")).to_have_text("0")
    expect(page).to_have_url(re.compile(rf"q=mueller.*source={Source.FORM}"))


@pytest.mark.parametrize(("path", "number"), [("/contacts/", 50), ("/contacts/board/", 15)])
def test_what_typing_finds_below_the_window_follows(visit, anna, board, path, number):
    make(board["Neue Kontakte"], *["Otto"] * 60)
    page = visit(anna, path, viewport={"width": 1440, "height": 900})
    found = page.locator("[data-contact], [data-card]")
    shown = [one.get_attribute("id") for one in found.all()]
    with page.expect_response(lambda answer: answer.request.headers.get("x-short") == "1") as asked:
        page.get_by_role("searchbox", name="Suche").click()
        page.keyboard.type("otto", delay=20)
    assert "data-short" in asked.value.text()
    expect(page.locator("[data-short]")).to_have_count(0)
    expect(found).to_have_count(number)
    assert [one.get_attribute("id") for one in found.all()] == shown


@pytest.mark.parametrize("path", ["/contacts/", "/contacts/board/"])
def test_what_typing_has_not_counted_is_counted_once_nobody_types(visit, anna, board, path, monkeypatch):
    monkeypatch.setattr(searched, "SMALL", -1)
    monkeypatch.setattr(glimpsed, "MOST", 20)
    monkeypatch.setattr(glimpsed, "LOOKED_AT", 9 * len(board))
    monkeypatch.setattr(listing, "FEW", 20)
    make(board["Neue Kontakte"], *["Otto"] * 60)
    make(board["Nicht erreicht"], *["Eva"] * 20, "Otto")
    page = visit(anna, path, viewport={"width": 1440, "height": 900})
    with page.expect_response(lambda answer: answer.request.headers.get("x-short") == "1") as asked:
        page.get_by_role("searchbox", name="Suche").click()
        page.keyboard.type("otto", delay=20)
    assert "…" in asked.value.text()
    total = page.locator("#total")
    expect(total).to_have_text("61")
    expect(page.locator("[data-found]")).to_have_text("61 gefunden")
    expect(page.locator("[data-counting]")).to_have_count(0)
    if "board" in path:
        expect(page.locator("[data-column]").nth(0).locator("[data-count]")).to_have_text("60")
        expect(page.locator("[data-column]").nth(1).locator("[data-count]")).to_have_text("1")
        expect(page.locator("[data-column]").nth(1).locator("[data-card]")).to_have_count(1)
    else:
        expect(page.locator("#everything")).to_contain_text("alle 61 gefundenen")


def test_a_server_that_does_not_count_is_reported(visit, watch, anna, board, monkeypatch):
    watch.expect("net::ERR_FAILED")
    monkeypatch.setattr(searched, "SMALL", -1)
    monkeypatch.setattr(glimpsed, "MOST", 20)
    make(board["Neue Kontakte"], *["Otto"] * 60)
    page = visit(anna, "/contacts/board/", viewport={"width": 1440, "height": 900})
    is_whole = lambda route: route.request.headers.get("x-short") != "1"  # noqa: E731
    page.route("**/contacts/board/?q=*", lambda route: route.abort() if is_whole(route) else route.continue_())
    page.get_by_role("searchbox", name="Suche").fill("otto")
    expect(page.locator("#messages .toast")).to_be_visible()
    expect(page.locator("[data-total]")).to_have_text("…")
    expect(page.locator("#total")).to_have_text(re.compile("werden gezählt"))


def test_markup_in_a_name_is_shown_as_text(visit, anna, board):
    name = "<img src=x onerror=alert(1)>"
    ContactFactory(column=board["Neue Kontakte"], first_name="", last_name=name)
    page = visit(anna, "/contacts/")
    assert names(page) == [name]
    page.goto("/contacts/board/")
    expect(page.locator(".card__name")).to_have_text(name)


@pytest.mark.parametrize("width", [320, 700, 701, 768, 900, 1000, 1001, 1280])
def test_every_width_shows_the_whole_row_without_scrolling(visit, anna, people, sofia, width):
    ada = people[0]
    Contact.objects.filter(pk=ada.pk).update(
        last_name="Freifrau von Schwarzenberg-Hohenlohe",
        email="ada.von.schwarzenberg-hohenlohe@familie.example",
    )
    ada.refresh_from_db()
    for kind in (Kind.CALL, Kind.MAIL_OUT, Kind.MAIL_IN, Kind.LETTER, Kind.NOTE, Kind.MEETING):
        ActionFactory(contact=ada, kind=kind)
    page = visit(anna, "/contacts/", viewport={"width": width, "height": 800})
    frame = page.locator(".table-scroll")
    assert frame.evaluate("frame => frame.scrollWidth <= frame.clientWidth")
    for part in (".table__name", ".status", ".bubbles", ".due", ".table__corner button"):
        expect(row(page, ada).locator(part).first).to_be_in_viewport(ratio=1)
    bar = tick(page, ada)
    expect(bar).to_be_visible()
    expect(page.get_by_role("combobox", name="Sortierung")).to_have_count(1 if width <= 1000 else 0)
    page.get_by_role("checkbox", name=re.compile("alle auf dieser Seite", re.IGNORECASE)).first.check()
    expect(bar).to_contain_text("3 ausgewählt")


def test_the_menu_of_further_filters_filters_by_status(visit, anna, board, people):
    page = visit(anna, "/contacts/")
    page.get_by_role("link", name="Weitere Filter").click()
    page.get_by_role("menuitemradio", name="Termin vereinbart").click()
    expect(page.get_by_role("link", name="Filter entfernen: Termin vereinbart")).to_be_visible()
    expect(page.locator("[data-contact]")).to_have_count(0)
