"""A form of an office from its first click to the red card, on a website of another origin."""

from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest
from playwright.sync_api import Page, expect

from contacts.models import Contact
from intake.models import Arrival, Form, Question
from intake.website import builder_page, puzzles, tokens
from tests.browser.test_live_board import tell
from tests.funnel.consenting import with_imprint
from tests.intake.forms import address, online


class Website:
    """A website of an office, of another host than ours."""

    def __init__(self) -> None:
        site = self
        self.body = ""

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                text = f'<!doctype html><title>Krüger</title><link rel="icon" href="data:,"><h1>Haus</h1>{site.body}'
                self.send_response(200)
                self.send_header("Content-Type", "text/html; charset=utf-8")
                self.end_headers()
                self.wfile.write(text.encode())

            def log_message(self, *words: object) -> None:
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.origin = f"http://127.0.0.1:{self.server.server_port}"


@pytest.fixture
def website() -> Iterator[Website]:
    website = Website()
    thread = Thread(target=website.server.serve_forever)
    thread.start()
    yield website
    website.server.shutdown()
    thread.join()
    website.server.server_close()


@pytest.fixture
def quick(settings, live_server, monkeypatch, anna) -> None:
    """Nobody waits three seconds here."""
    monkeypatch.setattr(tokens, "TOO_FAST", timedelta(0))
    settings.BASE_URL = live_server.url.replace("127.0.0.1", "localhost")
    with_imprint(anna.account)


def fill(place: Page, **values: str) -> None:
    for label, value in ({"Nachname": "Lenz", "E-Mail-Adresse": "ada@post.example"} | values).items():
        place.get_by_label(label).fill(value)


def test_a_form_is_built_embedded_and_sent_and_its_card_is_red_and_on_top(visit, anna, website, watch, quick, board):
    watch.expect(f"request to {website.origin}/verkaufen")
    page = visit(anna, "/settings/forms/")
    page.get_by_role("link", name="Formular anlegen").click()
    page.get_by_label("Name").fill("Bewertung")
    page.get_by_label("Überschrift").fill("Was ist Ihr Haus wert?")
    page.get_by_role("button", name="Weiter").click()
    page.get_by_label("Feld hinzufügen").select_option("Eigene Frage …")
    page.get_by_role("button", name="Hinzufügen").click()
    page.get_by_label("Frage").fill("Wie wird geheizt?")
    page.get_by_role("button", name="Speichern").click()
    up = page.get_by_role("button", name="Nach oben: Wie wird geheizt?")
    up.focus()
    page.keyboard.press("Enter")
    expect(page.locator("[data-question]").nth(4)).to_contain_text("Wie wird geheizt?")
    expect(up).to_be_focused()
    page.get_by_role("link", name="Website eintragen").click()
    page.get_by_label("Websites, die das Formular einbetten").fill(website.origin)
    page.get_by_role("button", name="Speichern").click()
    page.get_by_role("button", name="Online stellen").click()
    expect(page.get_by_text("online", exact=True)).to_be_visible()
    expect(page.frame_locator("iframe").get_by_label("Wie wird geheizt?")).to_be_visible()
    website.body = page.get_by_label("Eingebettet").input_value()
    pipeline = visit(anna)

    stranger = visit(None, f"{website.origin}/verkaufen?utm_source=google&sitzung=geheim")
    frame = stranger.frame_locator("iframe")
    fill(frame, **{"Wie wird geheizt?": "Gas", "Ihre Nachricht": "Bitte rufen Sie an."})
    frame.get_by_label("E-Mails rund um").check()
    frame.get_by_role("button", name="Absenden").click()
    expect(frame.get_by_role("heading", name="Vielen Dank")).to_be_visible()
    assert stranger.context.cookies() == []
    assert Arrival.objects.get().read["campaign"] == {"utm_source": "google"}

    contact = Contact.objects.get()
    tell(pipeline, contact)
    card = pipeline.locator("[data-key=new] [data-card]").first
    expect(card).to_have_attribute("data-card", str(contact.pk))
    expect(card).to_have_class("card card--new")
    with pipeline.context.expect_page() as opened:
        card.get_by_role("link").first.click()
    detail = opened.value
    expect(detail.locator("#timeline")).to_contain_text("Bitte rufen Sie an.")
    expect(detail.get_by_text("Wie wird geheizt?")).to_be_visible()
    detail.get_by_role("link", name="Nachweis").click()
    proof = detail.locator("[data-evidence]")
    expect(proof.get_by_text(f"{website.origin}/verkaufen", exact=True)).to_be_visible()  # without the query
    expect(proof).to_contain_text("Ich willige ein, dass")
    expect(proof).to_contain_text("ada@post.example")


def test_a_frame_is_as_high_as_what_is_in_it(visit, anna, website, watch, quick):
    watch.expect(f"request to {website.origin}/")
    watch.expect_status(422)
    form = online(anna)
    Form.objects.update(frame_origins=website.origin)
    website.body = builder_page.snippet(form)
    page = visit(None, f"{website.origin}/?sitzung=geheim&gclid=g1")
    box, frame = page.locator("iframe"), page.frame_locator("iframe")
    inside = "document.body.getBoundingClientRect().height"
    expect(box).not_to_have_css("height", "900px")
    before = box.bounding_box()["height"]
    listen = "() => { window.said = []; addEventListener('message', ({ data }) => said.push(data.page)); }"
    frame.locator("body").evaluate(listen)
    page.frames[1].evaluate("() => parent.postMessage({ form: 'ready' }, '*')")
    page.frames[1].wait_for_function("() => window.said.length")
    assert page.frames[1].evaluate("() => said[0]") == f"{website.origin}/?gclid=g1"  # and nothing else of the query
    assert before == pytest.approx(frame.locator("body").evaluate(f"() => {inside}"), abs=2)
    frame.get_by_role("button", name="Absenden").click()
    expect(frame.get_by_role("alert")).to_be_visible()
    page.wait_for_function(f"() => document.querySelector('iframe').getBoundingClientRect().height > {before}")


def test_a_website_that_is_not_on_the_list_shows_nothing(visit, anna, website, watch, quick):
    watch.expect(f"request to {website.origin}/", "frame-ancestors")
    form = online(anna)
    website.body = builder_page.snippet(form)
    page = visit(None, f"{website.origin}/")
    expect(page.frame_locator("iframe").get_by_label("Nachname")).to_have_count(0)


def test_it_works_without_javascript(visit, anna, quick, watch):
    watch.expect_status(422)
    form = online(anna)
    page = visit(None, address(form), java_script_enabled=False)
    fill(page, **{"E-Mail-Adresse": "ada@"})
    page.get_by_role("button", name="Absenden").click()
    expect(page.get_by_label("E-Mail-Adresse")).to_have_value("ada@")
    expect(page.get_by_label("E-Mail-Adresse")).to_have_accessible_description(
        "„ada@“ ist keine gültige E-Mail-Adresse."
    )
    fill(page)
    page.get_by_role("button", name="Absenden").click()
    expect(page.get_by_role("heading", name="Vielen Dank")).to_be_visible()
    assert Contact.objects.get().last_name == "Lenz"


def test_a_browser_solves_the_puzzle_and_one_without_javascript_is_heard_too(visit, anna, quick, monkeypatch):
    monkeypatch.setattr(puzzles, "COST", 100)
    form = online(anna)
    Form.objects.update(has_puzzle=True)
    for number, runs in enumerate((True, False), 1):
        page = visit(None, address(form), java_script_enabled=runs)
        expect(page.get_by_text("Ihre Anfrage kommt an")).to_be_visible(visible=not runs)
        fill(page, Nachname=f"Lenz {runs}")
        page.get_by_role("button", name="Absenden").click()
        expect(page.get_by_role("heading", name="Vielen Dank")).to_be_visible()
        assert Arrival.objects.count() == number
        assert Arrival.objects.latest("pk").result == ("new" if runs else "refused")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_a_narrow_window_and_is_read_aloud(visit, anna, quick, scheme):
    form = online(anna)
    own = {"label": "Heizung", "kind": "several", "options": "Gas\nÖl"}
    Question.objects.create(account=anna.account, form=form, position=9, **own)
    page = visit(None, address(form), viewport={"width": 320, "height": 640}, color_scheme=scheme)
    assert page.evaluate("() => document.documentElement.scrollWidth") == 320
    group = page.get_by_role("group", name="Heizung")
    expect(group.get_by_label("Gas")).to_be_visible()
    assert all(box["height"] >= 24 for box in (one.bounding_box() for one in page.locator("label.check").all()))
    trap = page.locator("[name=website]")
    expect(trap).to_have_count(1)
    for _ in range(12):
        page.keyboard.press("Tab")
        expect(trap).not_to_be_focused()
