"""One office waits for a lock; the others do not wait for it. The only promise whose tests measure time."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from itertools import cycle

import pytest

from tests.config.production import Answer, Browser, Production, locked
from tests.pipeline.working import wait_until
from tests.prove.servers import Server

CLIENTS = 32
HELD = 15  # seconds
SOON, OWN = 1, 8  # seconds within which others, and the office itself, are answered
PAUSE = 0.2  # seconds; a browser waits for as long as `Retry-After` says
PAGES = ("/contacts/", "/contacts/board/", "/help/")


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Production]:
    with Production.running(tmp_path_factory.mktemp("waits")) as production:
        yield production


class Asking:
    """A context manager that sends requests in a thread. Keeps the responses, and how long each took."""

    def __init__(self, ask: Callable[[], Answer]) -> None:
        self.ask = ask
        self.answers: list[Answer] = []
        self.seconds: list[float] = []
        self.is_over = threading.Event()
        self.thread = threading.Thread(target=self.go_on)

    def __enter__(self) -> "Asking":
        self.thread.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.is_over.set()
        self.thread.join()

    def go_on(self) -> None:
        while not self.is_over.wait(PAUSE):
            begun = time.monotonic()
            self.answers.append(self.ask())
            self.seconds.append(time.monotonic() - begun)


class Lock:
    """Responses while an office waited for a lock: to its own clients, to another office, to the probe."""

    def __init__(self, house: Production, port: int, seconds: float) -> None:
        self.anna, self.paul = (
            Browser(port).log_in(email) for email in ("anna@krueger.example", "paul@hansen.example")
        )
        self.drop = self.a_drop()
        pages = cycle(PAGES)
        self.own = [Asking(self.drop) for _ in range(CLIENTS)]
        self.other = Asking(lambda: self.paul.get(next(pages)))
        self.health = Asking(lambda: Browser(port).get("/healthz"))
        with locked(house, "Krüger Immobilien"), ExitStack() as own, ExitStack() as others:
            for one in self.own:
                own.enter_context(one)
            others.enter_context(self.other)
            others.enter_context(self.health)
            time.sleep(seconds)
            others.close()
            for one in self.own:
                one.is_over.set()

    def a_drop(self) -> Callable[[], Answer]:
        contact, version, column = self.anna.card()
        body = {"column": column, "after": "", "version": version, "key": "", "via": "board"}
        return lambda: self.anna.post(f"/cards/{contact}/position/", body, **{"HX-Request": "true"})

    @property
    def longest_own(self) -> float:
        return max(seconds for one in self.own for seconds in one.seconds)

    @property
    def longest_other(self) -> float:
        return max(self.other.seconds + self.health.seconds)


@pytest.mark.prove
def test_an_office_that_waits_for_a_lock_does_not_keep_others_waiting(house, promise):
    row = promise(
        f"one office's {CLIENTS} clients wait for a lock held for {HELD} s",
        f"others and /healthz answered within {SOON} s, itself with 503 within {OWN} s",
    )
    seen = Lock(house, house.port, HELD)
    own = [answer for one in seen.own for answer in one.answers]
    assert {answer.status for answer in (*seen.other.answers, *seen.health.answers)} == {200}
    assert {(answer.status, answer.headers.get("Retry-After")) for answer in own} == {(503, "5")}
    assert seen.longest_other < SOON
    assert seen.longest_own < OWN
    wait_until(lambda: seen.drop().status == 200, 30, pause=0.5)
    row.reached(f"{seen.longest_other:.2f} s, {seen.longest_own:.1f} s")


@pytest.mark.prove
def test_a_server_without_turns_keeps_others_waiting(house):
    """The checker must be able to fail: the worker as gunicorn has it, and as many threads."""
    server = Server(house, GUNICORN_CMD_ARGS="--worker-class gthread").wait_until_ready()
    try:
        seen = Lock(house, server.port, HELD / 3)
    finally:
        server.close()
    assert seen.longest_other > SOON
