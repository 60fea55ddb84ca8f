"""Every pair of verbs on columns and selections at once: in any order, no answer is a server error."""

import time
from itertools import combinations_with_replacement

import pytest
from django.utils import timezone

from pipeline import board as reading
from pipeline import leads
from pipeline.columns import verbs
from pipeline.invariants import broken
from pipeline.models import Card, Column
from tests.pipeline.drops import FETCH, make
from tests.prove.racing import race

pytestmark = pytest.mark.django_db(transaction=True)
VERBS = {
    "insert": ("/columns/", {"beside": "{column}", "side": "right"}),
    "rename": ("/columns/{column}/name/", {"name": "Rückruf {place}"}),
    "rename badly": ("/columns/{column}/name/", {"name": ""}),
    "shift": ("/columns/{column}/place/", {"direction": "left"}),
    "mails": ("/columns/{column}/mails/", {"go_on": "{place}"}),
    "remove": ("/columns/{column}/removal/", {}),
    "empty": ("/columns/{column}/removal/", {"target": "{refuge}"}),
    "fill": ("/columns/{other}/removal/", {"target": "{column}"}),
    "status": ("/contacts/selection/status/", {"contact": ["{ada}", "{bob}"], "column": "{column}"}),
    "assignee": ("/contacts/selection/assignee/", {"contact": ["{ada}", "{bob}"], "assignee": "{user}"}),
    "trash": ("/contacts/selection/trash/", {"contact": ["{ada}"]}),
    "trash of one": ("/contacts/{bob}/trash/", {}),
    "restore": ("/contacts/trash/restoration/", {"contact": ["{cyd}"]}),
    "clear": ("/contacts/selection/assignee/", {"contact": ["{ada}", "{bob}"], "assignee": "none"}),
    "due date": ("/contacts/{ada}/due/", {"due_on": "2031-01-{place}1"}),
    "assignee of one": ("/contacts/{bob}/assignee/", {"assignee": "{user}"}),
    "follow-up": (
        "/contacts/{ada}/actions/",
        {"kind": "note", "text": "Hat angerufen.", "due_pick": "tomorrow", "column": "{column}", "version": "1"},
    ),
    "drop": ("/cards/{ada}/position/", {"column": "{column}", "after": "{bob}", "version": "1"}),
}
PAIRS = list(combinations_with_replacement(VERBS, 2))
UNDERSTOOD = {200, 302, 404, 409, 410, 422}


def filled(value, names):
    return [part.format(**names) for part in value] if isinstance(value, list) else value.format(**names)


def all_pairs(login, users, board, pairs) -> list[str]:
    """Run each pair on its own columns and contacts. Return unexpected answers."""
    anna = users[0]
    sessions, scene = [login(user) for user in users], {}

    def prepare(turn: int) -> None:
        clear()
        column, other = (verbs.insert(user=anna, beside_id=refuge.pk, side="left") for _ in range(2))
        ada, bob = make(other, "Ada", "Bob")
        (cyd,) = make(column, "Cyd")
        leads.trash(user=anna, contact_ids=[cyd.pk], now=timezone.now())
        rows = {
            "ada": ada,
            "bob": bob,
            "cyd": cyd,
            "column": column,
            "other": other,
            "refuge": refuge,
            "user": anna,
        }
        scene.update({name: row.pk for name, row in rows.items()})

    def clear() -> None:
        """Delete the columns of the previous pair with their contents."""
        ids = list(Card.objects.of(anna.account).values_list("pk", flat=True))
        leads.trash(user=anna, contact_ids=ids, now=timezone.now())
        for column in Column.objects.of(anna.account).exclude(pk__in=fixed):
            verbs.remove(user=anna, column_id=column.pk)

    def client(place: int):
        def ask(turn: int) -> int:
            path, data = VERBS[pairs[turn][place]]
            names = scene | {"place": place}
            body = {name: filled(value, names) for name, value in data.items()}
            headers = FETCH if turn % len(VERBS) else {}
            return sessions[place].post(path.format(**names), body, headers=headers).status_code

        return ask

    refuge, fixed = board["Kein Auftrag"], [column.pk for column in board.values()]
    answers = race([client(0), client(1)], len(pairs), prepare)
    wrong = [
        f"{' against '.join(pair)}: {got}"
        for pair, got in zip(pairs, answers, strict=True)
        if not UNDERSTOOD.issuperset(got)
    ]
    return wrong + [sentence for _, sentence in broken(anna.account)]


@pytest.mark.parametrize("times", [1, pytest.param(8, marks=pytest.mark.prove)])
def test_every_pair_of_verbs_at_once(login, anna, mehmet, board, promise, times):
    """Also with delayed answers, so that the other verb runs between the commit and the reading after it."""
    pairs = PAIRS * times
    row = promise(f"{len(pairs)} pairs of column and selection verbs at once: faults", "0")
    assert all_pairs(login, [anna, mehmet], board, pairs) == []
    row.reached("0")


@pytest.mark.breaks_invariants
def test_an_answer_that_trusts_its_column_is_caught(login, anna, mehmet, board, monkeypatch):
    real = reading.heads

    def trusting(selection, column_ids, known=None):
        time.sleep(0.3)  # the other one is faster
        stacks = real(selection, column_ids, known)
        assert len(stacks) == len(column_ids)
        return stacks

    monkeypatch.setattr(reading, "heads", trusting)
    wrong = all_pairs(login, [anna, mehmet], board, [("mails", "empty"), ("rename", "empty")] * 5)
    assert any("AssertionError" in complaint for complaint in wrong)
