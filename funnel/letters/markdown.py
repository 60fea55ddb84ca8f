"""The subset of Markdown for mail texts: paragraphs, headings, emphasis, lists, links and line breaks.

HTML is shown as text. HTML and text part are rendered from one parse. Styles are inline, because Outlook and Gmail do
not support others everywhere.
"""

import re
import textwrap
import unicodedata
from dataclasses import dataclass, field, replace
from functools import lru_cache

from django.utils.functional import Promise
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from markdown_it import MarkdownIt
from markdown_it.token import Token

from funnel.letters.placeholders import Marked, mark

WIDTH = 76
LINKS = re.compile(r"(https?://[^\s/]|mailto:[^\s@]+@)", re.IGNORECASE)
LINKED = re.compile(r"\[[^\]\n]{0,300}\]\(([^()\n]{0,1000})\)")
INK = 'class="ink" style="margin:{margin};color:#1f2733;font-family:{font};font-size:{size};line-height:1.55"'
FONT = "Arial,Helvetica,sans-serif"
TEXT = INK.format(margin="0 0 16px", font=FONT, size="16px")
HEADINGS = {
    "h1": INK.format(margin="8px 0 12px", font=FONT, size="22px"),
    "h2": INK.format(margin="8px 0 12px", font=FONT, size="19px"),
    "h3": INK.format(margin="8px 0 12px", font=FONT, size="16px"),
}
ITEM = INK.format(margin="0 0 6px", font=FONT, size="16px")
LIST = 'style="margin:0 0 16px;padding:0 0 0 24px"'
LINK = 'class="link" style="color:{colour};text-decoration:underline"'


@dataclass(frozen=True)
class Bodies:
    """HTML and text body, with marks in place of placeholders. Lines of the text are not wrapped yet."""

    html: Marked
    text: Marked


@lru_cache(maxsize=512)
def bodies(source: str, colour: str) -> Bodies:
    """Render a mail text. `colour` is the colour of links, as #rrggbb."""
    marked = mark(source)
    tokens = _parser().parse(marked.text)
    return Bodies(replace(marked, text=_html(tokens, colour)), replace(marked, text=_Text().render(tokens)))


def warnings(source: str) -> list[str]:
    """Return sentences on what may be rendered differently from what the author meant."""
    found = []
    if re.search(r"!\[[^\]\n]*\]\(", source):
        found.append(_("Bilder werden nicht gezeigt: Von einem Bild bleibt nur der Link."))
    if any(not allows(match[1]) for match in LINKED.finditer(source)):
        found.append(
            _(
                "Ein Link wird nicht erkannt: Er beginnt mit https://, http:// oder mailto: "
                "und enthält keine Platzhalter."
            )
        )
    kinds = _kinds(source)
    unseen = [str(UNSUPPORTED[kind]) for kind in UNSUPPORTED if kind in kinds]
    if unseen:
        sentence = _("Das kann eine Mail nicht zeigen, die Zeichen bleiben stehen: %s.")
        found.append(sentence % ", ".join(unseen))
    return found


# Markdown that our mails do not support, by token type.
UNSUPPORTED: dict[str, str | Promise] = {
    "table_open": gettext_lazy("Tabellen"),
    "fence": gettext_lazy("Textblöcke zwischen ```"),
    "code_block": gettext_lazy("eingerückte Textblöcke"),
    "code_inline": gettext_lazy("Text zwischen `Akzenten`"),
    "blockquote_open": gettext_lazy("Zitate mit >"),
    "hr": gettext_lazy("Trennlinien"),
    "s_open": gettext_lazy("~~durchgestrichener~~ Text"),
    "lheading": gettext_lazy("mit === oder --- unterstrichene Überschriften"),
    "reference": gettext_lazy("Links, deren Adresse an anderer Stelle steht"),
    "html": gettext_lazy("HTML"),
}


@lru_cache(maxsize=512)
def _kinds(source: str) -> frozenset[str]:
    """Return the token types that a full Markdown parser finds in a text."""
    environment: dict[str, object] = {}
    tokens = _full_parser().parse(mark(source).text, environment)
    found = {"reference"} if environment.get("references") else set()
    inline = [child for token in tokens for child in token.children or []]
    for token in [*tokens, *inline]:
        is_underlined = token.type == "heading_open" and token.markup in ("=", "-")
        found.add("lheading" if is_underlined else "html" if token.type.startswith("html_") else token.type)
    return frozenset(found)


@lru_cache(maxsize=1)
def _full_parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def allows(address: str) -> bool:
    """Return whether a link may point there: to the web or a mail address, not to code."""
    return LINKS.match(address) is not None and not re.search("[{}\ue000-\uf8ff]", address)


def wrap(text: str) -> str:
    """Wrap the text part at 76 columns without breaking links."""
    return "\n".join(line.rstrip() if len(line) <= WIDTH else _wrapped(line) for line in text.split("\n"))


@lru_cache(maxsize=1024)  # most lines are those of the mail before
def _wrapped(line: str) -> str:
    indent = re.match(r" *(?:- |\d+\. )?", line)
    hanging = " " * len(indent[0]) if indent else ""
    lines = textwrap.wrap(line, WIDTH, break_long_words=False, break_on_hyphens=False, subsequent_indent=hanging)
    return "\n".join(lines)


class _Markdown(MarkdownIt):
    def validateLink(self, url: str) -> bool:
        return allows(url)

    def normalizeLink(self, url: str) -> str:
        return url


@lru_cache(maxsize=1)
def _parser() -> MarkdownIt:
    rules = ["heading", "list", "emphasis", "link", "autolink", "newline", "escape"]
    return _Markdown("zero", {"html": False, "breaks": True}).enable(rules)


def _html(tokens: list[Token], colour: str) -> str:
    styles = {"p": TEXT, "li": ITEM, "ul": LIST, "ol": LIST, "a": LINK.format(colour=colour), **HEADINGS}
    found: list[str] = []
    for token in tokens:
        if token.type == "inline":
            found.append(_html(token.children or [], colour))
        elif token.type in ("softbreak", "hardbreak"):
            found.append("<br>\n")
        elif token.type == "text":
            found.append(escape(token.content))
        elif token.nesting == 1 and not token.hidden:
            found.append(_opening(token, styles))
        elif token.nesting == -1 and not token.hidden:
            found.append(f"</{_tag(token)}>" + ("\n" if token.block else ""))
    return "".join(found)


def _opening(token: Token, styles: dict[str, str]) -> str:
    tag = _tag(token)
    parts = [tag, styles.get(tag, "")]
    if token.type == "link_open":
        parts.append(f'href="{escape(token.attrGet("href"))}"')
    if token.type == "ordered_list_open" and str(token.attrGet("start") or "1") != "1":
        parts.append(f'start="{int(token.attrGet("start") or 1)}"')
    return f"<{' '.join(filter(None, parts))}>"


def _tag(token: Token) -> str:
    return "h3" if token.tag in ("h4", "h5", "h6") else token.tag


@dataclass
class _Text:
    """Renders tokens as plain text."""

    out: list[str] = field(default_factory=list)
    lists: list[int | None] = field(default_factory=list)  # the next number of each open list; None: bullets
    link: tuple[str, int] = ("", 0)

    def render(self, tokens: list[Token]) -> str:
        for token in tokens:
            self._block(token)
        return re.sub(r"\n{3,}", "\n\n", "".join(self.out)).strip("\n")

    def _block(self, token: Token) -> None:
        if token.type in ("bullet_list_open", "ordered_list_open"):
            start = int(token.attrGet("start") or 1)
            self.lists.append(start if token.type == "ordered_list_open" else None)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            self.lists.pop()
            self.out.append("" if self.lists else "\n")
        elif token.type == "list_item_open":
            number = self.lists[-1]
            indent = "   " * (len(self.lists) - 1)
            self.out.append(f"{indent}- " if number is None else f"{indent}{number}. ")
            self.lists[-1] = None if number is None else number + 1
        elif token.type == "inline":
            for child in token.children or []:
                self._inline(child)
            self.out.append("\n")
        elif token.type in ("paragraph_close", "heading_close") and not self.lists:
            self.out.append("\n")

    def _inline(self, token: Token) -> None:
        if token.type == "text":
            self.out.append(token.content)
        elif token.type in ("softbreak", "hardbreak"):
            self.out.append("\n" + "   " * len(self.lists))
        elif token.type == "link_open":
            self.link = (str(token.attrGet("href")), len(self.out))
        elif token.type == "link_close":
            address, since = self.link
            label, plain = "".join(self.out[since:]), address.removeprefix("mailto:")
            if label.strip() not in (address, plain):
                self.out.append(f" ({plain})")


def escaped(value: str) -> str:
    """Escape a value for HTML; right-to-left text is isolated, so that it does not reorder the text around it."""
    if any(unicodedata.bidirectional(sign) in ("R", "AL") for sign in value):
        return f"<bdi>{escape(value)}</bdi>"
    return str(escape(value))
