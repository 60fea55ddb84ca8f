"""Which differences between pages tests ignore, and which they do not."""

import pytest
from django.http import HttpResponse

from tests.markup import page_of, tidy

TIDY = (
    '<form action="/a/"><p class="hint">Zwei <b>Namen</b> von&nbsp;heute</p>'
    '<input name="q" value="x > y"> Suche<textarea name="t">\n Was  auch</textarea></form>'
)


@pytest.mark.parametrize(
    "same",
    [
        TIDY,
        TIDY.replace("><", ">\n  <"),
        TIDY.replace('<p class="hint">', '<p\n  class="hint"\n>\n    ').replace("</p>", "\n\t</p>\r\n"),
        TIDY.replace("Zwei <b>", "Zwei\n  <b>\n").replace("Namen</b> von", "Namen\n</b>\n  von"),
        TIDY.replace('<input name="q"', '<input\n name="q"').replace("<textarea name", "<textarea\n    name"),
    ],
)
def test_line_breaks_of_a_template_make_no_difference(same):
    assert tidy(same) == tidy(TIDY) == TIDY
    assert tidy(tidy(same)) == tidy(same)
    assert page_of(HttpResponse(same)) == tidy(same)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("<p>Zwei <b>Namen</b></p>", "<p>Zwei<b>Namen</b></p>"),
        ("<p><b>Zwei</b> Namen</p>", "<p><b>Zwei</b>Namen</p>"),
        ('<p><input name="q"> Suche</p>', '<p><input name="q">Suche</p>'),
        ("<p>Zwei Namen</p>", "<p>ZweiNamen</p>"),
        ("<p>Zwei Namen</p>", "<p>Zwei\u00a0Namen</p>"),
        ("<p>\u00a0Namen</p>", "<p>Namen</p>"),
        ('<p title="Zwei Namen"></p>', '<p title="ZweiNamen"></p>'),
        ('<p title="a> b">', '<p title="a>b">'),
        ("<textarea>\n Zwei  Namen</textarea>", "<textarea>Zwei Namen</textarea>"),
        ("<pre>Zwei\nNamen</pre>", "<pre>Zwei Namen</pre>"),
    ],
)
def test_visible_changes_are_differences(one, other):
    assert tidy(one) != tidy(other)
