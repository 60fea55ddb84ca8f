"""The rules of the house that templates, styles, scripts and lock files can break."""

import hashlib
import re
from html.parser import HTMLParser
from pathlib import Path

# A template has a tag in each line: 120 of them hold what 80 wider ones did.
LIMITS = {".py": 300, ".html": 120, ".css": 250, ".js": 150}
COLUMNS = 120
SPOKEN = {"title", "aria-label", "aria-description", "aria-roledescription", "placeholder", "alt", "label"}
# Mail programs, and the frames in which mails are shown, read no style sheets of ours: the looks of a mail stand in it.
MAILS = ("templates/funnel/mail/", "templates/intake/mail/")
# The same in every language.
NAMES: set[str] = set()
TAG = re.compile(r"{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL)
BLOCKS = re.compile(
    r"{%\s*(blocktranslate|blocktrans|comment)\b.*?%}.*?{%\s*end\1\s*%}"
    r"|{% block (?:body|main)_class %}[\w -]*{% endblock %}",
    re.DOTALL,
)  # text that is translated, or never shown
LITERAL_DEFAULT = re.compile(r"""\|\s*(?:default|default_if_none|yesno|pluralize)\s*:\s*(["'])(?P<text>[^"']*)\1""")
LITERAL_LABEL = re.compile(r"""\b(?:label|title|text|heading|message)=(["'])(?P<text>[^"']*)\1""")
ADDRESS = re.compile(r"://|--(?:index|extra-index|find-links)|\b[\w-]+\.(?:com|dev|io|net|org)\b")


def has_letters(text: str) -> bool:
    return any(sign.isalpha() for sign in text)


def outgrown(path: str, source: str) -> list[str]:
    limit = LIMITS.get(Path(path).suffix)
    lines = source.count("\n")
    return [f"{path} has {lines} lines, the limit is {limit}"] if limit and lines >= limit else []


def wide_lines(path: str, source: str) -> list[str]:
    """Lines that do not fit in the window. A row of a table in Markdown cannot be broken."""
    lines = [(number, line) for number, line in enumerate(source.splitlines(), 1) if len(line) > COLUMNS]
    broken = [(number, line) for number, line in lines if not (path.endswith(".md") and line.startswith("|"))]
    return [f"{path}:{number} has {len(line)} columns" for number, line in broken]


class _Page(HTMLParser):
    def __init__(self, is_mail: bool = False) -> None:
        super().__init__(convert_charrefs=True)
        self.is_mail = is_mail
        self.complaints: list[tuple[int, str]] = []
        self.script = False

    def complain(self, words: str) -> None:
        self.complaints.append((self.getpos()[0], words))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        for name, value in given.items():
            if (name == "style" and not self.is_mail) or (name.startswith("on") and name.isalpha()):
                self.complain(f"inline {name}")
            if name in SPOKEN or (tag == "input" and name == "value" and given.get("type") in ("submit", "reset")):
                if has_letters(value) and value not in NAMES:
                    self.complain(f"{name}={value!r} outside gettext")
            if value.strip().lower().startswith("javascript:"):
                self.complain(f"{name} runs a script")
            if name in ("src", "action") or (tag == "link" and name == "href"):
                if re.match(r"(https?:)?//", value):
                    self.complain(f"{name} names another server")
        runs = tag == "script" and given.get("type") != "application/json"  # data runs nothing
        if (tag == "style" and not self.is_mail) or (runs and "src" not in given):
            self.complain(f"inline {tag}")
        self.script = tag in ("script", "style")

    def handle_endtag(self, tag: str) -> None:
        self.script = False

    def handle_data(self, data: str) -> None:
        if not self.script and has_letters(data) and data.strip() not in NAMES:
            self.complain(f"text outside gettext: {data.strip()[:40]!r}")


def template_faults(path: str, source: str) -> list[str]:
    """Inline style, script and handlers, addresses of others, and text that no translator would ever see."""
    for tag in TAG.finditer(source):
        literals = [*LITERAL_DEFAULT.finditer(tag[0])]
        literals += LITERAL_LABEL.finditer(tag[0]) if tag[0].startswith("{% include") else []
        if any(has_letters(found["text"]) for found in literals):
            return [f"{path}: text outside gettext in {tag[0]}"]
    stripped = BLOCKS.sub(lambda block: "\n" * block[0].count("\n"), source)
    # A space, not nothing: an attribute may follow a tag directly.
    stripped = TAG.sub(lambda tag: "\n" * tag[0].count("\n") or " ", stripped)
    if not path.endswith(".html"):
        return [f"{path}: text outside gettext"] if has_letters(stripped) else []
    page = _Page(is_mail=path.startswith(MAILS))
    page.feed(stripped)
    page.close()
    return [f"{path}:{line} {words}" for line, words in page.complaints]


def template_queries(path: str, source: str) -> list[str]:
    """Template expressions that ask the database."""
    asking = re.compile(r"\.(all|exists|objects)\b|_set\b")
    return [f"{path}: query in {tag[0]}" for tag in TAG.finditer(source) if asking.search(tag[0])]


def foreign_addresses(path: str, source: str) -> list[str]:
    """Addresses of others in our styles and scripts (names of XML vocabularies are none)."""
    found = re.findall(r"(?:https?:)?//[\w-]+\.[\w.-]+", source)
    return [f"{path}: {address}" for address in found if "www.w3.org" not in address]


def dead_classes(styles: str, writings: str) -> list[str]:
    """Classes of the style sheets that no template, script or module names; one may end in what a tag puts there."""
    bare = re.sub(r"/\*.*?\*/|\"[^\"]*\"", "", styles, flags=re.DOTALL)
    selectors = re.findall(r"([^{};]+)\{", bare)
    named = set(re.findall(r"[\w-]+", writings))
    beginnings = tuple(re.findall(r"([\w-]+--?)(?:{{|{%|\${)", writings))
    classes = {name for selector in selectors for name in re.findall(r"\.([a-z_][\w-]*)", selector)}
    return sorted(name for name in classes - named if not name.startswith(beginnings))


def dead_icons(sprite: str, writings: str) -> list[str]:
    """Drawings of the sprite that no template, script or module names in quotes; a name may end in braces."""
    named = set(re.findall(r"""["']([\w-]+)["']""", writings))
    beginnings = tuple(re.findall(r"""["']([\w-]+-){""", writings))
    drawn = set(re.findall(r' id="([^"]+)"', sprite))
    return sorted(name for name in drawn - named if not name.startswith(beginnings))


def order_of_cells(path: str, source: str) -> list[str]:
    """Selectors that find a cell by its place among the cells: a new column would take its style."""
    bare = re.sub(r"/\*.*?\*/", "", source, flags=re.DOTALL)
    places = r":(?:nth(?:-last)?-(?:child|of-type)|(?:first|last|only)-(?:child|of-type))"
    cells = rf"\bt[dh]\b[^\s>+~,{{]*{places}|\btr\b[^,{{]*[>+~ ]\s*\*?{places}|\.(?:row|table)\S*\s*>\s*\*?{places}"
    return [f"{path}: {found[0]}" for found in re.finditer(cells, bare)]


def lock_addresses(path: str, source: str) -> list[str]:
    """Lock files contain names, versions and hashes only: an address ties a clone to one mirror."""
    lines = enumerate(source.splitlines(), 1)
    return [f"{path}:{number} {line.strip()}" for number, line in lines if ADDRESS.search(line)]


def changed_vendored(folder: Path) -> list[str]:
    """Vendored files that differ from their row in VENDORED.md, have none, or are missing."""
    table = (folder / "VENDORED.md").read_text()
    rows = dict(re.findall(r"\| `([^`]+)` \| `([0-9a-f]{64})` \|$", table, re.MULTILINE))
    files = {path.name for path in folder.iterdir() if path.suffix not in (".md", ".LICENSE")}
    complaints = [f"{name} has no row in VENDORED.md" for name in sorted(files - set(rows))]
    for name, checksum in rows.items():
        path = folder / name
        if not path.exists() or hashlib.sha256(path.read_bytes()).hexdigest() != checksum:
            complaints.append(f"{name} is not the file of VENDORED.md")
    return complaints
