"""Consenting and objecting: from a mail, without scripts, and on the contact's page."""

import os
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from contacts.models import Consent
from funnel import opt_in
from funnel.models import OptIn
from funnel.permission import eligibility
from funnel.permission.tokens import opt_in_token, unsubscribe_token
from tests.factories import ContactFactory
from tests.funnel.consenting import consenting, ended, enrol, series, with_imprint
from tests.pipeline.working import empty_queue

PHONE = {"viewport": {"width": 390, "height": 800}, "java_script_enabled": False}


@pytest.fixture
def klara(krueger):
    with_imprint(krueger)
    yield consenting(krueger, "klara@lead.example", first_name="Klara", last_name="Lead")
    empty_queue()


@pytest.fixture
def nora(krueger):
    """A contact who has not been asked for consent yet."""
    with_imprint(krueger)
    yield ContactFactory(account=krueger, email="nora@lead.example", last_name="Neu")
    empty_queue()


def fits(page: Page) -> bool:
    """Return whether nothing overflows sideways."""
    return bool(page.locator("html").evaluate("e => e.scrollWidth <= e.clientWidth"))


def test_unsubscribing_takes_one_click_without_scripts_or_login(visit, klara, krueger):
    (first, *_) = enrol(klara, series(krueger), now=timezone.now())
    page = visit(None, f"/u/{unsubscribe_token(first)}/", **PHONE)
    expect(page.get_by_role("heading")).to_have_text("E-Mails abbestellen")
    page.get_by_role("button", name="Abmelden").click()
    expect(page.get_by_role("heading")).to_have_text("Sie sind abgemeldet")
    assert eligibility.missing(klara) == "suppressed"
    assert ended(klara) == "unsubscribed"


def test_a_broken_link_leads_to_a_new_link_by_mail(visit, watch, klara):
    watch.expect("404")
    page = visit(None, "/u/kaputt/", **PHONE)
    page.get_by_label("E-Mail-Adresse").fill("klara@lead.example")
    page.get_by_role("button", name="Link zum Abbestellen zusenden").click()
    expect(page.get_by_role("heading")).to_have_text("Bitte sehen Sie in Ihr Postfach")
    assert eligibility.missing(klara) == ""


def test_confirming_takes_one_click(visit, nora, sofia):
    opt_in.ask(user=sofia, contact_id=nora.pk, now=timezone.now())
    page = visit(None, f"/c/{opt_in_token(OptIn.objects.get())}/", **PHONE)
    page.get_by_role("button", name="Ja, bestätigen").click()
    expect(page.get_by_role("heading")).to_have_text("Danke, das ist bestätigt")
    assert Consent.objects.filter(method="double_opt_in").count() == 1


def test_a_contact_without_consent_is_asked_from_its_page(visit, nora, sofia):
    page = visit(sofia, f"/contacts/{nora.pk}/")
    page.get_by_role("button", name="Einwilligung per E-Mail anfragen").click()
    expect(page.get_by_role("status")).to_contain_text("Die Anfrage geht hinaus")
    expect(page.locator("#permission [data-asked]")).to_be_visible()


def test_an_objection_is_recorded_on_the_contacts_page_and_shown_at_once(visit, klara, sofia, krueger):
    enrol(klara, series(krueger), now=timezone.now())
    page = visit(sofia, f"/contacts/{klara.pk}/")
    expect(page.get_by_role("button", name="Einwilligung per E-Mail anfragen")).to_have_count(0)
    page.get_by_role("link", name="Werbewiderspruch").click()
    page.get_by_role("dialog").get_by_role("button", name="Widerspruch erfassen").click()
    expect(page.locator("#permission [data-suppressed=objection]")).to_contain_text("Gesperrt: Werbewiderspruch")
    expect(page.locator("#consents [data-consent=email]")).to_contain_text("widerrufen")
    expect(page.get_by_role("dialog")).to_be_hidden()
    assert ended(klara) == "objection"


def test_a_new_address_during_a_series_shows_a_notice_at_once(visit, klara, sofia, krueger):
    """B53."""
    enrol(klara, series(krueger), now=timezone.now())
    page = visit(sofia, f"/contacts/{klara.pk}/")
    expect(page.locator("#permission [data-moved]")).to_have_count(0)
    page.get_by_role("link", name="Bearbeiten: Erreichbarkeit").click()
    page.get_by_label("E-Mail-Adresse").fill("neu@lead.example")
    page.get_by_role("button", name="Speichern").click()
    expect(page.locator("#permission [data-moved]")).to_contain_text("Die neue Adresse braucht")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1440])
def test_the_pages_fit_every_width_in_both_color_schemes(visit, watch, klara, nora, krueger, anna, width, scheme):
    """Screenshots are kept in the folder PICTURES, if set."""
    watch.expect("404")
    (first, *_) = enrol(klara, series(krueger), now=timezone.now())
    opt_in.ask(user=anna, contact_id=nora.pk, now=timezone.now())
    way = {"viewport": {"width": width, "height": 900}, "color_scheme": scheme}
    page = visit(anna, f"/contacts/{klara.pk}/", **way)
    addresses = {
        "contact": f"/contacts/{klara.pk}/",
        "asked": f"/contacts/{nora.pk}/",
        "objection": f"/contacts/{klara.pk}/objection/",
        "proof": f"/contacts/{klara.pk}/consent/",
        "new": "/contacts/new/",
        "unsubscribe": f"/u/{unsubscribe_token(first)}/",
        "lost": "/u/kaputt/",
        "confirm": f"/c/{opt_in_token(OptIn.objects.get())}/",
    }
    for name, address in addresses.items():
        page.goto(address)
        assert fits(page), name
        if folder := os.environ.get("PICTURES"):
            page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png", full_page=True)
