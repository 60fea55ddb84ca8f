"""What a web hook sends, as one tree of texts: JSON, or a form, whose keys in brackets are branches.

Numbers stay as they were written. A tree has limits on depth and leaves, so that whoever walks it needs none.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, TypeAlias
from urllib.parse import parse_qsl

from django.utils.translation import gettext_noop as _

from intake.reading import multipart
from intake.reading.decoding import decoded, printable
from intake.reading.lead import MAX_BYTES, NotRead

MAX_DEPTH = 20
MAX_LEAVES = 1000
MAX_BRANCHES = 20_000  # most of which are then empty
MAX_KEY = 200  # characters

TOO_LARGE = _("Die Sendung ist größer als 1 MB.")
TOO_DEEP = _("Die Sendung ist zu tief verschachtelt.")
TOO_MANY = _("Die Sendung hat mehr als 1.000 Felder.")
BROKEN = _("Die Sendung ist beschädigt oder abgeschnitten.")
EMPTY = _("Die Sendung ist leer.")
UNKNOWN = _("Das Format der Sendung ist nicht bekannt; gelesen werden JSON und Formulare.")

Tree: TypeAlias = "dict[str, Tree] | list[Tree] | str"

_BRANCH = re.compile(r"\[([^\[\]]*)\]")
_PAIR = re.compile(r"[^\s=&]+=")


class Leaf(NamedTuple):
    """A text and where it stands: "person.name". Texts of one list have one path, its branches are numbered."""

    path: str
    value: str


def parsed(content_type: str, body: bytes) -> Tree:
    """Return the tree of a request, by what it looks like where its type says nothing. Raises NotRead."""
    if len(body) > MAX_BYTES:
        raise NotRead(TOO_LARGE)
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        return _nested(_multipart(content_type, body))
    text = decoded(body).lstrip()
    if not text:
        raise NotRead(EMPTY)
    if text[0] in "{[":
        return from_json(text)
    if kind in ("application/x-www-form-urlencoded", "", "text/plain") and _PAIR.match(text):
        return _nested(_form(body))
    raise NotRead(BROKEN if kind.endswith(("json", "urlencoded")) else UNKNOWN)


def from_json(text: str) -> Tree:
    """Return the tree of a JSON text. Raises NotRead."""
    if text.count("[") + text.count("{") > MAX_BRANCHES:
        raise NotRead(TOO_MANY)
    try:
        value = json.loads(text, parse_int=str, parse_float=str, parse_constant=str, object_pairs_hook=_object)
    except RecursionError:
        raise NotRead(TOO_DEEP) from None
    except ValueError:
        raise NotRead(BROKEN) from None
    tree = _texts(value)
    for number, _leaf in enumerate(_walk(tree, "")):
        if number >= MAX_LEAVES:
            raise NotRead(TOO_MANY)
    return tree


def leaves(tree: Tree) -> list[Leaf]:
    """Return all texts that are not empty, in their order."""
    return [leaf for leaf in _walk(tree, "") if leaf.value.strip()]


def branch(tree: Tree, *keys: str) -> Tree:
    """Return what stands below these keys, "" if nothing does."""
    for key in keys:
        tree = tree.get(key, "") if isinstance(tree, dict) else ""
    return tree


def leaf(tree: Tree, *keys: str) -> str:
    """Return the text below these keys, "" if there is none."""
    found = branch(tree, *keys)
    return found if isinstance(found, str) else ""


def branches(tree: Tree, *keys: str) -> list[dict[str, Tree]]:
    """Return the branches of a list, or the values of a branch, below these keys."""
    found = branch(tree, *keys)
    inner = found.values() if isinstance(found, dict) else found if isinstance(found, list) else ()
    return [one for one in inner if isinstance(one, dict)]


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Keep the values of a key that stands twice."""
    found: dict[str, Any] = {}
    for key, value in pairs:
        found[key] = [found[key], value] if key in found else value
    return found


def _texts(value: Any, depth: int = 0) -> Tree:
    if depth > MAX_DEPTH:
        raise NotRead(TOO_DEEP)
    if isinstance(value, dict):
        return {printable(key[:MAX_KEY]): _texts(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, list):
        return [_texts(inner, depth + 1) for inner in value]
    return "" if value is None else str(value).lower() if isinstance(value, bool) else printable(str(value))


def _walk(tree: Tree, path: str) -> Iterator[Leaf]:
    if isinstance(tree, str):
        yield Leaf(path, tree)
        return
    for key, inner in tree.items() if isinstance(tree, dict) else enumerate(tree):
        is_item = isinstance(tree, list) and isinstance(inner, str)
        yield from _walk(inner, path if is_item else f"{path}.{key}".strip("."))


def _form(body: bytes) -> Iterable[tuple[str, str]]:
    """Return the fields of a form, each decoded by itself: percent signs may stand for any encoding."""
    try:
        pairs = parse_qsl(body.decode("latin-1"), keep_blank_values=True, encoding="latin-1", max_num_fields=MAX_LEAVES)
    except ValueError:
        raise NotRead(TOO_MANY) from None
    return [(decoded(key.encode("latin-1")), decoded(value.encode("latin-1"))) for key, value in pairs]


def _multipart(content_type: str, body: bytes) -> list[tuple[str, str]]:
    """Return the text fields of a form, and the names of its files."""
    if body.count(b"\n--") > MAX_LEAVES:
        raise NotRead(TOO_MANY)
    found = [*multipart.fields_in(content_type, body)]
    if not found:
        raise NotRead(BROKEN)
    return found


def _nested(pairs: Iterable[tuple[str, str]]) -> Tree:
    tree: dict[str, Any] = {}
    for key, value in pairs:
        steps = _steps(key)
        here = tree
        for step in steps[:-1]:
            if not isinstance(here.setdefault(step, {}), dict):
                here[step] = {"": here[step]}
            here = here[step]
        last = steps[-1]
        known = here.get(last)
        if isinstance(known, dict):
            here, last, known = known, "", known.get("")
        here[last] = value if known is None else [*(known if isinstance(known, list) else [known]), value]
    return tree


def _steps(key: str) -> list[str]:
    """Return the branches that a key names: `fields[email][value]`; a list's empty brackets are none."""
    name = key.partition("[")[0]
    steps = [step for step in _BRANCH.findall(key[len(name) :]) if step]
    if len(steps) >= MAX_DEPTH:
        raise NotRead(TOO_DEEP)
    return [step[:MAX_KEY] for step in ([name, *steps] if name or not steps else steps)]
