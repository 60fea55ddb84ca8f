"""Nodes in place of Django's, for what is the same at each rendering."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.template import Context
from django.template.base import Node
from django.template.defaulttags import URLNode
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockContext, BlockNode, ExtendsNode
from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString
from django.utils.translation import get_language

Function = TypeVar("Function", bound=Callable[..., Any])
NUMBER = 2**53  # larger than any id, and stands for one where an address needs a number


def constant(function: Function) -> Function:
    """Mark a tag or a filter that shows the same whenever its arguments are the same, so that this can be kept."""
    function.is_constant = True  # type: ignore[attr-defined]
    return function


class Constant(Node):
    """Nodes that show the same to everybody who reads this language: rendered once, and kept."""

    child_nodelists = ()

    def __init__(self, nodes: list[Node]) -> None:
        self.nodes = nodes
        self.known: dict[tuple[object, ...], str] = {}

    def render(self, context: Context) -> str:
        key = (ground(context), context.autoescape)
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
        form = self._form(len(values), ground(context))
        if form is None:
            return super().render(context)
        address = form % values
        if self.asvar:
            context[self.asvar] = address
            return ""
        return conditional_escape(address) if context.autoescape else address

    def _form(self, count: int, where: "Ground") -> str | None:
        """Return the address as a format of its numbers; None if it is no such address."""
        key = (count, where)
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


def ground(context: Context) -> Ground:
    """Return what everything on a page depends on: its language, and where addresses begin and are looked up."""
    found: Ground | None = getattr(context, "ground", None)  # asking for it takes as long as showing a text
    if found is None:
        found = context.ground = (get_language(), get_script_prefix(), get_urlconf())  # type: ignore[attr-defined]
    return found


class QuickExtendsNode(ExtendsNode):
    """Keeps what blocks the root of a page has instead of walking through all of it at each rendering."""

    def render(self, context: Context) -> SafeString:
        parent = self.get_parent(context)
        if BLOCK_CONTEXT_KEY not in context.render_context:
            context.render_context[BLOCK_CONTEXT_KEY] = BlockContext()
        blocks = context.render_context[BLOCK_CONTEXT_KEY]
        blocks.add_blocks(self.blocks)
        blocks.add_blocks(_blocks_of_root(parent))
        with context.render_context.push_state(parent, isolated_context=False):
            return parent._render(context)  # type: ignore[attr-defined]


def _blocks_of_root(template: Any) -> dict[str, BlockNode]:
    """Return the blocks of a template that extends no other; else none, because it adds its own."""
    found: dict[str, BlockNode] | None = getattr(template, "blocks_of_root", None)
    if found is None:
        nodes = template.nodelist
        extends = any(isinstance(node, ExtendsNode) for node in nodes)
        found = {} if extends else {node.name: node for node in nodes.get_nodes_by_type(BlockNode)}
        template.blocks_of_root = found
    return found
