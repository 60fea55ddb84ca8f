"""Stamped heads of columns equal what their template renders."""

import itertools
from types import SimpleNamespace

from django.template.loader import render_to_string
from django.utils import translation

from base.stamps import one_line
from pipeline.stamped_heads import TEMPLATE, head

NAMES = ('Neu & <b>"x"</b> 100% %s', "\u0627\u0633\u0645")


def test_stamped_heads_equal_what_the_template_renders():
    kinds = itertools.product(
        ("de", "en"), NAMES, (True, False), (None, 0, 1, 2, 123456), (None, 0, -1, 1, 3), (True, False), (True, False)
    )
    for language, name, is_system, total, mails, leads, oob in kinds:
        column = SimpleNamespace(pk=42, name=name, is_system=is_system)
        stack = SimpleNamespace(column=column, total=total, mails=mails)
        selection = SimpleNamespace(suffix="?q=%C3%BC&a=1", exceeds=lambda total: total == 123456)
        context = {"stack": stack, "selection": selection, "leads": leads, "oob": oob}
        shown = "1000+" if total == 123456 else str(total)
        with translation.override(language):
            plain = one_line(render_to_string(TEMPLATE, context))
            assert head(stack, shown, selection.suffix, leads, oob) == plain
