"""Addresses of the product have names: these rules find the ones that are written out.

What a complaint is about is a pair: the place ("file::address") and the complaint.
"""

import ast
import re
from collections.abc import Iterator
from functools import cache

from django.urls import URLPattern, URLResolver, get_resolver

from tests.house import code

# What takes a value for its own. Elsewhere "/" is a sign like any other.
HOLDERS = (ast.Assign, ast.AnnAssign, ast.BoolOp, ast.IfExp, ast.Return, ast.Tuple, ast.List, ast.keyword)
HOME = "/"
# An address begins behind a quote, or goes on behind a tag.
LINK = re.compile(r"""(?:(?<=["'`])/(?:[\w?#$]|{{|{%|(?=["'`]))|(?<=[%}]})/[a-z])[^"'`\s{]*""")


def literal_addresses(path: str, source: str) -> list[tuple[str, str]]:
    """Addresses in strings of a module, instead of `reverse` or `get_absolute_url`."""
    texts = code.texts(source)
    found = [node for node in texts if _beginnings().match(node.value)]
    if any(node.value == HOME for node in texts):
        holders = code.of_kind(source, ast.Call, *HOLDERS)
        found += [inner for node in holders for inner in _held(node) if inner.value == HOME]
    return [(f"{path}::{node.value}", f"{path}:{node.lineno} writes out {node.value}") for node in found]


@cache
def _beginnings() -> re.Pattern[str]:
    """Match the first part of any address."""
    firsts = {re.match(r"[\w-]*", route)[0] for route in _routes()} - {""}  # type: ignore[index]
    return re.compile(rf"/(?:{'|'.join(sorted(firsts))})(?![\w.-])")


def _routes() -> Iterator[str]:
    for pattern in get_resolver().url_patterns:
        for inner in getattr(pattern, "url_patterns", [None]):
            yield str(pattern.pattern) + str(inner.pattern if inner else "")


def _held(node: ast.AST) -> list[ast.Constant]:
    """The constants that a node takes for a value: of a call by name, its arguments."""
    if isinstance(node, ast.Call):
        inner: list[ast.AST] = [*node.args] if isinstance(node.func, ast.Name) else []
    else:
        inner = [*ast.iter_child_nodes(node)]
    return [one for one in inner if isinstance(one, ast.Constant)]


def literal_links(path: str, source: str) -> list[tuple[str, str]]:
    """Addresses in a template or script, instead of `{% url %}`, `get_absolute_url` or a `data-` attribute."""
    lines = enumerate(source.splitlines(), 1)
    found = [(number, match[0]) for number, line in lines for match in LINK.finditer(line)]
    return [(f"{path}::{address}", f"{path}:{number} writes out {address}") for number, address in found]


def unknown_names(path: str, source: str) -> list[str]:
    """Names in `{% url %}` that no address has: with `as` the tag says nothing, and the link is empty."""
    tags = re.finditer(r"""{% url ["']([^"']+)["']""", source)
    return [f"{path}: no address is called {tag[1]}" for tag in tags if tag[1] not in _names()]


@cache
def _names() -> frozenset[str]:
    return frozenset(_named(get_resolver().url_patterns))


def _named(patterns: list[URLPattern | URLResolver], space: str = "") -> Iterator[str]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _named(pattern.url_patterns, f"{pattern.namespace}:" if pattern.namespace else space)
        elif pattern.name:
            yield space + pattern.name
