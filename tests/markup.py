"""Pages as tests read them: how a template is broken into lines is nothing to a browser, and nothing to a test."""

import re
from typing import Any

TAG = re.compile(r"""(</?[a-z!](?:"[^"]*"|'[^']*'|[^"'>])*>)""", re.IGNORECASE)
NAME = re.compile(r"</?([a-z][\w-]*)", re.IGNORECASE)
SPACE = re.compile(r"[ \t\r\n\f]+")  # what HTML calls white space: a no-break space is text
VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
KEPT = {"textarea", "pre", "script", "style"}  # their white space is text


def page_of(response: Any) -> str:
    """The body of an answer, tidied."""
    return tidy(response.content.decode())


def tidy(html: str) -> str:
    """One space for all white space, none between two tags, at the start of an element's text and at its end.

    The space between a word and a tag that opens after it or closed before it stays, since it can be seen.
    """
    parts = ["", *TAG.split(html), ""]  # tags and texts in turn
    tidied, kept = [], ""
    for before, text, tag in zip(parts[:-1:2], parts[1::2], parts[2::2], strict=True):
        kept = kept or (_name(before) if _opens(before) and _name(before) in KEPT else "")
        tidied.append(text if kept else _text(before, text, tag))
        kept = "" if tag.startswith("</") and _name(tag) == kept else kept
        tidied.append(tag if kept else re.sub(r" (/?>)$", r"\1", SPACE.sub(" ", tag)))
    return "".join(tidied)


def _text(before: str, text: str, after: str) -> str:
    text = SPACE.sub(" ", text)
    text = text.lstrip(" ") if text == " " or _opens(before) else text
    return text.rstrip(" ") if after.startswith("</") else text


def _opens(tag: str) -> bool:
    return tag[1:2].isalpha() and _name(tag) not in VOID and not tag.endswith("/>")


def _name(tag: str) -> str:
    found = NAME.match(tag)
    return found[1].lower() if found else ""
