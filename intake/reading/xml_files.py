"""XML from strangers: no entities, no document types, and limits on size, depth and number of elements."""

import html.entities
import io
import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import ParseError, iterparse
from django.utils.translation import gettext_noop as _

from intake.reading.decoding import decoded, tidy
from intake.reading.lead import MAX_BYTES, NotRead

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element  # only its type; what parses is defusedxml

MAX_DEPTH = 30
MAX_ELEMENTS = 20_000
MAX_REPEATED = 20_000  # values of objects, each counted for every person who asks about it
MAX_LONE = 20_000  # & of a text that has to be repaired

TOO_LARGE = _("Die XML-Datei ist größer als 1 MB.")
TOO_DEEP = _("Die XML-Datei ist zu tief verschachtelt.")
TOO_MANY = _("Die XML-Datei hat zu viele Elemente.")
FORBIDDEN = _("Die XML-Datei enthält Anweisungen an den Leser (DOCTYPE) und wurde deshalb nicht geöffnet.")
BROKEN = _("Die XML-Datei ist beschädigt oder abgeschnitten.")

_TAG = re.compile(r"<[^<>]*>")
_PREFIX = re.compile(r"(^</?|\s)[\w.-]+:(?=[\w.-]+)")
_AND = re.compile(r"&(?:(#?\w{1,32});)?")


def parsed(raw: bytes) -> "Element":
    """Return the root element. Raises NotRead."""
    if len(raw) > MAX_BYTES:
        raise NotRead(TOO_LARGE)
    text = decoded(raw).strip()
    try:
        return _root(text)
    except ParseError:
        return _root_of_repaired(text)


def local(element: "Element") -> str:
    """Return the name in lower case, without its namespace."""
    return str(element.tag).rpartition("}")[2].lower()


def text(element: "Element") -> str:
    return tidy("".join(element.itertext()))


def children(element: "Element", *names: str) -> Iterator["Element"]:
    return (child for child in element if local(child) in names)


def check_repeated(values: Iterable[int]) -> None:
    """Raise NotRead if what is said of objects, once for each person, is more than anybody says."""
    if sum(values) > MAX_REPEATED:
        raise NotRead(TOO_MANY)


def _root(text: str) -> "Element":
    depth = number = 0
    root: Element | None = None
    try:
        for event, element in iterparse(io.StringIO(text), ("start", "end"), forbid_dtd=True):
            root = element if root is None else root
            depth += 1 if event == "start" else -1
            number += 1
            if depth > MAX_DEPTH:
                raise NotRead(TOO_DEEP)
            if number > 2 * MAX_ELEMENTS:
                raise NotRead(TOO_MANY)
    except DefusedXmlException:
        raise NotRead(FORBIDDEN) from None
    if root is None:
        raise NotRead(BROKEN)
    return root


def _root_of_repaired(text: str) -> "Element":
    """Parse what some senders write: prefixes declared nowhere, entities of HTML, a lone &."""
    if text.count("&") > MAX_LONE:
        raise NotRead(BROKEN)
    try:
        return _root(_AND.sub(_entity, _TAG.sub(lambda tag: _PREFIX.sub(r"\1", tag[0]), text)))
    except ParseError:
        raise NotRead(BROKEN) from None


def _entity(found: re.Match[str]) -> str:
    name = found[1] or ""
    if name.startswith("#") or name in ("amp", "lt", "gt", "quot", "apos"):
        return found[0]
    return html.entities.html5.get(f"{name};", f"&amp;{found[0][1:]}")
