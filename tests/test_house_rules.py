"""The house rules, checked in the source; each checker must catch a breakage planted for it."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState
from django.template.loader import get_template
from django.utils import translation

from tests.house import code, links, pages

CHECKOUT = Path(__file__).resolve().parent.parent

# Lookups across accounts, or in rows whose account is settled already: the place, and why.
ACROSS_ACCOUNTS = {
    "accounts/invitations.py::invited_by": "the link names the user before any account is known",
    "accounts/invitations.py::send_waiting": "the job names the user, and the user the account",
    "accounts/members.py::invite": "an address has one login in all offices",
    "accounts/members.py::_lock": "locks the account itself",
    "accounts/offices.py::*": "the account itself",
    "accounts/resets.py::*": "somebody who forgot the password says an address, and nothing of an account",
    "accounts/second_factor.py::_of": "the library's rows name the user, who has the account",
    "accounts/sessions.py::*": "the library's rows name the user, who has the account",
    "pipeline/management/commands/office.py::Command.list": "the operator sees all offices",
    "config/prepare.py::print_logins": "the demo's logins, of both its offices",
    "funnel/figures.py::keep": "the worker counts for each office in turn",
    "funnel/opt_in.py::read_link": "the signed link names the request, and the request the account",
    "funnel/sending/opt_in_delivery.py::deliver": "the job names the request, and the request the account",
    "funnel/lost_links.py::*": "the person asks every office that has the address",
    "pipeline/imports/undoing.py::*": "the worker takes back an import by its id, and forgets in all offices",
    "funnel/replies/withdrawal.py::unsubscribe": "the signed link names the account itself",
    "funnel/sending/claiming.py::*": "the worker sends the mails of every office, in turn",
    "funnel/transport/holds.py::*": "one mail server sends the mails of many offices",
    "funnel/series/maintenance.py::resume_ready": "the worker begins the series of every office",
    "funnel/series/maintenance.py::_start": "the worker begins the series of every office",
    "funnel/series/maintenance.py::finish_completed": "the worker ends the series of every office",
    "funnel/replies/inbox.py::*": "the mailbox belongs to the operator, not to an office",
    "funnel/replies/quarantine.py::*": "the same",
    "funnel/replies/forwarding.py::*": "the row names the message, and the message the account",
    "funnel/replies/processing.py::find_message": "what came back names the message before any account is known",
    "funnel/transport/alerts.py::*": "the worker tells the people of every office, and the job names whom",
    "funnel/sending/worker.py::*": "what a dead worker left belongs to every office",
    "funnel/sending/heartbeat.py::*": "the worker's sign of life belongs to nobody",
    "intake/website/building.py::create": "locks the account itself",
    "intake/website/building.py::_name": "the name of an office in addresses is unique among all",
    "intake/hooks/addresses.py::find": "the address names the account",
    "intake/website/public_page.py::find": "the address names the account itself",
    "help/feedback.py::deliver_waiting": "the operator gets every office's feedback",
    "intake/hooks/fetching.py::*": "the claim names what was announced in any office",
    "intake/mail/forwarded.py::open_address": "locks the account itself",
    "intake/mail/forwarded.py::_inlets": "the address names the office",
    "intake/mail/postboxes.py::connect": "locks the account itself",
    "intake/mail/polling.py::read": "the job, or the claim, names the mailbox of any office",
    "intake/mail/keeping.py::keep_mail": "locks the account itself",
    "intake/taking.py::*": "the row names the account, and the worker takes what waits in every office",
    "pipeline/alerts/keys.py::*": "the key is the installation's",
    "pipeline/alerts/mailing.py::*": "the claim names the user, who has the account",
    "pipeline/alerts/pushing.py::ask_for": "the claim names the user, who has the account",
    "pipeline/deeds/jobs.py::forget_old": "forgets every office's old deeds",
    "pipeline/deeds/jobs.py::_locked": "the job names the deed, and the deed the account",
    "pipeline/imports/files.py::forget_old": "forgets every office's old files",
    "pipeline/imports/jobs.py::read": "the job names the import, and the import the account",
    "pipeline/imports/jobs.py::_working_on": "the job names the import, and the import the account",
    "pipeline/imports/jobs.py::fail": "the same",
    "pipeline/imports/write.py::Writer.write": "locks the account itself",
    "pipeline/invariants.py::_pairs_of_eyes": "checks all offices, or the one it is told",
    "pipeline/management/commands/check_invariants.py::*": "finds the office by the id an operator typed",
    "pipeline/duplicates/searching.py::*": "compares new and changed contacts of all offices, each within its own",
    "pipeline/leads.py::_merged_into": "part of what erasing does",
    "pipeline/leads.py::erase": "part of what erasing does",
    "pipeline/leads.py::_erase_reports": "part of what the next does",
    "pipeline/leads.py::erase_expired": "empties every office's trash by age",
    "pipeline/reminders.py::_few": "loads the office whose leads wait too long",
    "pipeline/replaying.py::replay": "the journal names the offices",
    "demo/build.py::_office": "finds or makes the demo offices themselves",
    "demo/management/commands/demo.py::Command.handle": "asks whether there is any office",
    "pipeline/strays.py::_known": "a file belongs to a row of any office, or to none",
    "pipeline/cards/places.py::*": "reads ranks inside a column that was found by account",
}
# Text in German that is data, not interface.
GERMAN_DATA = {
    "funnel/incoming/bounce_words.py": "words of mail servers",
    "funnel/incoming/reply_words.py": "words of machines and of people, looked for in mails",
    "funnel/letters/advertising.py": "words that sell, looked for in German mails",
    "contacts/description.py": "headers of other programs' files",
    "contacts/csv/fields.py": "headers of other programs' files",
    "contacts/csv/words.py": "words of other programs' files",
    "contacts/identity_words.py": "words that are nobody's name or address",
    "contacts/csv/programs.py": "headers of other programs' files",
    "contacts/csv/numbers.py": "words in other programs' cells",
    "contacts/csv/countries.py": "names in other programs' cells",
    "contacts/csv/places.py": "words in other programs' cells",
    "contacts/csv/contact_points.py": "words in other programs' cells",
    "contacts/csv/people.py": "words of other programs' files",
    "contacts/csv/guessing.py": "words of other programs' files",
    "contacts/csv/vcards.py": "headers as of another program's file",
    "intake/openapi.py": "an example of what a person writes",
    "funnel/letters/legal_forms.py": "words of the law, looked for in the names of German firms",
    "funnel/letters/defaults.py": "the mails of a new office, its own texts from then on",
    "intake/reading/consenting.py": "words of forms, and of the people who fill them in",
    "intake/reading/words.py": "words of portals, of forms and of people",
    "demo/*.py": "the demo's people and texts",
    "pipeline/columns/defaults.py": "the columns of a new office, its own words from then on",
}
# Addresses written out: the place, and why.
WRITTEN_OUT = {
    "accounts/devices.py::/accounts/": "the path of a cookie: how all addresses of the login library begin, no page",
    "base/refusals.py::/api/": "how all addresses of other programs begin, no page",
    "base/refusals.py::/in/": "how all addresses of web hooks begin, no page",
    "config/run.py::/readyz": "asked by a process that loads no Django",
    "config/server_user.py::/": "a directory",
    "templates/500.html::*": "answers where nothing works any more, not even looking up a name",
    "templates/_mainnav.html::/accounts/": "how all addresses of the login library begin, no page",
    "templates/contacts/_circle_button.html::*": "kept with a mark in place of the id, which no address takes for one",
    "templates/contacts/_due_button.html::*": "the same",
    "templates/pipeline/_card.html::*": "rendered for some hundred contacts a page, and a name takes 10 µs to look up",
    "templates/pipeline/_more.html::*": "the frame around them",
    "templates/pipeline/_row.html::*": "rendered as often as a card",
}


def files(*places: str) -> list[Path]:
    """Return the files of these patterns in the checkout, except the vendored ones."""
    found = [path for place in places for path in sorted(CHECKOUT.glob(place))]
    return [path for path in found if "vendor" not in path.parts]


def name_of(path: Path) -> str:
    return path.relative_to(CHECKOUT).as_posix()


def complaints(check: Callable[[str, str], list[str]], paths: list[Path]) -> list[str]:
    assert paths, "a check of nothing cannot fail"
    return [complaint for path in paths for complaint in check(name_of(path), path.read_text())]


MODULES = files(*(f"{room}/**/*.py" for room in code.ROOMS))
WRITTEN = [path for path in MODULES if "migrations" not in path.parts]  # by hand
TEMPLATES = files("templates/**/*.html", "templates/**/*.txt", "*/templates/**/*.html", "*/templates/**/*.txt")
ASSETS = files("static/css/**/*.css", "static/js/**/*.js")
LOCKS = files("requirements*.txt")
WRITINGS = files(
    *("*.md", "docs/**/*.md", "*.in", "*.toml", "*.yaml", ".*.yaml", "Makefile", "Dockerfile", ".ci/*", "deploy/*"),
    *("tests/**/*.py", "tests/**/*.sql", "*.py"),
)


@pytest.mark.parametrize(
    "check",
    [
        code.upward_imports,
        code.climbing_imports,
        code.late_imports,
        code.vague_names,
        code.hidden_effects,
    ],
    ids=lambda c: c.__name__,
)
def test_rooms_keep_their_order(check: Callable[[str, str], list[str]]) -> None:
    assert complaints(check, MODULES) == []


def test_modules_import_in_no_circle() -> None:
    assert code.circles({name_of(path): path.read_text() for path in WRITTEN}) == []


def test_files_stay_short() -> None:
    assert complaints(pages.outgrown, WRITTEN + TEMPLATES + ASSETS) == []


def test_lines_fit_in_the_window() -> None:
    assert complaints(pages.wide_lines, [*WRITTEN, *TEMPLATES, *ASSETS, *WRITINGS]) == []


def test_views_stay_short() -> None:
    assert complaints(code.long_views, WRITTEN) == []


def test_the_log_quotes_no_exception() -> None:
    assert complaints(code.quoting_log_lines, WRITTEN) == []


def test_no_test_reads_the_clock_before_it_runs() -> None:
    assert complaints(code.clocks_at_import, files("tests/**/*.py")) == []


def test_german_text_goes_through_gettext() -> None:
    data = {path for place in GERMAN_DATA for path in files(place)}
    rooms = [path for path in WRITTEN if code.room_of(name_of(path)) != "config" and path not in data]
    assert complaints(code.german_outside_gettext, rooms) == []


def test_lookups_start_with_the_account() -> None:
    found = [pair for path in WRITTEN for pair in code.unscoped_lookups(name_of(path), path.read_text())]
    allowed = {place: _exception(place) for place, _ in found}
    assert [complaint for place, complaint in found if not allowed[place]] == []
    assert set(ACROSS_ACCOUNTS) - set(allowed.values()) == set(), "exceptions nobody needs any more"


def test_addresses_are_reversed() -> None:
    scripts = [path for path in ASSETS if path.suffix == ".js"]
    found = [pair for path in WRITTEN for pair in links.literal_addresses(name_of(path), path.read_text())]
    found += [pair for path in TEMPLATES + scripts for pair in links.literal_links(name_of(path), path.read_text())]
    allowed = {place: _exception(place, WRITTEN_OUT) for place, _ in found}
    assert [complaint for place, complaint in found if not allowed[place]] == []
    assert set(WRITTEN_OUT) - set(allowed.values()) == set(), "exceptions nobody needs any more"


def test_links_have_an_address() -> None:
    assert complaints(links.unknown_names, TEMPLATES) == []


def _exception(place: str, exceptions: dict[str, str] = ACROSS_ACCOUNTS) -> str | None:
    return next((name for name in (place, f"{place.split('::')[0]}::*") if name in exceptions), None)


def test_templates_hold_no_code_and_no_untranslated_text() -> None:
    assert complaints(pages.template_faults, TEMPLATES) == []


def test_templates_ask_no_database() -> None:
    assert complaints(pages.template_queries, TEMPLATES) == []


def test_templates_compile() -> None:
    for path in TEMPLATES:
        get_template(re.sub(r"^.*?templates/", "", name_of(path)))


def test_no_style_is_dead() -> None:
    styles = "\n".join(path.read_text() for path in ASSETS if path.suffix == ".css")
    assert pages.dead_classes(styles, _written_with_styles()) == []


def test_no_drawing_is_dead() -> None:
    assert pages.dead_icons((CHECKOUT / "static" / "icons.svg").read_text(), _written_with_styles()) == []


def _written_with_styles() -> str:
    scripts = [path for path in ASSETS if path.suffix == ".js"] + sorted((CHECKOUT / "static/vendor").glob("*.js"))
    return "\n".join(path.read_text() for path in [*WRITTEN, *TEMPLATES, *scripts])


def test_no_style_depends_on_the_order_of_cells() -> None:
    assert complaints(pages.order_of_cells, ASSETS) == []


def test_nothing_comes_from_third_parties() -> None:
    assert complaints(pages.foreign_addresses, ASSETS) == []


def test_lock_files_name_no_address() -> None:
    assert complaints(pages.lock_addresses, LOCKS) == []


def test_vendored_files_are_the_ones_named() -> None:
    assert pages.changed_vendored(CHECKOUT / "static" / "vendor") == []


def test_models_and_migrations_agree() -> None:
    """As `makemigrations --check` says, but without a database."""
    written = MigrationLoader(None)
    detector = MigrationAutodetector(written.project_state(), ProjectState.from_apps(apps))
    with translation.override(None):  # as commands do
        missing = detector.changes(written.graph)
    assert {app: [change.operations for change in changes] for app, changes in missing.items()} == {}


BREAKAGES = [
    (code.upward_imports, "contacts/due.py", "from pipeline.models import Card"),
    (code.upward_imports, "funnel/tasks.py", "def f():\n    import pipeline.cards.moves"),
    (code.upward_imports, "help/views.py", "from contacts import models"),
    (code.upward_imports, "accounts/views.py", "from ..pipeline import moves"),
    (code.upward_imports, "pipeline/cards/moves.py", "from tests import factories"),
    (code.upward_imports, "contacts/models.py", "card = ForeignKey('pipeline.Card')"),
    (code.climbing_imports, "pipeline/cards/moves.py", "from pipeline.deeds import apply"),
    (code.climbing_imports, "pipeline/selection.py", "def f():\n    from pipeline.imports import plan"),
    (code.climbing_imports, "pipeline/models/board.py", "from pipeline.columns.verbs import insert"),
    (code.climbing_imports, "funnel/letters/lint.py", "import funnel.sending.worker"),
    (code.climbing_imports, "contacts/facts.py", "from contacts.csv import fields"),
    (code.climbing_imports, "pipeline/leads.py", "from pipeline.views import cards"),
    (code.late_imports, "pipeline/cards/moves.py", "def move():\n    from funnel import enrolments"),
    (code.vague_names, "contacts/utils.py", ""),
    (code.vague_names, "funnel/services/mail.py", ""),
    (code.hidden_effects, "contacts/models.py", "from django.db.models.signals import post_save"),
    (code.hidden_effects, "contacts/apps.py", "from django.dispatch import receiver"),
    (code.hidden_effects, "contacts/models.py", "class A(Model):\n    def save(self): notify()"),
    (code.hidden_effects, "funnel/models/runs.py", "class A(Model):\n    def save(self): notify()"),
    (
        code.hidden_effects,
        "funnel/models/runs.py",
        "class A:\n    class B(Model):\n        async def delete(self): x()",
    ),
    (code.unscoped_lookups, "contacts/views.py", "def f(r): return Contact.objects.get(pk=1)"),
    (
        code.unscoped_lookups,
        "contacts/views.py",
        "def f(r): return Contact.objects.filter(pk=1).of(r.account)",
    ),
    (code.unscoped_lookups, "contacts/views.py", "def f(r): return get_object_or_404(Contact, pk=1)"),
    (code.unscoped_lookups, "contacts/views.py", "def f(r): return Contact._default_manager.all()"),
    (links.literal_addresses, "contacts/views.py", 'way = "/contacts/board/"'),
    (links.literal_addresses, "contacts/views.py", "def f(column): return f'/columns/{column.pk}/name/'"),
    (links.literal_addresses, "funnel/opt_in.py", "def f(token): return f'{settings.BASE_URL}/c/{token}/'"),
    (links.literal_addresses, "funnel/views.py", "def f(contact): return '/contacts/' + str(contact.pk)"),
    (links.literal_addresses, "accounts/views.py", "def f(request): return redirect('/')"),
    (links.literal_addresses, "help/views.py", "def f(page): return redirect(page or '/')"),
    (links.literal_addresses, "base/views.py", "def f(error): return answer(error, back='/')"),
    (links.literal_links, "templates/a.html", '<a href="/contacts/">'),
    (links.literal_links, "templates/a.html", '<a href="/">'),
    (links.literal_links, "templates/a.html", "<form action='/columns/{{ column.pk }}/name/'>"),
    (links.literal_links, "templates/a.html", '<a hx-get="{{ root }}/history/">'),
    (
        links.literal_links,
        "templates/a.html",
        '<a href="{% if x %}/contacts/{% else %}{% url "pipeline:home" %}{% endif %}">',
    ),
    (links.literal_links, "templates/a.html", '{% if request.path == "/contacts/" %}{% endif %}'),
    (links.literal_links, "templates/a.html", '{% include "_x.html" with way="/contacts/" %}'),
    (links.literal_links, "static/js/a.js", "fetch(`/cards/${id}/`)"),
    (links.literal_links, "static/js/a.js", "location.href = '/accounts/login/'"),
    (links.unknown_names, "templates/a.html", "{% url 'pipeline:nothing' as address %}"),
    (code.long_views, "contacts/views.py", "def f(request):\n    '''Doc.'''\n" + "    x = 1\n" * 21),
    (code.long_views, "pipeline/views/board.py", "async def f(request):\n" + "    x = 1\n" * 21),
    (code.german_outside_gettext, "contacts/views.py", "title = 'Fälligkeit'"),
    (code.german_outside_gettext, "contacts/views.py", "def f(n): return f'{n} Kontakte und mehr'"),
    (code.german_outside_gettext, "contacts/views.py", "raise NotFound('Bitte neu laden.')"),
    (code.clocks_at_import, "tests/a.py", "NOW = timezone.now()"),
    (code.clocks_at_import, "tests/a.py", "class A:\n    SOON = [date.today() + DAY]"),
    (code.clocks_at_import, "tests/a.py", "@parametrize('day', [timezone.localdate()])\ndef f(day): pass"),
    (code.quoting_log_lines, "a/b.py", "try: f()\nexcept E as fault: log.warning('%s', fault)"),
    (code.quoting_log_lines, "a/b.py", "def f(error: Exception | None): logger.error(str(error))"),
    (pages.outgrown, "contacts/due.py", "x\n" * 300),
    (pages.outgrown, "templates/a.html", "x\n" * 120),
    (pages.outgrown, "static/css/a.css", "x\n" * 250),
    (pages.outgrown, "static/js/a.js", "x\n" * 150),
    (pages.wide_lines, "templates/a.html", "<p></p>\n" + "<b></b>" * 18),
    (pages.wide_lines, "README.md", "a " * 61),
    (pages.template_faults, "templates/a.html", '<p style="color:red"></p>'),
    (pages.template_faults, "templates/a.html", "<style>p{}</style>"),
    (pages.template_faults, "templates/funnel/mail/a.html", "<script>run()</script>"),
    (pages.template_faults, "templates/funnel/mail/a.html", '<img src="//cdn.example/x.png">'),
    (pages.template_faults, "templates/a.html", "<script>run()</script>"),
    (pages.template_faults, "templates/a.html", '<p onclick="run()"></p>'),
    (pages.template_faults, "templates/a.html", '<a href="javascript:run()"></a>'),
    (pages.template_faults, "templates/a.html", '<script src="https://cdn.example/x.js"></script>'),
    (pages.template_faults, "templates/a.html", '<img src="//cdn.example/x.png">'),
    (pages.template_faults, "templates/a.html", "<p>Kontakte</p>"),
    (pages.template_faults, "templates/a.html", "{% if x %}ja{% endif %}"),
    (pages.template_faults, "templates/a.html", "<p>{{ count }} Kontakte</p>"),
    (pages.template_faults, "templates/a.html", '<button aria-label="Menü: {{ name }}"></button>'),
    (pages.template_faults, "templates/a.html", '<input type="submit" value="Los">'),
    (pages.template_faults, "templates/a.html", "<p>&Auml;nderung</p>"),
    (pages.template_faults, "templates/a.html", '<p>{{ name|default:"ohne Namen" }}</p>'),
    (pages.template_faults, "templates/a.html", '{% include "_x.html" with label="Suche" %}'),
    (pages.template_faults, "templates/mail.txt", "Hallo {{ name }}"),
    (pages.template_queries, "templates/a.html", "{% for card in column.cards.all %}{% endfor %}"),
    (pages.template_queries, "templates/a.html", "{% if contact.action_set %}{% endif %}"),
    (pages.dead_classes, ".card, .lost:hover { --size: .5rem }", '<p class="card">'),
    (pages.dead_classes, "@media print { .dot--lost::before { color: red } }", '<p class="dot">'),
    (pages.dead_icons, '<path id="phone" d=""/><path id="lost" d=""/>', '{% icon "phone" %} lost'),
    (pages.order_of_cells, "static/css/a.css", ".table td:nth-last-child(2) {}"),
    (pages.order_of_cells, "static/css/a.css", "th.nowrap:not(:first-child) {}"),
    (pages.order_of_cells, "static/css/a.css", ".row--new > :first-child {}"),
    (pages.order_of_cells, "static/css/a.css", ".table tr:last-child > *:nth-child(3) {}"),
    (pages.foreign_addresses, "static/css/a.css", "@import 'https://fonts.example.com/x.css'"),
    (pages.foreign_addresses, "static/js/a.js", "fetch('//cdn.example.com/x')"),
    (pages.lock_addresses, "requirements.txt", "--index-url somewhere"),
    (pages.lock_addresses, "requirements.txt", "# from https://mirror/simple"),
    (pages.lock_addresses, "requirements.txt", "x==1 # via files.pythonhosted.org"),
]


@pytest.mark.parametrize(("check", "path", "source"), BREAKAGES)
def test_checker_catches(check: Callable[[str, str], list[object]], path: str, source: str) -> None:
    assert len(check(path, source)) >= 1


def test_checker_catches_a_circle() -> None:
    sources = {
        "contacts/__init__.py": "",
        "contacts/due.py": "from contacts import facts",
        "contacts/facts.py": "from contacts.models import Contact",
        "contacts/models.py": "if TYPE_CHECKING:\n    from contacts.due import Due",
        "contacts/views.py": "from contacts import due",
    }
    assert code.circles(sources) == ["contacts.due", "contacts.facts", "contacts.models"]


SOUND = [
    (
        code.climbing_imports,
        "pipeline/deeds/apply.py",
        "from pipeline import leads\nfrom pipeline.cards import moves",
    ),
    (code.climbing_imports, "pipeline/views/cards.py", "from pipeline.cards import moves"),
    (
        code.upward_imports,
        "pipeline/cards/moves.py",
        "from funnel import enrolments\nfrom pipeline.models import Card",
    ),
    (code.upward_imports, "contacts/models.py", "user = ForeignKey('accounts.User')"),
    (
        code.late_imports,
        "pipeline/cards/moves.py",
        "import json\nfrom funnel import enrolments\ndef f():\n    import json",
    ),
    (code.hidden_effects, "contacts/forms.py", "class A(Form):\n    def save(self): pass"),
    (code.unscoped_lookups, "contacts/views.py", "def f(r): return Contact.objects.of(r.account).get(pk=1)"),
    (code.unscoped_lookups, "contacts/leads.py", "def f(a): return Contact.objects.create(account=a)"),
    (links.literal_addresses, "contacts/views.py", "way = f'{contact.get_absolute_url()}#permission'"),
    (links.literal_addresses, "config/run.py", "ways = [path.strip('/') + '/', '/changes.csv', '/proc/self/cwd']"),
    (
        links.literal_links,
        "templates/a.html",
        "{% url 'pipeline:list' %}{{ selection.suffix }}</a><br/>{{ a }}/{{ b }}",
    ),
    (links.literal_links, "static/js/a.js", "const [day] = text.split('/ '); // of `data-card`"),
    (links.unknown_names, "templates/a.html", "{% url 'pipeline:list' %}{% url \"mfa_index\" as address %}"),
    (
        code.long_views,
        "contacts/views.py",
        "def f(request):\n    '''Doc.\n\n\n    '''\n" + "    x = 1\n" * 20,
    ),
    (code.long_views, "contacts/views.py", "def f(r):\n" + "    x(\n        1,\n    )\n\n    # why\n" * 10),
    (code.long_views, "contacts/actions.py", "def f(request):\n" + "    x = 1\n" * 21),
    (code.german_outside_gettext, "contacts/views.py", "title = _('Fälligkeit')\nsql = 'SELECT 1 FROM x'"),
    (
        code.german_outside_gettext,
        "contacts/views.py",
        "def f():\n    'Zeigt die Fälligkeit.'\n    return 'ü'",
    ),
    (
        code.quoting_log_lines,
        "a/b.py",
        "try: f()\nexcept E as fault: log.warning('%s', type(fault).__name__)",
    ),
    (code.clocks_at_import, "tests/a.py", "def f(): return timezone.now()\nlater = lambda: timezone.now()"),
    (pages.outgrown, "contacts/due.py", "x\n" * 299),
    (pages.wide_lines, "static/js/a.js", "ä" * 120),
    (pages.dead_classes, ".card, .dot--sent { margin: .5rem }", '<p class="card dot--{{ state }}">'),
    (pages.dead_icons, '<path id="insert-left" d=""/>', 'Entry(f"insert-{side}")'),
    (pages.order_of_cells, "static/css/a.css", ".steps li:last-child {} .table tr:last-child > * {}"),
    (pages.wide_lines, "README.md", "| " * 61),
    (
        pages.template_faults,
        "templates/a.html",
        '<p title="{% translate "Zurück" %}">{% translate "Weiter" %}</p>',
    ),
    (
        pages.template_faults,
        "templates/a.html",
        "{% blocktranslate %}Hallo {{ x }}{% endblocktranslate %}: 5 {{ x }}",
    ),
    (
        pages.template_faults,
        "templates/a.html",
        '<input type="hidden" name="version" value="{{ x|default:"-" }}">',
    ),
    (pages.template_faults, "templates/a.html", '<script src="{% static "js/a.js" %}" defer></script>'),
    (pages.template_faults, "templates/a.html", '<script type="application/json">{"a": 1}</script>'),
    (pages.template_faults, "templates/a.html", '{% include "_x.html" with label=label mode="list" %}'),
    (pages.template_faults, "templates/funnel/mail/a.html", '<style>p{}</style><p style="color:red"></p>'),
    (
        pages.template_queries,
        "templates/a.html",
        "{{ column.count }}{% for card in column.cards %}{% endfor %}",
    ),
    (
        pages.foreign_addresses,
        "static/js/a.js",
        'x.createElementNS("http://www.w3.org/2000/svg", "use") // see README',
    ),
    (pages.lock_addresses, "requirements.txt", "zope.interface==1.0 \\\n    --hash=sha256:00"),
]


@pytest.mark.parametrize(("check", "path", "source"), SOUND)
def test_checker_lets_pass(check: Callable[[str, str], list[object]], path: str, source: str) -> None:
    assert check(path, source) == []


def test_checker_catches_a_changed_vendored_file(tmp_path: Path) -> None:
    empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    rows = [f"| x | 1 | MIT | `{name}` | `{empty}` |\n" for name in ("a.js", "b.js")]
    (tmp_path / "VENDORED.md").write_text("".join(rows))
    (tmp_path / "a.js").write_text("")
    (tmp_path / "b.js").write_text("changed")
    (tmp_path / "c.js").write_text("unknown")
    assert pages.changed_vendored(tmp_path) == [
        "c.js has no row in VENDORED.md",
        "b.js is not the file of VENDORED.md",
    ]
