"""Large text and zoom (WCAG 1.4.4, 1.4.10): no page is wider than its window, no bar fills it, and no layout shifts."""

import pytest
from playwright.sync_api import Page

from funnel.models import Step
from pipeline.deeds import reversible
from tests.browser.test_ticks import SHIFT
from tests.factories import ActionFactory, ContactFactory
from tests.funnel.mailing import MONDAY, ready, steps
from tests.pipeline.drops import make

LOGIN = "/accounts/login/"
# 1280 pixels at 200 % and at 400 %, and letters twice as large in the whole window.
SIZES = [(640, 512, 1), (320, 256, 1), (1280, 1024, 2)]
FAULTS = """() => {
  const wide = document.scrollingElement.scrollWidth > innerWidth;
  const bars = [...document.querySelectorAll("body *")].filter((one) => {
    const { position } = getComputedStyle(one);
    const { width, height } = one.getBoundingClientRect();
    return ["fixed", "sticky"].includes(position) && one.checkVisibility({ visibilityProperty: true })
      && width > innerWidth / 2 && height > innerHeight / 3;
  });
  return [...(wide ? [`${document.scrollingElement.scrollWidth} pixels wide`] : []), ...bars.map((it) => it.className)];
}"""

# Words of which a part stands on the next line, though no hyphen says so.
BROKEN = """() => {
  const range = document.createRange();
  const texts = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
  const broken = [];
  for (let text = texts.nextNode(); text; text = texts.nextNode()) {
    if (!text.parentElement.checkVisibility({ visibilityProperty: true })) continue;
    for (const { 0: word, index } of text.data.matchAll(/[\\p{L}\\p{N}]+/gu)) {
      range.setStart(text, index);
      range.setEnd(text, index + word.length);
      const lines = new Set([...range.getClientRects()].map((box) => Math.round(box.bottom)));
      if (lines.size > 1) broken.push(word);
    }
  }
  return broken;
}"""


@pytest.fixture
def paths(anna, krueger, board) -> list[str]:
    """Return the paths of a page of each type, none of them empty."""
    ready(krueger)
    steps(board["Neue Kontakte"].sequence, 0, 1)
    names = (
        "Ada-Wilhelmine",
        "Bob",
        "Cyd",
        "Dan",
        "Eva",
        "Fay",
        "Gil",
        "Hal",
        "Ida",
        "Jon",
        "Kim",
        "Lea",
        "Max",
    )
    people = make(board["Neue Kontakte"], *names)
    ActionFactory(contact=people[0])
    reversible.trash(user=anna, contact_ids=[people[1].pk], now=MONDAY)
    step = Step.objects.of(krueger).first()
    contact = f"/contacts/{people[0].pk}/"
    return [
        *("/contacts/", "/contacts/board/", "/contacts/new/", "/contacts/import/", "/contacts/trash/"),
        *("/contacts/changes/", "/contacts/selection/export/?all=1", contact, f"{contact}consent/"),
        *("/funnel/", f"/funnel/steps/{step.pk}/", "/funnel/outbox/"),
        *("/settings/sender/", "/settings/office/", "/settings/profile/", "/settings/members/"),
        *("/settings/members/new/", f"/settings/members/{anna.pk}/", "/accounts/sessions/", "/accounts/2fa/"),
        *("/accounts/password/change/", "/help/", "/help/list/"),
    ]


def faults(page: Page, path: str) -> list[str]:
    assert page.goto(path).status == 200, path
    found = []
    for width, height, letters in SIZES:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("times => (document.documentElement.style.fontSize = `${times * 100}%`)", letters)
        found += [f"{path} at {width}, letters {letters}: {fault}" for fault in page.evaluate(FAULTS)]
    return found


def test_no_page_is_wider_than_its_window_and_no_bar_fills_it(visit, anna, paths):
    page = visit(anna, "/help/")
    assert [fault for path in paths for fault in faults(page, path)] == []
    assert faults(visit(None, LOGIN), LOGIN) == []


def test_the_check_finds_elements_that_are_too_large(visit):
    page = visit(None, LOGIN, viewport={"width": 640, "height": 512})
    page.evaluate(
        """() => {
          document.body.style.minWidth = "700px";
          const bar = document.createElement("div");
          bar.className = "bar";
          for (const [name, value] of [["position", "fixed"], ["inset", "0"]]) bar.style[name] = value;
          document.body.append(bar);
        }"""
    )
    assert page.evaluate(FAULTS) == ["700 pixels wide", "bar"]


@pytest.mark.parametrize("width", [1440, 1281, 1024, 390])
def test_no_word_is_broken(visit, anna, paths, board, width):
    person = {"first_name": "Maximilian", "last_name": "Oberhuber", "source": "valuation"}
    contact = ContactFactory(
        column=board["Erfolgreich kontaktiert"], email="maximilian.oberhuber@verwaltung.example", **person
    )
    page = visit(anna, "/help/", viewport={"width": width, "height": 844})
    broken = {}
    for path in (*paths, f"/contacts/{contact.pk}/"):
        page.goto(path)
        broken[path] = page.evaluate(BROKEN)
    assert {path: words for path, words in broken.items() if words} == {}


def test_the_check_finds_a_broken_word(visit):
    page = visit(None, LOGIN)
    page.evaluate(
        """() => {
          const text = document.createElement("p");
          for (const [name, value] of [["width", "6em"], ["overflowWrap", "anywhere"]]) text.style[name] = value;
          text.textContent = "ein Bewertungsanfrageformular, E-Mail-Adressenfeld";
          document.querySelector("main").append(text);
        }"""
    )
    assert page.evaluate(BROKEN) == ["Bewertungsanfrageformular", "Adressenfeld"]


@pytest.mark.parametrize("width", [1440, 390])
def test_the_layout_of_no_page_shifts_while_it_loads(visit, anna, paths, width):
    page = visit(anna, "/help/", viewport={"width": width, "height": 844})
    jumps = {}
    for path in paths:
        page.goto(path)
        jumps[path] = page.evaluate(SHIFT)
    assert {path: shift for path, shift in jumps.items() if shift > 0.01} == {}
