"""Races on the board, with real threads on the real database. Each checker must also catch a deliberate breakage."""

import random
import time
from collections import Counter
from collections.abc import Callable
from itertools import count, pairwise

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Account
from contacts.models import Contact
from pipeline import leads
from pipeline.cards import bulk, moves, places
from pipeline.columns import verbs
from pipeline.forms import Position
from pipeline.invariants import broken
from pipeline.models import Card, Column, Move
from tests.pipeline.drops import FETCH, body, card_of, heads, make, shown_card, undo_address
from tests.prove.racing import race, tally

pytestmark = pytest.mark.django_db(transaction=True)
Complaints = list[str]


def rounds(few: int, many: int) -> pytest.MarkDecorator:
    """Return the number of rounds: a few in the daily tests, many in `make prove`."""
    return pytest.mark.parametrize("rounds", [few, pytest.param(many, marks=pytest.mark.prove)])


@pytest.fixture
def anna_s(login, anna) -> Client:
    return login(anna)


def post(client: Client, address: str, **data: object) -> int:
    return client.post(address, data, headers=FETCH).status_code


def complain(account: Account, answers: list[list], allowed: set) -> Complaints:
    """Return unexpected answers and broken invariants."""
    found = [f"{times} × {answer}" for answer, times in tally(answers).items() if answer not in map(str, allowed)]
    return found + [sentence for _, sentence in broken(account)]


def without_locks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Remove the locks from moves and column verbs."""

    def unlocked(user, contact_id, target_id):
        return {column.pk: column for column in Column.objects.of(user.account)}

    def unlocked_columns(account):
        return list(Column.objects.of(account).order_by("position"))

    monkeypatch.setattr(moves, "lock_move_columns", unlocked)
    monkeypatch.setattr(verbs, "lock_all_columns", unlocked_columns)


def dawdle(monkeypatch: pytest.MonkeyPatch, room: object, name: str) -> None:
    """Widen the window between reading and writing, so that races show at once."""
    real = getattr(room, name)

    def slow(*args, **kwargs):
        result = real(*args, **kwargs)
        time.sleep(0.02)
        return result

    monkeypatch.setattr(room, name, slow)


# Sixteen clients push cards into one slot.


def push_into_one_slot(login, user, board, rounds: int) -> Complaints:
    """Each client moves its cards back and forth, always directly below the same card."""
    slots = [make(board[name], "Anker")[0] for name in ("Nicht erreicht", "Termin vereinbart")]
    homes = [board["Nicht erreicht"], board["Termin vereinbart"]]
    people = {client: make(board["Neue Kontakte"], *(f"{client}-{n}" for n in range(3))) for client in range(16)}
    sessions = [login(user) for _ in people]

    def client(number: int) -> Callable[[int], int]:
        def push(turn: int) -> int:
            contact, side = people[number][turn % 3], turn // 3 % 2
            data = body(contact, homes[side], slots[side])
            return post(sessions[number], f"/cards/{contact.pk}/position/", **data)

        return push

    answers = race([client(number) for number in people], rounds)
    lost = {contact.pk for cards in people.values() for contact in cards} - set(
        Card.objects.values_list("pk", flat=True)
    )
    below = [Card.objects.filter(column=home).order_by("rank").first().pk for home in homes]
    misplaced = [] if below == [slot.pk for slot in slots] else ["a card stands above the slot"]
    return complain(user.account, answers, {200}) + [f"lost: {pk}" for pk in lost] + misplaced


@rounds(5, 40)
def test_sixteen_clients_drop_into_one_gap(login, anna, board, promise, rounds):
    row = promise(f"16 clients, {16 * rounds} drops into one slot: lost cards, shared places, errors", "0, 0, 0")
    assert push_into_one_slot(login, anna, board, rounds) == []
    row.reached("0, 0, 0")


@pytest.mark.breaks_invariants
def test_missing_column_lock_is_caught(login, anna, board, monkeypatch):
    without_locks(monkeypatch)
    dawdle(monkeypatch, places, "rank_in")
    assert push_into_one_slot(login, anna, board, 2) != []


# Two people move one card at the same instant.


def move_one_card_in_pairs(login, users, board, rounds: int) -> Complaints:
    (contact,) = make(board["Neue Kontakte"], "Ada")
    goals = [board[name] for name in ("Nicht erreicht", "Termin vereinbart", "Bewertung erstellt")]
    sessions = [login(user) for user in users]
    asked: dict[int, dict] = {}
    before: list[tuple[int, int]] = []

    def prepare(turn: int) -> None:
        card = card_of(contact)
        before.append((card.version, Move.objects.count()))
        free = [goal for goal in goals if goal != card.column]
        for place in range(2):
            asked[place] = {
                "column": free[place].pk,
                "after": "",
                "version": card.version,
                "key": f"{turn}-{place}",
            }

    def client(place: int) -> Callable[[int], str]:
        def drop(turn: int) -> str:
            answer = sessions[place].post(f"/cards/{contact.pk}/position/", asked[place], headers=FETCH)
            right = str(asked[place]["column"]) == shown_card(answer)["column"]
            return f"{answer.status_code} {'own' if right else 'other'}"

        return drop

    answers = race([client(0), client(1)], rounds, prepare)
    ties = [str(pair) for pair in answers if sorted(pair) != ["200 own", "409 other"]]
    steps = [(version, moves) for version, moves in before] + [(card_of(contact).version, Move.objects.count())]
    jumps = [f"from {a} to {b}" for a, b in pairwise(steps) if (b[0] - a[0], b[1] - a[1]) != (1, 1)]
    return ties + jumps + [sentence for _, sentence in broken(users[0].account)]


@rounds(20, 200)
def test_one_of_two_users_wins_and_the_other_gets_the_current_state(login, anna, sofia, board, promise, rounds):
    row = promise("pairs on one card: one wins, one gets 409 with the truth", f"{rounds} of {rounds}")
    assert move_one_card_in_pairs(login, [anna, sofia], board, rounds) == []
    row.reached(f"{rounds} of {rounds}")


class AnyVersion(int):
    def __ne__(self, other: object) -> bool:
        return False

    __hash__ = int.__hash__


@pytest.mark.breaks_invariants
def test_missing_version_check_is_caught(login, anna, sofia, board, monkeypatch):
    real = moves.move_card
    monkeypatch.setattr(moves, "move_card", lambda **asked: real(**asked | {"version": AnyVersion(asked["version"])}))
    assert move_one_card_in_pairs(login, [anna, sofia], board, 2) != []


# A card is dropped, or returned by undo, into a column that is being deleted, emptied, renamed or shifted.

ALLOWED = {
    "remove": {(200, 409), (422, 200)},
    "empty": {(200, 200), (422, 200)},
    "undo": {(200, 409), (409, 200)},
    "rename": {(200, 200)},
    "shift": {(200, 200)},
    "insert": {(200, 200)},
}


def drop_while(kind: str, login, anna, sofia, board, rounds: int, outcomes: Counter) -> Complaints:
    """Race a drop against a column verb; check the answers and the place of the card."""
    (contact,) = make(board["Neue Kontakte"], "Ada")
    refuge, start, last = board["Kein Auftrag"], board["Neue Kontakte"], board["Termin vereinbart"]
    here, there = login(sofia), login(anna)
    scene: dict = {}
    wrong: Complaints = []

    def prepare(turn: int) -> None:
        settle(turn - 1)
        column = verbs.insert(user=anna, beside_id=last.pk, side="right")
        scene.update(column=column, drop=body(contact, column, key=f"{turn}"), card=f"/cards/{contact.pk}/position/")
        if kind == "undo":
            move(sofia, contact, column)
            scene.update(card=f"/moves/{move(sofia, contact, start).move.pk}/reversal/", drop={})
        scene["version"] = card_of(contact).version

    def settle(turn: int) -> None:
        """Check the previous round, and delete its column."""
        if turn < 0:
            return
        column, card = scene["column"], card_of(contact)
        outcome = tuple(results[turn])
        outcomes[outcome] += 1
        stands = Column.objects.filter(pk=column.pk).exists()
        if outcome not in ALLOWED[kind]:
            wrong.append(f"{kind}: {outcome}")
        if stands == (outcome[1] == 200 and kind in ("remove", "empty", "undo")):
            wrong.append(f"{kind}: {outcome}, and the column {'stands' if stands else 'is gone'}")
        goal = {(200, True): column.pk, (200, False): refuge.pk}.get((outcome[0], stands), start.pk)
        if card.column_id != goal:
            wrong.append(f"{kind}: {outcome}, and the card is in {card.column}")
        if card.column_id != start.pk:
            move(anna, contact, start)
        if stands:
            verbs.remove(user=anna, column_id=column.pk)
        for extra in Column.objects.of(anna.account).filter(name__startswith="Neue Spalte"):
            verbs.remove(user=anna, column_id=extra.pk)

    def dropper(turn: int) -> int:
        time.sleep(turn % 5 * 0.003)  # delay the drop, which is faster, in some turns
        return note(turn, 0, post(here, scene["card"], **scene["drop"]))

    def changer(turn: int) -> int:
        root, data = f"/columns/{scene['column'].pk}", {}
        address = {"rename": f"{root}/name/", "shift": f"{root}/place/", "insert": "/columns/"}.get(
            kind, f"{root}/removal/"
        )
        if kind == "rename":
            data = {"name": f"Neue Spalte {turn} R"}
        elif kind == "shift":
            data = {"direction": "left"}
        elif kind == "insert":
            data = {"beside": scene["column"].pk, "side": "left"}
        elif kind == "empty":
            data = {"target": refuge.pk}
        return note(turn, 1, post(there, address, **data))

    def note(turn: int, place: int, status: int) -> int:
        results[turn][place] = status
        return status

    results = {turn: ["raised", "raised"] for turn in range(rounds)}
    told = race([dropper, changer], rounds, prepare)
    settle(rounds - 1)
    return wrong + complain(anna.account, told, {200, 409, 422})


def move(user, contact: Contact, column: Column):
    return moves.move_card(
        user=user,
        contact_id=contact.pk,
        column_id=column.pk,
        version=card_of(contact).version,
        via=Move.Via.BOARD,
        now=timezone.now(),
    )


@rounds(5, 90)
@pytest.mark.parametrize("kind", ALLOWED)
def test_drop_against_a_change_of_its_column(login, anna, sofia, board, promise, kind, rounds):
    row = promise(f"a drop against {kind} of its column: outcomes that are not allowed", f"0 of {rounds}")
    outcomes: Counter = Counter()
    assert drop_while(kind, login, anna, sofia, board, rounds, outcomes) == []
    seen = ", ".join(f"{times} × {drop}/{change}" for (drop, change), times in outcomes.most_common())
    row.reached(f"0 of {rounds} ({seen})")


@pytest.mark.breaks_invariants
def test_missing_lock_on_a_deleted_column_is_caught(login, anna, sofia, board, monkeypatch):
    without_locks(monkeypatch)
    dawdle(monkeypatch, moves, "lock_move_columns")
    real = verbs.close_gap
    monkeypatch.setattr(verbs, "close_gap", lambda user, column: (time.sleep(0.1), real(user, column)))
    assert drop_while("remove", login, anna, sofia, board, 5, Counter()) != []


# Ten equal requests with one key at once.


def ask_ten_times(login, user, board, rounds: int) -> Complaints:
    (contact,) = make(board["Neue Kontakte"], "Ada")
    goals = [board["Nicht erreicht"], board["Termin vereinbart"]]
    sessions = [login(user) for _ in range(10)]
    asked: dict = {}
    moved: list[int] = []

    def prepare(turn: int) -> None:
        asked.update(body(contact, goals[turn % 2], key=f"key {turn}"))
        moved.append(Move.objects.count())

    def client(place: int) -> Callable[[int], str]:
        def drop(turn: int) -> str:
            answer = sessions[place].post(f"/cards/{contact.pk}/position/", dict(asked), headers=FETCH)
            return f"{answer.status_code} {shown_card(answer)} {sorted(heads(answer))} {undo_address(answer)}"

        return drop

    answers = race([client(place) for place in range(10)], rounds, prepare)
    moved.append(Move.objects.count())
    different = [str(set(round_)) for round_ in answers if len(set(round_)) != 1 or not round_[0].startswith("200")]
    effects = [f"{b - a} moves" for a, b in pairwise(moved) if b - a != 1]
    return different + effects + [sentence for _, sentence in broken(user.account)]


@rounds(5, 50)
def test_ten_equal_requests_have_one_effect_and_one_outcome(login, anna, board, promise, rounds):
    row = promise("ten equal requests with one key at once: effects, different answers", f"{rounds}, 0")
    assert ask_ten_times(login, anna, board, rounds) == []
    row.reached(f"{rounds}, 0")


def test_ignored_key_is_caught(login, anna, board, monkeypatch):
    real = Position.parse
    monkeypatch.setattr(Position, "parse", lambda data: real(_without_key(data)))
    assert ask_ten_times(login, anna, board, 1) != []


def _without_key(data):
    data = data.copy()
    data.pop("key", None)
    return data


# Two administrators change the columns at once.


def change_columns_together(login, users, board, rounds: int) -> Complaints:
    chance = random.Random(7)
    account = users[0].account
    sessions = [login(user) for user in users]
    names = count(1)
    asked: dict[int, tuple[str, dict]] = {}

    def prepare(turn: int) -> None:
        ids = list(Column.objects.of(account).order_by("position").values_list("pk", flat=True))
        for place in range(len(users)):
            pk = chance.choice(ids)
            asked[place] = chance.choice(
                [
                    ("/columns/", {"beside": pk, "side": chance.choice(["left", "right"])}),
                    (f"/columns/{pk}/place/", {"direction": chance.choice(["left", "right"])}),
                    (f"/columns/{pk}/name/", {"name": f"Name {next(names) // 2}"}),
                    (f"/columns/{pk}/removal/", {}),
                    (f"/columns/{pk}/removal/", {"target": ids[0]}),
                ]
            )

    def client(place: int) -> Callable[[int], int]:
        return lambda turn: post(sessions[place], asked[place][0], **asked[place][1])

    answers = race([client(place) for place in range(len(users))], rounds, prepare)
    return complain(account, answers, {200, 404, 409, 410, 422})


@rounds(20, 150)
def test_two_leaders_change_columns_at_once(login, anna, mehmet, board, promise, rounds):
    row = promise("two leaders' column verbs at once: errors, gaps between columns", f"0 of {2 * rounds}, 0")
    assert change_columns_together(login, [anna, mehmet], board, rounds) == []
    row.reached(f"0 of {2 * rounds}, 0")


@pytest.mark.breaks_invariants
def test_missing_lock_on_the_board_is_caught(login, anna, mehmet, board, monkeypatch):
    without_locks(monkeypatch)
    dawdle(monkeypatch, verbs, "find")
    assert change_columns_together(login, [anna, mehmet], board, 20) != []


# A selection is moved, or trashed and restored, while single cards move.


def shuffle_with_selections(login, users, board, rounds: int) -> Complaints:
    anna, sofia = users
    people = make(board["Neue Kontakte"], *(f"P{number}" for number in range(16)))
    ids = [contact.pk for contact in people[:12]]  # the selection; the others stay out of it
    goals = [board[name] for name in ("Nicht erreicht", "Termin vereinbart", "Neue Kontakte")]
    sessions = [login(sofia) for _ in range(3)]

    def move(turn: int) -> int:
        bulk.move_many(user=anna, contact_ids=ids, column_id=goals[turn % 3].pk, now=timezone.now())
        return 200

    def throw(turn: int) -> int:
        verb = leads.restore if turn % 2 else leads.trash
        verb(user=anna, contact_ids=ids[:6], now=timezone.now())
        return 200

    def client(number: int) -> Callable[[int], int]:
        def drop(turn: int) -> int:
            apart = number == 0
            contact = people[12 + turn % 4] if apart else people[(turn * 3 + number) % 12]
            goal = goals[(turn + number) % 3]
            card = Card.objects.filter(pk=contact.pk).first()
            asked = {"column": goal.pk, "after": ids[turn % 12], "version": card.version if card else 1}
            if apart or asked["after"] == contact.pk:
                asked["after"] = ""
            return post(sessions[number], f"/cards/{contact.pk}/position/", **asked)

        return drop

    answers = race([move, throw, *(client(number) for number in range(3))], rounds)
    leads.restore(user=anna, contact_ids=ids, now=timezone.now())
    lost = {contact.pk for contact in people} - set(Card.objects.values_list("pk", flat=True))
    return complain(anna.account, answers, {200, 409, 410}) + [f"lost: {pk}" for pk in lost]


@rounds(15, 120)
def test_selections_and_single_cards_move_at_once(login, anna, sofia, board, promise, rounds):
    row = promise("moves, selections, trash and restore at once: errors, lost cards", f"0 of {5 * rounds}, 0")
    assert shuffle_with_selections(login, [anna, sofia], board, rounds) == []
    row.reached(f"0 of {5 * rounds}, 0")


@pytest.mark.breaks_invariants
def test_missing_locks_of_selections_are_caught(login, anna, sofia, board, monkeypatch):
    without_locks(monkeypatch)
    dawdle(monkeypatch, places, "top")
    dawdle(monkeypatch, places, "rank_in")
    assert shuffle_with_selections(login, [anna, sofia], board, 30) != []
