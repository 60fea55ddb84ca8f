"""A cold board in Chromium: requests, bytes, cards, nodes, and the time of the main thread."""

from collections import Counter
from dataclasses import dataclass, field

from playwright.sync_api import Browser, Response, sync_playwright

from tests.chromium import launch

SIZE = {"width": 1440, "height": 900}


@dataclass
class Visit:
    """What a visit with an empty cache took. Sizes are of the bodies as they came over the wire."""

    requests: int = 0
    kilobytes: Counter[str] = field(default_factory=Counter)  # by kind: document, script, stylesheet
    cards: int = 0
    nodes: int = 0
    seconds: float = 0  # of processor time of the main thread: what it waits for a busy processor is not its work


def visit(browser: Browser, port: int, cookie: str) -> Visit:
    context = browser.new_context(viewport=SIZE, locale="de-DE")
    url = f"http://localhost:{port}"
    pairs = (pair.split("=", 1) for pair in cookie.split("; "))
    context.add_cookies([{"name": name, "value": value, "url": url} for name, value in pairs])
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))
    meter = context.new_cdp_session(page)
    meter.send("Performance.enable", {"timeDomain": "threadTicks"})
    page.goto(f"{url}/contacts/board/", wait_until="networkidle")
    metrics = {metric["name"]: metric["value"] for metric in meter.send("Performance.getMetrics")["metrics"]}
    seen = Visit(requests=len(answers), seconds=metrics["TaskDuration"])
    for answer in answers:
        seen.kilobytes[answer.request.resource_type] += answer.request.sizes()["responseBodySize"] / 1000
    seen.cards = page.locator("[data-card]").count()
    seen.nodes = page.evaluate("document.querySelectorAll('*').length")
    context.close()
    return seen


def alternated(servers: list[tuple[int, str]], turns: int) -> list[Visit]:
    """Return the visit of each server with the median time of the main thread, of this many turns."""
    visits: list[list[Visit]] = [[] for _ in servers]
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for turn in range(turns):
            for number, server in list(enumerate(servers))[:: -1 if turn % 2 else 1]:
                visits[number].append(visit(browser, *server))
        browser.close()
    return [sorted(seen, key=lambda one: one.seconds)[len(seen) // 2] for seen in visits]


def row(port: int, cookie: str) -> dict[str, object]:
    """Return the table's row on a cold board."""
    (seen,) = alternated([(port, cookie)], 3)
    sizes = ", ".join(
        f"{kind} {size:.1f} kB" for kind, size in seen.kilobytes.items() if kind in ("script", "stylesheet")
    )
    name = f"cold board in Chromium: {seen.requests} requests, {seen.cards} cards, {seen.nodes:,} nodes, {sizes}"
    return {"name": name, "p50": round(seen.seconds * 1000, 1), "errors": 0}
