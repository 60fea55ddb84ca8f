"""Several clients on the real database at the same instant, each with its own thread and connection."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

PATIENCE = 600  # seconds until a round counts as hung


def race(
    clients: Sequence[Callable[[int], Any]], rounds: int = 1, prepare: Callable[[int], None] | None = None
) -> list[list[Any]]:
    """Lets all clients act at once, round after round; answers what each round brought, client by client.

    `prepare` is called between the rounds, while nobody acts. What a client raises is its answer.
    """
    answers: list[list[Any]] = [[None] * len(clients) for _ in range(rounds)]
    turns = iter(range(rounds))
    gate = threading.Barrier(len(clients), action=lambda: _prepare(prepare, turns), timeout=PATIENCE)

    def act(place: int) -> None:
        try:
            for turn in range(rounds):
                gate.wait()
                answers[turn][place] = _answer(clients[place], turn)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=act, args=(place,)) for place in range(len(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def tally(answers: list[list[Any]]) -> Counter[str]:
    """How often each outcome came, exceptions by their first line."""
    return Counter(str(answer).splitlines()[0] for round_ in answers for answer in round_)


def _prepare(prepare: Callable[[int], None] | None, turns: Any) -> None:
    turn = next(turns)
    if prepare is not None:
        prepare(turn)


def _answer(client: Callable[[int], Any], turn: int) -> Any:
    try:
        return client(turn)
    except Exception as error:
        return f"{type(error).__name__}: {error}"
