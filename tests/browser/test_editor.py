"""The editor of a step: the preview follows the typing, without page loads or history entries."""

import pytest
from django.core import mail
from django.core.cache import cache
from playwright.sync_api import expect

from funnel.models import Step
from tests.factories import ContactFactory
from tests.funnel.mailing import ready

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def step(krueger, board):
    ready(krueger)
    ContactFactory(column=board["Nicht erreicht"], salutation="mr", first_name="Deniz", last_name="Özdemir")
    return Step.objects.filter(sequence=board["Neue Kontakte"].sequence).order_by("position")[0]


def test_the_preview_follows_the_typing(visit, anna, step):
    page = visit(anna, f"/funnel/steps/{step.pk}/")
    seen = page.frame_locator(".preview__frame:not([data-coming])").locator("body")
    expect(seen).to_contain_text("Sehr geehrte Frau Dr. Brandes")
    length = page.evaluate("history.length")
    page.get_by_role("textbox", name="Text").fill("{{anrede}},\n\n**ganz neu** für {{firma|Sie}}")
    expect(seen).to_contain_text("ganz neu für Sie")
    expect(seen).to_contain_text("„firma“ ist hier nicht bekannt")
    page.get_by_label("Für welchen Kontakt").fill("oezd")
    expect(seen).to_contain_text("Sehr geehrter Herr Özdemir")
    page.get_by_role("radio", name="Text").check()
    expect(seen.locator("pre")).to_contain_text("ganz neu für Sie")
    page.get_by_role("radio", name="auf dem Telefon").check()
    assert seen.evaluate("body => body.clientWidth") <= 375
    assert page.evaluate("history.length") == length
    expect(page.get_by_label("Für welchen Kontakt")).to_have_value("oezd")


def test_a_test_mail_keeps_the_typed_text(visit, anna, step):
    cache.clear()
    page = visit(anna, f"/funnel/steps/{step.pk}/")
    page.get_by_label("Betreff").fill("Noch nicht gespeichert")
    page.get_by_role("button", name="Testmail an mich").click()
    seen = page.frame_locator(".preview__frame:not([data-coming])").locator("body")
    expect(seen).to_contain_text("Die Testmail an anna@krueger.example ist unterwegs.")
    expect(page.get_by_label("Betreff")).to_have_value("Noch nicht gespeichert")
    assert [sent.subject for sent in mail.outbox] == ["[Test] Noch nicht gespeichert"]
    assert Step.objects.get(pk=step.pk).version == 1


def test_without_javascript_a_button_shows_the_preview(visit, mara, step):
    page = visit(mara, f"/funnel/steps/{step.pk}/", java_script_enabled=False)
    page.get_by_label("Betreff").fill("Ohne Skript")
    page.get_by_role("button", name="Vorschau").click()
    expect(page.frame_locator(".preview__frame").locator("body")).to_contain_text("Ohne Skript")
    expect(page.get_by_label("Betreff")).to_have_value("Ohne Skript")


def test_a_click_inserts_a_placeholder_at_the_cursor(visit, anna, step):
    page = visit(anna, f"/funnel/steps/{step.pk}/")
    subject, body = page.get_by_label("Betreff"), page.get_by_role("textbox", name="Text")
    body.fill("Guten Tag, wie geht es?")
    body.evaluate("field => field.setSelectionRange(9, 9)")
    page.get_by_text("Platzhalter und Formatierung").click()
    page.get_by_role("button", name="{{vorname|Rückfalltext}}").click()
    expect(body).to_be_focused()
    expect(body).to_have_value("Guten Tag{{vorname|Rückfalltext}}, wie geht es?")
    page.keyboard.type("zusammen")
    expect(body).to_have_value("Guten Tag{{vorname|zusammen}}, wie geht es?")
    seen = page.frame_locator(".preview__frame:not([data-coming])").locator("body")
    expect(seen).to_contain_text("Guten TagClaudia, wie geht es?")
    subject.fill("Für ")
    page.get_by_role("button", name="{{objekt}}").focus()
    page.keyboard.press("Enter")
    expect(subject).to_have_value("Für {{objekt}}")
    page.keyboard.press("Control+z")
    expect(subject).to_have_value("Für ")


def test_a_placeholder_is_appended_if_the_text_had_no_focus_yet(visit, anna, step):
    page = visit(anna, f"/funnel/sequences/{step.sequence_id}/steps/new/")
    page.get_by_text("Platzhalter und Formatierung").click()
    page.get_by_role("button", name="{{makler}}").click()
    page.keyboard.type(" ruft an.")
    expect(page.get_by_role("textbox", name="Text")).to_have_value("{{anrede}},\n\n{{makler}} ruft an.")


def test_without_javascript_the_placeholders_are_a_list(visit, mara, step):
    page = visit(mara, f"/funnel/steps/{step.pk}/", java_script_enabled=False)
    page.get_by_text("Platzhalter und Formatierung").click()
    expect(page.locator("dt code", has_text="{{anrede}}")).to_be_visible()
    expect(page.get_by_role("button", name="{{anrede}}")).to_have_count(0)
    expect(page.get_by_text("Ein Klick fügt")).to_be_hidden()


# How dark a ground is painted, and the contrast of the text on it, as WCAG 2.2 computes them.
CONTRAST = """element => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true });
  const luminance = (colour) => {
    canvas.fillStyle = colour;
    canvas.fillRect(0, 0, 1, 1);
    const parts = [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3).map((part) => part / 255);
    const [red, green, blue] = parts.map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const paper = luminance(getComputedStyle(element.closest(".message, .note")).backgroundColor);
  const ink = luminance(getComputedStyle(element).color);
  return { paper, contrast: (Math.max(paper, ink) + 0.05) / (Math.min(paper, ink) + 0.05) };
}"""


@pytest.mark.parametrize(
    ("theme", "system", "is_dark"),
    [("system", "light", False), ("system", "dark", True), ("dark", "light", True), ("light", "dark", False)],
)
def test_the_notes_above_the_mail_have_the_colors_of_the_page_and_are_readable(
    visit, anna, step, theme, system, is_dark
):
    type(anna).objects.of(anna.account).update(theme=theme)
    page = visit(anna, f"/funnel/steps/{step.pk}/", color_scheme=system)
    page.get_by_label("Für welchen Kontakt").fill("niemand")
    page.get_by_role("textbox", name="Text").fill("[ein Link](nirgends)")
    seen = page.frame_locator(".preview__frame:not([data-coming])")
    expect(seen.locator(".warn")).to_have_count(2)
    texts = seen.locator(".note p, .note span, .note b").all()
    looks = [text.evaluate(CONTRAST) for text in texts]
    assert len(looks) >= 7
    assert {look["paper"] < 0.2 for look in looks} == {is_dark}
    assert min(look["contrast"] for look in looks) >= 4.5
