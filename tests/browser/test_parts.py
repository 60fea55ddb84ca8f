"""How a browser runs scripts that are bundled into one file."""

from playwright.sync_api import Browser

from config.static_files import wrapped


def test_an_error_in_one_part_is_reported_and_the_others_run(browser: Browser) -> None:
    page = browser.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(error.message))
    parts = {"js/a.js": "'use strict'; throw new Error('odd'); // at the end", "js/b.js": "sloppy = 'fine';"}
    page.add_script_tag(content="".join(wrapped(name, text) for name, text in parts.items()))
    assert page.evaluate("window.sloppy") == "fine"
    assert errors == ["odd"]
    page.close()
