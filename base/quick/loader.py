"""Loads templates as Django does and makes them quick: what is the same at each rendering is rendered once.

Half of the time that a page took went into icons, translations, addresses and includes that never differ. The HTML
stays in the templates; a test compares all pages with what Django makes of the same files.
"""

import re
from itertools import groupby
from typing import Any

from django.template import Origin, Template
from django.template.base import FilterExpression, Node, NodeList, TextNode, TokenType, Variable, VariableNode
from django.template.defaulttags import CommentNode, LoadNode, URLNode
from django.template.library import SimpleNode
from django.template.loader_tags import ExtendsNode, IncludeNode
from django.template.loaders import base, cached
from django.templatetags.i18n import BlockTranslateNode, TranslateNode
from django.templatetags.static import StaticNode

from base.quick.isolated import QuickIncludeNode, expressions
from base.quick.nodes import Constant, QuickExtendsNode, QuickURLNode
from base.quick.variables import QuickVariable, QuickVariableNode


class Quick(base.Loader):
    def get_template(self, template_name: str, skip: list[Origin] | None = None) -> Template:
        template = super().get_template(template_name, skip)
        if template_name.endswith(".html"):
            _outdent(template.nodelist)
        quicken(template.nodelist)
        return template


class Loader(cached.Loader, Quick):
    """The cached loader, whose templates are quick before another thread can see them."""


def quicken(nodes: NodeList) -> None:
    """Replace, in place, what has a quicker equal."""
    for node in nodes:
        for name in node.child_nodelists:
            quicken(getattr(node, name, None) or NodeList())
        for _condition, inner in getattr(node, "conditions_nodelists", ()):
            quicken(inner)
        for expression in expressions(list(vars(node).values())):
            if type(expression.var) is Variable:
                expression.var.__class__ = QuickVariable
        _exchange(node)
    nodes[:] = [joined for shared, found in groupby(nodes, is_constant) for joined in _joined(shared, list(found))]


def _outdent(nodes: NodeList) -> None:
    """Leave out the indents: to a browser, a line break is all the white space that an indented line begins with."""
    for node in nodes.get_nodes_by_type(TextNode):
        if isinstance(node, TextNode):  # always, but the type checker cannot know
            node.s = re.sub(r"\s*\n\s*", "\n", node.s)


def _exchange(node: Node) -> None:
    if type(node) is VariableNode:
        node.__class__ = QuickVariableNode
    elif type(node) is URLNode and not node.kwargs and _is_literal(node.view_name):
        node.__class__ = QuickURLNode
        node.known = {}  # type: ignore[attr-defined]
    elif type(node) is IncludeNode and _is_literal(node.template) and not node.template.var.startswith("."):
        node.__class__ = QuickIncludeNode
    elif type(node) is ExtendsNode:
        node.__class__ = QuickExtendsNode


def _joined(is_shared: bool, nodes: list[Node]) -> list[Node]:
    if not is_shared or all(isinstance(node, TextNode) for node in nodes):
        return nodes
    return [Constant(nodes)]


def is_constant(node: Node) -> bool:
    """Return whether the node shows the same whatever the context holds, but for the language."""
    match node:
        case TextNode() | CommentNode() | LoadNode():
            return True
        case TranslateNode():
            return not node.asvar and not node.message_context and _is_literal(node.filter_expression)
        case BlockTranslateNode():
            return not node.asvar and not node.extra_context and not node.countervar and _is_text(node.singular)
        case StaticNode():
            return not node.varname and _is_literal(node.path)
        case SimpleNode():
            return getattr(node.func, "is_constant", False) and not node.target_var and all(map(_is_literal, node.args))
        case QuickURLNode():
            return not node.asvar and all(map(_is_literal, node.args))
    return False


def _is_literal(expression: FilterExpression) -> bool:
    is_text = isinstance(getattr(expression.var, "literal", expression.var), str)
    return is_text and not expression.filters


def _is_text(tokens: list[Any]) -> bool:
    return all(token.token_type == TokenType.TEXT for token in tokens)
