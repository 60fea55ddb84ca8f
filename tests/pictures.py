"""Take the pictures of the help articles from a running demo: `python -m tests.pictures http://localhost:8000`.

Names after the address take only those. Run it on a fresh demo office after the look has changed. It writes
static/help/*.webp and prints the size the templates name.
"""

import base64
import sys
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, FloatRect, Page, ViewportSize, sync_playwright

from tests.chromium import launch

PLACE = Path(__file__).resolve().parent.parent / "static" / "help"
PASSWORD = "pipeline-demo"
QUALITY = 0.82
LIST = """Nachname;Vorname;E-Mail-Adresse;Telefon;Ort;Status;Fällig am
Ahlers;Renate;renate.ahlers@example.org;0421 555 01 23;Bremen;Nicht erreicht;24.12.2026
Bartels;Holger;;0421 555 01 24;Bremen;Termin vereinbart;
Cordes;Ute;ute.cordes@example.org;;Syke;;31.02.2027
Dahms;Jens;jens.dahms@example.org;04242 555 01 25;Syke;Nicht erreicht;
"""

# Turns a PNG into WebP: Chromium can, and nothing has to be installed for it.
ENCODE = """async ([png, quality]) => {
  const image = new Image();
  image.src = "data:image/png;base64," + png;
  await image.decode();
  const canvas = new OffscreenCanvas(image.width, image.height);
  canvas.getContext("2d").drawImage(image, 0, 0);
  const blob = await canvas.convertToBlob({ type: "image/webp", quality });
  const bytes = new Uint8Array(await blob.arrayBuffer());
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
}"""


def main(address: str, *names: str) -> None:
    PLACE.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = launch(playwright)
        for name, take in PICTURES.items():
            if names and name not in names:
                continue
            width, height, scale = SIZES.get(name, (1440, 900, 2))
            page = log_in(browser, address, width, height, scale)
            save(page, name, take(page), scale)
            page.context.close()
        browser.close()


def log_in(browser: Browser, address: str, width: int, height: int, scale: float) -> Page:
    size: ViewportSize = {"width": width, "height": height}
    context = browser.new_context(
        base_url=address, viewport=size, device_scale_factor=scale, color_scheme="light", locale="de-DE"
    )
    page = context.new_page()
    page.goto("/accounts/login/?next=/contacts/board/")
    page.fill("input[name=login]", "anna@krueger.example")
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_selector("[data-card]")
    quiet(page)
    return page


def quiet(page: Page) -> None:
    """Remove messages and what is shown under the pointer."""
    page.evaluate("document.querySelectorAll('.toast').forEach((toast) => toast.remove())")
    page.mouse.move(5, 5)


def save(page: Page, name: str, png: bytes, scale: float) -> None:
    blank = page.context.new_page()
    encoded = blank.evaluate(ENCODE, [base64.b64encode(png).decode(), QUALITY])
    (PLACE / f"{name}.webp").write_bytes(base64.b64decode(encoded))
    width, height = (round(int.from_bytes(png[at : at + 4], "big") / scale) for at in (16, 20))
    print(f'{name}: width="{width}" height="{height}"')


def board(page: Page) -> bytes:
    return page.screenshot()


def card(page: Page) -> bytes:
    """A new card and one with everything on it, side by side."""
    page.evaluate("""() => {
      const full = "[data-card]:has(.due[data-due]):has(.avatar[class*=hue-])";
      const keep = ["[data-key=new] [data-card]", `[data-column]:nth-of-type(2) ${full}`];
      const kept = keep.map((which) => [...document.querySelectorAll(which)].sort(
        (a, b) => b.querySelectorAll(".bubble").length - a.querySelectorAll(".bubble").length)[0]);
      for (const card of document.querySelectorAll("[data-card]")) if (!kept.includes(card)) card.remove();
    }""")
    cards = page.locator("[data-card]")
    return cut(page, box(page, cards.first, cards.last, margin=12))


def column_menu(page: Page) -> bytes:
    page.click("[data-key=contacted] .column__menu")
    page.wait_for_selector("[role=menu]")
    quiet(page)
    return cut(page, box(page, page.locator("[data-key=contacted] .column__head"), page.locator("#popup")))


def due_picker(page: Page) -> bytes:
    chip = page.locator("[data-column]:nth-of-type(2) .due[data-due=later]").first
    chip.click()
    page.wait_for_selector("#popup input[type=date]")
    # A German browser writes the day like this; the one at hand may not know German.
    page.evaluate("""() => {
      const day = document.querySelector("#popup input[type=date]");
      const [year, month, date] = day.value.split("-");
      day.type = "text";
      day.value = `${date}.${month}.${year}`;
    }""")
    quiet(page)
    here = chip.locator("xpath=ancestor::li[contains(@class, 'card')]")
    return cut(page, box(page, here, page.locator("#popup")))


def due_chips(page: Page) -> bytes:
    """The same column, reduced to one card of each kind."""
    page.evaluate("""() => {
      const seen = new Set();
      for (const card of document.querySelectorAll("[data-column]:nth-of-type(2) [data-card]")) {
        const due = card.querySelector(".due")?.dataset.due;
        if (!due || seen.has(due)) card.remove();
        seen.add(due);
      }
    }""")
    cards = page.locator("[data-column]:nth-of-type(2) [data-card]")
    return cut(page, box(page, cards.first, cards.last, margin=10))


def contact_list(page: Page) -> bytes:
    page.goto("/contacts/")
    for number in (1, 3):
        page.locator("[data-contact] input[type=checkbox]").nth(number).check()
    quiet(page)
    return page.screenshot()


def contact_import(page: Page) -> bytes:
    page.goto("/contacts/import/")
    page.set_input_files("input[type=file]", {"name": "kontakte.csv", "mimeType": "text/csv", "buffer": LIST.encode()})
    page.click("main form .button--primary")
    page.click("main form .button--primary")  # the columns as they were recognised
    page.wait_for_selector("[data-state=checked]")
    quiet(page)
    return page.locator("main").screenshot()


def box(page: Page, *parts, margin: int = 8) -> FloatRect:  # type: ignore[no-untyped-def]
    """The rectangle around the parts."""
    found = [part.bounding_box() for part in parts]
    left, top = (min(part[side] for part in found) - margin for side in ("x", "y"))
    right = max(part["x"] + part["width"] for part in found) + margin
    bottom = max(part["y"] + part["height"] for part in found) + margin
    return {"x": left, "y": top, "width": right - left, "height": bottom - top}


def cut(page: Page, clip: FloatRect) -> bytes:
    return page.screenshot(clip=clip)


PICTURES: dict[str, Callable[[Page], bytes]] = {
    "board": board,
    "card": card,
    "column-menu": column_menu,
    "due-picker": due_picker,
    "due-chips": due_chips,
    "list": contact_list,
    "import": contact_import,
}
SIZES = {"board": (1440, 760, 1.2), "list": (1440, 640, 1.25), "import": (1000, 560, 1.25)}


if __name__ == "__main__":
    main(*sys.argv[1:])
