"""Quick templates render what Django renders of the same files, on every page and for odd values."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
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

from base.quick.isolated import MOST, QuickIncludeNode
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
    r'(csrfmiddlewaretoken" value=|"token" value=|csrf-token" content=|X-CSRFToken": )"[^"]+"'
    r"|[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}|(?<=data-seen=.)[\da-f]{32}"
)
SECRET = {
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_login_webauthn",
    "mfa_reauthenticate_webauthn",
    "intake:puzzle",
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


INNER = """{% load i18n %}{{ one }}{% if one == 1 %}!{% endif %}{{ one.0 }}{{ one.name }}{{ other }}
{% translate "Kontakte" %}"""
DEEP = "{% load addresses %}{% include 'closed.html' %}{{ one|lower }}{{ one|below:'/' }}"
CLOSED = {"closed.html": INNER, "deep.html": DEEP}
OPEN = {
    "now.html": "{% now 'Y' %}",
    "since.html": "{{ one|timesince }}",
    "own.html": "{% load contacts %}{{ one|due_state:one }}",
    "token.html": "{% if one %}{% csrf_token %}{% endif %}",
    "named.html": "{% include one %}",
    "within.html": "{% include 'now.html' %}",
}


@dataclass(frozen=True)
class Shown:
    name: Any
    others: tuple[Any, ...] = ()


@pytest.fixture
def included(tmp_path: Any) -> Any:
    """A function that renders `{% include NAME with one=VALUE only %}` by quick templates, and the node itself."""
    for name, text in (CLOSED | OPEN).items():
        (tmp_path / name).write_text(text)
        (tmp_path / f"of-{name}").write_text(f"{{% include '{name}' with one=one only %}}")
    engine = {"APP_DIRS": False, **settings.TEMPLATES[0], "NAME": "isolated", "DIRS": [tmp_path]}
    options = {key: value for key, value in engine.items() if key != "BACKEND"}
    found = DjangoTemplates(options | {"OPTIONS": engine["OPTIONS"].copy()})

    def render(name: str, value: object = 1) -> tuple[str, QuickIncludeNode]:
        template = found.get_template(f"of-{name}").template
        (node,) = template.nodelist.get_nodes_by_type(QuickIncludeNode)
        return template.render(Context({"one": value, "other": "not seen"})), node  # type: ignore[return-value]

    return render


@pytest.mark.parametrize("name", CLOSED)
def test_an_include_that_sees_its_values_only_is_kept_for_each(included: Any, name: str) -> None:
    first, node = included(name)
    assert included(name)[0] == first
    assert len(node.kept) == 1
    assert included(name, 2)[0] != first
    assert len(node.kept) == 2


@pytest.mark.parametrize("name", OPEN)
def test_an_include_that_asks_for_more_is_rendered_each_time(included: Any, name: str) -> None:
    _html, node = included(name, "closed.html" if name == "named.html" else timezone.localdate())
    assert node.kept is None


def test_values_that_are_equal_but_look_different_are_told_apart(included: Any) -> None:
    bold = "<b>"
    for values in ((bold, mark_safe(bold)), (1, True), ((1,), (True,)), (Shown(bold), Shown(mark_safe(bold)))):
        for value in (*values, *reversed(values)):
            text, node = included("closed.html", value)
            assert text == node.known.render(Context({"one": value})), value
    assert "&lt;b&gt;" in included("closed.html", bold)[0]
    assert "<b>" in included("closed.html", mark_safe(bold))[0]


def test_the_language_is_told_apart(included: Any) -> None:
    for language in ("de", "en", "de"):
        with translation.override(language):
            _html, node = included("closed.html", Shown("x"))
    assert len(node.kept) == 2


@pytest.mark.parametrize("value", [Odd(), {"name": "x"}, mark_safe("x"), translation.gettext_lazy("Name"), [Odd()]])
def test_nothing_is_kept_for_a_value_of_an_unknown_kind(included: Any, value: object) -> None:
    _html, node = included("closed.html", value)
    assert node.kept == {}


def test_what_is_kept_has_an_end(included: Any) -> None:
    for number in range(MOST * 2 + 1):
        _html, node = included("closed.html", number)
    assert 0 < len(node.kept) <= MOST


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
