"""Stamps: filled for each row, they are what Django renders of the template."""

import pytest
from django.utils.safestring import mark_safe

from base.stamps import filled
from tests.stamping import ODD, check

LINE = {"text": "Angelegt", "who": "Sofia Vogt", "key": "new", "before": "a", "after": "b", "iso": "2026", "at": "1.1."}


def test_a_stamp_is_what_django_renders():
    check("pipeline/_history_line.html", LINE)


@pytest.mark.parametrize("odd", ODD)
def test_texts_are_escaped_and_html_is_not(odd):
    html = filled("funnel/_plot_day.html", {"day": odd, "bars": mark_safe("<rect>")})
    assert "<rect>" in html
    assert "<b>" not in html
    assert "<i>" not in html


def test_what_is_empty_is_not_there():
    html = filled("pipeline/_history_line.html", {**LINE, "before": ""})
    assert ("vorher:" in html, "jetzt:" in html) == (False, True)
    assert "vorher:" in filled("pipeline/_history_line.html", LINE)
