"""Moving a card: writes, refusals, repeats."""

from datetime import timedelta

import pytest

from accounts.models import Account
from base.refusals import Conflict, Gone, NotUnderstood, Overtaken
from contacts.models import Contact
from pipeline import leads
from pipeline.cards import moves
from pipeline.columns.verbs import remove
from pipeline.models import Card, Column, Move
from tests.clock import TUESDAY
from tests.factories import ContactFactory
from tests.pipeline.drops import make, order

NOW = TUESDAY


def move(user, contact, column, after=None, **kwargs):
    card = Card.objects.of(user.account).get(contact=contact)
    kwargs = {"version": card.version, "key": "", "via": Move.Via.BOARD, "now": NOW} | kwargs
    return moves.move_card(user=user, contact_id=contact.pk, column_id=column.pk, after_id=after and after.pk, **kwargs)


def test_a_move_to_another_column_raises_the_version_and_records_one_move(anna, board):
    (ada,) = make(board["Neue Kontakte"], "Ada")
    moved = move(anna, ada, board["Termin vereinbart"])
    card = Card.objects.of(anna.account).get()
    assert (card.column, card.version, card.entered_at) == (board["Termin vereinbart"], 2, NOW)
    assert Move.objects.of(anna.account).get() == moved.move
    recorded = Move.objects.of(anna.account).values("from_name", "to_name", "actor", "via", "version").get()
    assert recorded == {
        "from_name": "Neue Kontakte",
        "to_name": "Termin vereinbart",
        "actor": anna.pk,
        "via": "board",
        "version": 2,
    }


def test_move_lands_below_its_neighbour(anna, board):
    column = board["Nicht erreicht"]
    _, bob, _ = make(column, "Ada", "Bob", "Cyd")
    (dan,) = make(board["Neue Kontakte"], "Dan")
    move(anna, dan, column, after=bob)
    assert order(column) == ["Ada", "Bob", "Dan", "Cyd"]


def test_move_without_a_neighbour_lands_on_top(anna, board):
    column = board["Nicht erreicht"]
    make(column, "Ada", "Bob")
    (dan,) = make(board["Neue Kontakte"], "Dan")
    move(anna, dan, column)
    assert order(column) == ["Dan", "Ada", "Bob"]


@pytest.mark.parametrize(
    ("after", "expected"),
    [(None, ["Bob", "Ada", "Cyd"]), ("Cyd", ["Ada", "Cyd", "Bob"]), ("Ada", ["Ada", "Bob", "Cyd"])],
)
def test_reorder_writes_the_rank_only(anna, board, after, expected):
    column = board["Nicht erreicht"]
    people = {contact.first_name: contact for contact in make(column, "Ada", "Bob", "Cyd")}
    move(anna, people["Bob"], column, after=people.get(after))
    assert order(column) == expected
    assert Card.objects.of(anna.account).get(contact=people["Bob"]).version == 1
    assert Move.objects.of(anna.account).count() == 0


@pytest.mark.parametrize("place", [0, 1, 2])
def test_move_to_the_same_place_writes_nothing(anna, board, unwritten, place):
    column = board["Nicht erreicht"]
    people = make(column, "Ada", "Bob", "Cyd")
    with unwritten():
        moved = move(anna, people[place], column, after=people[place - 1] if place else None, key="k")
    assert moved.changed is False


def test_a_move_with_an_old_version_names_who_moved_the_card(anna, sofia, board, unwritten):
    (ada,) = make(board["Neue Kontakte"], "Ada")
    move(sofia, ada, board["Termin vereinbart"])
    with unwritten(), pytest.raises(Overtaken) as refusal:
        move(anna, ada, board["Nicht erreicht"], version=1)
    sentence = "Sofia Vogt hat diesen Kontakt soeben nach „Termin vereinbart“ verschoben."
    assert refusal.value.sentence == sentence


def test_a_conflict_with_oneself_names_nobody(anna, board):
    (ada,) = make(board["Neue Kontakte"], "Ada")
    move(anna, ada, board["Termin vereinbart"])
    with pytest.raises(Overtaken) as refusal:
        move(anna, ada, board["Nicht erreicht"], version=1)
    assert refusal.value.sentence == "Sie haben diesen Kontakt soeben nach „Termin vereinbart“ verschoben."


def test_reorder_by_somebody_else_is_no_conflict(anna, sofia, board):
    ada, bob = make(board["Neue Kontakte"], "Ada", "Bob")
    move(sofia, ada, board["Neue Kontakte"], after=bob)
    assert move(anna, ada, board["Nicht erreicht"], version=1).changed


def test_neighbour_in_another_column_or_in_the_trash_puts_the_card_on_top(anna, board):
    column = board["Nicht erreicht"]
    make(column, "Ada")
    dan, eva, fay = make(board["Neue Kontakte"], "Dan", "Eva", "Fay")
    move(anna, dan, column, after=eva)
    leads.trash(user=anna, contact_ids=[eva.pk], now=NOW)
    move(anna, fay, column, after=eva)
    assert order(column) == ["Fay", "Dan", "Ada"]


def test_neighbour_that_is_the_card_itself_or_unknown_or_foreign_is_refused(anna, hansen, board, unwritten):
    (ada,) = make(board["Neue Kontakte"], "Ada")
    stranger = ContactFactory(account=hansen)
    unknown = Contact(pk=10**9)
    for neighbour in (ada, stranger, unknown):
        with unwritten(), pytest.raises(NotUnderstood):
            move(anna, ada, board["Nicht erreicht"], after=neighbour)


def test_foreign_column_is_refused_like_an_unknown_one(anna, hansen, board, unwritten):
    (ada,) = make(board["Neue Kontakte"], "Ada")
    sentences = set()
    for column in (Column.objects.of(hansen).first(), Column(pk=10**9)):
        with unwritten(), pytest.raises(NotUnderstood) as refusal:
            move(anna, ada, column)
        sentences.add(refusal.value.sentence)
    assert len(sentences) == 1


def test_foreign_card_does_not_exist(anna, paul, hansen, board, unwritten):
    stranger = ContactFactory(account=hansen)
    with unwritten(), pytest.raises(moves.NoSuchCard):
        moves.move_card(
            user=anna,
            contact_id=stranger.pk,
            column_id=board["Nicht erreicht"].pk,
            version=1,
            via=Move.Via.BOARD,
            now=NOW,
        )


def test_card_hidden_by_the_office_setting_does_not_exist(krueger, sofia, jan, board, unwritten):
    krueger.agents_see = Account.Sight.OWN
    krueger.save()
    sofia.refresh_from_db()
    contact = ContactFactory(column=board["Neue Kontakte"], assignee=jan)
    with unwritten(), pytest.raises(moves.NoSuchCard):
        move(sofia, contact, board["Nicht erreicht"])


def test_a_card_in_the_trash_is_gone(anna, board):
    (ada,) = make(board["Neue Kontakte"], "Ada")
    leads.trash(user=anna, contact_ids=[ada.pk], now=NOW)
    with pytest.raises(Gone):
        moves.move_card(
            user=anna,
            contact_id=ada.pk,
            column_id=board["Nicht erreicht"].pk,
            version=1,
            via=Move.Via.BOARD,
            now=NOW,
        )


def test_a_repeat_with_the_same_key_has_one_effect_and_the_same_outcome(anna, board, unwritten):
    (ada,) = make(board["Neue Kontakte"], "Ada")
    first = move(anna, ada, board["Nicht erreicht"], version=1, key="a")
    with unwritten():
        second = move(anna, ada, board["Nicht erreicht"], version=1, key="a")
    assert (second.move, second.previous_column_id) == (first.move, board["Neue Kontakte"].pk)
    assert Move.objects.of(anna.account).count() == 1


def test_same_key_with_another_body_is_refused(anna, board, unwritten):
    (ada,) = make(board["Neue Kontakte"], "Ada")
    move(anna, ada, board["Nicht erreicht"], version=1, key="a")
    with unwritten(), pytest.raises(NotUnderstood):
        move(anna, ada, board["Termin vereinbart"], version=1, key="a")


def test_many_drops_into_one_gap_rewrite_the_column_and_keep_its_order(anna, board):
    column = board["Nicht erreicht"]
    top, *others = make(column, *(f"P{number:02}" for number in range(40)))
    for turn in range(12):
        for contact in others:
            move(anna, contact, column, after=top)
        assert order(column) == ["P00", *sorted((c.first_name for c in others), reverse=True)], turn
    longest = max(len(rank) for rank in Card.objects.of(anna.account).values_list("rank", flat=True))
    assert longest <= 60


class TestReverse:
    def test_restores_column_and_place(self, anna, board):
        column = board["Nicht erreicht"]
        _, bob, _ = make(column, "Ada", "Bob", "Cyd")
        moved = move(anna, bob, board["Termin vereinbart"])
        moves.reverse(user=anna, move_id=moved.move.pk, now=NOW)
        assert order(column) == ["Ada", "Bob", "Cyd"]
        assert list(Move.objects.of(anna.account).order_by("pk").values_list("via", "version")) == [
            ("board", 2),
            ("undo", 3),
        ]

    def test_twice_has_one_effect(self, anna, board, unwritten):
        (ada,) = make(board["Neue Kontakte"], "Ada")
        moved = move(anna, ada, board["Nicht erreicht"])
        moves.reverse(user=anna, move_id=moved.move.pk, now=NOW)
        with unwritten():
            again = moves.reverse(user=anna, move_id=moved.move.pk, now=NOW)
        assert again.card.column == board["Neue Kontakte"]

    def test_after_another_move_is_refused(self, anna, sofia, board, unwritten):
        (ada,) = make(board["Neue Kontakte"], "Ada")
        moved = move(anna, ada, board["Nicht erreicht"])
        move(sofia, ada, board["Termin vereinbart"])
        with unwritten(), pytest.raises(Overtaken):
            moves.reverse(user=anna, move_id=moved.move.pk, now=NOW)

    def test_too_late_is_refused(self, anna, board, unwritten):
        (ada,) = make(board["Neue Kontakte"], "Ada")
        moved = move(anna, ada, board["Nicht erreicht"])
        with unwritten(), pytest.raises(Conflict):
            moves.reverse(user=anna, move_id=moved.move.pk, now=NOW + timedelta(seconds=16))

    def test_foreign_move_does_not_exist(self, anna, paul, board):
        (ada,) = make(board["Neue Kontakte"], "Ada")
        moved = move(anna, ada, board["Nicht erreicht"])
        with pytest.raises(moves.NoSuchCard):
            moves.reverse(user=paul, move_id=moved.move.pk, now=NOW)

    def test_column_meanwhile_deleted_is_refused(self, anna, board):
        (ada,) = make(board["Nicht erreicht"], "Ada")
        moved = move(anna, ada, board["Neue Kontakte"])
        remove(user=anna, column_id=board["Nicht erreicht"].pk)
        with pytest.raises(Conflict):
            moves.reverse(user=anna, move_id=moved.move.pk, now=NOW)
