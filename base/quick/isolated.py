"""Includes with `only` see nothing but their values, so the same values show the same: rendered once, and kept.

That holds if the template asks for nothing else, which `is_closed` finds out, and for values that `key_of` knows:
others are rendered each time.
"""

from collections.abc import Hashable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from django.template import Context, Engine, defaultfilters
from django.template.base import FilterExpression, Node, NodeList, TextNode, VariableNode
from django.template.defaulttags import CommentNode, FirstOfNode, ForNode, IfNode, LoadNode, URLNode, WithNode
from django.template.library import SimpleNode
from django.template.loader_tags import IncludeNode
from django.template.smartif import TokenBase
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.utils.safestring import SafeString

from base.quick.nodes import Constant, ground

MOST = 200  # different values of an include
PLAIN = (str, int, bool, type(None))  # no subclasses: a text marked as safe equals one that has to be escaped
CLOSED: tuple[type[Node], ...] = (BlockTranslateNode, CommentNode, Constant, FirstOfNode, ForNode, IfNode, LoadNode)
CLOSED += (TextNode, TranslateNode, URLNode, VariableNode, WithNode)
OPEN_FILTERS = (defaultfilters.random, defaultfilters.timesince_filter, defaultfilters.timeuntil_filter)


class UnknownKind(Exception):
    """A value of which nobody knows what a template shows of it."""


class QuickIncludeNode(IncludeNode):
    """Keeps the template that it includes instead of looking for it at each rendering; with `only`, also its HTML."""

    known: Any = None
    kept: dict[Hashable, SafeString] | None = None  # None if it must be rendered each time

    def render(self, context: Context) -> SafeString:
        if self.known is None and context.template:
            self._find(context.template.engine)
        values = {name: expression.resolve(context) for name, expression in self.extra_context.items()}
        if self.isolated_context:
            return self._isolated(context, values)
        with context.push(**values):
            return self.known.render(context)

    def _find(self, engine: Engine) -> None:
        found = engine.get_template(self.template.var)
        self.kept = {} if self.isolated_context and is_closed(found.nodelist, engine) else None
        self.known = found  # last, because another thread looks at it first

    def _isolated(self, context: Context, values: dict[str, Any]) -> SafeString:
        if self.kept is None:
            return self.known.render(context.new(values))
        try:
            key = (key_of([*values.values()]), ground(context), context.autoescape, context.use_l10n)
        except UnknownKind:
            return self.known.render(context.new(values))
        html = self.kept.get(key)
        if html is None:
            html = self.known.render(context.new(values))
            if len(self.kept) >= MOST:
                self.kept.clear()
            self.kept[key] = html
        return html


def key_of(value: Any) -> Hashable:
    """Return a key that two values share only if they look the same.

    Raises `UnknownKind` for other than plain values, frozen data classes, and lists of such.
    """
    kind = type(value)
    if kind in PLAIN:
        return kind, value
    if kind in (list, tuple):
        return kind, tuple([key_of(each) for each in value])
    if is_dataclass(kind) and kind.__dataclass_params__.frozen:  # type: ignore[attr-defined]
        return kind, tuple([key_of(getattr(value, field.name)) for field in fields(kind)])
    raise UnknownKind


def is_closed(nodes: NodeList, engine: Engine) -> bool:
    """Return whether what these nodes show depends on nothing but their values and the language."""
    return all(_is_closed(node, engine) for node in nodes.get_nodes_by_type(Node))


def _is_closed(node: Node, engine: Engine) -> bool:
    if isinstance(node, IncludeNode):
        name = node.template.var
        return isinstance(name, str) and is_closed(engine.get_template(name).nodelist, engine)
    if isinstance(node, SimpleNode):
        return getattr(node.func, "is_constant", False)
    return isinstance(node, CLOSED) and all(map(_has_closed_filters, expressions(list(vars(node).values()))))


def _has_closed_filters(expression: FilterExpression) -> bool:
    return all(_is_closed_filter(one) for one, _given in expression.filters)


def _is_closed_filter(function: Any) -> bool:
    if function.__module__ == defaultfilters.__name__:
        return function not in OPEN_FILTERS
    return getattr(function, "is_constant", False)


def expressions(things: Any) -> Iterator[FilterExpression]:
    """Yield what a node resolves, wherever it keeps it."""
    for thing in things:
        if isinstance(thing, FilterExpression):
            yield thing
        elif isinstance(thing, dict):
            yield from expressions(thing.values())
        elif isinstance(thing, (list, tuple)) and not isinstance(thing, NodeList):
            yield from expressions(thing)
        elif isinstance(thing, TokenBase):
            yield from expressions((thing.first, thing.second, thing.value))
