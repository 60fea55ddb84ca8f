"""Where the focus is after each action, and that a page shown again is up to date."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from accounts.models import User
from contacts.models import Contact
from funnel.models import Step
from pipeline.cards import moves
from tests.browser.board import card_of, messages, names_in, settled
from tests.pipeline.drops import make

LATER = "const now = Date.now; Date.now = () => now() + 20000; dispatchEvent(new Event('focus'))"


@pytest.fixture
def ada(board) -> Contact:
    (ada,) = make(board["Neue Kontakte"], "Ada")
    return ada


def move_elsewhere(user: User, contact: Contact, board: dict) -> None:
    """Move the card without this page."""
    goal = {"column_id": board["Nicht erreicht"].pk, "version": 1, "via": "list"}
    moves.move_card(user=user, contact_id=contact.pk, now=timezone.now(), **goal)


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of this name has the focus."""
    for _ in range(60):
        page.keyboard.press("Tab")
        label = page.evaluate("document.activeElement.ariaLabel ?? document.activeElement.textContent")
        if label and name in label:
            return
    raise AssertionError(f"no way to {name}")


@pytest.mark.parametrize("path", ["/contacts/board/", "/contacts/", "/contacts/{}/"])
def test_a_due_date_is_set_without_a_mouse(visit, anna, ada, path):
    page = visit(anna, path.format(ada.pk))
    tab_to(page, "Fälligkeitsdatum setzen")
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="heute", exact=True)).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="morgen", exact=True)).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("[data-due]")).to_be_focused()
    ada.refresh_from_db()
    assert ada.due_on is not None
    page.keyboard.press("Enter")
    expect(page.get_by_role("button", name="heute", exact=True)).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.locator("[data-due]")).to_be_focused()


def test_after_an_entry_the_next_one_can_be_typed(visit, anna, ada):
    page = visit(anna, f"/contacts/{ada.pk}/")
    kind = page.locator(".composer__kinds").get_by_role("button", name="Notiz")
    kind.click()
    page.locator("#composer textarea").fill("Ruft wieder an.")
    page.get_by_role("button", name="Eintragen").click()
    expect(messages(page)).to_contain_text("ist eingetragen")
    expect(kind).to_be_focused()


def test_after_a_new_contact_its_name_has_the_focus(visit, anna, board):
    page = visit(anna, "/contacts/new/")
    page.get_by_label("Nachname", exact=True).first.fill("Zander")
    page.locator("main form button.button--primary").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Zander")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_after_a_bulk_change_the_focus_is_at_the_top_of_the_list(visit, anna, ada):
    page = visit(anna, "/contacts/")
    page.get_by_role("checkbox", name=f"{ada.display_name} auswählen").check()
    page.get_by_role("toolbar", name="Auswahl").get_by_role("button", name="Löschen").click()
    page.get_by_role("dialog").get_by_role("button", name="Löschen").click()
    expect(page.locator("[data-total]")).to_have_text("0")
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def test_after_an_error_the_invalid_field_has_the_focus(visit, anna, board, watch):
    watch.expect_status(422)
    page = visit(anna, "/contacts/new/")
    page.get_by_label("Nachname", exact=True).first.fill("Zander")
    page.locator("[name='email']").fill("karl@@example")
    page.locator("form:has([name='email'])").evaluate("form => (form.noValidate = true)")
    page.locator("main form button.button--primary").first.click()
    expect(page.locator("[name='email']")).to_be_focused()


class TestShownAgain:
    @pytest.mark.parametrize("how", ["woken", "from the browser's store"])
    def test_the_board_shown_again_is_up_to_date(self, visit, anna, board, ada, how):
        page = visit(anna)
        move_elsewhere(anna, ada, board)
        stored = "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
        page.evaluate(LATER if how == "woken" else stored)
        expect(page.locator(f"#column-{board['Nicht erreicht'].pk}-cards #card-{ada.pk}")).to_be_visible()
        settled(page)
        assert names_in(page, board["Neue Kontakte"]) == []

    def test_the_board_is_up_to_date_after_going_back(self, visit, anna, board, ada):
        page = visit(anna)
        page.goto("/help/")
        move_elsewhere(anna, ada, board)
        page.go_back()
        expect(page.locator(f"#column-{board['Nicht erreicht'].pk}-cards #card-{ada.pk}")).to_be_visible()

    def test_open_menus_and_typed_text_are_kept(self, visit, anna, board, ada):
        page = visit(anna)
        card_of(page, ada).get_by_role("button", name="Fälligkeitsdatum").click()
        expect(page.locator("#popup")).to_be_visible()
        move_elsewhere(anna, ada, board)
        page.evaluate(LATER)
        page.wait_for_timeout(500)
        expect(page.locator("#popup")).to_be_visible()
        assert names_in(page, board["Neue Kontakte"]) == ["Ada"]

    def test_the_contact_page_is_reloaded(self, visit, anna, ada):
        page = visit(anna, f"/contacts/{ada.pk}/")
        Contact.objects.filter(pk=ada.pk).update(first_name="Eva")
        page.evaluate(LATER)
        expect(page.get_by_role("heading", level=1)).to_contain_text("Eva")


def test_leaving_an_editor_with_unsaved_text_asks_first(visit, anna, board):
    sequence = board["Neue Kontakte"].sequence
    step = Step.objects.filter(sequence=sequence).first() or Step.objects.create(
        account=anna.account, sequence=sequence, position=0, subject="Hallo", body="Guten Tag"
    )
    page = visit(anna, f"/funnel/steps/{step.pk}/")
    asked: list[str] = []

    def stay(dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    page.locator("[name='subject']").press_sequentially("Neu ")
    page.get_by_role("link", name="E-Mail-Funnel").first.click(no_wait_after=True)
    page.wait_for_timeout(400)
    assert asked == ["beforeunload"]
    expect(page.locator("[name='subject']")).to_be_visible()
    page.locator("#editor").get_by_role("link", name="Abbrechen").click()
    expect(page.locator("#editor")).to_have_count(0)
    assert asked == ["beforeunload"]


def test_in_the_question_before_a_deletion_cancel_has_the_focus(visit, anna, ada):
    page = visit(anna, "/contacts/")
    page.locator(f"#contact-{ada.pk} input[name=contact]").check()
    page.get_by_role("button", name="Löschen").click()
    expect(page.get_by_role("dialog").get_by_role("link", name="Abbrechen")).to_be_focused()
