"""A row that is deleted between the check and the answer: any request gets a refusal with a sentence.

A colleague's deletion is inserted right before the verb's lock, or right after its commit.
"""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from base.refusals import RefusalMiddleware, went_meanwhile
from contacts.models import Contact
from pipeline import leads
from pipeline.cards import bulk, moves
from pipeline.columns import verbs
from pipeline.deeds import reversible, reversible_columns
from pipeline.models import Column
from tests.funnel.mailing import MONDAY, move
from tests.markup import page_of
from tests.pipeline.drops import FETCH, make

VERBS = {
    "insert": ("/columns/", {"beside": "{column}", "side": "right"}),
    "rename": ("/columns/{column}/name/", {"name": "Rückruf"}),
    "rename badly": ("/columns/{column}/name/", {"name": ""}),
    "shift": ("/columns/{column}/place/", {"direction": "left"}),
    "mails": ("/columns/{column}/mails/", {"go_on": "1"}),
    "remove": ("/columns/{column}/removal/", {}),
    "empty": ("/columns/{column}/removal/", {"target": "{other}"}),
    "empty into": ("/columns/{other}/removal/", {"target": "{column}"}),
    "status": ("/contacts/selection/status/", {"contact": "{ada}", "column": "{column}"}),
}
DOORS = {
    "insert": (reversible_columns, "insert"),
    "rename": (reversible_columns, "rename"),
    "rename badly": (reversible_columns, "rename"),
    "shift": (reversible_columns, "shift"),
    "mails": (verbs, "set_mails"),
    "remove": (reversible_columns, "remove"),
    "empty": (reversible, "empty_and_remove"),
    "empty into": (reversible, "empty_and_remove"),
    "status": (reversible, "move"),
}
IN_A_FIELD = ("insert", "empty into")  # the column is one of the values, refused as an unknown one is
DONE = {  # the answers that are true when the verb has committed and the column went afterwards
    "insert": {200, 302},
    "rename": {302, 410},
    "shift": {200, 302},
    "mails": {302, 410},
    "empty into": {200, 302},
    "status": {200, 302},
}
AS_FRAGMENT_AND_PAGE = pytest.mark.parametrize("headers", [FETCH, {}], ids=["fragment", "page"])


@pytest.fixture
def scene(anna, board):
    column = verbs.insert(user=anna, beside_id=board["Termin vereinbart"].pk, side="right")
    (ada,) = make(board["Nicht erreicht"], "Ada")
    return {"column": column.pk, "other": board["Bewertung erstellt"].pk, "ada": ada.pk}


@pytest.fixture
def ask(login, anna, scene):
    client = login(anna)

    def asked(name, headers):
        path, data = VERBS[name]
        filled = {key: value.format(**scene) for key, value in data.items()}
        return client.post(path.format(**scene), filled, headers=headers)

    return asked


@AS_FRAGMENT_AND_PAGE
@pytest.mark.parametrize("name", VERBS)
def test_a_column_that_goes_before_the_verb_locks(ask, anna, scene, monkeypatch, name, headers):
    room, verb = DOORS[name]
    real, remove = getattr(room, verb), verbs.remove

    def late(**asked):
        remove(user=anna, column_id=scene["column"])
        return real(**asked)

    monkeypatch.setattr(room, verb, late)
    answer = ask(name, headers)
    words = page_of(answer)
    if name in IN_A_FIELD:
        assert (answer.status_code, "gibt es nicht (mehr)" in words) == (422, True)
    else:
        assert (answer.status_code, "wurde soeben gelöscht" in words) == (410, True)
    assert not Column.objects.filter(pk=scene["column"]).exists()


@AS_FRAGMENT_AND_PAGE
@pytest.mark.parametrize("name", DONE)
def test_a_column_that_goes_before_the_answer(ask, anna, scene, monkeypatch, name, headers):
    room, verb = DOORS[name]
    real, there = getattr(room, verb), {"column_id": scene["column"], "target_id": scene["other"]}
    if name == "empty into":
        there["target_id"] = Column.objects.of(anna.account).get(key="won").pk
    empty = bulk.empty_and_remove

    def then_gone(**asked):
        result = real(**asked)
        empty(user=anna, now=MONDAY, **there)
        return result

    monkeypatch.setattr(room, verb, then_gone)
    answer = ask(name, headers)
    assert answer.status_code in DONE[name]
    assert answer.status_code != 410 or "wurde soeben gelöscht" in page_of(answer)


@AS_FRAGMENT_AND_PAGE
def test_a_move_that_is_erased_before_its_undo_answers(login, anna, board, monkeypatch, headers):
    (ada,) = make(board["Nicht erreicht"], "Ada")
    moved = move(anna, ada, board["Termin vereinbart"], MONDAY)
    real = moves.reverse

    def erased(**asked):
        try:
            return real(**asked)
        finally:
            leads.trash(user=anna, contact_ids=[ada.pk], now=MONDAY)
            leads.erase_expired(now=MONDAY + timedelta(days=leads.TRASH_DAYS + 1))

    monkeypatch.setattr(moves, "reverse", erased)
    answer = login(anna).post(f"/moves/{moved.move.pk}/reversal/", headers=headers)
    assert answer.status_code == 404
    assert "nicht (mehr)" in page_of(answer)


def a_row_that_is_not_there(contact):
    Contact.objects.of(contact.account_id).get(pk=10**9)


def a_reference_to_nothing(contact):
    with transaction.atomic():
        Contact.objects.of(contact.account_id).filter(pk=contact.pk).update(assignee=10**9)


@pytest.mark.parametrize("fault", [a_row_that_is_not_there, a_reference_to_nothing])
def test_any_missing_row_is_a_refusal(rf, board, fault):
    request = rf.post("/", headers=FETCH)
    request.htmx, request.resolver_match = True, None
    (ada,) = make(board["Nicht erreicht"], "Ada")
    with pytest.raises((Contact.DoesNotExist, IntegrityError)) as caught:
        fault(ada)
    answer = RefusalMiddleware(lambda request: None).process_exception(request, caught.value)
    assert answer.status_code == 410
    assert "wurde soeben gelöscht" in page_of(answer)


def test_other_faults_stay_faults():
    assert not went_meanwhile(IntegrityError("duplicate key"))
    assert not went_meanwhile(ValueError())
