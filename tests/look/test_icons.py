"""Icons: every drawing a template asks for is in the sprite."""

import re
from pathlib import Path

import pytest

from base.templatetags.icons import icon, icon_names
from contacts.kinds import Kind

ROOT = Path(__file__).resolve().parents[2]


def used_names() -> set[str]:
    pages = [page for folder in ("templates", "base", "accounts", "contacts", "funnel", "pipeline", "help")
             for page in (ROOT / folder).rglob("*.html")]  # fmt: skip
    text = "\n".join(page.read_text(encoding="utf-8") for page in pages)
    return set(re.findall(r"""\{% icon ["']([^"']+)["']""", text))


def test_each_icon_of_a_template_is_in_the_sprite():
    used = used_names()
    assert "home" in used
    assert used - icon_names() == set()


def test_each_kind_of_action_has_an_icon_of_its_name():
    assert set(Kind.values) - icon_names() == set()


def test_an_icon_is_decorative_and_points_into_the_sprite():
    use = '<use href="/static/icons.svg#phone"/>'
    assert icon("phone") == f'<svg class="icon" aria-hidden="true">{use}</svg>'


def test_an_unknown_icon_is_an_error():
    with pytest.raises(LookupError, match="nonsense"):
        icon("nonsense")
