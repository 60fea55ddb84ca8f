"""Stamped columns equal what their templates render."""

from urllib.parse import quote

import pytest
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.safestring import mark_safe

from base.stamps import one_line
from pipeline import board as boards
from pipeline import stamped_columns
from pipeline.board import Stack
from pipeline.cards.stamped import Scene
from pipeline.selection import Selection
from tests.factories import ContactFactory

HEAD = mark_safe("<header>100 % &amp; %(id)s</header>")


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("name", ["Neue Kontakte", "Nicht erreicht"])
@pytest.mark.parametrize(("is_folded", "oob"), [(False, False), (True, True)])
@pytest.mark.parametrize("more", [0, 5])
@pytest.mark.parametrize("times", [1, 8])
def test_a_stamped_column_is_the_rendered_one(anna, board, language, name, is_folded, oob, more, times):
    for _ in range(2):
        ContactFactory(column=board[name], last_name="<b>%s 100 %")
    selection = Selection(user=anna, today=timezone.localdate(), q='ä&"%')
    (shown,) = [stack for stack in boards.load(Selection(anna, selection.today)) if stack.column == board[name]]
    stack = Stack(shown.column, shown.total * times + more, shown.cards * times)
    with translation.override(language):
        scene = Scene(timezone.localtime(), True)
        html = stamped_columns.column(stack, HEAD, selection, scene, is_folded=is_folded, oob=oob)
        cards = [scene.card(card, stack.column.key) for card in stack.cards]
        if more:
            rank = quote(stack.cards[-1].rank, safe="")
            further = {"id": stack.column.pk, "rank": rank, "tail": selection.tail, "is_short": times == 1}
            cards.append(render_to_string("pipeline/_more.html", further))
        values = {
            "id": stack.column.pk,
            "key": stack.column.key or "",
            "head": HEAD,
            "cards": mark_safe("".join(cards)),
        }
        plain = render_to_string("pipeline/_column.html", values | {"is_folded": is_folded, "oob": oob})
    assert len(stack.cards) == 2 * times
    assert one_line(html) == one_line(plain)
