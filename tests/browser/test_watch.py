"""The complaints of the browser are collected, which every other test here relies on."""

from tests.browser.watching import Watch

BREAKAGES = {
    "Content Security Policy": "document.body.setAttribute('style', 'color: red')",
    "console error: broken": "console.error('broken')",
    "console warning: doubtful": "console.warn('doubtful')",
    "error: thrown": "setTimeout(() => { throw new Error('thrown') })",
    "request to http://elsewhere.example/": "open('http://elsewhere.example/')",
    "status of 404": "fetch('/nowhere/')",
}


def test_each_kind_of_complaint_is_collected(visit, anna, watch):
    page = visit(anna)
    assert watch.heard == []
    for script in BREAKAGES.values():
        page.evaluate(f"() => {{ {script} }}")
    page.wait_for_timeout(200)
    watch.expect(*BREAKAGES)


def test_unexpected_and_missing_complaints_are_failures():
    watch = Watch()
    watch.heard = ["console error: broken"]
    assert watch.unexpected() == ["console error: broken"]
    watch.expect("broken", "thrown")
    assert watch.unexpected() == []
    assert watch.missing() == ["thrown"]
