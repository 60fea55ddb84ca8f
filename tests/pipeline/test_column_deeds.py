"""Each operation on a column is taken back within ten minutes, unless the board has changed in its way."""

import re
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone

from base.refusals import Conflict
from contacts.models import Contact
from pipeline import invariants, leads
from pipeline.cards import moves
from pipeline.columns import verbs
from pipeline.deeds import reversible, reversible_columns
from pipeline.models import Card, Column, Deed, Move
from tests.clock import TUESDAY
from tests.markup import page_of
from tests.pipeline.drops import FETCH, make
from tests.pipeline.test_columns import names

NOW = TUESDAY
SOON = NOW + timedelta(minutes=9)


def shape(account) -> list[tuple]:
    """Return all columns and cards."""
    own = Column.objects.of(account).order_by("position")
    cards = Card.objects.of(account).order_by("column__position", "rank")
    return [
        *own.values_list("pk", "name", "folded_name", "position", "is_lost", "mails_continue", "insertion"),
        *cards.values_list("pk", "column", "rank", "entered_at"),
    ]


def inserted(anna, board, now=NOW) -> tuple[Column, Deed]:
    beside = board["Nicht erreicht"].pk
    return reversible_columns.insert(user=anna, beside_id=beside, side="right", key=uuid4(), now=now)


@pytest.fixture
def own(board) -> Column:
    Column.objects.filter(pk=board["Termin vereinbart"].pk).update(mails_continue=True)
    board["Termin vereinbart"].refresh_from_db()
    return board["Termin vereinbart"]


@pytest.mark.parametrize("what", ["insert", "rename", "left", "right", "remove", "empty"])
def test_undo_restores_the_board(anna, krueger, board, own, what):
    people = make(own, "Ada", "Bob", "Cyd") if what == "empty" else []
    make(board["Nicht erreicht"], "Dan")
    before = shape(krueger)
    whose = {"user": anna, "column_id": own.pk, "now": NOW}
    deed = {
        "insert": lambda: inserted(anna, board)[1],
        "rename": lambda: reversible_columns.rename(name="Rückruf", **whose)[1],
        "left": lambda: reversible_columns.shift(direction="left", **whose),
        "right": lambda: reversible_columns.shift(direction="right", **whose),
        "remove": lambda: reversible_columns.remove(**whose),
        "empty": lambda: reversible.empty_and_remove(target_id=board["Nicht erreicht"].pk, **whose),
    }[what]()
    assert shape(krueger) != before
    reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
    assert shape(krueger) == before
    assert {card.version for card in Card.objects.filter(pk__in=[c.pk for c in people])} <= {3}
    assert invariants.broken(krueger) == []


def test_undo_restores_a_removed_column_in_histories_and_trash(anna, krueger, board, own):
    (ada,) = make(board["Nicht erreicht"], "Ada")
    (bob,) = make(own, "Bob")
    step = {"via": Move.Via.BOARD, "now": NOW}
    moves.move_card(user=anna, contact_id=ada.pk, column_id=own.pk, version=1, **step)
    moves.move_card(user=anna, contact_id=ada.pk, column_id=board["Kein Auftrag"].pk, version=2, **step)
    leads.trash(user=anna, contact_ids=[bob.pk], now=NOW)
    history = list(Move.objects.of(krueger).order_by("pk").values())
    deed = reversible_columns.remove(user=anna, column_id=own.pk, now=NOW)
    assert list(Move.objects.of(krueger).order_by("pk").values()) != history
    reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
    assert list(Move.objects.of(krueger).order_by("pk").values()) == history
    leads.restore(user=anna, contact_ids=[bob.pk], now=SOON)
    assert Card.objects.get(pk=bob.pk).column == own
    assert invariants.broken(krueger) == []


def test_undo_skips_and_names_contacts_moved_meanwhile(anna, mehmet, krueger, board, own, login):
    ada, bob = make(own, "Ada", "Bob")
    goal = board["Nicht erreicht"].pk
    deed = reversible.empty_and_remove(user=anna, column_id=own.pk, target_id=goal, now=timezone.now())
    away = {"column_id": board["Kein Auftrag"].pk, "version": 2, "via": Move.Via.BOARD}
    moves.move_card(user=mehmet, contact_id=ada.pk, now=timezone.now(), **away)
    client = login(anna)
    client.post(f"/changes/{deed.pk}/reversal/")
    html = page_of(client.get("/contacts/board/"))
    assert f"1 Kontakt wurde seitdem geändert und bleibt, wie er ist: {ada.display_name}." in html
    columns_now = dict(Card.objects.of(krueger).values_list("pk", "column__name"))
    assert columns_now == {ada.pk: "Kein Auftrag", bob.pk: own.name}


class TestRefused:
    """Nothing is written if the column cannot be restored."""

    def refused(self, anna, deed, unwritten) -> str:
        with unwritten(), pytest.raises(Conflict) as refusal:
            reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
        return refusal.value.sentence

    def test_an_inserted_column_that_holds_contacts(self, anna, board, unwritten):
        column, deed = inserted(anna, board)
        make(column, "Ada")
        assert self.refused(anna, deed, unwritten) == "Noch 1 Kontakt in dieser Spalte."

    def test_an_inserted_column_renamed_by_somebody_else(self, anna, mehmet, board, unwritten):
        column, deed = inserted(anna, board)
        reversible_columns.rename(user=mehmet, column_id=column.pk, name="Rückruf", now=NOW)
        assert "Jemand anderes" in self.refused(anna, deed, unwritten)

    def test_an_inserted_column_that_was_deleted(self, anna, board, unwritten):
        column, deed = inserted(anna, board)
        verbs.remove(user=anna, column_id=column.pk)
        assert self.refused(anna, deed, unwritten) == "Diese Spalte gibt es nicht mehr."

    def test_a_name_that_was_changed_again(self, anna, own, unwritten):
        _column, deed = reversible_columns.rename(user=anna, column_id=own.pk, name="Eins", now=NOW)
        verbs.rename(user=anna, column_id=own.pk, name="Zwei")
        assert "noch einmal umbenannt" in self.refused(anna, deed, unwritten)

    def test_a_name_that_was_taken(self, anna, board, own, unwritten):
        _column, deed = reversible_columns.rename(user=anna, column_id=own.pk, name="Eins", now=NOW)
        verbs.rename(user=anna, column_id=board["Nicht erreicht"].pk, name="termin vereinbart")
        assert "gibt es inzwischen wieder" in self.refused(anna, deed, unwritten)

    def test_a_removed_column_whose_name_was_taken(self, anna, board, own, unwritten):
        deed = reversible_columns.remove(user=anna, column_id=own.pk, now=NOW)
        verbs.rename(user=anna, column_id=board["Nicht erreicht"].pk, name="termin vereinbart")
        assert "gibt es inzwischen wieder" in self.refused(anna, deed, unwritten)

    def test_a_removed_column_when_there_are_twenty(self, anna, krueger, board, own, unwritten):
        deed = reversible_columns.remove(user=anna, column_id=own.pk, now=NOW)
        while Column.objects.of(krueger).count() < verbs.MAX_COLUMNS:
            inserted(anna, board)
        assert "Mehr als 20" in self.refused(anna, deed, unwritten)

    def test_an_order_that_was_changed_again(self, anna, board, own, unwritten):
        deed = reversible_columns.shift(user=anna, column_id=own.pk, direction="left", now=NOW)
        verbs.shift(user=anna, column_id=own.pk, direction="left")
        assert "umgestellt" in self.refused(anna, deed, unwritten)


def test_a_column_renamed_by_its_author_can_still_be_undone(anna, krueger, board):
    before = names(krueger)
    column, deed = inserted(anna, board)
    reversible_columns.rename(user=anna, column_id=column.pk, name="Rückruf", now=NOW)
    reversible.reverse(user=anna, deed_id=deed.pk, now=SOON)
    assert names(krueger) == before


def test_repeats_record_no_second_deed(anna, board, own):
    assert reversible_columns.rename(user=anna, column_id=own.pk, name=own.name, now=NOW)[1] is None
    form = {"beside_id": own.pk, "side": "left", "key": uuid4(), "now": NOW}
    assert reversible_columns.insert(user=anna, **form) == reversible_columns.insert(user=anna, **form)
    assert Deed.objects.count() == 1


@pytest.mark.parametrize("scripts", [True, False])
def test_the_message_undoes_it(anna, krueger, board, own, login, scripts):
    make(own, "Ada")
    before, client = shape(krueger), login(anna)
    data = {"target": board["Nicht erreicht"].pk}
    answer = client.post(f"/columns/{own.pk}/removal/", data, headers=FETCH if scripts else {})
    html = page_of(answer if scripts else client.get("/contacts/board/"))
    undo = re.search(r'action="(/changes/\d+/reversal/)"', html)[1]
    assert client.post(undo, headers=FETCH).headers["HX-Refresh"] == "true"
    assert shape(krueger) == before
    assert Contact.objects.of(krueger).count() == 1
