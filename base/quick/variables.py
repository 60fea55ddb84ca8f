"""Variables of templates that are looked up and shown without detours, where that means the same."""

import html
from typing import Any

from django.conf import settings
from django.template import Context
from django.template.base import Variable, VariableNode, render_value_in_context
from django.utils.functional import LazyObject, empty
from django.utils.safestring import SafeString

PLAIN = (str, int, float, bool, type(None), list, tuple)  # what nobody calls


class QuickVariable(Variable):
    """Asks a model or data class for the attribute at once; Django first asks for an item, and catches the error."""

    __slots__ = ()

    def _resolve_lookup(self, context: Context) -> Any:
        lookups = self.lookups or ()
        for scope in reversed(context.dicts):
            if lookups[0] in scope:
                current = scope[lookups[0]]
                break
        else:
            return super()._resolve_lookup(context)  # type: ignore[misc]
        if type(current) not in PLAIN and callable(current):
            return super()._resolve_lookup(context)  # type: ignore[misc]
        for name in lookups[1:]:
            current = _attribute(current, name)
            if type(current) not in PLAIN and callable(current):  # also what is missing
                return super()._resolve_lookup(context)  # type: ignore[misc]
        return current


def _missing() -> None:
    """Stand for an attribute that Django has to look for."""


def _attribute(owner: Any, name: str) -> Any:
    if isinstance(owner, LazyObject) and owner._wrapped is not empty:  # type: ignore[attr-defined]
        owner = owner._wrapped  # type: ignore[attr-defined]
    if type(owner) is dict:
        return owner.get(name, _missing)
    if hasattr(type(owner), "__getitem__"):
        return _missing
    return getattr(owner, name, _missing)


class QuickVariableNode(VariableNode):
    """Escapes a plain text at once, and writes a whole number as it is: there is nothing to localize."""

    def render(self, context: Context) -> str:
        value = self.filter_expression.resolve(context)
        kind = type(value)
        if kind is SafeString:
            return value
        if kind is str and context.autoescape:
            return html.escape(value)
        if kind is int and not settings.USE_THOUSAND_SEPARATOR:
            return str(value)
        return render_value_in_context(value, context)
