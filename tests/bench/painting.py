"""How soon a colleague's move is painted in a Chromium that has the board open."""

import time

from playwright.sync_api import sync_playwright

from tests.bench.clients import Browser
from tests.chromium import launch

SIZE = {"width": 1440, "height": 900}
MOVES, PAUSE = 20, 1.2  # seconds: a board fetches at once after silence, and once a second under load
# Says of each card that came into another column when it was painted there.
WATCH = """() => {
    window.painted = {};
    const at = (card) => card.closest("[data-column]")?.dataset.column;
    new MutationObserver((records) => requestAnimationFrame(() => setTimeout(() => {
        for (const { addedNodes } of records) for (const node of addedNodes) {
            const card = node.nodeType === 1 && document.getElementById(node.id);
            if (card?.dataset.card) window.painted[`${card.dataset.card} ${at(card)}`] ??= Date.now();
        }
    }))).observe(document.body, { childList: true, subtree: true });
}"""


def times(port: int, cookie: str, colleague: Browser) -> list[tuple[float, float]]:
    """Return milliseconds until each move is painted on the board of another user: since it was asked for, and since
    it was answered. The commit is in between."""
    url = f"http://localhost:{port}"
    found = []
    with sync_playwright() as playwright:
        browser = launch(playwright)
        context = browser.new_context(viewport=SIZE, locale="de-DE")
        pairs = (pair.split("=", 1) for pair in cookie.split("; "))
        context.add_cookies([{"name": name, "value": value, "url": url} for name, value in pairs])
        page = context.new_page()
        page.goto(f"{url}/contacts/board/", wait_until="load")
        page.wait_for_timeout(3000)  # the stream is opened a moment later
        columns = page.eval_on_selector_all("[data-column]", "found => found.map(one => one.dataset.column)")
        columns = list(dict.fromkeys(column for column in columns if column))
        page.evaluate(WATCH)
        for number in range(MOVES):
            source, target = columns[number % 2 + 2], columns[(number + 1) % 2 + 2]
            card = page.locator(f"[data-column='{source}'] [data-card]").first
            contact, version = card.get_attribute("data-card"), card.get_attribute("data-version")
            body = {"column": target, "after": "", "version": version, "key": f"p{number}", "via": "board"}
            begun = time.time()
            status, _ = colleague.request("POST", f"/cards/{contact}/position/", body)
            answered = time.time()
            assert status == 200
            key = f"{contact} {target}"
            at = page.wait_for_function("key => window.painted[key]", arg=key, timeout=20_000).json_value()
            found.append((at - begun * 1000, at - answered * 1000))
            page.evaluate("key => delete window.painted[key]", key)
            page.wait_for_timeout(PAUSE * 1000)
        browser.close()
    return found
