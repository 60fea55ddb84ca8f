"""„Nicht erreicht“ in one step: the call, the next day and the status from the composer on a contact's page."""

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from base.dates import quick_picks
from contacts.models import Action, Contact
from pipeline.models import Card
from tests.browser.board import messages
from tests.factories import ContactFactory

TEXT = "ab 18 Uhr noch einmal"


@pytest.fixture
def ada(board) -> Contact:
    return ContactFactory(column=board["Neue Kontakte"], first_name="Ada")


def compose(page: Page, kind: str) -> None:
    page.get_by_role("group", name="Aktion erfassen").get_by_role("button", name=kind, exact=True).click()
    expect(page.locator("#composer").get_by_text(kind, exact=True)).to_be_visible()


def test_a_call_also_sets_day_and_status_and_the_move_can_be_undone(visit, anna, ada):
    page = visit(anna, f"/contacts/{ada.pk}/")
    compose(page, "Anruf")
    form = page.locator("#composer")
    form.get_by_label("Ergebnis").select_option("nicht erreicht")
    form.get_by_label("Text").fill(TEXT)
    form.get_by_label("Nächste Fälligkeit").select_option("morgen")
    form.get_by_label("Status").select_option("Nicht erreicht")
    form.get_by_role("button", name="Eintragen").click()
    expect(page.locator("#timeline")).to_contain_text(TEXT)
    expect(page.locator("#head .detail__status")).to_contain_text("Nicht erreicht")
    day = {key: day for key, _label, day in quick_picks(timezone.localdate())}["tomorrow"]
    expect(page.locator("#head .detail__status")).to_contain_text(f"{day:%d.%m.%Y}")
    expect(page.locator("#composer form")).to_have_count(0)
    messages(page).get_by_role("button", name="Rückgängig").click()
    expect(page.locator("#head .detail__status")).to_contain_text("Neue Kontakte")
    ada.refresh_from_db()
    assert (ada.due_on, Action.objects.get().text) == (day, TEXT)
    assert Card.objects.get().column.name == "Neue Kontakte"


def test_choices_are_kept_for_another_kind_and_after_an_error(visit, anna, ada, watch):
    watch.expect_status(422)
    page = visit(anna, f"/contacts/{ada.pk}/")
    compose(page, "Anruf")
    form = page.locator("#composer")
    form.get_by_label("Text").fill(TEXT)
    form.get_by_label("Nächste Fälligkeit").select_option("nächsten Montag")
    form.get_by_label("oder am").fill("2030-12-24")
    compose(page, "SMS/WhatsApp")
    expect(form.get_by_label("Text")).to_have_value(TEXT)
    expect(form.get_by_label("Nächste Fälligkeit").locator("option:checked")).to_have_text("nächsten Montag")
    form.get_by_role("button", name="Eintragen").click()
    expect(form.get_by_text("Bitte entweder einen Vorschlag oder ein Datum wählen.")).to_be_visible()
    expect(form.get_by_label("oder am")).to_be_focused()
    expect(form.get_by_label("Text")).to_have_value(TEXT)
    form.get_by_label("oder am").fill("")
    form.get_by_role("button", name="Eintragen").click()
    expect(page.locator("#timeline")).to_contain_text(TEXT)
    compose(page, "Anruf")
    expect(form.get_by_label("Text")).to_have_value("")
    expect(form.get_by_label("Nächste Fälligkeit").locator("option:checked")).to_have_text("Fälligkeit lassen")
