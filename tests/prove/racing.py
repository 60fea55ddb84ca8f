"""Several clients on the real database at once, each with its own thread and connection."""

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from django.db import connections

PATIENCE = 600  # seconds until a round counts as hung


def race(
    clients: Sequence[Callable[[int], Any]], rounds: int = 1, prepare: Callable[[int], None] | None = None
) -> list[list[Any]]:
    """Run all clients at once, round after round. Return the results of each round, client by client.

    `prepare` is called between the rounds. An exception of a client is its result.
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
    """Count the outcomes; exceptions are named by their first line."""
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
