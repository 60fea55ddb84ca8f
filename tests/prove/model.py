"""A simple model of the board (lists of contacts in a list of columns) and the state machine that compares both.

The model knows no ranks, locks or SQL. After every step the database must show the same columns, the same cards in the
same order, the same versions and as many moves; and no invariant may be broken.
"""

from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from accounts.models import Account, Role, User
from base.refusals import Conflict, Gone, NotUnderstood, Overtaken, Refusal
from pipeline import leads
from pipeline.cards import bulk, moves
from pipeline.columns import verbs
from pipeline.columns.defaults import create_board
from pipeline.invariants import broken
from pipeline.models import Card, Column, Move
from tests.factories import AccountFactory, UserFactory

NAMES = ["Rückruf", "rückruf", "Später", "🏠", "Kein Auftrag", "Neue Kontakte", "", "\u200b", "x" * 41]
MAX_CONTACTS = 12
WHICH = st.integers(0, 30)  # an index, modulo the number of candidates


@dataclass
class Stack:
    """A column of the model."""

    id: int
    name: str
    key: str | None
    cards: list[int] = field(default_factory=list)
    touched: int = 0  # number of cards that entered, left or changed place


@dataclass
class Last:
    """The last move of a single card, for its undo."""

    move_id: int
    contact: int
    origin: Stack
    version: int
    before: list[int]
    touched: int


class BoardMachine(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        self.account: Account = AccountFactory()
        self.user: User = UserFactory(account=self.account, role=Role.ADMINISTRATOR)
        self.board = [Stack(column.pk, column.name, column.key) for column in create_board(self.account)]
        self.versions: dict[int, int] = {}
        self.trashed: dict[int, Stack] = {}
        self.moves = 0
        self.last: Last | None = None
        self.requests = 0
        for place in (0, 0, 1):
            self.take_in(place)

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.transaction.__exit__(None, None, None)

    # Actions of users.

    @rule(place=WHICH)
    def take_in(self, place: int) -> None:
        if len(self.versions) < MAX_CONTACTS:
            stack = self.nth(place)
            values = {"last_name": f"P{len(self.versions)}"}
            contact = leads.add(
                account=self.account, actor=self.user, values=values, column_id=stack.id, now=timezone.now()
            )
            self.versions[contact.pk] = 1
            self.put(stack, [contact.pk])

    @rule(
        which=WHICH,
        goal=WHICH,
        below=st.none() | WHICH,
        stale=st.sampled_from([0, 0, 0, 1]),
        twice=st.booleans(),
    )
    def move(self, which: int, goal: int, below: int | None, stale: int, twice: bool) -> None:
        contact, stack = self.contact(which), self.nth(goal)
        neighbour = None if below is None else self.contact(below)
        self.requests += 1
        asked = {
            "contact_id": contact,
            "column_id": stack.id,
            "after_id": neighbour,
            "version": self.versions[contact] + stale,
            "key": f"key {self.requests}",
            "via": Move.Via.BOARD,
        }
        refusal = self.refusal_of_move(contact, neighbour, stale)
        moved = self.do(moves.move_card, refusal, **asked)
        if moved is None:
            return
        assert moved.changed == self.drop(contact, stack, neighbour, moved)
        if twice and moved.changed:
            again = self.do(moves.move_card, None, **asked)
            assert (again.move, again.after_id) == (moved.move, moved.after_id)

    def refusal_of_move(self, contact: int, neighbour: int | None, stale: int) -> type[Refusal] | None:
        if contact in self.trashed:
            return Gone
        if stale:
            return Overtaken
        return NotUnderstood if neighbour == contact else None

    def drop(self, contact: int, stack: Stack, neighbour: int | None, moved: moves.Moved) -> bool:
        """Move the card in the model. Return whether it changed its place."""
        origin = self.stack_of(contact)
        before, touched = list(origin.cards), origin.touched + 1
        origin.cards.remove(contact)
        place = stack.cards.index(neighbour) + 1 if neighbour in stack.cards else 0
        stack.cards.insert(place, contact)
        if stack is origin:
            stack.touched += stack.cards != before
            assert moved.move is None
            return stack.cards != before
        origin.touched, stack.touched = touched, stack.touched + 1
        self.versions[contact] += 1
        self.moves += 1
        assert moved.move is not None
        self.last = Last(moved.move.pk, contact, origin, self.versions[contact], before, touched)
        return True

    @rule()
    def take_back(self) -> None:
        last = self.last
        if last is None:
            return
        refusal: type[Refusal] | None = None
        if last.contact in self.trashed:
            refusal = Gone
        elif self.versions[last.contact] != last.version:
            refusal = Overtaken
        elif last.origin not in self.board:
            refusal = Conflict
        if self.do(moves.reverse, refusal, move_id=last.move_id) is None:
            return
        self.leave(last.contact)
        self.versions[last.contact] += 1
        self.moves += 1
        self.last = None
        if last.origin.touched == last.touched:
            last.origin.cards = last.before
        else:  # its neighbours have changed: the place is free, but others keep their order
            shown = self.shown()[last.origin.id]
            assert [pk for pk in shown if pk != last.contact] == last.origin.cards
            last.origin.cards = shown
        last.origin.touched += 1
        again = self.do(moves.reverse, None, move_id=last.move_id)
        assert again.card.version == self.versions[last.contact]

    @rule(which=st.lists(WHICH, max_size=4), goal=WHICH)
    def move_many(self, which: list[int], goal: int) -> None:
        target = self.nth(goal)
        chosen = {self.contact(number) for number in which} - set(self.trashed) - set(target.cards)
        moved = [pk for stack in self.board for pk in stack.cards if pk in chosen]
        ids = [self.contact(number) for number in which]
        assert self.do(bulk.move_many, None, contact_ids=ids, column_id=target.id) == len(moved)
        self.put_on_top(moved, target)

    @rule(which=st.lists(WHICH, max_size=3))
    def trash(self, which: list[int]) -> None:
        ids = [self.contact(number) for number in which]
        gone = set(ids) - set(self.trashed)
        assert self.do(leads.trash, None, contact_ids=ids) == len(gone)
        for pk in gone:
            self.trashed[pk] = self.stack_of(pk)
            self.leave(pk)

    @rule(which=st.lists(WHICH, max_size=3))
    def restore(self, which: list[int]) -> None:
        ids = [self.contact(number) for number in which]
        back = sorted(set(ids) & set(self.trashed))
        assert self.do(leads.restore, None, contact_ids=ids) == len(back)
        for stack in self.board:
            self.put(stack, [pk for pk in back if self.trashed[pk] is stack])
        homeless = [pk for pk in back if self.trashed[pk] not in self.board]
        if homeless:  # they follow those restored to `new`, all in the order of their ids
            first = self.board[0]
            others = [pk for pk in back if self.trashed[pk] is first]
            first.cards = sorted(homeless + others) + [pk for pk in first.cards if pk not in others]
            first.touched += 1
        for pk in back:
            self.versions[pk] += pk in homeless
            self.moves += pk in homeless
            del self.trashed[pk]

    @rule(beside=WHICH, side=st.sampled_from(["left", "right", "right"]))
    def insert(self, beside: int, side: str) -> None:
        stack = self.nth(beside)
        refusal = Conflict if len(self.board) >= 20 or (stack.key == "new" and side == "left") else None
        column = self.do(verbs.insert, refusal, now=False, beside_id=stack.id, side=side)
        if column is not None:
            self.board.insert(self.board.index(stack) + (side == "right"), Stack(column.pk, column.name, None))

    @rule(which=WHICH, name=st.sampled_from(NAMES))
    def rename(self, which: int, name: str) -> None:
        stack = self.nth(which)
        taken = {verbs.fold_name(other.name) for other in self.board if other is not stack}
        bad = not verbs.fold_name(name) or len(name) > 40 or verbs.fold_name(name) in taken
        refusal = Conflict if stack.key else NotUnderstood if bad else None
        if self.do(verbs.rename, refusal, now=False, column_id=stack.id, name=name) is not None:
            stack.name = name

    @rule(which=WHICH, direction=st.sampled_from(["left", "right"]))
    def shift(self, which: int, direction: str) -> None:
        stack = self.nth(which)
        place = self.board.index(stack)
        other = place + (1 if direction == "right" else -1)
        refusal = Conflict if place == 0 or not 1 <= other < len(self.board) else None
        if self.do(verbs.shift, refusal, now=False, column_id=stack.id, direction=direction) is not None:
            self.board[place], self.board[other] = self.board[other], self.board[place]

    @rule(which=WHICH)
    def remove(self, which: int) -> None:
        stack = self.nth(which)
        refusal = Conflict if stack.key or stack.cards else None
        self.do(verbs.remove, refusal, now=False, column_id=stack.id)
        if refusal is None:
            self.board.remove(stack)

    @rule(which=WHICH, goal=WHICH)
    def empty_and_remove(self, which: int, goal: int) -> None:
        stack, target = self.nth(which), self.nth(goal)
        refusal = Conflict if stack.key else NotUnderstood if stack is target else None
        count = self.do(bulk.empty_and_remove, refusal, column_id=stack.id, target_id=target.id)
        if count is not None:
            assert count == len(stack.cards)
            self.put_on_top(list(stack.cards), target)
            self.board.remove(stack)

    # Comparison after each step.

    @invariant()
    def the_database_shows_the_same(self) -> None:
        found = Column.objects.of(self.account).order_by("position").values_list("pk", "name", "key")
        assert list(found) == [(stack.id, stack.name, stack.key) for stack in self.board]
        assert self.shown() == {stack.id: stack.cards for stack in self.board}
        versions = dict(Card.objects.of(self.account).values_list("pk", "version"))
        assert versions == {pk: version for pk, version in self.versions.items() if pk not in self.trashed}
        assert Move.objects.of(self.account).count() == self.moves
        assert broken(self.account) == []

    def shown(self) -> dict[int, list[int]]:
        order: dict[int, list[int]] = {stack.id: [] for stack in self.board}
        for pk, column in Card.objects.of(self.account).order_by("rank").values_list("pk", "column"):
            order[column].append(pk)
        return order

    # Helpers.

    def do(self, verb: Any, refusal: type[Refusal] | None, now: bool = True, **asked: Any) -> Any:
        """Call the verb and check that it refuses exactly as expected. Return None for a refusal."""
        if now:
            asked["now"] = timezone.now()
        try:
            answer = verb(user=self.user, **asked)
        except Refusal as refused:
            assert refusal is not None and isinstance(refused, refusal), refused
            return None
        assert refusal is None, f"{verb.__name__} should have refused"
        return answer

    def nth(self, number: int) -> Stack:
        return self.board[number % len(self.board)]

    def contact(self, number: int) -> int:
        return sorted(self.versions)[number % len(self.versions)]

    def stack_of(self, contact: int) -> Stack:
        return next(stack for stack in self.board if contact in stack.cards)

    def leave(self, contact: int) -> None:
        stack = self.stack_of(contact)
        stack.cards.remove(contact)
        stack.touched += 1

    def put(self, stack: Stack, ids: list[int]) -> None:
        stack.cards = ids + stack.cards
        stack.touched += bool(ids)

    def put_on_top(self, ids: list[int], target: Stack) -> None:
        for pk in ids:
            self.leave(pk)
            self.versions[pk] += 1
            self.moves += 1
        self.put(target, ids)
