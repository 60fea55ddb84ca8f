"""The editor of a step in a real browser: the preview follows the typing, without a page load and without a history."""

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


def test_a_test_mail_leaves_what_was_typed(visit, anna, step):
    cache.clear()
    page = visit(anna, f"/funnel/steps/{step.pk}/")
    page.get_by_label("Betreff").fill("Noch nicht gespeichert")
    page.get_by_role("button", name="Testmail an mich").click()
    seen = page.frame_locator(".preview__frame:not([data-coming])").locator("body")
    expect(seen).to_contain_text("Die Testmail an anna@krueger.example ist unterwegs.")
    expect(page.get_by_label("Betreff")).to_have_value("Noch nicht gespeichert")
    assert [sent.subject for sent in mail.outbox] == ["[Test] Noch nicht gespeichert"]
    assert Step.objects.get(pk=step.pk).version == 1


def test_without_a_script_the_button_shows_it(visit, mara, step):
    page = visit(mara, f"/funnel/steps/{step.pk}/", java_script_enabled=False)
    page.get_by_label("Betreff").fill("Ohne Skript")
    page.get_by_role("button", name="Vorschau").click()
    expect(page.frame_locator(".preview__frame").locator("body")).to_contain_text("Ohne Skript")
    expect(page.get_by_label("Betreff")).to_have_value("Ohne Skript")
