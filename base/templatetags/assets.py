"""`{% styles %}` and `{% scripts %}`: the style sheet and the script of a page, each put together from its parts.

    {% styles %}{% parts "css/base.css" %}{% block styles %}{% endblock %}{% endstyles %}

A page that extends this one names its own parts in the block. Parts depend on nothing but the template: which ones
belong together is read from the templates when static files are collected (config/static_files.py).
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, cast

from django import template
from django.contrib.staticfiles.storage import staticfiles_storage
from django.template import Context, Template
from django.template.base import NodeList, Parser, TextNode, Token
from django.template.engine import Engine
from django.template.loader_tags import BLOCK_CONTEXT_KEY, BlockContext, BlockNode, ExtendsNode
from django.templatetags.static import static
from django.utils.html import format_html_join
from django.utils.safestring import SafeString

register = template.Library()

LINKS = {"styles": '<link rel="stylesheet" href="{}">', "scripts": '<script src="{}" defer></script>'}

Parts = tuple[str, ...]  # names of static files, in the order in which they act


@register.simple_tag
def parts(*names: str) -> str:
    """Return the files of the page's style sheet or script, in the order in which they are applied."""
    return "".join(f"{name} " for name in names)


class Assembly(template.Node):
    def __init__(self, kind: str, nodelist: NodeList) -> None:
        self.kind = kind
        self.nodelist = nodelist

    def parts(self, context: Context) -> Parts:
        return tuple(self.nodelist.render(context).split())

    def render(self, context: Context) -> SafeString:
        return links(self.kind, self.parts(context))


@register.tag
def styles(parser: Parser, token: Token) -> Assembly:
    return _assembly(parser, token)


@register.tag
def scripts(parser: Parser, token: Token) -> Assembly:
    return _assembly(parser, token)


def _assembly(parser: Parser, token: Token) -> Assembly:
    nodelist = parser.parse((f"end{token.contents}",))
    parser.delete_first_token()
    return Assembly(token.contents, nodelist)


@cache
def links(kind: str, parts: Parts) -> SafeString:
    """Return one link to the bundle, or a link to each part until static files are collected."""
    storage: Any = staticfiles_storage
    return format_html_join("\n  ", LINKS[kind], ((static(name),) for name in storage.together(parts)))


def assemblies_of_all_pages() -> set[Parts]:
    """Return the lists of parts that the project's templates bundle, each once."""
    engine = Engine.get_default()
    names = (
        path.relative_to(folder).as_posix() for folder in map(Path, engine.dirs) for path in folder.rglob("*.html")
    )
    return {parts for name in names for parts in assemblies(engine.get_template(name))} - {()}


def assemblies(page: Template) -> Iterator[Parts]:
    """Yield the lists of parts that this page bundles, without rendering it."""
    blocks = BlockContext()
    context = Context({"base": "base.html"})  # the page, where a fragment is possible too
    with context.bind_template(page), context.render_context.push_state(page):
        context.render_context[BLOCK_CONTEXT_KEY] = blocks
        while extends := _extends(page):
            blocks.add_blocks(extends.blocks)
            page = extends.get_parent(context)
        blocks.add_blocks(
            {block.name: block for block in cast(list[BlockNode], page.nodelist.get_nodes_by_type(BlockNode))}
        )
        for assembly in cast(list[Assembly], page.nodelist.get_nodes_by_type(Assembly)):
            yield assembly.parts(context)


def _extends(page: Template) -> ExtendsNode | None:
    first = next((node for node in page.nodelist if not isinstance(node, TextNode)), None)
    return first if isinstance(first, ExtendsNode) else None
