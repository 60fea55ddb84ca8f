"""Nodes in place of Django's, for what is the same at each rendering."""

from collections.abc import Callable
from typing import Any

from django.template import Context
from django.template.base import Node
from django.template.defaulttags import URLNode
from django.template.loader_tags import IncludeNode
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

NUMBER = 2**53  # larger than any id, and stands for one where an address needs a number


class Constant(Node):
    """Nodes that show the same to everybody who reads this language: rendered once, and kept."""

    child_nodelists = ()

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.known: dict[tuple[object, ...], str] = {}

    def render(self, context: Context) -> str:
        key = (_ground(context), context.autoescape)
        found = self.known.get(key)
        if found is None:
            found = self.known[key] = "".join([str(node.render_annotated(context)) for node in self.nodes])
        return found


class QuickURLNode(URLNode):
    """An address whose arguments are numbers: looked up once, with other numbers, which are then replaced."""

    known: dict[tuple[object, ...], str | None]

    def render(self, context: Context) -> str:
        values = tuple([arg.resolve(context) for arg in self.args])
        if not all(type(value) is int and 0 < value < NUMBER for value in values):
            return super().render(context)
        form = self._form(len(values), _ground(context))
        if form is None:
            return super().render(context)
        address = form % values
        if self.asvar:
            context[self.asvar] = address
            return ""
        return conditional_escape(address) if context.autoescape else address

    def _form(self, count: int, ground: "Ground") -> str | None:
        """Return the address as a format of its numbers; None if it is no such address."""
        key = (count, ground)
        if key not in self.known:
            self.known[key] = _address_form(self.view_name.var, count)
        return self.known[key]


def _address_form(name: str, count: int) -> str | None:
    numbers = [NUMBER + place for place in range(count)]
    try:
        form = reverse(name, args=numbers).replace("%", "%%")
    except NoReverseMatch:
        return None
    for number in numbers:
        form = form.replace(str(number), "%d", 1)
    return form if form.count("%d") == count and form % tuple(numbers) == reverse(name, args=numbers) else None


Ground = tuple[str | None, str, str | None]


def _ground(context: Context) -> Ground:
    """Return what everything on a page depends on: its language, and where addresses begin and are looked up."""
    found: Ground | None = getattr(context, "ground", None)  # asking for it takes as long as showing a text
    if found is None:
        found = context.ground = (get_language(), get_script_prefix(), get_urlconf())  # type: ignore[attr-defined]
    return found


class QuickIncludeNode(IncludeNode):
    """Keeps the template that it includes instead of looking for it at each rendering."""

    known: Any = None

    def render(self, context: Context) -> SafeString:
        if self.known is None and context.template:
            self.known = context.template.engine.get_template(self.template.var)
        resolve: Callable[[Any], object] = lambda expression: expression.resolve(context)  # noqa: E731
        values = {name: resolve(expression) for name, expression in self.extra_context.items()}
        if self.isolated_context:
            return self.known.render(context.new(values))
        with context.push(**values):
            return self.known.render(context)
