"""The answer to a move that is put together from stamps is what its template renders."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from base.stamps import one_line
from pipeline import board as boards
from pipeline import stamped_answers
from pipeline.cards import moves
from pipeline.cards.stamped import Scene
from pipeline.cards.waiting import UNKNOWN
from pipeline.models import Move
from pipeline.selection import Selection
from tests.factories import ContactFactory

ODD = ("Öztürk", "<b>&\"'%s %(id)s {{ id }}", "\u202eגרסה", "100 %")


def plain(outcome: moves.Moved, stacks: list, selection: Selection, scene: Scene, **context: object) -> str:
    """The answer as its template renders it."""
    shown = {"card": outcome.card, "after": outcome.after_id, "stacks": stacks, "leads": selection.user.leads}
    shown |= {"selection": selection, "now": scene.now, "can_assign": scene.can_assign, "clock": UNKNOWN}
    return one_line(render_to_string("pipeline/_moved.html", shown | context))


@pytest.mark.parametrize("name", ODD)
@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("has_undo", [True, False])
def test_the_answer_to_a_move_is_the_rendered_one(board, anna, sofia, name, language, has_undo):
    user = anna if has_undo else sofia
    source, target = board["Neue Kontakte"], board["Nicht erreicht"]
    contact = ContactFactory(column=source, last_name=name)
    with timezone.override(user.account.zone), translation.override(language):
        outcome = moves.move_card(
            user=user, contact_id=contact.pk, column_id=target.pk, version=1, via=Move.Via.BOARD, now=timezone.now()
        )
        selection, scene = Selection(user, timezone.localdate(), q="ü&"), Scene(timezone.localtime(), has_undo)
        stacks = boards.heads(selection, [source.pk, target.pk], outcome.columns)
        assert len(stacks) == 2
        answer = stamped_answers.moved(outcome, stacks, selection, scene)
        assert one_line(answer) == plain(outcome, stacks, selection, scene)
        sentence, undone = f"„{name}“ nach „Nicht erreicht“ verschoben.", outcome.move.pk if has_undo else None
        answer += stamped_answers.message(sentence, undone, "Token")
        undo = reverse("pipeline:move-reversal", args=[undone]) if undone else ""
        shown = {"sentence": sentence, "undo": undo, "csrf_token": "Token"}
        assert one_line(answer) == plain(outcome, stacks, selection, scene, **shown)


def test_the_form_in_the_answer_has_the_token_of_the_request(board, anna):
    client = Client(enforce_csrf_checks=True)
    client.force_login(anna)
    page = client.get(reverse("pipeline:board")).content.decode()
    token = re.search(r'name="csrf-token"\s+content="(\w+)"', page)[1]
    contact = ContactFactory(column=board["Neue Kontakte"])
    body = {"column": board["Nicht erreicht"].pk, "after": "", "version": 1}
    headers = {"HX-Request": "true", "X-CSRFToken": token}
    answer = client.post(reverse("pipeline:card-position", args=[contact.pk]), body, headers=headers)
    assert answer.status_code == 200
    found = re.search(r'action="(/moves/\d+/reversal/)".*name="csrfmiddlewaretoken" value="(\w+)"', answer.text)
    assert found[2] == token
    assert client.post(found[1], {"csrfmiddlewaretoken": found[2]}).status_code == 302
    assert client.post(found[1], {}).status_code == 403
