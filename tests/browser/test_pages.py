"""Further pages: import with the worker, a new contact, the theme, feedback; and accessibility of all pages."""

import re
import threading
from collections.abc import Iterator

import pytest
from django.db import connections
from playwright.sync_api import Page, expect

from contacts.models import Contact
from help.models import Feedback
from tests.browser.board import messages
from tests.factories import ActionFactory, ContactFactory
from tests.pipeline.working import empty_queue, work

FILE = """Nachname;Vorname;E-Mail-Adresse;Telefon;Ort;Status;Fällig am
Ahlers;Renate;renate@example.org;0421 555 01 23;Bremen;Nicht erreicht;24.12.2026
Bartels;Holger;;0421 555 01 24;Bremen;Termin vereinbart;
;;keine;-;Syke;;31.02.2027
"""

FAULTS = """() => {
  const seen = (selector) => [...document.querySelectorAll(selector)].filter((thing) => thing.checkVisibility());
  const mark = (thing, name) => (thing.getAttribute(name) ?? "").trim();
  const isLabelled = (thing) => mark(thing, "aria-label") || mark(thing, "aria-labelledby") || thing.title;
  const ids = [...document.querySelectorAll("[id]")].map((thing) => thing.id);
  const meant = (thing) => `${mark(thing, "aria-labelledby")} ${mark(thing, "aria-describedby")}`.match(/\\S+/g);
  const faults = {
    "no name": seen("button, a[href], [role=button]").filter((it) => !it.textContent.trim() && !isLabelled(it)),
    "no label": seen("input, select, textarea").filter((it) => !it.labels?.length && !isLabelled(it)),
    "id twice": ids.filter((id, place) => ids.indexOf(id) !== place),
    "nothing called": seen("[aria-labelledby], [aria-describedby]").flatMap(meant).filter((id) => !ids.includes(id)),
    "no words": seen("img:not([alt])"),
    "not one heading": seen("h1").length === 1 ? [] : seen("h1"),
    "no language": document.documentElement.lang === "de" ? [] : [document.documentElement],
    "no title": document.title.trim() ? [] : [document.documentElement],
  };
  return Object.entries(faults).flatMap(([fault, places]) => places.map((it) => `${fault}: ${it.outerHTML ?? it}`));
}"""


@pytest.fixture
def queue(transactional_db: None) -> Iterator[None]:
    empty_queue()
    yield
    empty_queue()


def work_in_a_thread() -> None:
    """Run the worker in another thread: it needs an event loop, and Playwright's thread already has one."""

    def run() -> None:
        work()
        connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


def test_a_file_is_imported_from_upload_to_board(visit, anna, board, queue):
    page = visit(anna, "/contacts/import/")
    page.set_input_files(
        "input[type=file]", {"name": "büro.csv", "mimeType": "text/csv", "buffer": FILE.encode("cp1252")}
    )
    page.get_by_role("button", name="Hochladen").click()
    expect(page.locator("[data-state=reading]")).to_be_visible()
    work_in_a_thread()
    expect(page.get_by_role("heading", level=1)).to_have_text("Spalten zuordnen")
    expect(page.get_by_role("combobox", name="E-Mail-Adresse")).to_have_value("email")
    page.get_by_role("button", name="Prüfen").click()
    expect(page.locator("[data-state=checking]")).to_be_visible()
    expect(page.get_by_role("progressbar")).to_be_visible()
    work_in_a_thread()
    expect(page.locator("[data-state=checked]")).to_be_visible()
    expect(page.locator("[data-outcome=created]")).to_contain_text("2")
    expect(page.locator("[data-outcome=invalid]")).to_contain_text("1")
    expect(page.get_by_text("1 Zeile ist fehlerhaft.")).to_contain_text("Zeile 4")
    assert Contact.objects.count() == 0
    page.get_by_role("button", name="Gültige Zeilen übernehmen").click()
    expect(page.locator("[data-state=running]")).to_be_visible()
    work_in_a_thread()
    expect(page.locator("[data-state=done]")).to_be_visible()
    page.goto("/contacts/board/")
    missed = page.locator(f"#column-{board['Nicht erreicht'].pk}")
    expect(missed).to_contain_text("Renate Ahlers")
    expect(missed.locator(".due")).to_contain_text("24.12.")
    expect(page.locator("[data-total]")).to_have_text("2")


def test_a_new_contact_warns_of_a_duplicate_and_is_placed_on_top(visit, anna, board, watch):
    watch.expect_status(409)
    ContactFactory(column=board["Neue Kontakte"], last_name="Ahlers", email="ahlers@example.org")
    page = visit(anna)
    page.get_by_role("button", name="Kontakt anlegen").click()
    page.get_by_label("Nachname").first.fill("Ahlers")
    page.get_by_label("E-Mail-Adresse", exact=True).first.fill("ahlers@example.org")
    page.get_by_role("button", name="Anlegen").click()
    expect(page.locator("main")).to_contain_text("Klara Ahlers")
    assert Contact.objects.count() == 1
    page.get_by_role("button", name="Trotzdem anlegen").click()
    page.goto("/contacts/board/")
    expect(page.locator(f"#column-{board['Neue Kontakte'].pk} [data-card]")).to_have_count(2)


def test_the_chosen_theme_is_remembered(visit, anna, board):
    page = visit(anna)
    page.get_by_role("button", name="Benutzermenü: Anna Krüger").click()
    page.get_by_role("button", name="Dunkel").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    expect(page.get_by_role("button", name="Dunkel")).to_have_attribute("aria-pressed", "true")
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    page.wait_for_timeout(100)
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") == ground
    page.get_by_role("button", name="Benutzermenü: Anna Krüger").click()
    page.get_by_role("button", name="Hell").click()
    expect(page.locator("html")).to_have_attribute("data-theme", "light")
    assert page.evaluate("getComputedStyle(document.documentElement).backgroundColor") != ground


def test_feedback_is_sent_from_any_page(visit, anna, board, queue):
    page = visit(anna)
    page.get_by_role("link", name="Feedback", exact=True).click()
    dialog = page.get_by_role("dialog", name="Feedback")
    dialog.get_by_label("Ihre Nachricht").fill("Sehr gut.\nWeiter so.")
    dialog.get_by_role("button", name="Senden").click()
    expect(dialog).to_have_count(0)
    expect(messages(page)).to_have_count(1)
    feedback = Feedback.objects.get()
    assert (feedback.text, feedback.page) == ("Sehr gut.\nWeiter so.", "/contacts/board/")


@pytest.mark.parametrize("width", [320, 360, 390, 701, 1440])
def test_every_link_of_the_navigation_is_visible_without_scrolling(visit, anna, board, queue, width):
    page = visit(anna, "/funnel/outbox/", viewport={"width": width, "height": 700})
    nav = page.get_by_role("navigation", name="Hauptnavigation")
    assert nav.evaluate("nav => nav.scrollWidth <= nav.clientWidth")
    for link in nav.get_by_role("link").all():
        expect(link).to_be_in_viewport(ratio=1)
    feedback = page.get_by_role("link", name="Feedback", exact=True)
    expect(page.get_by_role("link", name="Hilfe", exact=True)).to_be_in_viewport(ratio=1)
    page.get_by_role("button", name="Benutzermenü: Anna Krüger").click()
    expect(feedback).to_have_count(1)
    feedback.click()
    expect(page.get_by_role("dialog", name="Feedback")).to_be_visible()


def test_the_outbox_shows_the_chosen_state_on_a_phone(visit, anna, board, queue):
    page = visit(anna, "/funnel/outbox/?state=cancelled", viewport={"width": 390, "height": 700})
    expect(page.locator(".outbox__tabs [aria-current]")).to_have_text(re.compile("^Abgesagt"))
    expect(page.locator(".outbox__tabs [aria-current]")).to_be_in_viewport(ratio=1)


class TestEverybody:
    @pytest.fixture
    def ada(self, board) -> Contact:
        ada = ContactFactory(column=board["Neue Kontakte"], first_name="Ada", email="ada@example.org")
        ActionFactory(contact=ada)
        return ada

    def faults(self, page: Page) -> list[str]:
        return page.evaluate(FAULTS)

    @pytest.mark.parametrize(
        "path",
        [
            "/contacts/board/",
            "/contacts/",
            "/contacts/new/",
            "/contacts/import/",
            "/funnel/",
            "/settings/sender/",
            "/settings/",
            "/help/",
        ],
    )
    def test_every_control_of_a_page_has_a_name(self, visit, anna, ada, path):
        assert self.faults(visit(anna, path)) == []

    def test_every_control_of_the_contact_page_and_its_forms_has_a_name(self, visit, anna, ada):
        page = visit(anna, f"/contacts/{ada.pk}/")
        assert self.faults(page) == []
        for link in page.get_by_role("link", name="Bearbeiten:").all()[:3]:
            link.click()
        page.get_by_role("button", name="Termin", exact=True).click()
        expect(page.get_by_role("button", name="Eintragen")).to_be_visible()
        assert self.faults(page) == []

    def test_every_control_of_popups_and_dialogs_has_a_name(self, visit, anna, ada):
        page = visit(anna)
        for opener in (f"#circle-{ada.pk}", f"#due-{ada.pk}", ".card__menu", ".column__menu"):
            page.locator(f"#card-{ada.pk}").hover()
            page.locator(opener).first.click()
            expect(page.locator("#popup > *")).to_be_visible()
            assert self.faults(page) == []
            page.keyboard.press("Escape")
        page.get_by_role("link", name="Feedback", exact=True).click()
        expect(page.get_by_role("dialog")).to_be_visible()
        assert self.faults(page) == []

    def test_every_control_of_the_login_has_a_name(self, visit, anna):
        assert self.faults(visit(None, "/accounts/login/")) == []

    def test_the_check_finds_a_missing_name(self, visit, anna, ada):
        page = visit(anna)
        broken = (
            "<button><svg></svg></button><input><i id=twice></i><i id=twice></i>"
            "<b aria-labelledby=none>x</b><img src='data:,'><h1>x</h1>"
        )
        page.evaluate("html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", broken)
        assert [fault.split(":")[0] for fault in self.faults(page)] == [
            "no name",
            "no label",
            "id twice",
            "nothing called",
            "no words",
            "not one heading",
            "not one heading",
        ]

    @pytest.mark.parametrize("path", ["/contacts/board/", "/contacts/", "/contacts/new/"])
    def test_nothing_overflows_at_320_pixels(self, visit, anna, ada, path):
        page = visit(anna, path, viewport={"width": 320, "height": 640})
        assert page.evaluate("document.documentElement.scrollWidth") == 320
