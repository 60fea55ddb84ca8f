"""Quick templates render what Django renders of the same files, on every page and for odd values."""

import itertools
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from django.conf import settings
from django.template import Context, engines
from django.template.backends.django import DjangoTemplates
from django.test import override_settings
from django.utils import timezone, translation
from django.utils.functional import SimpleLazyObject
from django.utils.safestring import mark_safe

from tests.addresses import ROWS, Row, address, browser, walk
from tests.offices import OURS, Office, furnish, stage

pytestmark = pytest.mark.django_db
SLOW = [
    {key: value for key, value in engine.items() if key != "OPTIONS"}
    | {"APP_DIRS": True, "OPTIONS": {key: value for key, value in engine["OPTIONS"].items() if key != "loaders"}}
    for engine in settings.TEMPLATES
]
ADDRESSES = dict(walk())
FRESH = re.compile(
    r'(csrfmiddlewaretoken" value=|csrf-token" content=|X-CSRFToken": )"[^"]+"'
    r"|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}"
)
SECRET = {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
}  # something new each time
READ = [row for row in ROWS if row.get.split()[1] == "200" and row.name not in SECRET]


Pages = dict[tuple[str, str, bool], str]


@pytest.fixture(scope="module")
def pages(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Pages, Pages]]:
    """All pages with quick templates, and without, at the same moment: some say how many minutes are left."""
    with django_db_blocker.unblock(), stage(), pytest.MonkeyPatch.context() as patch:
        moment = timezone.now()
        patch.setattr(timezone, "now", lambda: moment)
        office = furnish(OURS)
        quick = _pages(office)
        with override_settings(TEMPLATES=SLOW):
            slow = _pages(office)
        yield quick, slow


def outdented(html: str) -> str:
    """Return the HTML without indents and empty lines, which quick templates leave out."""
    return re.sub(r"\s*\n\s*", "\n", html)


def _pages(office: Office) -> Pages:
    found = {}
    for row, role, is_fragment in itertools.product(READ, ("administrator", "marketing"), (False, True)):
        where = address(row.name, ADDRESSES[row.name], row, office)
        response = browser(office.people[role])().get(where, headers={"hx-request": str(is_fragment).lower()})
        if not response.streaming:
            found[row.name, role, is_fragment] = outdented(FRESH.sub("", response.content.decode()))
    return found


@pytest.mark.parametrize("row", READ, ids=lambda row: row.name)
def test_a_page_is_what_django_makes_of_its_templates(pages: tuple[Pages, Pages], row: Row) -> None:
    quick, slow = ({key: text for key, text in found.items() if key[0] == row.name} for found in pages)
    assert quick == slow


class Odd:
    """Everything a template may get: attributes, items, calls, and what may not be called."""

    name = "<b>&'\""
    safe = mark_safe("<i>ja</i>")
    number = 1234567
    moment = datetime(2026, 11, 28, 23, 30, tzinfo=UTC)
    items = {"keys": "eigene", "name": "<x>"}
    rows = ("a", "b")

    def called(self) -> str:
        return "gerufen & da"

    def deleted(self) -> str:
        raise AssertionError("called")

    deleted.alters_data = True  # type: ignore[attr-defined]

    @property
    def lazy(self) -> object:
        return translation.gettext_lazy("Kontakte")


ODD = """{% load i18n icons static addresses %}{% url "pipeline:list" as there %}
{{ odd.name }} {{ odd.safe }} {{ odd.number }} {{ odd.moment }} {{ odd.called }} {{ odd.deleted }} {{ odd.lazy }}
{{ odd.items.keys }} {{ odd.items.name }} {{ odd.items.none }} {{ odd.rows.1 }} {{ odd.rows.5 }} {{ odd.none.none }}
{{ lazy.name }} {{ lazy.called }} {{ lazy.none }} {{ none }} {{ none.none }} {{ text }} {{ missing }} {{ there }}
{% url "pipeline:contact" number %} {% url "pipeline:contact" "7" %} {% url "help:article" "list" %}
{% url "pipeline:contact" number as one %}{{ one }} {% icon "user" %} {% static "icons.svg" %}
{% translate "Kontakte" %}{% translate "Kontakte" as word %}{{ word }}
{% blocktranslate %}Kontakt{% endblocktranslate %}
{% autoescape off %}{{ odd.name }} {{ text }} {% translate "Kontakte" %}{% endautoescape %}
{% for row in odd.rows %}{{ forloop.counter }}{% if not forloop.last and odd.name != "x" %},{% endif %}{% endfor %}
{% with here=odd.name odd=7 %}{{ here }}{{ odd }}{% endwith %}{{ odd.name|lower }}{{ odd.none|default:odd.number }}
"""


@pytest.mark.parametrize("language", ["de", "en", None])
def test_odd_values_look_as_django_shows_them(language: str | None, tmp_path: Any) -> None:
    (tmp_path / "odd.html").write_text(ODD)
    quick, slow = (
        {"APP_DIRS": False, **one, "NAME": "odd", "DIRS": [tmp_path]} for one in (settings.TEMPLATES[0], SLOW[0])
    )
    found = []
    for engine in (quick, slow):
        options = {key: value for key, value in engine.items() if key != "BACKEND"} | {
            "OPTIONS": engine["OPTIONS"].copy()
        }
        template = DjangoTemplates(options).get_template("odd.html").template
        values = {"odd": Odd(), "lazy": SimpleLazyObject(Odd), "text": "<&>", "none": None, "number": 7}
        with translation.override(language):
            found += [outdented(template.render(Context(values))) for _time in range(2)]
    assert found[0] == found[1] == found[2] == found[3]


def test_lines_of_html_begin_without_indents_but_keep_their_breaks(tmp_path: Any) -> None:
    engine = settings.TEMPLATES[0] | {"APP_DIRS": False, "NAME": "indents", "DIRS": [tmp_path]}
    options = {key: value for key, value in engine.items() if key != "BACKEND"}
    found = DjangoTemplates(options | {"OPTIONS": engine["OPTIONS"].copy()})
    for name in ("page.html", "mail.txt"):
        (tmp_path / name).write_text("<p>\n\n    a <b>b</b>{% if one %}\n    c{% endif %}\n</p>")
    html, text = (found.get_template(name).template.render(Context({"one": 1})) for name in ("page.html", "mail.txt"))
    assert html == "<p>\na <b>b</b>\nc\n</p>"
    assert text == "<p>\n\n    a <b>b</b>\n    c\n</p>"


def test_the_product_uses_them() -> None:
    nodes = engines["django"].get_template("base.html").template.nodelist
    assert "Constant" in {type(node).__name__ for node in nodes}
