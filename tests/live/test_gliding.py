"""A card that a colleague moved glides to its new place, and what one reads or has scrolled to does not jump."""

import pytest
from playwright.sync_api import Page

from tests.live.windows import SOON, Colleague, House, agree, fill, first

pytestmark = pytest.mark.browser
NEW, CALLS, MEETING = "Neue Kontakte", "Nicht erreicht", "Termin vereinbart"

# Notes each animation a script begins: of what, from how far to the left it comes, and for how long.
ANIMATIONS = """() => {
  window.glides = [];
  const animate = Element.prototype.animate;
  Element.prototype.animate = function (path, how) {
    glides.push([this.id, Math.round(parseFloat(path[0].translate)), how.duration]);
    return animate.call(this, path, how);
  };
}"""
GLIDED = """Promise.all(document.getElementById("content").getAnimations({ subtree: true }).map(
  ({ finished }) => finished)).then(() => glides)"""
# Notes in each frame, before it is painted, where this card is, and how far the board and other columns are scrolled.
FRAMES = """(id) => {
  window.frames = { tops: [], scrolled: new Set() };
  const card = () => document.getElementById(id);
  const boxes = [...document.querySelectorAll("#content, [data-cards]")].filter((box) => box !== card().parentElement);
  const note = () => {
    frames.tops.push(card().getBoundingClientRect().top);
    frames.scrolled.add(boxes.map((box) => `${box.scrollLeft} ${box.scrollTop}`).join());
    requestAnimationFrame(note);
  };
  note();
}"""


@pytest.fixture(autouse=True)
def enough(house: House, colleague: Colleague) -> None:
    fill(house, colleague, CALLS, 8)
    fill(house, colleague, MEETING, 1)


def left_of(page: Page, card: str) -> int:
    return round(page.locator(f"#card-{card}").evaluate("card => card.getBoundingClientRect().left"))


@pytest.mark.parametrize("motion", ["no-preference", "reduce"])
def test_a_card_glides_unless_its_reader_wants_no_motion(motion, house, opened, colleague):
    sofia = opened("sofia")
    sofia.emulate_media(reduced_motion=motion)
    sofia.evaluate(ANIMATIONS)
    card = first(house, CALLS)
    before = left_of(sofia, card)
    colleague.move(card, MEETING)
    agree(house, sofia, within=SOON)
    glides = sofia.evaluate(GLIDED)
    shift = before - left_of(sofia, card)
    assert shift < -100
    assert glides == ([[f"card-{card}", shift, 220]] if motion == "no-preference" else [])


@pytest.mark.parametrize("above", [True, False], ids=["a card comes above", "a card leaves"])
def test_nothing_that_one_reads_jumps_not_even_for_a_frame(above, house, opened, colleague):
    sofia = opened("sofia")
    sofia.set_viewport_size({"width": 900, "height": 420})
    column = house.column(CALLS)
    sofia.evaluate("document.getElementById('content').scrollLeft = 150")
    sofia.locator(f"#column-{column}-cards").evaluate("list => { list.scrollTop = 250; }")
    cards = house.truth()[CALLS]
    sofia.evaluate(FRAMES, f"card-{cards[4]}")
    if above:
        colleague.move(first(house, MEETING), CALLS)
    else:
        colleague.move(cards[0], MEETING)
    agree(house, sofia, within=SOON)
    sofia.wait_for_timeout(400)
    assert sofia.evaluate("Math.max(...frames.tops) - Math.min(...frames.tops)") <= 1
    assert sofia.evaluate("[...frames.scrolled]") == [sofia.evaluate("[...frames.scrolled][0]")]
